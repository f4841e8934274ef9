//! Says goodbye to trackers and peers.

use super::{Phase, Swarm};
use crate::{Action, AnnounceEvent, CloseReason, ConnectionId, Time};

impl<B> Swarm<B> {
    pub(crate) fn on_stop(&mut self) {
        if matches!(self.phase, Phase::Stopping(_) | Phase::Stopped) {
            return;
        }
        self.phase = Phase::Stopping(self.now + GOODBYE);
        for tracker in self.trackers.stop() {
            self.send_announce(tracker, Some(AnnounceEvent::Stopped));
        }
        let ids: Vec<ConnectionId> = self.connections.keys().copied().collect();
        ids.into_iter().for_each(|id| self.close(id, CloseReason::Stopping));
    }

    /// Whether [`Action::Stopped`] was given. Pieces that were being hashed then are still to be written.
    pub fn has_stopped(&self) -> bool {
        self.phase == Phase::Stopped
    }

    /// Ends once everybody has heard of it, or had time to.
    pub(crate) fn end(&mut self) {
        let Phase::Stopping(latest) = self.phase else { return };
        let heard = !self.trackers.is_saying_goodbye() && self.connections.is_empty();
        if heard || self.now >= latest {
            self.phase = Phase::Stopped;
            self.actions.push_back(Action::Stopped);
        }
    }
}

/// How long trackers and peers have to hear that we end.
const GOODBYE: Time = Time::from_secs(3);
