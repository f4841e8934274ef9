//! Which bytes of which files make up a piece.
//!
//! BEP 3 treats the files of a torrent as one string of bytes, end to end, which is cut into pieces. These are *the torrent's bytes*:
//! its files at their offsets, with zeros in the gaps, where a torrent may have pad files (BEP 47). In v2 and hybrid torrents every
//! file starts a piece, so no piece holds more than one file.

mod piece_index;

use std::ops::Range;

use crate::files::FileList;
pub use piece_index::{PieceIndex, PieceRange, Pieces};

/// The bytes that a torrent describes, end to end, and its pieces.
#[derive(Clone, Copy)]
pub struct Layout<'f> {
    files: &'f FileList,
    piece_length: u64,
}

/// Some of the torrent's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// `length` bytes from `offset` on of the file at `file` in the list.
    Content {
        /// Index into the list of files.
        file: usize,
        /// Bytes into the file.
        offset: u64,
        /// Bytes, more than 0.
        length: u64,
    },
    /// A gap: this many zeros that are on no disk.
    Zeros {
        /// Bytes, more than 0.
        length: u64,
    },
}

impl Span {
    /// How many bytes the span has.
    pub fn length(self) -> u64 {
        match self {
            Self::Content { length, .. } | Self::Zeros { length } => length,
        }
    }
}

impl<'f> Layout<'f> {
    /// The layout of `files` as they are placed, cut every `piece_length` bytes.
    pub fn new(files: &'f FileList, piece_length: u64) -> Self {
        debug_assert!(piece_length > 0);
        Self { files, piece_length }
    }

    /// The files that are laid out.
    pub fn files(&self) -> &'f FileList {
        self.files
    }

    /// Bytes of every piece but the last.
    pub fn piece_length(&self) -> u64 {
        self.piece_length
    }

    /// How many bytes the torrent has, padding counted.
    pub fn length(&self) -> u64 {
        self.files.padded_length()
    }

    /// How many pieces there are, be they more than have numbers.
    pub fn piece_count(&self) -> u64 {
        self.length().div_ceil(self.piece_length)
    }

    /// All pieces; `None` if there are more than a [`PieceIndex`] can count, so that no peer could be asked for them (BEP 3). Whoever
    /// works on data asks this first: what else speaks of pieces here knows of those that have a number.
    pub fn pieces(&self) -> Option<PieceRange> {
        Some(PieceRange::first(u32::try_from(self.piece_count()).ok()?))
    }

    /// Which of the torrent's bytes belong to some pieces.
    pub fn bytes_of(&self, pieces: PieceRange) -> Range<u64> {
        let place = |piece: PieceIndex| u64::from(piece).saturating_mul(self.piece_length).min(self.length());
        place(pieces.start)..place(pieces.end)
    }

    /// Which of the torrent's bytes make up a piece.
    pub fn piece(&self, piece: PieceIndex) -> Range<u64> {
        self.bytes_of(piece.into())
    }

    /// The pieces that have some of these bytes of the torrent.
    pub fn pieces_in(&self, bytes: Range<u64>) -> PieceRange {
        if bytes.is_empty() {
            return PieceRange::default();
        }
        let number = |piece: u64| PieceIndex::try_from(piece).unwrap_or(PieceIndex::LAST);
        PieceRange {
            start: number(bytes.start / self.piece_length),
            end: number(bytes.end.div_ceil(self.piece_length)),
        }
    }

    /// The pieces in which a file has bytes. An empty file has none.
    pub fn pieces_of(&self, file: usize) -> PieceRange {
        let file = self.files.get(file);
        self.pieces_in(file.offset..file.offset + file.length)
    }

    /// The files that have some of these bytes of the torrent.
    pub fn files_in(&self, bytes: Range<u64>) -> impl Iterator<Item = usize> + use<'f> {
        self.spans(bytes).filter_map(|span| match span {
            Span::Content { file, .. } => Some(file),
            Span::Zeros { .. } => None,
        })
    }

    /// What some of the torrent's bytes consist of, in order.
    pub fn spans(&self, bytes: Range<u64>) -> impl Iterator<Item = Span> + use<'f> {
        let files = self.files;
        let mut position = bytes.start;
        let mut index = files.first_ending_behind(position);
        std::iter::from_fn(move || {
            if position >= bytes.end {
                return None;
            }
            while index < files.len() && files.get(index).length == 0 {
                // There may be a million empty ones at the same place.
                index = files.first_ending_behind(files.get(index).offset);
            }
            let span = span_at(files, index, position, bytes.end);
            position += span.length();
            if index < files.len() && position >= files.get(index).offset + files.get(index).length {
                index += 1;
            }
            Some(span)
        })
    }
}

/// The span at `position`, where the file at `index` is the next one that has bytes.
fn span_at(files: &FileList, index: usize, position: u64, end: u64) -> Span {
    if index == files.len() {
        return Span::Zeros { length: end - position };
    }
    let file = files.get(index);
    if position < file.offset {
        return Span::Zeros { length: file.offset.min(end) - position };
    }
    let offset = position - file.offset;
    Span::Content { file: index, offset, length: (file.length - offset).min(end - position) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Placement;
    use crate::path::RawPathBuf;

    fn list(lengths: &[u64], placement: Placement) -> FileList {
        let mut files = FileList::default();
        for length in lengths {
            files.push(RawPathBuf::of([b"x".as_slice()]).as_path(), *length);
        }
        files.place(placement).unwrap();
        files
    }

    fn spans(files: &FileList, bytes: Range<u64>) -> Vec<(Option<usize>, u64, u64)> {
        let layout = Layout::new(files, 16);
        layout
            .spans(bytes)
            .map(|span| match span {
                Span::Content { file, offset, length } => (Some(file), offset, length),
                Span::Zeros { length } => (None, 0, length),
            })
            .collect()
    }

    #[test]
    fn packed_pieces_cross_files() {
        let files = list(&[5, 0, 20, 0, 1], Placement::Packed);
        assert_eq!(Layout::new(&files, 16).piece_count(), 2);
        assert_eq!(spans(&files, 0..16), [(Some(0), 0, 5), (Some(2), 0, 11)]);
        assert_eq!(spans(&files, 16..26), [(Some(2), 11, 9), (Some(4), 0, 1)]);
        assert_eq!(spans(&files, 7..9), [(Some(2), 2, 2)]);
        assert_eq!(Layout::new(&files, 16).pieces_of(2), PieceRange::first(2));
        assert_eq!(Layout::new(&files, 16).pieces_of(1), PieceRange::default());
    }

    #[test]
    fn gaps_are_zeros() {
        let files = list(&[5, 0, 20], Placement::Aligned { piece_length: 16 });
        assert_eq!(Layout::new(&files, 16).piece_count(), 3);
        assert_eq!(spans(&files, 0..48), [(Some(0), 0, 5), (None, 0, 11), (Some(2), 0, 20), (None, 0, 12)]);
        assert_eq!(spans(&files, 6..16), [(None, 0, 10)]);
        assert_eq!(spans(&files, 40..48), [(None, 0, 8)]);
        assert_eq!(Layout::new(&files, 16).pieces_of(2), PieceRange::new(1.into(), 2));
    }

    #[test]
    fn pieces_without_a_number_are_counted_and_not_numbered() {
        let (piece, most) = (16, u64::from(u32::MAX));
        for (length, count) in [(most * piece, most), (most * piece + 1, most + 1), (1 << 60, 1 << 56)] {
            let files = list(&[length], Placement::Packed);
            let layout = Layout::new(&files, piece);
            assert_eq!(layout.piece_count(), count);
            assert_eq!(layout.pieces(), (count <= most).then_some(PieceRange::first(u32::MAX)));
            assert_eq!(layout.pieces_of(0), PieceRange::first(u32::MAX));
        }
    }
}
