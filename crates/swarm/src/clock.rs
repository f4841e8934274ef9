//! What happens because time has passed.

use crate::connection::Connection;
use crate::swarm::{Phase, Swarm};
use crate::wire::Message;
use crate::{CloseReason, ConnectionId, Time, limits};

impl<B> Swarm<B> {
    /// Called after every event; most of it is for once a second.
    pub(crate) fn on_time(&mut self) {
        if self.phase == Phase::Stopped {
            return;
        }
        self.choke();
        self.dial();
        self.announce();
        if self.now >= self.next_second {
            self.next_second = self.now + SECOND;
            self.every_second();
        }
        self.end();
    }

    fn every_second(&mut self) {
        let now = self.now;
        self.totals.down.measure(now);
        self.totals.up.measure(now);
        for peer in self.connections.values_mut() {
            peer.down.measure(now);
            peer.up.measure(now);
            peer.window.adjust(peer.down.rate());
        }
        let ids: Vec<ConnectionId> = self.connections.keys().copied().collect();
        for id in ids {
            self.keep(id);
        }
    }

    /// Ends a connection that is of no use, or keeps it alive.
    fn keep(&mut self, id: ConnectionId) {
        let Some(peer) = self.connections.get(&id).filter(|peer| !peer.closing) else { return };
        let verdict = self.verdict(peer);
        let (waits, patience) =
            (self.now.saturating_sub(peer.waiting_since().unwrap_or(self.now)), peer.window.patience());
        if let Some(why) = verdict {
            self.close(id, why);
        } else if waits > patience && !peer.window.is_snubbed() {
            self.snub(id);
        } else {
            self.fill(id);
            self.speak(id);
        }
    }

    fn verdict(&self, peer: &Connection) -> Option<CloseReason> {
        let since = |moment: Time| self.now.saturating_sub(moment);
        let never_spoke = peer.heard == peer.since;
        let seeding = self.phase == Phase::Seeding;
        if never_spoke && since(peer.since) > limits::FIRST_WORD || since(peer.heard) > limits::SILENCE {
            Some(CloseReason::Silent)
        } else if seeding && peer.wants_nothing() && peer.needed == 0 {
            Some(CloseReason::NothingToDo)
        } else if !peer.asked.is_empty() && since(peer.last_block) > limits::STALL {
            Some(CloseReason::Stalled)
        } else {
            None
        }
    }

    /// The peer keeps us waiting: others may be asked for its blocks.
    fn snub(&mut self, id: ConnectionId) {
        let Some(peer) = self.connections.get_mut(&id) else { return };
        peer.window.snub();
        let (source, pieces) = (peer.source(), std::mem::take(&mut peer.pieces));
        self.release_all(id, true);
        if let Some(picker) = &mut self.picker {
            for piece in pieces {
                self.totals.duplicate += u64::from(picker.disown(piece, source));
            }
        }
    }

    fn speak(&mut self, id: ConnectionId) {
        let now = self.now;
        let Some(peer) = self.connections.get_mut(&id) else { return };
        if now.saturating_sub(peer.spoke) >= limits::KEEP_ALIVE {
            peer.spoke = now;
            self.send(id, Message::KeepAlive);
        }
    }
}

const SECOND: Time = Time::from_secs(1);
