//! The DHT (BEP 5, 32, 42, 43): who shares an info hash, without a tracker. One [`Dht`] is for all torrents of a process.
//!
//! A driver hands over datagrams that start with `d` ([`Dht::handle`]), says when time has come ([`Dht::on_time`],
//! [`Dht::next_deadline`]), and does what [`Dht::poll`] tells it. Names are resolved elsewhere; private torrents (BEP 27) never come here.
//!
//! `krpc` is what nodes say; `answering` is what we answer, `lookups` and `traversals` what we ask. What these decide with are plain
//! structures that know nothing of each other: `table`, `traversal`, `queries`, `peer_store`, `rates`, `own_address`, `round_trips`.

mod action;
mod answering;
mod config;
pub mod krpc;
mod limits;
mod lookups;
mod neighbourhood;
mod node_id;
mod overlay;
mod own_address;
mod peer_store;
mod queries;
mod rates;
mod round_trips;
mod secret;
mod table;
#[cfg(test)]
mod tests;
mod traversal;
mod traversals;
mod upkeep;

pub use action::{DhtAction, LookupFigures};
pub use config::{DhtConfig, DhtFamilies, DhtMode};
pub use node_id::NodeId;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use answering::Asked;
use fastrand::Rng;
use krpc::{DhtNode, KrpcAnswer, KrpcBody, KrpcMessage, KrpcQuery, Question, Want};
use limits::K;
use lookups::{Lookups, Running};
use overlay::Overlay;
use queries::{Queries, SentQuery};
use rates::AnswerRates;
use round_trips::RoundTrips;
use secret::Secret;
use torrent_core::address::Namer;

use crate::Time;

/// What is looked up: the SHA-1 info hash, or the first 20 bytes of the SHA-256 one (BEP 52).
pub type InfoHash = [u8; 20];

/// A node of the DHT, ours.
#[derive(Debug)]
pub struct Dht {
    config: DhtConfig,
    secret: Secret,
    rng: Rng,
    /// Our node in the DHT of IPv4 and in that of IPv6.
    overlays: [Option<Overlay>; 2],
    queries: Queries<Purpose>,
    round_trips: RoundTrips,
    lookups: Lookups,
    running: BTreeMap<u64, Running>,
    next_number: u64,
    rates: AnswerRates,
    next_sweep: Time,
    answered: u64,
    actions: VecDeque<DhtAction>,
}

/// What a query was sent for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    /// To find out whether the node is there.
    Check,
    /// For a traversal, by its number.
    Traverse(u64),
    /// To announce us at the end of one.
    Announce(u64),
}

/// What a node has done since it began.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct DhtFigures {
    /// Nodes in both tables: they have answered before.
    pub nodes: u32,
    /// Queries that were sent.
    pub asked: u64,
    /// Queries that were answered. None, though many were sent: UDP seems to be blocked.
    pub answered: u64,
}

impl Dht {
    /// A node that knows nobody. `random` is what nobody can guess: transaction ids and tokens come from it.
    pub fn new(config: DhtConfig, random: [u8; 32], now: Time) -> Self {
        let secret = Secret::new(random);
        let mut rng = Rng::with_seed(secret.seed());
        let DhtFamilies { v4, v6 } = config.families;
        let overlays = [v4, v6].map(|is_there| is_there.then(|| Overlay::new(now, &mut rng)));
        Self {
            config,
            queries: Queries::new(secret.clone()),
            secret,
            rng,
            overlays,
            round_trips: RoundTrips::default(),
            lookups: Lookups::default(),
            running: BTreeMap::new(),
            next_number: 0,
            rates: AnswerRates::new(),
            next_sweep: now,
            answered: 0,
            actions: VecDeque::new(),
        }
    }

    /// A datagram came. What is no KRPC message, answers nothing that was asked, or asks for more than its share does nothing.
    pub fn handle(&mut self, now: Time, from: SocketAddr, datagram: &[u8]) {
        let from = SocketAddr::new(from.ip().to_canonical(), from.port());
        if self.overlays[usize::from(from.is_ipv6())].is_none() {
            return;
        }
        let Some(KrpcMessage { transaction, body }) = KrpcMessage::decode(datagram) else { return };
        match body {
            KrpcBody::Query(query) => {
                self.on_query(now, &Asked { from, transaction, query, length: datagram.len() });
            }
            KrpcBody::Answer(answer) => {
                if let Some(query) = self.queries.take(transaction, from) {
                    self.on_answer(now, &query, answer);
                }
            }
            KrpcBody::Error(_) => {
                if let Some(query) = self.queries.take(transaction, from) {
                    self.on_failure(now, &query);
                }
            }
        }
        self.send_checks(now, from.is_ipv6());
    }

    /// The time has come that [`next_deadline`](Self::next_deadline) said, or any other.
    pub fn on_time(&mut self, now: Time) {
        while let Some(query) = self.queries.expired(now) {
            self.overlay_mut(query.to).table.failed(query.to, now);
            self.on_failure(now, &query);
        }
        let numbers: Vec<u64> = self.running.keys().copied().collect();
        numbers.into_iter().for_each(|number| self.proceed(now, number));
        self.look_after(now);
    }

    /// What to do next; ask until there is nothing.
    pub fn poll(&mut self) -> Option<DhtAction> {
        self.actions.pop_front()
    }

    /// When to call [`on_time`](Self::on_time), if anything is due at all. Every other call may change it.
    pub fn next_deadline(&self) -> Option<Time> {
        let late_after = self.round_trips.late_after();
        let late = self.running.values().filter_map(|running| running.traversal.next_late(late_after));
        late.chain(self.queries.next_deadline()).chain(self.next_upkeep()).min()
    }

    /// A node that somebody named: a saved one, the user's, a router's, one of a torrent (`nodes`), of a peer (BEP 5, `port`). It is asked
    /// whatever its address, so the caller has to know that whoever named it may. Lookups that run ask it at once if they have nobody better.
    pub fn add_node(&mut self, now: Time, node: SocketAddr) {
        let node = SocketAddr::new(node.ip().to_canonical(), node.port());
        let is_v6 = node.is_ipv6();
        let Some(overlay) = &mut self.overlays[usize::from(is_v6)] else { return };
        if node.port() == 0 {
            return;
        }
        overlay.add_contact(node);
        let is_poor = overlay.table.len() < K;
        self.fill(now, is_v6);
        if !is_poor || !self.offer_contact(now, node) {
            self.overlay_mut(node).check_later(node);
            self.send_checks(now, is_v6);
        }
    }

    /// Looks for peers of a torrent, and announces us to the nodes nearest to it: with this TCP port, if we can be reached at one. While no
    /// node is known, it waits for one. A lookup of the same info hash that runs already goes on, and announces that port.
    pub fn look_up(&mut self, now: Time, info_hash: InfoHash, announce: Option<u16>) {
        self.start_lookup(now, info_hash, announce.filter(|port| *port > 0));
    }

    /// Nobody wants to hear of a torrent any more. Its lookup does not even end.
    pub fn forget(&mut self, now: Time, info_hash: InfoHash) {
        self.forget_lookup(now, info_hash);
    }

    /// What it does for others from now on: a driver learns later whether its port can be reached.
    pub fn set_mode(&mut self, mode: DhtMode) {
        self.config.mode = mode;
    }

    /// Nodes to begin with next time, the most reliable first; some hundred at most.
    pub fn nodes(&self) -> Vec<SocketAddr> {
        let tables = self.overlays.iter().flatten();
        tables.flat_map(|overlay| overlay.table.addresses().into_iter().take(limits::CONTACTS)).collect()
    }

    /// What it has done, for the sentence of a stall.
    pub fn figures(&self) -> DhtFigures {
        let nodes = self.overlays.iter().flatten().map(|overlay| overlay.table.len() as u32).sum();
        DhtFigures { nodes, asked: self.queries.count(), answered: self.answered }
    }

    fn on_answer(&mut self, now: Time, query: &SentQuery<Purpose>, answer: KrpcAnswer<'_>) {
        self.answered += 1;
        let node = DhtNode { id: answer.id, address: query.to };
        let (rng, overlay) = (&mut self.rng, &mut self.overlays[usize::from(query.to.is_ipv6())]);
        let Some(overlay) = overlay else { return };
        overlay.table.answered(node, now);
        let is_new = answer.asker.is_some_and(|asker| overlay.hear_of_us(query.to.ip(), asker.ip(), rng));
        if is_new {
            let own = overlay.own;
            self.traverse(now, own, query.to.is_ipv6(), None);
        }
        match query.purpose {
            Purpose::Check => self.overlay_mut(query.to).checked(query.to),
            Purpose::Traverse(number) => {
                self.round_trips.push(now.saturating_sub(query.sent));
                self.on_way(now, number, node, answer);
            }
            Purpose::Announce(number) => self.on_announced(now, number, true),
        }
    }

    /// A query was refused, or nothing came.
    fn on_failure(&mut self, now: Time, query: &SentQuery<Purpose>) {
        match query.purpose {
            Purpose::Check => self.overlay_mut(query.to).checked(query.to),
            Purpose::Traverse(number) => self.on_lost(now, number, query.to),
            Purpose::Announce(number) => self.on_announced(now, number, false),
        }
    }

    fn ask(&mut self, now: Time, to: SocketAddr, question: Question<'_>, purpose: Purpose) {
        let want = self.want(to.is_ipv6(), question);
        let id = self.overlay_mut(to).own;
        let read_only = self.config.mode == DhtMode::ReadOnly;
        let transaction = &self.queries.send(to, purpose, now);
        let body = KrpcBody::Query(KrpcQuery { id, question, want, read_only });
        let datagram = KrpcMessage { transaction, body }.encode();
        self.actions.push_back(DhtAction::Send { to, datagram });
    }

    /// Nodes of the other family are asked for while hardly any is known (BEP 32).
    fn want(&self, is_v6: bool, question: Question<'_>) -> Option<Want> {
        let is_poor = self.overlays[usize::from(!is_v6)].as_ref().is_some_and(|other| other.table.len() < K);
        let names_nodes = matches!(question, Question::FindNode { .. } | Question::GetPeers { .. });
        (is_poor && names_nodes).then_some(Want { v4: true, v6: true })
    }

    /// Whether a node may name an address: one that is public, and one that reaches as far as it does itself.
    fn may_name(&self, from: SocketAddr, address: SocketAddr) -> bool {
        [self.config.namer, Namer::at(from.ip())].iter().any(|namer| namer.may_name(address).is_ok())
    }
}
