//! Giving blocks to peers.
//!
//! A peer's requests wait in a queue with a limit, and only a few blocks are on their way to it at a time: whatever it asks
//! for, it costs a few kilobytes here.

use super::{Phase, Swarm};
use crate::addresses::host;
use crate::choke::Candidate;
use crate::limits::{BLOCK, REQUEST_QUEUE, SENDING_MAX, SENDING_MIN};
use crate::peer::{Judgement, PeerConnection};
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
        peer.upload.sent(self.now);
        peer.budget.earn_block();
        peer.upload.meter.add(block.length.into());
        self.totals.up.add(block.length.into());
        self.sent_promised(id, block.piece, block.length);
        self.send_blocks(id);
    }

    /// Blocks for a peer wait for a check of our own data, or do so no more.
    pub(crate) fn on_checking(&mut self, id: ConnectionId, waits: bool) {
        if let Some(peer) = self.connections.get_mut(&id) {
            peer.upload.wait_for_check(waits, self.now);
        }
    }

    /// Chooses anew which peers are unchoked, if it is time.
    pub(crate) fn choke(&mut self) {
        let candidate = |peer: &PeerConnection| Candidate {
            id: peer.id,
            host: host(peer.address.ip()),
            gives: peer.download.meter.rate(),
            unchoked: !peer.we_choke,
            changed: peer.upload.choke_changed,
            is_wasteful: self.is_wasteful(peer),
            is_new: self.now.saturating_sub(peer.liveness.connected_at) < NEW,
        };
        let interested = self.connections.values().filter(|peer| self.wants_slot(peer));
        let candidates: Vec<Candidate> = interested.map(candidate).collect();
        let complete = self.phase == Phase::Seeding;
        let Some(chosen) = self.choker.choose(candidates, complete, self.now, &mut self.rng) else { return };
        self.one_copy.iter_mut().for_each(|one_copy| one_copy.give_slots(&chosen));
        let ids: Vec<ConnectionId> = self.connections.keys().copied().collect();
        ids.into_iter().for_each(|id| self.set_choke(id, !chosen.contains(&id)));
    }

    /// Whether a peer does nothing with its slot, or has taken more than anybody needs.
    fn is_wasteful(&self, peer: &PeerConnection) -> bool {
        let is_unused = !peer.we_choke && peer.upload.is_unused(self.now);
        is_unused || peer.upload.meter.total() > COPIES_EACH * self.totals.total + A_LITTLE
    }

    /// How many peers want an upload slot.
    pub fn interested(&self) -> usize {
        let wanting = self.connections.values().filter(|peer| self.wants_slot(peer));
        if self.has_upload_slots() { wanting.count() } else { 0 }
    }

    pub(crate) fn set_choke(&mut self, id: ConnectionId, choke: bool) {
        let now = self.now;
        let Some(peer) = self.connections.get_mut(&id).filter(|peer| !peer.closing) else { return };
        if std::mem::replace(&mut peer.we_choke, choke) == choke {
            return;
        }
        if choke {
            self.choker.end_turn(host(peer.address.ip()), peer.upload.is_wasted(now), now);
        } else {
            peer.upload.taken_before = peer.upload.meter.total();
        }
        peer.upload.choke_changed = now;
        let requests = if choke { std::mem::take(&mut peer.upload.requests) } else { Default::default() };
        self.send(id, if choke { Message::Choke } else { Message::Unchoke });
        requests.into_iter().for_each(|block| self.reject(id, block));
    }

    pub(crate) fn send_blocks(&mut self, id: ConnectionId) {
        if self.one_copy.is_some() {
            return self.send_promised();
        }
        let Some(peer) = self.connections.get_mut(&id).filter(|peer| !peer.closing) else { return };
        let quarter_second = (peer.upload.meter.rate() / 4.0 / f64::from(BLOCK)) as usize;
        let most = quarter_second.clamp(SENDING_MIN, SENDING_MAX);
        while peer.upload.sending < most {
            let Some(block) = peer.upload.requests.pop_front() else { return };
            peer.upload.send(self.now);
            self.actions.push_back(Action::SendBlock { connection: id, block });
        }
    }

    /// Rejects a request, if the peer speaks the fast extension (BEP 6).
    pub(crate) fn reject(&mut self, id: ConnectionId, block: BlockAddress) {
        if self.connections.get(&id).is_some_and(|peer| peer.fast) {
            self.send(id, Message::RejectRequest(block));
        }
    }
}

/// How long a peer counts as new.
const NEW: Time = Time::from_secs(30);

/// How often nobody needs all of a torrent on one connection.
const COPIES_EACH: u64 = 2;

/// Bytes beyond that: of a small torrent, what was cancelled too late may be more.
const A_LITTLE: u64 = 16 << 20;
