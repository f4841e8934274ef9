//! The only seed of a torrent promises pieces and keeps its word: `have` and `unchoke`, then the blocks, over all connections in the order
//! of the promises. What to promise is decided in `origin`.

use torrent_core::layout::PieceIndex;

use super::Swarm;
use crate::geometry::Geometry;
use crate::limits::{BLOCK, SENDING_MAX, SENDING_MIN};
use crate::origin::OneCopy;
use crate::peer::PeerConnection;
use crate::progress::Bill;
use crate::wire::Message;
use crate::{Action, ConnectionId};

impl<B> Swarm<B> {
    /// Who is to be the only seed pays for one copy from the beginning, if all of it is here.
    pub(crate) fn begin_promising(&mut self, geometry: &Geometry, have: &[bool]) {
        let Some(config) = self.config.origin.clone().filter(|_| !have.contains(&false)) else { return };
        let lengths: Vec<u32> = geometry.pieces().iter().map(|piece| geometry.length(piece)).collect();
        let mut one_copy = OneCopy::new(config, &lengths, self.rng.fork());
        let open = self.connections.values().filter(|peer| !peer.closing);
        open.for_each(|peer| one_copy.joined(peer.id, self.now));
        self.one_copy = Some(one_copy);
    }

    /// What it costs to be the only seed, if that is what we are to be.
    pub fn bill(&self) -> Option<Bill> {
        self.one_copy.as_ref().map(|one_copy| one_copy.bill(self.now))
    }

    /// Promises what may be promised now. Called after every event.
    pub(crate) fn promise(&mut self) {
        let Some(one_copy) = &mut self.one_copy else { return };
        for (id, piece) in one_copy.give(self.now) {
            self.send(id, Message::Have(piece));
            self.set_choke(id, false);
        }
    }

    /// What depends on time alone.
    pub(crate) fn look_after_promises(&mut self) {
        let is_idle = self.is_line_idle();
        let Some(one_copy) = &mut self.one_copy else { return };
        let taken_back = one_copy.look(self.now);
        if is_idle {
            one_copy.stands_idle(self.now);
        }
        self.send_promised();
        taken_back.into_iter().for_each(|(id, piece)| self.send_dont_have(id, piece));
    }

    /// Sends what is requested of what was promised first. Only little is on its way at a time, or the order would be lost; a peer that does
    /// not take what it gets keeps nobody waiting.
    pub(crate) fn send_promised(&mut self) {
        let twentieth = (self.totals.up.rate() / 20.0 / f64::from(BLOCK)) as usize;
        let most = twentieth.clamp(SENDING_MIN, SENDING_MAX);
        let moving = self.connections.values().filter(|peer| !peer.upload.is_stuck(self.now));
        let mut sending: usize = moving.map(|peer| peer.upload.sending).sum();
        while sending < most
            && let Some(id) = self.first_promised()
            && let Some(peer) = self.connections.get_mut(&id)
            && let Some(block) = peer.upload.requests.pop_front()
        {
            peer.upload.send(self.now);
            sending += 1;
            self.actions.push_back(Action::SendBlock { connection: id, block });
        }
    }

    /// A block that was promised has left.
    pub(crate) fn sent_promised(&mut self, id: ConnectionId, piece: PieceIndex, bytes: u32) {
        let is_idle = self.is_line_idle();
        let Some(one_copy) = &mut self.one_copy else { return };
        one_copy.sent(id, piece, bytes);
        if is_idle {
            one_copy.stands_idle(self.now);
        }
    }

    /// Who requests a block of the piece that was promised first.
    fn first_promised(&self) -> Option<ConnectionId> {
        let one_copy = self.one_copy.as_ref()?;
        let is_ready = |peer: &&PeerConnection| !peer.closing && !peer.upload.is_stuck(self.now);
        let peers = self.connections.values().filter(is_ready);
        let first = peers.filter_map(|peer| Some((peer.upload.requests.front()?, peer.id)));
        first.min_by_key(|(block, id)| one_copy.promised_at(*id, block.piece)).map(|(_, id)| id)
    }

    /// Nothing is being sent and nothing is requested.
    fn is_line_idle(&self) -> bool {
        let is_idle = |peer: &PeerConnection| {
            peer.upload.is_stuck(self.now) || peer.upload.sending == 0 && peer.upload.requests.is_empty()
        };
        self.connections.values().all(is_idle)
    }
}
