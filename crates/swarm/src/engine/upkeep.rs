//! What is measured and watched once a second.

use super::{Phase, Swarm};
use crate::peer::PeerConnection;
use crate::wire::Message;
use crate::{CloseReason, ConnectionId, Time, limits};

impl<B> Swarm<B> {
    /// A second has passed.
    pub(crate) fn keep_up(&mut self) {
        // If it was far longer, this process did not run: nobody else is to blame for that.
        let passed = (SECOND + self.now.saturating_sub(self.next_second)).min(2 * SECOND);
        self.next_second = self.now + SECOND;
        self.every_second(passed);
    }

    /// What these peers have sent is not read for now.
    pub(crate) fn note_unread(&mut self, connections: &[ConnectionId]) {
        for id in connections {
            if let Some(peer) = self.connections.get_mut(id) {
                (peer.liveness.last_message, peer.download.unread_at) = (self.now, Some(self.now));
                peer.download.minute_ago = (self.now, peer.download.meter.total());
            }
        }
    }

    /// `passed`: since the last time.
    fn every_second(&mut self, passed: Time) {
        let now = self.now;
        self.totals.down.measure(now);
        self.totals.up.measure(now);
        for peer in self.connections.values_mut() {
            let is_excused = peer.download.unread_at == Some(now);
            peer.download.waited += if peer.owes() && !is_excused { passed } else { Time::ZERO };
            peer.download.meter.measure(now);
            peer.upload.meter.measure(now);
            peer.download.window.adjust(peer.download.meter.rate());
        }
        let ids: Vec<ConnectionId> = self.connections.keys().copied().collect();
        ids.into_iter().for_each(|id| self.close_or_keep(id));
        self.connections.values_mut().for_each(|peer| peer.download.mark_minute(now));
        self.end_game();
        self.replace_idle_peer();
        self.exchange_peers();
        self.watch_metadata();
        self.watch_web_seeds();
        self.watch_hashes();
        self.request_hashes();
    }

    /// Ends a connection that is of no use, or keeps it alive.
    fn close_or_keep(&mut self, id: ConnectionId) {
        let Some(peer) = self.connections.get(&id).filter(|peer| !peer.closing) else { return };
        let verdict = self.reason_to_close(peer);
        let (waits, patience) = (
            self.now.saturating_sub(peer.download.waiting_since().unwrap_or(self.now)),
            peer.download.window.patience(),
        );
        if let Some(why) = verdict {
            self.close(id, why);
        } else if waits > patience && !peer.download.window.is_snubbed() {
            self.snub(id);
        } else {
            self.send_requests(id);
            self.send_keep_alive(id);
        }
    }

    fn reason_to_close(&self, peer: &PeerConnection) -> Option<CloseReason> {
        let since = |moment: Time| self.now.saturating_sub(moment);
        let waits = peer.owes();
        if !peer.liveness.has_sent_message && since(peer.liveness.connected_at) > limits::FIRST_WORD
            || since(peer.liveness.last_message) > limits::SILENCE
        {
            Some(CloseReason::Silent)
        } else if self.has_nothing_to_do_with(peer) && since(peer.liveness.last_message) > LAST_WORDS {
            Some(CloseReason::NothingToDo)
        } else if peer.download.waited > limits::STALL {
            Some(CloseReason::Stalled)
        } else if self.is_useless(peer) {
            Some(if waits { CloseReason::Stalled } else { CloseReason::NotNeeded })
        } else {
            None
        }
    }

    fn has_nothing_to_do_with(&self, peer: &PeerConnection) -> bool {
        self.says_that_it_seeds() && peer.wants_nothing() && self.hashes.layers.are_complete()
    }

    /// It has given next to nothing for [`limits::STALL`] and wants nothing from us, while another peer gives.
    fn is_useless(&self, peer: &PeerConnection) -> bool {
        let a_minute = self.now.saturating_sub(peer.download.minute_ago.0) > limits::STALL;
        let gave = peer.download.meter.total() - peer.download.minute_ago.1;
        let gives = |other: &PeerConnection| other.id != peer.id && other.download.meter.rate() > USEFUL_RATE;
        let idle = peer.we_are_interested && (peer.it_chokes || peer.owes());
        a_minute && idle && gave < USEFUL && !peer.it_is_interested && self.connections.values().any(gives)
    }

    /// The peer keeps us waiting: others may be asked for its blocks.
    fn snub(&mut self, id: ConnectionId) {
        let Some(peer) = self.connections.get_mut(&id) else { return };
        peer.download.window.snub();
        let (source, pieces) = (peer.source(), std::mem::take(&mut peer.download.unverified));
        self.cancel_all(id);
        pieces.into_iter().for_each(|piece| self.disown(piece, source));
    }

    /// Peers that give nothing must not keep others out: if all places are taken and addresses are waiting, the one that has given nothing
    /// for longest is disconnected. If nobody gives anything and there is no address left to try, trackers are asked again.
    fn replace_idle_peer(&mut self) {
        if self.phase != Phase::Fetching {
            return;
        }
        let tries = self.addresses.dialling() > 0 || self.addresses.is_somebody_waiting(self.now);
        if !tries && self.totals.down.rate() < 1.0 {
            self.trackers.hurry(self.now);
        }
        let full = self.connections.len() + self.addresses.dialling() >= self.most_connections();
        if full && self.addresses.is_somebody_waiting(self.now) {
            let idle = |peer: &&PeerConnection| {
                let is_read = peer.download.unread_at != Some(self.now);
                !peer.closing
                    && is_read
                    && peer.download.meter.rate() < 1.0
                    && self.now.saturating_sub(peer.liveness.connected_at) > limits::GRACE
            };
            let longest = self
                .connections
                .values()
                .filter(idle)
                .min_by_key(|peer| peer.download.last_block)
                .map(|peer| peer.id);
            longest.into_iter().for_each(|id| self.close(id, CloseReason::NotNeeded));
        }
    }

    fn send_keep_alive(&mut self, id: ConnectionId) {
        let now = self.now;
        let Some(peer) = self.connections.get_mut(&id) else { return };
        if now.saturating_sub(peer.liveness.last_keep_alive) >= limits::KEEP_ALIVE {
            peer.liveness.last_keep_alive = now;
            self.send(id, Message::KeepAlive);
        }
    }
}

/// How long a peer that has all pieces may be silent before it is disconnected: it may still request hashes.
const LAST_WORDS: Time = Time::from_secs(5);
/// Bytes that a peer must give within [`limits::STALL`] to be of use.
const USEFUL: u64 = 4 * torrent_core::limits::BLOCK;
/// Bytes a second from which on another peer is a better one.
const USEFUL_RATE: f64 = limits::BLOCK as f64;
const SECOND: Time = Time::from_secs(1);
