//! A network of nodes: each has an address and is so far from everybody; whoever is dead takes datagrams and says nothing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::net::SocketAddr;
use std::time::Duration;

use fastrand::Rng;
use swarm::dht::krpc::{DhtNode, KrpcBody, KrpcMessage, Question};
use swarm::dht::{Dht, DhtAction, DhtConfig, DhtFamilies, DhtMode, InfoHash, NodeId};

/// Time since the world began.
pub(crate) type Time = Duration;

/// Somebody who is no node of ours: what it sends, and to whom, when a datagram comes.
pub(crate) type Stranger = Box<dyn FnMut(SocketAddr, &[u8]) -> Vec<(SocketAddr, Vec<u8>)>>;

/// The network and its time.
pub(crate) struct DhtWorld {
    pub(crate) now: Time,
    pub(crate) rng: Rng,
    nodes: Vec<WorldNode>,
    by_address: BTreeMap<SocketAddr, usize>,
    queue: BinaryHeap<Reverse<(Time, u64, Happening)>>,
    count: u64,
    /// What nodes told their drivers: when, which node, what.
    pub(crate) told: Vec<(Time, usize, DhtAction)>,
    /// Datagrams that were sent.
    pub(crate) sent: u64,
    /// Announces: by whom, and to whom.
    announces: Vec<(usize, SocketAddr)>,
}

struct WorldNode {
    address: SocketAddr,
    actor: Actor,
    /// How long a datagram takes from here to the middle of the world.
    delay: Time,
    wakes: Option<Time>,
    /// What it last said that its id is.
    id: Option<NodeId>,
    /// It says that it answers nobody.
    is_read_only: bool,
}

enum Actor {
    Honest(Box<Dht>),
    Stranger(Stranger),
    Dead,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Datagram { from: SocketAddr, to: usize, datagram: Vec<u8> },
    Wake { node: usize },
}

impl DhtWorld {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            now: Time::ZERO,
            rng: Rng::with_seed(seed),
            nodes: Vec::new(),
            by_address: BTreeMap::new(),
            queue: BinaryHeap::new(),
            count: 0,
            told: Vec::new(),
            sent: 0,
            announces: Vec::new(),
        }
    }

    /// A public IPv4 address that nobody has, in a network of its own.
    pub(crate) fn new_address(&mut self) -> SocketAddr {
        loop {
            let [a, b] = [self.rng.u8(..), self.rng.u8(..)];
            let address = SocketAddr::new([self.rng.u8(11..100), a, b, self.rng.u8(1..255)].into(), 6881);
            if !self.by_address.contains_key(&address) {
                return address;
            }
        }
    }

    /// A node of ours.
    pub(crate) fn add(&mut self, mode: DhtMode) -> usize {
        let mut random = [0; 32];
        self.rng.fill(&mut random);
        let families = DhtFamilies { v4: true, v6: false };
        let config = DhtConfig { mode, families, ..DhtConfig::default() };
        let dht = Dht::new(config, random, self.now);
        let address = self.new_address();
        self.add_actor(address, Actor::Honest(Box::new(dht)))
    }

    /// Somebody else has this address.
    pub(crate) fn add_stranger(&mut self, address: SocketAddr, stranger: Stranger) -> usize {
        self.add_actor(address, Actor::Stranger(stranger))
    }

    fn add_actor(&mut self, address: SocketAddr, actor: Actor) -> usize {
        let delay = Time::from_micros(self.rng.u64(5_000..100_000));
        self.nodes.push(WorldNode { address, actor, delay, wakes: None, id: None, is_read_only: false });
        self.by_address.insert(address, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    pub(crate) fn kill(&mut self, node: usize) {
        self.nodes[node].actor = Actor::Dead;
    }

    /// The live full nodes of ours.
    pub(crate) fn honest_nodes(&self) -> Vec<DhtNode> {
        let live =
            self.nodes.iter().filter(|node| matches!(node.actor, Actor::Honest(_)) && !node.is_read_only);
        live.filter_map(|node| Some(DhtNode { id: node.id?, address: node.address })).collect()
    }

    /// Has a driver say something to its node.
    pub(crate) fn with(&mut self, node: usize, say: impl FnOnce(&mut Dht, Time)) {
        let Actor::Honest(dht) = &mut self.nodes[node].actor else { return };
        say(dht, self.now);
        self.follow_up(node);
    }

    /// Looks at a node.
    pub(crate) fn dht(&self, node: usize) -> &Dht {
        match &self.nodes[node].actor {
            Actor::Honest(dht) => dht,
            _ => panic!("node {node} is none of ours"),
        }
    }

    /// Lets time pass until something holds, or the end comes: whether it holds.
    pub(crate) fn run_until(&mut self, end: Time, holds: impl Fn(&Self) -> bool) -> bool {
        while !holds(self) {
            let next = self.queue.peek().map(|Reverse((at, ..))| *at);
            if next.is_none_or(|at| at > end) {
                self.now = end;
                return holds(self);
            }
            self.step();
        }
        true
    }

    /// Lets so much time pass.
    pub(crate) fn run_for(&mut self, time: Time) {
        self.run_until(self.now + time, |_| false);
    }

    /// Somebody of the first so many.
    pub(crate) fn any_address(&mut self, nodes: usize) -> SocketAddr {
        let node = self.rng.usize(..nodes);
        self.nodes[node].address
    }

    /// Whom a node has told that it shares something.
    pub(crate) fn announced_to(&self, node: usize) -> impl Iterator<Item = SocketAddr> {
        self.announces.iter().filter(move |(by, _)| *by == node).map(|(_, to)| *to)
    }

    /// The live full nodes nearest to an id, the nearest first.
    pub(crate) fn nearest(&self, id: InfoHash, count: usize) -> Vec<SocketAddr> {
        let mut nodes = self.honest_nodes();
        nodes.sort_by_key(|node| distance(node.id, id));
        nodes.iter().take(count).map(|node| node.address).collect()
    }

    fn step(&mut self) {
        let Some(Reverse((at, _, happening))) = self.queue.pop() else { return };
        self.now = at;
        match happening {
            Happening::Datagram { from, to, datagram } => self.deliver(from, to, &datagram),
            Happening::Wake { node } => {
                if self.nodes[node].wakes == Some(at) {
                    self.nodes[node].wakes = None;
                    self.with(node, Dht::on_time);
                }
            }
        }
    }

    fn deliver(&mut self, from: SocketAddr, to: usize, datagram: &[u8]) {
        match &mut self.nodes[to].actor {
            Actor::Honest(dht) => {
                dht.handle(self.now, from, datagram);
                self.follow_up(to);
            }
            Actor::Stranger(stranger) => {
                for (whom, datagram) in stranger(from, datagram) {
                    self.send(to, whom, datagram);
                }
            }
            Actor::Dead => {}
        }
    }

    fn follow_up(&mut self, node: usize) {
        while let Actor::Honest(dht) = &mut self.nodes[node].actor
            && let Some(action) = dht.poll()
        {
            match action {
                DhtAction::Send { to, datagram } => self.send(node, to, datagram),
                told => self.told.push((self.now, node, told)),
            }
        }
        let Actor::Honest(dht) = &self.nodes[node].actor else { return };
        if let Some(due) = dht.next_deadline().map(|due| due.max(self.now))
            && self.nodes[node].wakes.is_none_or(|wakes| due < wakes)
        {
            self.nodes[node].wakes = Some(due);
            self.push(due, Happening::Wake { node });
        }
    }

    /// A datagram leaves a node; one to nobody is lost.
    pub(crate) fn send(&mut self, from: usize, to: SocketAddr, datagram: Vec<u8>) {
        self.sent += 1;
        self.note(from, to, &datagram);
        let Some(to) = self.by_address.get(&to).copied() else { return };
        let jitter = Time::from_micros(self.rng.u64(0..20_000));
        let delay = self.nodes[from].delay + self.nodes[to].delay + jitter;
        let from = self.nodes[from].address;
        self.push(self.now + delay, Happening::Datagram { from, to, datagram });
    }

    fn note(&mut self, from: usize, to: SocketAddr, datagram: &[u8]) {
        let Some(KrpcMessage { body: KrpcBody::Query(query), .. }) = KrpcMessage::decode(datagram) else {
            return;
        };
        let node = &mut self.nodes[from];
        (node.id, node.is_read_only) = (Some(query.id), query.read_only);
        if let Question::AnnouncePeer { .. } = query.question {
            self.announces.push((from, to));
        }
    }

    fn push(&mut self, at: Time, happening: Happening) {
        self.count += 1;
        self.queue.push(Reverse((at, self.count, happening)));
    }
}

fn distance(id: NodeId, target: InfoHash) -> [u8; 20] {
    std::array::from_fn(|at| id.0[at] ^ target[at])
}
