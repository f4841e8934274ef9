//! Whole pieces that are not written: what a kill would cost.
//!
//! A process that is killed loses what it has not written. So one peer or web seed may have only so much of it: [`UNWRITTEN`] bytes of
//! whole pieces that are being hashed or written, or two pieces if these are more. That fills the lanes of the hash while more comes.
//! A peer that has as many is not read ([`Swarm::readable_blocks`]): the network keeps what arrives meanwhile. A web seed is asked
//! for no more than it may have. (Of a peer that does not answer in the order of our requests, blocks of other pieces may be there as
//! well: what came before its turn.)

use std::collections::BTreeMap;

use torrent_core::layout::PieceIndex;

use super::Swarm;
use crate::ConnectionId;
use crate::geometry::Geometry;
use crate::limits::UNWRITTEN;
use crate::picker::BlockSource;

/// The pieces that are being hashed or written, by who gave the last block of each.
#[derive(Debug, Default)]
pub(crate) struct Unwritten {
    pieces: BTreeMap<PieceIndex, BlockSource>,
    /// How many pieces each has.
    counts: BTreeMap<BlockSource, usize>,
}

impl Unwritten {
    /// `source` has given the last block of a piece.
    pub(crate) fn add(&mut self, piece: PieceIndex, source: BlockSource) {
        self.remove(piece);
        self.pieces.insert(piece, source);
        *self.counts.entry(source).or_default() += 1;
    }

    /// A piece is written, or turned out to be bad.
    pub(crate) fn remove(&mut self, piece: PieceIndex) {
        let Some(source) = self.pieces.remove(&piece) else { return };
        let Some(count) = self.counts.get_mut(&source) else { return };
        *count -= 1;
        if *count == 0 {
            self.counts.remove(&source);
        }
    }

    /// How many pieces `source` may complete now.
    pub(crate) fn may_complete(&self, source: BlockSource, geometry: &Geometry) -> usize {
        most_unwritten(geometry).saturating_sub(self.counts.get(&source).copied().unwrap_or_default())
    }
}

/// How many pieces of one peer or web seed may be unwritten.
pub(crate) fn most_unwritten(geometry: &Geometry) -> usize {
    let pieces = (UNWRITTEN / geometry.metainfo().piece_length()).max(2);
    usize::try_from(pieces).unwrap_or(usize::MAX)
}

impl<B> Swarm<B> {
    /// How many blocks may be read of a peer now: those that are lacking of the piece whose blocks it is to give next, and all of
    /// the pieces that it may complete beside that one. `None` if nothing is expected of it.
    pub fn readable_blocks(&self, id: ConnectionId) -> Option<usize> {
        let (peer, picker) = (self.connections.get(&id)?, self.picker.as_ref()?);
        let may_complete = self.unwritten.may_complete(peer.source(), picker.geometry());
        let Some(beside) = may_complete.checked_sub(1) else { return Some(0) };
        let Some(next) = peer.download.in_flight.front() else {
            return (!peer.download.late.is_empty()).then_some(1);
        };
        Some(picker.get(next.block.piece)?.lacking().max(1) + beside * picker.geometry().blocks_a_piece())
    }

    /// Whether a whole piece is being hashed or written.
    pub fn has_unwritten(&self) -> bool {
        !self.unwritten.pieces.is_empty()
    }
}
