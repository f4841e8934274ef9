//! What a peer is shown of our pieces. It is asked here and nowhere else: others show all that is written, and the only seed of a torrent
//! what it promises (`promises`).

use torrent_core::layout::PieceIndex;

use super::{Phase, Swarm};
use crate::ConnectionId;
use crate::origin::OneCopy;
use crate::peer::PeerConnection;
use crate::piece_set::PieceSet;

impl<B> Swarm<B> {
    /// What every peer is shown as soon as it is there.
    pub(crate) fn shown_to_all(&self) -> Option<&PieceSet> {
        self.have().filter(|_| self.one_copy.is_none())
    }

    /// A peer requests a block of a piece: whether the piece was shown to it.
    pub(crate) fn is_shown(&mut self, id: ConnectionId, piece: PieceIndex) -> bool {
        match &mut self.one_copy {
            Some(one_copy) => one_copy.asked(id, piece, self.now),
            None => self.have().is_some_and(|have| have.contains(piece)),
        }
    }

    /// Whether peers get blocks by turns. The only seed keeps its promises without that: how much it sends at a time is bounded by what it
    /// promises.
    pub(crate) fn has_upload_slots(&self) -> bool {
        self.one_copy.as_ref().is_none_or(OneCopy::others_seed)
    }

    /// Whether a peer is one of those who take turns. Who is shown nothing cannot say that it is interested.
    pub(crate) fn wants_slot(&self, peer: &PeerConnection) -> bool {
        let wants = self
            .one_copy
            .as_ref()
            .map_or(peer.it_is_interested, |one_copy| one_copy.is_in_need(peer.id, self.now));
        wants && !peer.closing
    }

    /// Whether peers hear that we want nothing (BEP 21), and those who want nothing either are let go. The only seed says nothing, and keeps
    /// them for what they have.
    pub(crate) fn says_that_it_seeds(&self) -> bool {
        self.phase == Phase::Seeding && self.one_copy.is_none()
    }
}
