//! What comes of an announce: the answers of a tracker's addresses and for the hashes of a hybrid, put together.

use std::net::SocketAddr;
use std::time::Duration;

use swarm::{Announced, TrackerError};
use torrent_core::address::{Namer, Reach, reach};

/// What came of an announce.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct AnnounceResult {
    pub(crate) result: Result<Announced, TrackerError>,
    /// Peers in private networks. Only a tracker that is itself in that network may name them.
    pub(crate) near: Vec<SocketAddr>,
}

impl AnnounceResult {
    /// The answer of a tracker that is where `namer` says.
    pub(crate) fn of(result: Result<Announced, TrackerError>, namer: Option<Namer>) -> Self {
        let near = match (&result, namer) {
            (Ok(announced), Some(namer)) => near(&announced.peers, namer),
            _ => Vec::new(),
        };
        Self { result, near }
    }

    /// There is no answer.
    pub(crate) fn none(why: TrackerError) -> Self {
        Self { result: Err(why), near: Vec::new() }
    }

    /// Puts another answer to this one: the first good one counts, with the peers of all; if there is none, the last bad one.
    pub(crate) fn add(&mut self, more: Self) {
        self.near.extend(more.near);
        match (&mut self.result, more.result) {
            (Ok(first), Ok(second)) => first.peers.extend(second.peers),
            (Ok(_), Err(_)) => {}
            (result, other) => *result = other,
        }
    }
}

/// Those that only somebody near may name.
fn near(peers: &[SocketAddr], namer: Namer) -> Vec<SocketAddr> {
    let is_near = |peer: &&SocketAddr| reach(peer.ip()) != Reach::World && namer.may_name(**peer).is_ok();
    peers.iter().filter(is_near).copied().collect()
}

pub(super) fn failed(why: impl ToString) -> TrackerError {
    TrackerError::Failed(why.to_string())
}

/// How long a good answer waits for those over the other address family or for the other hash.
pub(super) const OTHERS: Duration = Duration::from_millis(500);
