//! How a torrent's pieces are cut into blocks.
//!
//! Blocks have 16 KiB; the last one of a piece ends where the piece does. Blocks at the end of a piece that hold
//! nothing but padding are not asked for: there, everything is zero. In torrents without a v1 half the last block ends
//! with the file (BEP 52), because a v2-only torrent has no padding on the wire. A hybrid's ends with the padding, because v1
//! clients know no other cut.

use std::ops::Range;
use std::sync::Arc;

use torrent_core::layout::{PieceIndex, PieceRange, Span};
use torrent_core::metainfo::Metainfo;

use crate::limits::BLOCK;
use crate::wire::BlockAddress;

/// The pieces and blocks of a torrent.
#[derive(Clone, Debug)]
pub(crate) struct Geometry {
    metainfo: Arc<Metainfo>,
    pieces: PieceRange,
}

impl Geometry {
    /// The cut of `metainfo`.
    pub(crate) fn new(metainfo: Arc<Metainfo>) -> Self {
        let pieces = metainfo.layout().pieces().unwrap_or(PieceRange::first(u32::MAX));
        Self { metainfo, pieces }
    }

    /// The torrent whose pieces are cut.
    pub(crate) fn metainfo(&self) -> &Metainfo {
        &self.metainfo
    }

    /// The pieces that there are.
    pub(crate) fn pieces(&self) -> PieceRange {
        self.pieces
    }

    /// Where the bytes of a piece stand in the torrent.
    pub(crate) fn piece(&self, piece: PieceIndex) -> Range<u64> {
        self.metainfo.layout().piece(piece)
    }

    /// Bytes of a piece, padding counted.
    pub(crate) fn padded_length(&self, piece: PieceIndex) -> u32 {
        length_of(&self.piece(piece))
    }

    /// The bytes of a piece that are asked for, from its start; 0 for a piece of padding.
    pub(crate) fn length(&self, piece: PieceIndex) -> u32 {
        let padded = self.padded_length(piece);
        let content = self.content_end(piece);
        if self.metainfo.protocol().has_v1() { content.next_multiple_of(BLOCK).min(padded) } else { content }
    }

    /// How many blocks of a piece are asked for.
    pub(crate) fn blocks(&self, piece: PieceIndex) -> usize {
        blocks_in(self.length(piece))
    }

    /// How many blocks a piece has that is not the last one.
    pub(crate) fn blocks_a_piece(&self) -> usize {
        let blocks = self.metainfo.piece_length().div_ceil(u64::from(BLOCK));
        usize::try_from(blocks).unwrap_or(usize::MAX)
    }

    /// Whether somebody may ask us for `block`: bytes of one piece, padding counted, and not too many.
    pub(crate) fn is_valid_request(&self, block: BlockAddress) -> bool {
        let end = u64::from(block.offset) + u64::from(block.length);
        self.pieces.contains(block.piece)
            && (1..=BLOCK).contains(&block.length)
            && end <= u64::from(self.padded_length(block.piece))
    }

    fn content_end(&self, piece: PieceIndex) -> u32 {
        // A piece may have a million files, but as a rule there is one at its end.
        let (layout, bytes) = (self.metainfo.layout(), self.piece(piece));
        let last = bytes.end.saturating_sub(1).max(bytes.start)..bytes.end;
        if matches!(layout.spans(last).next(), Some(Span::Content { .. })) {
            return length_of(&bytes);
        }
        let (mut position, mut end) = (bytes.start, bytes.start);
        for span in layout.spans(bytes.clone()) {
            position += span.length();
            if matches!(span, Span::Content { .. }) {
                end = position;
            }
        }
        length_of(&(bytes.start..end))
    }
}

/// How many bytes some of a piece are, which has at most 2 GiB of them.
fn length_of(bytes: &Range<u64>) -> u32 {
    u32::try_from(bytes.end - bytes.start).unwrap_or(u32::MAX)
}

/// The blocks of a piece that peers are asked for and that [`Action::Hash`](crate::Action::Hash) brings, in order.
/// What the piece has behind them is zeros. A piece that the torrent does not have has none.
pub fn blocks_of(metainfo: &Arc<Metainfo>, piece: PieceIndex) -> Vec<BlockAddress> {
    let geometry = Geometry::new(metainfo.clone());
    let length = if geometry.pieces.contains(piece) { geometry.length(piece) } else { 0 };
    (0..blocks_in(length)).map(|index| block_at(piece, index, length)).collect()
}

/// How many blocks so many bytes of a piece are.
pub(crate) fn blocks_in(length: u32) -> usize {
    length.div_ceil(BLOCK) as usize
}

/// Bytes of so many blocks.
pub(crate) fn bytes_in(blocks: usize) -> u64 {
    blocks as u64 * u64::from(BLOCK)
}

/// The block at `index` of a piece of which `length` bytes are asked for.
pub(crate) fn block_at(piece: PieceIndex, index: usize, length: u32) -> BlockAddress {
    let offset = index as u32 * BLOCK;
    BlockAddress { piece, offset, length: (length - offset).min(BLOCK) }
}
