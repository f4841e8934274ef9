//! Swarms in a virtual world: many engines, one clock that nobody waits for, no byte of payload.
//!
//! A [`World`] plays the driver of each engine: links with delay, rate and lost connections, disks, a tracker, web seeds.
//! Hostile peers are engines whose messages are changed on the way out ([`Behaviour`]). Everything that is random comes
//! from one seed, so that the same seed gives the same run, to the last message ([`World::trace`]).
//!
//! After every action and every event it is checked that no piece is announced or given before it is verified and
//! written, that nobody holds or asks for more than the budget allows, that no address is dialled that must not be, that a block
//! counts only if that very peer was asked for it and has not answered yet, that no peer costs more messages than it may, and that
//! completion is true, that the only seed keeps to its policy (`promises`); after every message and every tick, that no more is kept
//! because of a peer than may be. A world that fails says its seed.

mod act;
mod behaviour;
mod dht;
mod ends;
mod kept;
mod ledger;
mod node;
mod payload;
mod peer;
mod promises;
mod queue;
mod trace;
mod tracker;
mod web;

pub use node::Node;
pub use payload::{Payload, Token};
pub use peer::{Behaviour, Have, Peer, WebFault, WebSeed};

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use swarm::wire::Handshake;
use swarm::{Action, ConnectionId, DialError, Direction, Event, Swarm};
use torrent_core::layout::PieceIndex;

use ends::{End, Ends};
use kept::KeptBudgets;
use ledger::Ledger;
use queue::Queue;
use trace::Trace;
use tracker::Tracker;

/// A virtual world around one torrent.
pub struct World {
    seed: u64,
    rng: fastrand::Rng,
    now: Duration,
    queue: Queue<Plan>,
    payload: Payload,
    nodes: Vec<Node>,
    /// By connection: where it leads.
    ends: Ends,
    connections: u64,
    tracker: Tracker,
    trace: Trace,
    /// How long a message takes one way, in microseconds.
    delays: std::ops::Range<u64>,
    /// How long connections last on the average, if they do not last for ever.
    lifetime: Option<Duration>,
    /// Messages do not wait behind blocks on other connections.
    has_sockets: bool,
    /// Poisoners, and which pieces of theirs had bad blocks, by victim.
    poison: BTreeMap<(usize, usize), Vec<PieceIndex>>,
    /// What each connection was asked for, and what it costs.
    ledger: Ledger,
    kept: KeptBudgets,
    /// Addresses that somebody dialled.
    dialled: Vec<SocketAddr>,
    events: u64,
}

/// What is yet to happen.
#[derive(Debug)]
enum Plan {
    Join(usize),
    /// The peer is gone, without a word.
    Crash(usize),
    /// The peer says goodbye and goes.
    Leave(usize),
    /// From now on the peer behaves like this.
    Turn(usize, Behaviour),
    Dialled {
        from: usize,
        life: u32,
        to: SocketAddr,
    },
    /// An event for a peer in one of its lives.
    Tell {
        node: usize,
        life: u32,
        event: Event<Token>,
    },
    Tick {
        node: usize,
        life: u32,
    },
    /// A connection is lost.
    Cut(ConnectionId),
    /// The next block of a request to a web seed.
    Web(web::Transfer),
    /// Something in the DHT.
    Dht(dht::DhtPlan),
}

impl World {
    /// A world without peers.
    pub fn new(seed: u64, payload: Payload) -> Self {
        Self {
            seed,
            rng: fastrand::Rng::with_seed(seed),
            now: Duration::ZERO,
            queue: Queue::new(),
            payload,
            nodes: Vec::new(),
            ends: Ends::default(),
            connections: 0,
            tracker: Tracker::default(),
            trace: Trace::default(),
            delays: 5_000..80_000,
            lifetime: None,
            has_sockets: false,
            poison: BTreeMap::new(),
            ledger: Ledger::default(),
            kept: KeptBudgets::default(),
            dialled: Vec::new(),
            events: 0,
        }
    }

    /// Connections are lost after so long, on the average.
    pub fn losing_connections(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Messages take so many microseconds one way; else 5 to 80 milliseconds.
    pub fn with_delays(mut self, microseconds: std::ops::Range<u64>) -> Self {
        self.delays = microseconds;
        self
    }

    /// Each connection has a socket of its own: what is said on one does not wait behind blocks on others. (Else a line is one queue.)
    pub fn with_sockets(mut self) -> Self {
        self.has_sockets = true;
        self
    }

    /// Every third announce fails.
    pub fn with_flaky_tracker(mut self) -> Self {
        self.tracker.flaky = true;
        self
    }

    /// A peer that joins when it says; gives its number.
    pub fn add(&mut self, peer: Peer) -> usize {
        let index = self.nodes.len();
        self.queue.plan(peer.joins, Plan::Join(index));
        self.nodes.push(Node::new(index, peer, &self.payload));
        index
    }

    /// A peer's machine is switched off at a given time, and comes back after `away`; what was not yet on disk is lost.
    pub fn restart_at(&mut self, at: Duration, node: usize, away: Duration) {
        self.queue.plan(at, Plan::Crash(node));
        self.queue.plan(at + away, Plan::Join(node));
    }

    /// From now on a peer's disk can store so many pieces, and the peer joins again.
    pub fn make_room(&mut self, node: usize, pieces: usize) {
        self.nodes[node].peer.disk_pieces = pieces;
        self.nodes[node].disk_was_full = false;
        self.queue.plan(self.now, Plan::Join(node));
    }

    /// A peer says goodbye at a given time.
    pub fn leave_at(&mut self, at: Duration, node: usize) {
        self.queue.plan(at, Plan::Leave(node));
    }

    /// From a given time on a peer behaves differently.
    pub fn turn_at(&mut self, at: Duration, node: usize, behaviour: Behaviour) {
        self.queue.plan(at, Plan::Turn(node, behaviour));
    }

    /// Somebody other than a tracker tells a peer of an address.
    pub fn name_at(&mut self, at: Duration, node: usize, address: SocketAddr) {
        let event = Event::Peers { origin: swarm::Origin::Dht, peers: vec![address.into()] };
        self.queue.plan(at, Plan::Tell { node, life: 1, event });
    }

    /// Lets time pass until `done` or the end of everything; whether it is done before `limit`.
    pub fn run(&mut self, limit: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let mut seen = self.now;
        while let Some((at, plan)) = self.queue.next() {
            if at > limit {
                self.queue.plan(at, plan);
                break;
            }
            self.now = at;
            self.events += 1;
            self.happen(plan);
            if at >= seen + LOOK {
                seen = at;
                if done(self) {
                    return true;
                }
            }
        }
        done(self)
    }

    /// Lets time pass until every honest peer is complete; fails if that takes longer than `limit`.
    pub fn run_to_completion(&mut self, limit: Duration) {
        if !self.run(limit, |world| world.honest().all(Node::is_complete)) {
            let open: Vec<String> =
                self.honest().filter(|node| !node.is_complete()).map(Node::summary).collect();
            self.fail(&format!("{} peers are not complete:\n{}", open.len(), open.join("\n")));
        }
        self.assert_accounts();
    }

    /// Of whatever came it is known what became of it: it was needed, or it was waste.
    fn assert_accounts(&self) {
        for progress in self.honest().filter_map(Node::engine).map(Swarm::progress) {
            let known = progress.useful + progress.duplicate + progress.bad;
            assert!(progress.downloaded <= known, "{known} bytes are accounted for: {progress:?}");
        }
    }

    /// The simulated time since the beginning.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// The peers, by number.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The peers that are not hostile.
    pub fn honest(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.peer.behaviour == Behaviour::Honest)
    }

    /// A number that is the same if all that happened is the same.
    pub fn trace(&self) -> u64 {
        self.trace.number()
    }

    /// How many events the engines were given.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many actions the engines took.
    pub fn actions(&self) -> u64 {
        self.trace.actions()
    }

    /// Every address that somebody dialled.
    pub fn dialled(&self) -> &[SocketAddr] {
        &self.dialled
    }

    /// The most pieces with bad blocks that any poisoner could send to any one victim.
    pub fn worst_poisoning(&self) -> usize {
        self.poison.values().map(Vec::len).max().unwrap_or_default()
    }

    /// Received blocks that were not needed, as a share of all, over the honest peers.
    pub fn duplicate_share(&self) -> f64 {
        let sum = |of: fn(&swarm::Progress) -> u64| {
            self.honest().map(|node| of(&node.progress())).sum::<u64>() as f64
        };
        sum(|progress| progress.duplicate) / sum(|progress| progress.downloaded).max(1.0)
    }

    /// The most that was kept of one kind because of any one peer, by the name that the failure of its limit says.
    pub fn most_kept(&self, what: &str) -> usize {
        self.kept.most(what)
    }

    /// Ends the run, saying which seed it was.
    #[track_caller]
    pub fn fail(&self, what: &str) -> ! {
        panic!("seed {} at {:?}: {what}", self.seed, self.now)
    }

    fn happen(&mut self, plan: Plan) {
        match plan {
            Plan::Join(node) => self.join(node),
            Plan::Crash(node) => self.crash(node),
            Plan::Leave(node) => self.tell(node, Event::Stop),
            Plan::Turn(node, behaviour) => self.nodes[node].peer.behaviour = behaviour,
            Plan::Dialled { from, life, to } => self.dialled_to(from, life, to),
            Plan::Tell { node, life, event } if self.nodes[node].life == life => self.deliver(node, event),
            Plan::Tick { node, life } if self.nodes[node].life == life => {
                self.nodes[node].tick = None;
                self.tell(node, Event::Tick);
                self.check_kept_by(node);
            }
            Plan::Tell { .. } | Plan::Tick { .. } => {}
            Plan::Cut(connection) => self.cut(connection),
            Plan::Web(transfer) => self.web_block(transfer),
            Plan::Dht(plan) => self.happen_in_dht(plan),
        }
    }

    fn join(&mut self, index: usize) {
        let addresses: Vec<SocketAddr> =
            self.nodes[index].peer.knows.clone().into_iter().map(|known| self.nodes[known].address).collect();
        let seed = self.rng.u64(..);
        self.nodes[index].join(&self.payload, seed);
        let blocks = self.nodes[index].peer.budget;
        self.tell(index, Event::Budget { blocks });
        let peers = addresses.into_iter().map(Into::into).collect();
        self.tell(index, Event::Peers { origin: swarm::Origin::User, peers });
        self.join_dht(index);
    }

    /// What was on its way to this peer or in its memory is gone.
    fn crash(&mut self, index: usize) {
        self.nodes[index].leave();
        self.tracker.forget(self.nodes[index].address);
        self.ends.of(index).into_iter().for_each(|connection| self.cut(connection));
    }

    /// A message or the end of a connection arrives, unless the connection is gone.
    fn deliver(&mut self, node: usize, event: Event<Token>) {
        match event {
            Event::Received { connection, message } => {
                let Some(end) = self.ends.get(connection) else { return };
                let message = self.take_in(node, end.peer, message);
                self.ledger.came(connection, self.now, &message);
                self.kept.came(connection, self.now, &message);
                let useful = |world: &Self| world.ledger.stray().map(|_| world.nodes[node].progress().useful);
                let before = useful(self);
                self.tell(node, Event::Received { connection, message });
                if before.is_some_and(|before| useful(self).is_some_and(|useful| useful > before)) {
                    self.fail(&format!(
                        "peer {node} takes {:?}, for which it did not ask",
                        self.ledger.stray()
                    ));
                }
                if let Err(what) = self.ledger.settle() {
                    self.fail(&format!("peer {node}: {what}"));
                }
                self.check_kept(node, connection);
            }
            Event::Closed { connection, .. } => {
                self.ends.remove(connection);
                self.ledger.forget(connection);
                self.kept.forget(connection);
                self.tell(node, Event::Closed { connection, why: None });
            }
            Event::Written { piece } => {
                self.nodes[node].disk[piece.index()] = true;
                self.tell(node, Event::Written { piece });
            }
            event => self.tell(node, event),
        }
    }

    /// Tells an engine what happened, and does what it wants.
    fn tell(&mut self, index: usize, event: Event<Token>) {
        let now = self.now;
        let node = &mut self.nodes[index];
        let Some(engine) = &mut node.engine else { return };
        node.promises.iter_mut().for_each(|promises| promises.hears(now, &event));
        engine.handle(now, event);
        while let Some(action) = self.nodes[index].poll() {
            self.trace.add(now, index, &action);
            self.check_promise(index, &action);
            self.act(index, action);
        }
        self.check(index);
        self.check_promises(index);
        let node = &mut self.nodes[index];
        if let Some(at) = node.next_tick(now) {
            self.queue.plan(at, Plan::Tick { node: index, life: node.life });
        }
    }

    /// What must be so after every event.
    fn check(&self, index: usize) {
        let node = &self.nodes[index];
        let Some(engine) = &node.engine else { return };
        let piece = self.payload.metainfo.piece_length().div_ceil(1 << 14) as usize;
        let most = node.peer.budget.max(piece + swarm::limits::HELP_BLOCKS);
        let (committed, in_memory) = (engine.committed(), node.blocks_in_memory());
        if committed > most || in_memory > most {
            self.fail(&format!(
                "peer {index} holds {in_memory} and may ask for {committed} of {most} blocks"
            ));
        }
    }

    /// An origin does what its policy allows.
    fn check_promise(&mut self, index: usize, action: &Action<Token>) {
        let promises = self.nodes[index].promises.as_mut();
        if let Some(Err(what)) = promises.map(|promises| promises.does(self.now, action)) {
            self.fail(&format!("peer {index}: {what}"));
        }
    }

    fn check_promises(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        let bill = node.engine.as_ref().and_then(Swarm::bill);
        if let (Some(promises), Some(bill)) = (&mut node.promises, bill)
            && let Err(what) = promises.check(self.now, &bill)
        {
            self.fail(&format!("peer {index}: {what}"));
        }
    }

    /// A peer costs the memory that it may: after each of its messages, and, because much happens with time alone, after each tick.
    fn check_kept(&mut self, node: usize, connection: ConnectionId) {
        let kept = self.nodes[node].engine.as_ref().map(|engine| engine.kept_for(connection));
        if let Some(Err(what)) = kept.map(|kept| self.kept.settle(connection, &kept)) {
            self.fail(&format!("peer {node}: {what}"));
        }
    }

    fn check_kept_by(&mut self, node: usize) {
        self.ends.of(node).into_iter().for_each(|connection| self.check_kept(node, connection));
    }

    fn dialled_to(&mut self, from: usize, life: u32, to: SocketAddr) {
        if self.nodes[from].life != life || self.nodes[from].engine.is_none() {
            return;
        }
        let answer = number_of(to).and_then(|index| {
            let hello = self.nodes[from].engine.as_ref()?.handshake();
            Some((index, hello, self.nodes.get(index)?.engine.as_ref()?.answer(&hello)?))
        });
        let Some((to_index, hello, answer)) = answer.filter(|(index, ..)| *index != from) else {
            return self.tell(from, Event::ConnectFailed { address: to, why: DialError::Refused });
        };
        let (hello, answer) = (self.features(hello, from), self.features(answer, to_index));
        let ids = [ConnectionId(self.connections), ConnectionId(self.connections + 1)];
        self.connections += 2;
        let delay = self.delay();
        self.ends.insert(
            ids[0],
            End { node: from, other: ids[1], peer: to_index, delay, arrives: Duration::ZERO },
        );
        self.ends.insert(
            ids[1],
            End { node: to_index, other: ids[0], peer: from, delay, arrives: Duration::ZERO },
        );
        if let Some(mean) = self.lifetime {
            let lasts = mean.mul_f64(-(1.0 - self.rng.f64()).ln());
            self.queue.plan(self.now + lasts, Plan::Cut(ids[0]));
        }
        let mut caller = self.nodes[from].address;
        caller.set_port(self.rng.u16(32_768..));
        let connected = |connection, address, direction, handshake| Event::Connected {
            connection,
            address,
            direction,
            handshake,
        };
        self.tell(from, connected(ids[0], to, Direction::Outgoing, answer));
        self.tell(to_index, connected(ids[1], caller, Direction::Incoming, hello));
    }

    /// A handshake as a peer sends it.
    fn features(&self, handshake: Handshake, node: usize) -> Handshake {
        let flaps = self.nodes[node].peer.behaviour == Behaviour::Flap;
        Handshake { reserved: if flaps { [0; 8] } else { handshake.reserved }, ..handshake }
    }

    fn delay(&mut self) -> Duration {
        Duration::from_micros(self.rng.u64(self.delays.clone()))
    }

    /// A connection is lost: both ends notice.
    fn cut(&mut self, connection: ConnectionId) {
        let Some(end) = self.ends.remove(connection) else { return };
        self.ends.remove(end.other);
        self.tell(end.node, Event::Closed { connection, why: None });
        self.tell(end.peer, Event::Closed { connection: end.other, why: None });
    }
}

/// How often `run` looks whether it is done.
const LOOK: Duration = Duration::from_millis(100);

/// The address of a peer, by number: a public one.
fn address_of(node: usize) -> SocketAddr {
    let [_, high, middle, low] = (node as u32 + 1).to_be_bytes();
    SocketAddr::new(IpAddr::from([20, high, middle, low]), 6881)
}

/// The peer at an address.
fn number_of(address: SocketAddr) -> Option<usize> {
    let IpAddr::V4(ip) = address.ip() else { return None };
    let [20, high, middle, low] = ip.octets() else { return None };
    (address.port() == 6881).then(|| u32::from_be_bytes([0, high, middle, low]) as usize - 1)
}
