//! What a peer says of its pieces before there is metadata.

use torrent_core::layout::{PieceIndex, PieceRange};

use crate::limits::EARLY_HAVES;
use crate::piece_set::PieceSet;

/// Which pieces a peer said it has, while the number of pieces is not known (magnet links).
#[derive(Debug, Default)]
pub(crate) struct EarlyPieces {
    pub(crate) all: bool,
    pub(crate) bitfield: Option<Vec<u8>>,
    pub(crate) haves: Vec<PieceIndex>,
}

impl EarlyPieces {
    pub(crate) fn have(&mut self, piece: PieceIndex) {
        if self.haves.len() < EARLY_HAVES {
            self.haves.push(piece);
        }
    }

    /// The same as a set, now that the number of pieces is known; `None` if it cannot be true.
    pub(crate) fn understand(self, pieces: u32) -> Option<PieceSet> {
        let mut has = match self.bitfield {
            Some(bits) => PieceSet::from_bitfield(&bits, pieces)?,
            None if self.all => PieceSet::all(pieces),
            None => PieceSet::none(pieces),
        };
        for piece in self.haves {
            PieceRange::first(pieces).contains(piece).then(|| has.insert(piece))?;
        }
        Some(has)
    }
}
