//! Which pieces one peer has.

use super::early_pieces::EarlyPieces;
use crate::piece_set::PieceSet;

/// Which pieces one peer has, and what we make of them.
#[derive(Debug, Default)]
pub(crate) struct PeerPieces {
    /// The pieces that it has; empty until the number of pieces is known.
    pub(crate) has: PieceSet,
    /// What it said of its pieces, until their number is known.
    pub(crate) early: EarlyPieces,
    /// How many of its pieces we need.
    pub(crate) needed: u32,
    /// Its pieces count for the picker's availability. Those of a peer that came with all of them do not: they make no piece rarer
    /// than another. Nor do those of a connection that ends.
    pub(crate) is_counted: bool,
    /// It has sent its bitfield, or a message that may only follow one: another bitfield is an error (BEP 3).
    pub(crate) is_past_bitfield: bool,
    /// It began with a bitfield, `have all` or `have none` (BEP 6).
    pub(crate) has_sent_bitfield: bool,
}

impl PeerPieces {
    /// A peer that has not sent anything yet.
    pub(crate) fn new() -> Self {
        Self { is_counted: true, ..Self::default() }
    }

    /// The number of pieces is known: what the peer said before can be understood. `None` if it cannot be true.
    pub(crate) fn learn(&mut self, pieces: u32) -> Option<()> {
        self.has = std::mem::take(&mut self.early).understand(pieces)?;
        self.is_counted = !self.has.is_all();
        Some(())
    }
}
