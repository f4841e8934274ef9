//! Lookups of info hashes: a traversal in each family, side by side, and then the announces (BEP 5).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;

use super::krpc::Question;
use super::limits::{K, LOOKUPS, PEERS};
use super::traversal::Traversal;
use super::{Dht, DhtAction, InfoHash, LookupFigures, NodeId, Purpose};
use crate::Time;
use torrent_core::address::Reach;

/// What is looked up, and what may be.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    running: BTreeMap<InfoHash, Lookup>,
    /// They wait until others end.
    waiting: VecDeque<(InfoHash, Option<u16>)>,
    /// Somebody wants to hear of peers that share these, whoever names them.
    wanted: BTreeSet<InfoHash>,
}

#[derive(Debug, Default)]
struct Lookup {
    /// The port that is announced.
    announce: Option<u16>,
    figures: LookupFigures,
}

/// A traversal that runs.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) traversal: Traversal,
    pub(super) is_v6: bool,
    /// What is looked up; `None` where it is nodes that are looked for.
    pub(super) info_hash: Option<InfoHash>,
    /// Nodes that have not said yet whether they take our announce in; `None` until they are told.
    pub(super) announcing: Option<u32>,
}

impl Running {
    /// Nobody is to be asked for nodes any more. What comes after the announces have gone out changes nothing.
    pub(super) fn is_at_its_end(&self) -> bool {
        let has_nobody = self.info_hash.is_none() && self.traversal.counts().0 == 0;
        self.announcing.is_some() || has_nobody || self.traversal.is_done()
    }
}

impl Dht {
    pub(super) fn start_lookup(&mut self, now: Time, info_hash: InfoHash, announce: Option<u16>) {
        self.lookups.wanted.insert(info_hash);
        if let Some(running) = self.lookups.running.get_mut(&info_hash) {
            running.announce = announce.or(running.announce);
        } else if let Some(waiting) = self.lookups.waiting.iter_mut().find(|waiting| waiting.0 == info_hash) {
            waiting.1 = announce.or(waiting.1);
        } else {
            self.lookups.waiting.push_back((info_hash, announce));
            self.start_waiting(now);
        }
    }

    pub(super) fn forget_lookup(&mut self, now: Time, info_hash: InfoHash) {
        self.lookups.wanted.remove(&info_hash);
        self.lookups.waiting.retain(|waiting| waiting.0 != info_hash);
        if self.lookups.running.remove(&info_hash).is_some() {
            self.running.retain(|_, running| running.info_hash != Some(info_hash));
            self.start_waiting(now);
        }
    }

    /// Begins with those that wait, as many as may run.
    fn start_waiting(&mut self, now: Time) {
        while self.lookups.running.len() < LOOKUPS
            && let Some((info_hash, announce)) = self.lookups.waiting.pop_front()
        {
            let figures = LookupFigures::default();
            self.lookups.running.insert(info_hash, Lookup { announce, figures });
            for is_v6 in [false, true] {
                self.tell_of_stored(now, info_hash, is_v6);
                self.traverse(now, NodeId(info_hash), is_v6, Some(info_hash));
            }
        }
    }

    /// Peers that announced to us.
    fn tell_of_stored(&mut self, now: Time, info_hash: InfoHash, is_v6: bool) {
        let Some(overlay) = &self.overlays[usize::from(is_v6)] else { return };
        let peers = overlay.store.peers(info_hash, Reach::Nowhere, now, &mut self.rng);
        for peer in peers {
            self.tell_of(info_hash, peer, vec![peer]);
        }
    }

    /// A node named peers. Only those that it may name count.
    pub(super) fn tell_of(&mut self, info_hash: InfoHash, from: SocketAddr, mut peers: Vec<SocketAddr>) {
        peers.retain(|peer| self.may_name(from, *peer));
        peers.truncate(PEERS);
        if let Some(lookup) = self.lookups.running.get_mut(&info_hash) {
            lookup.figures.peers += peers.len() as u32;
        }
        if !peers.is_empty() && self.lookups.wanted.contains(&info_hash) {
            self.actions.push_back(DhtAction::Peers { info_hash, from, peers });
        }
    }

    /// A node has said whether it takes our announce in, or never will.
    pub(super) fn on_announced(&mut self, now: Time, number: u64, is_taken_in: bool) {
        let Some(running) = self.running.get_mut(&number) else { return };
        running.announcing = running.announcing.map(|left| left.saturating_sub(1));
        let lookup = running.info_hash.and_then(|info_hash| self.lookups.running.get_mut(&info_hash));
        if let Some(lookup) = lookup {
            lookup.figures.announced += u32::from(is_taken_in);
        }
        self.proceed(now, number);
    }

    /// The nearest nodes are known: they are told of us, once. True if there is nothing more to do.
    pub(super) fn is_through(&mut self, now: Time, number: u64) -> bool {
        let Some(running) = self.running.get_mut(&number) else { return false };
        let lookup = running.info_hash.and_then(|info_hash| self.lookups.running.get(&info_hash));
        let Some((info_hash, port)) = running.info_hash.zip(lookup.and_then(|lookup| lookup.announce)) else {
            return true;
        };
        if let Some(left) = running.announcing {
            return left == 0;
        }
        let nearest = running.traversal.nearest();
        running.announcing = Some(nearest.len().min(K) as u32);
        for (to, token) in nearest.iter().take(K) {
            let question = Question::AnnouncePeer { info_hash, port: Some(port), token };
            self.ask(now, *to, question, Purpose::Announce(number));
        }
        nearest.is_empty()
    }

    /// A traversal has come to its end; the lookup has when nobody is left who was asked.
    pub(super) fn on_traversed(&mut self, now: Time, info_hash: InfoHash, traversal: &Traversal) {
        let Some(lookup) = self.lookups.running.get_mut(&info_hash) else { return };
        let (asked, answered) = traversal.counts();
        lookup.figures.asked += asked;
        lookup.figures.answered += answered;
        let is_of_it = |running: &Running| running.info_hash == Some(info_hash);
        if self.running.values().any(|running| is_of_it(running) && running.traversal.counts().0 > 0) {
            return;
        }
        let figures = lookup.figures;
        self.running.retain(|_, running| running.info_hash != Some(info_hash));
        self.lookups.running.remove(&info_hash);
        self.actions.push_back(DhtAction::Ended { info_hash, figures });
        self.start_waiting(now);
    }
}
