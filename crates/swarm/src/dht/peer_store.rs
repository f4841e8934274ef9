//! What peers announced to us: bounded for each info hash and in all, whoever announces how much.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use fastrand::Rng;
use torrent_core::address::{Reach, reach};

use super::limits::{HASHES, HASHES_PER_NETWORK, PEER_LIFETIME, PEERS};
use super::node_id::Distance;
use super::{InfoHash, NodeId};
use crate::Time;
use crate::addresses::caller_network;

/// The peers of many info hashes, of one address family.
#[derive(Debug)]
pub(super) struct PeerStore {
    /// Our id. What is farther from it is others' to keep, and goes first when there is too much.
    own: NodeId,
    /// By how far the info hash is from our id.
    hashes: BTreeMap<Distance, StoredPeers>,
    /// How many of them each network brought.
    brought: BTreeMap<IpAddr, usize>,
}

/// The peers of one info hash, who announced last comes last.
#[derive(Debug)]
struct StoredPeers {
    /// The network of the one that announced first.
    brought_by: IpAddr,
    peers: Vec<StoredPeer>,
}

#[derive(Clone, Copy, Debug)]
struct StoredPeer {
    ip: IpAddr,
    port: u16,
    /// The second at which it announced.
    seen: u32,
}

impl PeerStore {
    pub(super) fn new(own: NodeId) -> Self {
        Self { own, hashes: BTreeMap::new(), brought: BTreeMap::new() }
    }

    /// Our id is another now.
    pub(super) fn move_to(&mut self, own: NodeId) {
        let turned = self.own.distance(own);
        let moved = std::mem::take(&mut self.hashes).into_iter();
        self.hashes =
            moved.map(|(distance, stored)| (NodeId(distance).distance(NodeId(turned)), stored)).collect();
        self.own = own;
    }

    /// A peer shares something.
    pub(super) fn insert(&mut self, info_hash: InfoHash, peer: SocketAddr, now: Time) {
        let peer = StoredPeer { ip: peer.ip(), port: peer.port(), seen: now.as_secs() as u32 };
        let distance = self.own.distance(NodeId(info_hash));
        if let Some(stored) = self.hashes.get_mut(&distance) {
            return stored.insert(peer);
        }
        let network = caller_network(peer.ip);
        let count = self.brought.get(&network).copied().unwrap_or_default();
        if self.hashes.len() >= HASHES / 2 && count >= HASHES_PER_NETWORK {
            return;
        }
        self.brought.insert(network, count + 1);
        self.hashes.insert(distance, StoredPeers { brought_by: network, peers: vec![peer] });
        if self.hashes.len() > HASHES
            && let Some((farthest, _)) = self.hashes.last_key_value()
        {
            self.remove(*farthest);
        }
    }

    /// Peers that share something, in random order: those that reach at least so far.
    pub(super) fn peers(&self, info_hash: InfoHash, far: Reach, now: Time, rng: &mut Rng) -> Vec<SocketAddr> {
        let peers = self
            .hashes
            .get(&self.own.distance(NodeId(info_hash)))
            .into_iter()
            .flat_map(|stored| &stored.peers);
        let reached = peers.filter(|peer| peer.is_fresh(now) && reach(peer.ip) >= far);
        let mut peers: Vec<_> = reached.map(|peer| SocketAddr::new(peer.ip, peer.port)).collect();
        rng.shuffle(&mut peers);
        peers
    }

    /// Throws away what has expired.
    pub(super) fn sweep(&mut self, now: Time) {
        self.hashes.values_mut().for_each(|stored| stored.peers.retain(|peer| peer.is_fresh(now)));
        let is_empty = |(at, stored): (&Distance, &StoredPeers)| stored.peers.is_empty().then_some(*at);
        let empty: Vec<Distance> = self.hashes.iter().filter_map(is_empty).collect();
        empty.into_iter().for_each(|at| self.remove(at));
    }

    fn remove(&mut self, at: Distance) {
        let Some(stored) = self.hashes.remove(&at) else { return };
        let left = self.brought.get(&stored.brought_by).map_or(0, |count| count - 1);
        match left {
            0 => self.brought.remove(&stored.brought_by),
            left => self.brought.insert(stored.brought_by, left),
        };
    }
}

impl StoredPeers {
    /// Where there are too many, the network that has most of them loses the one that announced longest ago.
    fn insert(&mut self, peer: StoredPeer) {
        self.peers.retain(|known| (known.ip, known.port) != (peer.ip, peer.port));
        self.peers.push(peer);
        if self.peers.len() > PEERS {
            let mut counts: BTreeMap<IpAddr, usize> = BTreeMap::new();
            self.peers.iter().for_each(|peer| *counts.entry(caller_network(peer.ip)).or_default() += 1);
            let most = counts.values().max().copied();
            let goes =
                self.peers.iter().position(|peer| counts.get(&caller_network(peer.ip)).copied() == most);
            if let Some(at) = goes {
                self.peers.remove(at);
            }
        }
    }
}

impl StoredPeer {
    fn is_fresh(&self, now: Time) -> bool {
        now.as_secs() < u64::from(self.seen) + PEER_LIFETIME.as_secs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: NodeId = NodeId([0; 20]);

    fn hash(number: u32) -> InfoHash {
        let mut hash = [0; 20];
        hash[..4].copy_from_slice(&number.to_be_bytes());
        hash
    }

    fn peer(network: u32, host: u8, port: u16) -> SocketAddr {
        let [_, a, b, _] = (network << 8).to_be_bytes();
        SocketAddr::new([20, a, b, host].into(), port)
    }

    fn peers_of(store: &PeerStore, number: u32) -> Vec<SocketAddr> {
        store.peers(hash(number), Reach::World, Time::ZERO, &mut Rng::with_seed(1))
    }

    #[test]
    fn a_peer_is_kept_for_three_quarters_of_an_hour() {
        let mut store = PeerStore::new(OURS);
        store.insert(hash(1), peer(1, 1, 1), Time::ZERO);
        let seen = |store: &PeerStore, minutes: u64| {
            let now = Time::from_secs(minutes * 60);
            store.peers(hash(1), Reach::World, now, &mut Rng::with_seed(1)).len()
        };
        assert_eq!((seen(&store, 44), seen(&store, 45)), (1, 0));
        store.insert(hash(1), peer(1, 1, 1), Time::from_secs(40 * 60));
        assert_eq!((seen(&store, 84), seen(&store, 85)), (1, 0));
        store.sweep(Time::from_secs(85 * 60));
        assert!(store.hashes.is_empty() && store.brought.is_empty());
    }

    #[test]
    fn what_is_kept_is_found_under_another_id() {
        let mut store = PeerStore::new(OURS);
        store.insert(hash(7), peer(1, 1, 1), Time::ZERO);
        store.move_to(NodeId([0x5a; 20]));
        assert_eq!(peers_of(&store, 7), [peer(1, 1, 1)]);
        store.insert(hash(8), peer(1, 1, 1), Time::ZERO);
        assert_eq!((peers_of(&store, 8), store.hashes.len()), (vec![peer(1, 1, 1)], 2));
    }

    #[test]
    fn a_flood_on_one_info_hash_leaves_the_peers_of_others() {
        let mut store = PeerStore::new(OURS);
        (0..40).for_each(|number| store.insert(hash(1), peer(number, 1, 1), Time::ZERO));
        // Ten networks with all their addresses and ports.
        for number in 0..100_000_u32 {
            let flood = peer(1_000 + number % 10, (number / 10) as u8, 1 + (number / 2_560) as u16);
            store.insert(hash(1), flood, Time::ZERO);
        }
        let peers = peers_of(&store, 1);
        let honest = (0..40).filter(|number| peers.contains(&peer(*number, 1, 1))).count();
        assert_eq!((peers.len(), honest), (PEERS, 40));
    }

    #[test]
    fn a_flood_of_info_hashes_leaves_those_near_us() {
        let mut store = PeerStore::new(OURS);
        (0..100).for_each(|number| store.insert(hash(number), peer(number, 1, 1), Time::ZERO));
        // A million of them from 4,096 networks; numbers from 2^31 on are farther from us than the others.
        for number in 0..1_000_000_u32 {
            store.insert(hash(1 << 31 | number), peer(10_000 + number % 4_096, 1, 1), Time::ZERO);
            assert!(store.hashes.len() <= HASHES);
        }
        assert!((0..100).all(|number| peers_of(&store, number) == [peer(number, 1, 1)]));
        assert_eq!(store.brought.values().sum::<usize>(), store.hashes.len());
    }

    #[test]
    fn one_network_brings_no_more_than_its_share_once_there_are_many() {
        let mut store = PeerStore::new(OURS);
        (0..10_000).for_each(|number| store.insert(hash(number), peer(1, 1, 1), Time::ZERO));
        assert_eq!(store.hashes.len(), HASHES / 2);
        (0..10_000).for_each(|number| store.insert(hash(1 << 31 | number), peer(2, 1, 1), Time::ZERO));
        assert_eq!(store.hashes.len(), HASHES / 2 + HASHES_PER_NETWORK);
    }

    #[test]
    fn the_public_is_not_told_of_private_peers() {
        let mut store = PeerStore::new(OURS);
        let private: SocketAddr = "10.0.0.7:1".parse().unwrap();
        store.insert(hash(1), private, Time::ZERO);
        store.insert(hash(1), peer(1, 1, 1), Time::ZERO);
        let told = |far| store.peers(hash(1), far, Time::ZERO, &mut Rng::with_seed(1)).len();
        assert_eq!((told(Reach::World), told(Reach::Site), told(Reach::Machine)), (1, 2, 2));
    }
}
