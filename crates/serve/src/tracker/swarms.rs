//! Swarms by info hash, within bounds: only those are here that have a peer.

use std::collections::{BTreeMap, BTreeSet};

use super::InfoHash;
use super::swarm_peers::{PeerAddress, SwarmPeers};

/// Swarms that share bounds.
pub(super) struct Swarms {
    swarms: BTreeMap<InfoHash, ActiveSwarm>,
    /// By the number of peers, then by when somebody last asked, in seconds.
    by_size: BTreeSet<(usize, u32, InfoHash)>,
    /// Peers of all swarms.
    peers: usize,
    most_swarms: usize,
    most_peers: usize,
}

#[derive(Default)]
struct ActiveSwarm {
    peers: SwarmPeers,
    /// When somebody last asked for it, in seconds.
    asked: u32,
}

impl Swarms {
    pub(super) fn new(most_swarms: usize, most_peers: usize) -> Self {
        Self { swarms: BTreeMap::new(), by_size: BTreeSet::new(), peers: 0, most_swarms, most_peers }
    }

    /// The peers of a torrent, if there are any.
    pub(super) fn get(&self, info_hash: &InfoHash) -> Option<&SwarmPeers> {
        self.swarms.get(info_hash).map(|swarm| &swarm.peers)
    }

    /// How many swarms and how many peers there are.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.swarms.len(), self.peers)
    }

    /// Lists a peer, or keeps it listed, until `end` (seconds). Gives whether it was a seed, if it was listed.
    pub(super) fn list(
        &mut self,
        info_hash: InfoHash,
        peer: PeerAddress,
        is_seed: bool,
        now: u32,
        end: u32,
    ) -> Option<bool> {
        let before = self.change(info_hash, Some(now), |peers| {
            peers.remove_expired(now);
            peers.list(peer, is_seed, end)
        });
        while self.peers > self.most_peers {
            let largest = self.by_size.last().map(|(_, _, largest)| *largest);
            self.change(largest.unwrap_or(info_hash), None, SwarmPeers::remove_oldest);
        }
        if self.swarms.len() > self.most_swarms {
            let mut others =
                self.by_size.iter().map(|(_, _, other)| *other).filter(|other| *other != info_hash);
            let smallest = others.next();
            smallest.into_iter().for_each(|smallest| self.remove_swarm(smallest));
        }
        before
    }

    /// A peer has gone.
    pub(super) fn remove(&mut self, info_hash: InfoHash, peer: &PeerAddress) {
        self.change(info_hash, None, |peers| peers.remove(peer));
    }

    /// A torrent has gone, and with it its peers.
    pub(super) fn remove_swarm(&mut self, info_hash: InfoHash) {
        self.change(info_hash, None, |peers| *peers = SwarmPeers::default());
    }

    /// Those that did not come back are gone.
    pub(super) fn sweep(&mut self, now: u32) {
        let all: Vec<InfoHash> = self.swarms.keys().copied().collect();
        all.into_iter().for_each(|info_hash| {
            self.change(info_hash, None, |peers| peers.remove_expired(now));
        });
    }

    /// Changes the peers of a torrent, and what is counted of them; `asked` is when somebody asked for it.
    fn change<R>(
        &mut self,
        info_hash: InfoHash,
        asked: Option<u32>,
        change: impl FnOnce(&mut SwarmPeers) -> R,
    ) -> R {
        let swarm = self.swarms.entry(info_hash).or_default();
        self.by_size.remove(&(swarm.peers.len(), swarm.asked, info_hash));
        let before = swarm.peers.len();
        let result = change(&mut swarm.peers);
        swarm.asked = asked.unwrap_or(swarm.asked);
        let after = swarm.peers.len();
        self.peers = self.peers + after - before;
        if after > 0 {
            self.by_size.insert((after, swarm.asked, info_hash));
        } else {
            self.swarms.remove(&info_hash);
        }
        result
    }
}
