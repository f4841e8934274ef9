//! The tracker of the world.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use swarm::{Announced, TrackerError};

use super::World;

/// Who is there, as far as they said so.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    peers: BTreeSet<SocketAddr>,
    /// Every third announce fails.
    pub(super) flaky: bool,
}

impl Tracker {
    pub(super) fn forget(&mut self, address: SocketAddr) {
        self.peers.remove(&address);
    }
}

impl World {
    /// Fifty of those who are there, by chance.
    pub(super) fn answer_of_tracker(
        &mut self,
        index: usize,
        stopped: bool,
    ) -> Result<Announced, TrackerError> {
        if self.tracker.flaky && self.rng.u8(..3) == 0 {
            return Err(TrackerError::Failed("no answer".into()));
        }
        let own = self.nodes[index].address;
        if stopped {
            self.tracker.forget(own);
            return Ok(Announced::default());
        }
        let mut peers: Vec<SocketAddr> =
            self.tracker.peers.iter().copied().filter(|peer| *peer != own).collect();
        self.rng.shuffle(&mut peers);
        peers.truncate(50);
        self.tracker.peers.insert(own);
        Ok(Announced { interval: Some(Duration::from_secs(120)), peers, ..Announced::default() })
    }
}
