//! Giving blocks to peers.
//!
//! A peer's requests wait in a queue with a limit, and only a few blocks are on their way to it at a time: whatever it asks
//! for, it costs a few kilobytes here.

use super::{Phase, Swarm};
use crate::choke::Candidate;
use crate::limits::{BLOCK, REQUEST_QUEUE, SENDING_MAX, SENDING_MIN};
use crate::peer::Judgement;
use crate::wire::{BlockAddress, Message};
use crate::{Action, CloseReason, ConnectionId, Time};

impl<B> Swarm<B> {
    pub(crate) fn on_request(&mut self, id: ConnectionId, block: BlockAddress) -> Judgement {
        let Some(picker) = &self.picker else { return Err(CloseReason::Protocol) };
        if !picker.geometry().is_valid_request(block) {
            return Err(CloseReason::Protocol);
        }
        let is_shown = self.is_shown(id, block.piece);
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        if peer.we_choke || !is_shown || peer.upload.requests.len() >= REQUEST_QUEUE {
            self.reject(id, block);
        } else {
            peer.upload.requests.push_back(block);
            self.send_blocks(id);
        }
        Ok(())
    }

    pub(crate) fn on_cancel(&mut self, id: ConnectionId, block: BlockAddress) -> Judgement {
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        if let Some(index) = peer.upload.requests.iter().position(|request| *request == block) {
            peer.upload.requests.remove(index);
            self.reject(id, block);
        }
        Ok(())
    }

    pub(crate) fn on_block_sent(&mut self, id: ConnectionId, block: BlockAddress) {
        let Some(peer) = self.connections.get_mut(&id) else { return };
        peer.upload.sending = peer.upload.sending.saturating_sub(1);
        peer.budget.earn_block();
        peer.upload.meter.add(block.length.into());
        self.totals.up.add(block.length.into());
        self.sent_promised(id, block.piece, block.length);
        self.send_blocks(id);
    }

    /// Chooses anew which peers are unchoked, if it is time.
    pub(crate) fn choke(&mut self) {
        let candidate = |peer: &crate::peer::PeerConnection| Candidate {
            id: peer.id,
            gives: peer.download.meter.rate(),
            unchoked: !peer.we_choke,
            changed: peer.upload.choke_changed,
            is_new: self.now.saturating_sub(peer.liveness.connected_at) < NEW,
        };
        let interested = self.connections.values().filter(|peer| peer.it_is_interested && !peer.closing);
        let candidates: Vec<Candidate> = interested.map(candidate).collect();
        let complete = self.phase == Phase::Seeding;
        let Some(chosen) = self.choker.choose(candidates, complete, self.now, &mut self.rng) else { return };
        let ids: Vec<ConnectionId> = self.connections.keys().copied().collect();
        ids.into_iter().for_each(|id| self.set_choke(id, !chosen.contains(&id)));
    }

    /// How many peers want blocks of us.
    pub fn interested(&self) -> usize {
        self.connections.values().filter(|peer| peer.it_is_interested && !peer.closing).count()
    }

    pub(crate) fn set_choke(&mut self, id: ConnectionId, choke: bool) {
        let now = self.now;
        let Some(peer) = self.connections.get_mut(&id).filter(|peer| !peer.closing) else { return };
        if std::mem::replace(&mut peer.we_choke, choke) == choke {
            return;
        }
        peer.upload.choke_changed = now;
        let requests = if choke { std::mem::take(&mut peer.upload.requests) } else { Default::default() };
        self.send(id, if choke { Message::Choke } else { Message::Unchoke });
        requests.into_iter().for_each(|block| self.reject(id, block));
    }

    fn send_blocks(&mut self, id: ConnectionId) {
        if self.one_copy.is_some() {
            return self.send_promised();
        }
        let Some(peer) = self.connections.get_mut(&id).filter(|peer| !peer.closing) else { return };
        let quarter_second = (peer.upload.meter.rate() / 4.0 / f64::from(BLOCK)) as usize;
        let most = quarter_second.clamp(SENDING_MIN, SENDING_MAX);
        while peer.upload.sending < most {
            let Some(block) = peer.upload.requests.pop_front() else { return };
            peer.upload.sending += 1;
            self.actions.push_back(Action::SendBlock { connection: id, block });
        }
    }

    /// Rejects a request, if the peer speaks the fast extension (BEP 6).
    fn reject(&mut self, id: ConnectionId, block: BlockAddress) {
        if self.connections.get(&id).is_some_and(|peer| peer.fast) {
            self.send(id, Message::RejectRequest(block));
        }
    }
}

/// How long a peer counts as new.
const NEW: Time = Time::from_secs(30);
