//! What became of everybody who could have given something.

use super::driver::connected;
use super::*;
use crate::wire::Handshake;
use crate::{Announced, Contacts, DialError, Origin, PeerSource, TrackerError, TrackerId};
use torrent_core::address::{AddressError, Reach};

struct Lonely {
    payload: Payload,
    engine: Swarm<Vec<u8>>,
    connections: u64,
}

fn at(host: u8) -> SocketAddr {
    SocketAddr::from(([8, 8, 8, host], 6881))
}

impl Lonely {
    /// One that knows the peers at hosts 1 to `peers`, and two trackers.
    fn new(peers: u8) -> Self {
        let payload = Payload::new(Protocol::V1, &[65_536], 32_768);
        let trackers = vec![vec!["a".into()], vec!["b".into()]];
        let engine = payload.engine(Some(payload.torrent(false)), |config| config.trackers = trackers);
        let mut lonely = Self { payload, engine, connections: 0 };
        lonely.tell(Event::Peers { origin: Origin::Dht, peers: (1..=peers).map(|n| at(n).into()).collect() });
        lonely
    }

    /// Blocks that are asked for come, and are what `good` says.
    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.answer(event, true);
    }

    fn answer(&mut self, event: Event<Vec<u8>>, good: bool) {
        self.engine.handle(Time::ZERO, event);
        while let Some(action) = self.engine.poll() {
            let next = match action {
                Action::Send { connection, message: Message::Request(block) } => {
                    let mut data = self.payload.block(block);
                    data[0] ^= u8::from(!good);
                    Event::Received { connection, message: Message::Piece { block, data } }
                }
                Action::Hash { piece, blocks } => self.payload.hashed(piece, blocks),
                Action::Close { connection, .. } => Event::Closed { connection, why: None },
                _ => continue,
            };
            self.engine.handle(Time::ZERO, next);
        }
    }

    fn connect(&mut self, host: u8) -> ConnectionId {
        self.connections += 1;
        let connection = ConnectionId(self.connections);
        self.tell(connected(&self.engine, connection, [8, 8, 8, host]));
        connection
    }

    fn hears(&mut self, connection: ConnectionId, message: Message<Vec<u8>>, good: bool) {
        self.answer(Event::Received { connection, message }, good);
    }
}

#[test]
fn each_address_counts_once_by_how_it_ended_last() {
    let mut lonely = Lonely::new(9);
    let errors = [DialError::Refused, DialError::Unanswered, DialError::HungUp, DialError::Strange];
    for (host, why) in (1..).zip(errors) {
        lonely.tell(Event::ConnectFailed { address: at(host), why });
    }
    // Who hung up is dialled again at once, with an encrypted stream.
    lonely.tell(Event::ConnectFailed { address: at(3), why: DialError::HungUp });
    let leaves = lonely.connect(5);
    lonely.tell(Event::Closed { connection: leaves, why: None });
    let chokes = lonely.connect(6);
    lonely.hears(chokes, Message::HaveAll, true);
    let has_nothing = lonely.connect(7);
    lonely.hears(has_nothing, Message::HaveNone, true);
    let lies = lonely.connect(8);
    lonely.hears(lies, Message::HaveAll, true);
    lonely.hears(lies, Message::Unchoke, false);
    let contacts = lonely.engine.contacts();
    let expected = Contacts {
        known: 9,
        sources: [(PeerSource::Dht, 9)].into(),
        dialling: 1,
        failed: errors.into_iter().map(|why| (why, 1)).collect(),
        encrypted: 1,
        left: 1,
        cut_off: [(CloseReason::Poison, 1)].into(),
        connected: 2,
        choking: 1,
        needless: 1,
        banned: [(CloseReason::Poison, 1)].into(),
        trackers: 2,
        ..Contacts::default()
    };
    assert_eq!(contacts, expected);
}

#[test]
fn what_trackers_name_in_private_networks_is_counted_once() {
    let mut lonely = Lonely::new(0);
    let peers: Vec<SocketAddr> =
        ["10.0.0.1:1", "192.168.0.2:2", "127.0.0.1:3", "9.9.9.9:4"].map(|text| text.parse().unwrap()).into();
    for _ in 0..2 {
        let result = Ok(Announced { peers: peers.clone(), ..Announced::default() });
        lonely.tell(Event::Announced { tracker: TrackerId(1), result });
    }
    let result = Err(TrackerError::Failed("no".into()));
    lonely.tell(Event::Announced { tracker: TrackerId(0), result });
    let contacts = lonely.engine.contacts();
    assert_eq!((contacts.trackers, contacts.trackers_answered), (2, 1));
    assert_eq!((contacts.known, contacts.passed_over), (1, [(Origin::Tracker(TrackerId(1)), 2)].into()));
    assert_eq!(contacts.sources, [(PeerSource::Tracker, 1)].into());
}

#[test]
fn trackers_that_refuse_or_are_not_asked_are_not_silent() {
    let private = AddressError::Reach([10, 0, 0, 1].into(), Reach::Site);
    let cases = [
        (TrackerError::Failed("no answer".into()), (0, 0, 0)),
        (TrackerError::Refused(b"no".into()), (1, 0, 0)),
        (TrackerError::Misled(private.clone()), (1, 0, 0)),
        (TrackerError::NotAsked(private), (0, 1, 1)),
        (TrackerError::NotAsked(AddressError::PrivateName), (0, 1, 1)),
        (TrackerError::NotAsked(AddressError::LocalPath), (0, 1, 1)),
        (TrackerError::NotAsked(AddressError::Scheme), (0, 1, 0)),
    ];
    for (error, expected) in cases {
        let mut lonely = Lonely::new(0);
        lonely.tell(Event::Announced { tracker: TrackerId(0), result: Err(error.clone()) });
        let Contacts { trackers_refused, trackers_not_asked, trackers_forbidden, .. } =
            lonely.engine.contacts();
        assert_eq!((trackers_refused, trackers_not_asked, trackers_forbidden), expected, "{error}");
        lonely.tell(Event::Announced { tracker: TrackerId(0), result: Ok(Announced::default()) });
        assert_eq!(lonely.engine.contacts().trackers_refused, 0);
    }
}

/// Two trackers, and what became of them; whether anybody is left to ask.
#[test]
fn trackers_that_may_not_be_asked_are_nobody_to_wait_for() {
    let forbidden = || Err(TrackerError::NotAsked(AddressError::PrivateName));
    let unusable = || Err(TrackerError::NotAsked(AddressError::Scheme));
    let silent = || Err(TrackerError::Failed("no answer".into()));
    let empty = || Ok(Announced::default());
    for (peers, first, second, expected) in [
        (0, forbidden(), forbidden(), true),
        (0, forbidden(), unusable(), true),
        (0, forbidden(), silent(), false),
        (0, unusable(), empty(), false),
        (0, silent(), silent(), false),
        (1, forbidden(), forbidden(), false),
    ] {
        let mut lonely = Lonely::new(peers);
        assert!(!lonely.engine.has_no_source_left());
        lonely.tell(Event::Announced { tracker: TrackerId(0), result: first.clone() });
        lonely.tell(Event::Announced { tracker: TrackerId(1), result: second.clone() });
        assert_eq!(lonely.engine.has_no_source_left(), expected, "{peers} {first:?} {second:?}");
    }
}

/// A link does not tell; the metadata does, and what is there is looked at for long before the engine has it.
#[test]
fn from_the_moment_that_metadata_says_private_only_trackers_and_the_user_name_peers() {
    let payload = Payload::new(Protocol::V1, &[65_536], 32_768);
    let mut engine = payload.engine(None, |config| config.connections = 0);
    let dht = |host| Event::Peers { origin: Origin::Dht, peers: vec![at(host).into()] };
    engine.handle(Time::ZERO, dht(1));
    assert_eq!((engine.is_private(), engine.progress().candidates), (false, 1));
    engine.handle(Time::ZERO, Event::Private);
    engine.handle(Time::ZERO, dht(2));
    assert_eq!((engine.is_private(), engine.progress().candidates), (true, 0));
    engine.handle(Time::ZERO, Event::Peers { origin: Origin::User, peers: vec![at(3).into()] });
    assert_eq!(engine.progress().candidates, 1);
}

/// What is under way when that is found out does not stay: neither connections that strangers' words have led to, nor dials.
#[test]
fn whom_strangers_named_of_a_private_torrent_we_are_not_connected_to() {
    let payload = Payload::new(Protocol::V1, &[65_536], 32_768);
    let mut engine = payload.engine(None, |_| {});
    let named = |origin, hosts: &[u8]| Event::Peers {
        origin,
        peers: hosts.iter().map(|host| at(*host).into()).collect(),
    };
    engine.handle(Time::ZERO, named(Origin::Dht, &[1, 2, 4]));
    engine.handle(Time::ZERO, named(Origin::User, &[3]));
    let theirs = Handshake::new(engine.handshake().info_hash, [9; 20], false);
    let connect = |engine: &mut Swarm<Vec<u8>>, host: u8| {
        let (direction, handshake) = (Direction::Outgoing, Handshake { peer_id: [host + 100; 20], ..theirs });
        let connection = ConnectionId(u64::from(host));
        engine.handle(Time::ZERO, Event::Connected { connection, address: at(host), direction, handshake });
    };
    connect(&mut engine, 1);
    connect(&mut engine, 3);
    std::iter::from_fn(|| engine.poll()).for_each(drop);
    engine.handle(Time::ZERO, Event::Private);
    connect(&mut engine, 2);
    engine.handle(Time::ZERO, Event::ConnectFailed { address: at(4), why: DialError::HungUp });
    let closed = std::iter::from_fn(|| engine.poll()).filter_map(|action| match action {
        Action::Close { connection, .. } => Some(connection.0),
        _ => None,
    });
    assert_eq!(closed.collect::<Vec<_>>(), [1, 2]);
    engine.handle(Time::from_secs(1000), Event::Tick);
    let actions: Vec<Action<Vec<u8>>> = std::iter::from_fn(|| engine.poll()).collect();
    assert!(!actions.iter().any(|action| matches!(action, Action::Connect { .. })), "{actions:?}");
}
