//! What a job lacked when it ended.

use swarm::Contacts;
use torrent_core::magnet::Peer;

/// Why a job did not get all of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shortfall {
    /// What became of its peers, trackers and web seeds.
    pub contacts: Contacts,
    /// Trackers that named peers in private networks, which they may not; may hold secrets.
    pub passed_over_by: Vec<String>,
    /// The first files that are wanted and not complete, by their index.
    pub first_lacking: Vec<usize>,
    /// How many such files there are.
    pub lacking: usize,
    /// What the DHT said, if it was asked.
    pub dht: Option<DhtShortfall>,
}

/// What the DHT said, of all that was looked up in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DhtShortfall {
    /// Nodes that are known and have answered.
    pub nodes: usize,
    /// Questions that were asked.
    pub asked: u64,
    /// Those that were answered. None of many: UDP seems to be blocked.
    pub answered: u64,
    /// Nodes that the user named, if any: nobody else was asked at first.
    pub named: Vec<Peer>,
    /// Those of them whose names have no address.
    pub unknown: Vec<Peer>,
}
