//! Pieces that were there and are lost, because somebody took away or changed what we only offer: they are not given any more, and not
//! fetched anew. They may come back.

use torrent_core::layout::{PieceIndex, PieceRange};

use super::Swarm;
use crate::limits::HAVES;
use crate::wire::BlockAddress;
use crate::{CloseReason, ConnectionId};

impl<B> Swarm<B> {
    /// Pieces are not there any more: requests for them are rejected, and peers that want to know hear of it (BEP 54).
    pub(crate) fn on_lost(&mut self, pieces: PieceRange) {
        let Some(picker) = &mut self.picker else { return };
        let known = picker.geometry().pieces();
        let lost: Vec<PieceIndex> =
            pieces.iter().filter(|piece| known.contains(*piece) && picker.lose(*piece)).collect();
        for piece in &lost {
            let length = u64::from(picker.geometry().length(*piece));
            self.totals.done = self.totals.done.saturating_sub(length);
            self.totals.wanted = self.totals.wanted.saturating_sub(length);
            self.one_copy.iter_mut().for_each(|one_copy| one_copy.lose(*piece));
        }
        let open = self.connections.values().filter(|peer| !peer.closing);
        let ids: Vec<ConnectionId> = open.map(|peer| peer.id).collect();
        ids.into_iter().for_each(|id| self.tell_lost(id, &lost));
    }

    /// Pieces that were lost are there again, and right. Peers hear of them as of pieces that have come just now.
    pub(crate) fn on_found(&mut self, pieces: PieceRange) {
        for piece in pieces.iter() {
            let Some(picker) = &mut self.picker else { return };
            if !picker.geometry().pieces().contains(piece) || !picker.find(piece) {
                continue;
            }
            let length = u64::from(picker.geometry().length(piece));
            self.totals.done += length;
            self.totals.wanted += length;
            match &mut self.one_copy {
                // Who gets it hears of it when it is promised.
                Some(one_copy) => one_copy.find(piece),
                None => self.announce_piece(piece),
            }
        }
    }

    fn tell_lost(&mut self, id: ConnectionId, lost: &[PieceIndex]) {
        let Some(peer) = self.connections.get_mut(&id) else { return };
        let is_lost = |block: &BlockAddress| lost.binary_search(&block.piece).is_ok();
        let (rejected, kept): (Vec<_>, Vec<_>) = peer.upload.requests.drain(..).partition(is_lost);
        peer.upload.requests = kept.into();
        lost.iter().take(HAVES).for_each(|piece| self.send_dont_have(id, *piece));
        rejected.into_iter().for_each(|block| self.refuse(id, block));
    }

    /// A block that was to be sent cannot be read, because its piece is lost.
    pub(crate) fn on_block_lost(&mut self, id: ConnectionId, block: BlockAddress) {
        let Some(peer) = self.connections.get_mut(&id).filter(|peer| !peer.closing) else { return };
        peer.upload.sending = peer.upload.sending.saturating_sub(1);
        self.refuse(id, block);
        self.send_blocks(id);
    }

    /// Who cannot be told that a block does not come (BEP 6) would wait for it for ever: he is let go, and sees when he comes again what
    /// is left.
    fn refuse(&mut self, id: ConnectionId, block: BlockAddress) {
        let is_told = self.connections.get(&id).is_some_and(|peer| peer.fast);
        if is_told { self.reject(id, block) } else { self.close(id, CloseReason::NotNeeded) }
    }
}
