//! The peers of one torrent: listed by address, chosen at random, gone when they do not come back.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use fastrand::Rng;
use torrent_core::address::{Namer, Reach, reach};

use super::limits::PEERS_A_NETWORK;
use super::network::network;
use super::sample::sample;

/// Where a peer can be dialled. An IPv4 address in an IPv6 one stands here as what it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct PeerAddress {
    pub(super) ip: IpAddr,
    pub(super) port: u16,
}

/// What decides who is given a peer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct PeerKind {
    is_ipv6: bool,
    is_seed: bool,
    reach: Reach,
}

/// Peers of one torrent. Each is in `listed`, in the list of its kind at its place, and in `by_end`.
#[derive(Default)]
pub(super) struct SwarmPeers {
    listed: BTreeMap<PeerAddress, Listing>,
    by_kind: BTreeMap<PeerKind, Vec<PeerAddress>>,
    /// By when they are gone unless they come back, in seconds.
    by_end: BTreeSet<(u32, PeerAddress)>,
}

#[derive(Clone, Copy)]
struct Listing {
    kind: PeerKind,
    place: u32,
    end: u32,
}

impl SwarmPeers {
    /// Lists a peer, or keeps it listed. Gives whether it was a seed, if it was listed.
    pub(super) fn list(&mut self, peer: PeerAddress, is_seed: bool, end: u32) -> Option<bool> {
        let before = self.forget(&peer);
        let kind = PeerKind { is_ipv6: peer.ip.is_ipv6(), is_seed, reach: reach(peer.ip) };
        let of_kind = self.by_kind.entry(kind).or_default();
        self.listed.insert(peer, Listing { kind, place: of_kind.len() as u32, end });
        of_kind.push(peer);
        self.by_end.insert((end, peer));
        if before.is_none() {
            self.make_room_in_network(peer.ip);
        }
        before.map(|listing| listing.kind.is_seed)
    }

    /// A peer has gone. False if it was not there.
    pub(super) fn remove(&mut self, peer: &PeerAddress) -> bool {
        self.forget(peer).is_some()
    }

    /// Those that did not come back are gone.
    pub(super) fn remove_expired(&mut self, now: u32) {
        while let Some((_, peer)) = self.by_end.first().copied().filter(|(end, _)| *end <= now) {
            self.forget(&peer);
        }
    }

    /// The one is gone that would be first if none came back.
    pub(super) fn remove_oldest(&mut self) {
        if let Some((_, peer)) = self.by_end.first().copied() {
            self.forget(&peer);
        }
    }

    /// How many are listed.
    pub(super) fn len(&self) -> usize {
        self.listed.len()
    }

    /// How many of them are seeds.
    pub(super) fn seeds(&self) -> usize {
        self.by_kind.iter().filter(|(kind, _)| kind.is_seed).map(|(_, peers)| peers.len()).sum()
    }

    /// Some peers of an address family for `asker`, at random. It is not told of itself; nor, if it is a seed, of other seeds; nor of peers that
    /// reach less far than itself: at what is a private address for us, it would find somebody else.
    pub(super) fn choose(
        &self,
        asker: PeerAddress,
        is_seed: bool,
        is_ipv6: bool,
        wanted: usize,
        rng: &mut Rng,
    ) -> Vec<PeerAddress> {
        let namer = Namer::at(asker.ip);
        let is_for_asker = |kind: &PeerKind| {
            kind.is_ipv6 == is_ipv6 && !(is_seed && kind.is_seed) && namer.may_lead_to(kind.reach)
        };
        let lists: Vec<&[PeerAddress]> =
            self.by_kind.iter().filter(|(kind, _)| is_for_asker(kind)).map(|(_, peers)| &**peers).collect();
        let total = lists.iter().map(|list| list.len()).sum();
        let chosen = sample(total, wanted + 1, rng).into_iter().filter_map(|number| nth(&lists, number));
        chosen.filter(|peer| *peer != asker).take(wanted).collect()
    }

    /// There are more peers in a network than may be listed: its oldest goes.
    fn make_room_in_network(&mut self, ip: IpAddr) {
        let (first, last) = network(ip);
        let (first, last) = (PeerAddress { ip: first, port: 0 }, PeerAddress { ip: last, port: u16::MAX });
        let in_network = self.listed.range(first..=last);
        if in_network.clone().nth(PEERS_A_NETWORK).is_none() {
            return;
        }
        if let Some(oldest) = in_network.min_by_key(|(_, listing)| listing.end).map(|(peer, _)| *peer) {
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, peer: &PeerAddress) -> Option<Listing> {
        let listing = self.listed.remove(peer)?;
        self.by_end.remove(&(listing.end, *peer));
        let of_kind = self.by_kind.get_mut(&listing.kind)?;
        let place = listing.place as usize;
        of_kind.swap_remove(place);
        let moved = of_kind.get(place).and_then(|moved| self.listed.get_mut(moved));
        moved.into_iter().for_each(|moved| moved.place = listing.place);
        if of_kind.is_empty() {
            self.by_kind.remove(&listing.kind);
        } else if of_kind.len() * 4 < of_kind.capacity() {
            of_kind.shrink_to(of_kind.len() * 2);
        }
        Some(listing)
    }
}

/// An item of several lists that stand one behind another.
fn nth(lists: &[&[PeerAddress]], mut number: usize) -> Option<PeerAddress> {
    for list in lists {
        match list.get(number) {
            Some(peer) => return Some(*peer),
            None => number -= list.len(),
        }
    }
    None
}
