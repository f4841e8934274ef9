//! What a peer is shown of our pieces, and may request. It is asked here and nowhere else.

use torrent_core::layout::PieceIndex;

use super::{Phase, Swarm};
use crate::ConnectionId;
use crate::piece_set::PieceSet;

impl<B> Swarm<B> {
    /// What every peer is shown as soon as it is there.
    pub(crate) fn shown_to_all(&self) -> Option<&PieceSet> {
        self.have()
    }

    /// A peer requests a block of a piece: whether the piece was shown to it.
    pub(crate) fn is_shown(&self, _: ConnectionId, piece: PieceIndex) -> bool {
        self.have().is_some_and(|have| have.contains(piece))
    }

    /// Whether peers hear that we want nothing (BEP 21), and those who want nothing either are let go.
    pub(crate) fn says_that_it_seeds(&self) -> bool {
        self.phase == Phase::Seeding
    }
}
