//! What a peer says of its pieces before there is metadata.

use crate::limits::EARLY_HAVES;

/// Which pieces a peer said it has, while the number of pieces is not known (magnet links).
#[derive(Debug, Default)]
pub(crate) struct EarlyPieces {
    pub(crate) all: bool,
    pub(crate) bitfield: Option<Vec<u8>>,
    pub(crate) haves: Vec<u32>,
}

impl EarlyPieces {
    pub(crate) fn have(&mut self, piece: u32) {
        if self.haves.len() < EARLY_HAVES {
            self.haves.push(piece);
        }
    }
}
