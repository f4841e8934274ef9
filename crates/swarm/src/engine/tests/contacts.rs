//! What became of everybody who could have given something.

use super::driver::connected;
use super::*;
use crate::{Announced, Contacts, DialError, TrackerError, TrackerId};
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
        lonely.tell(Event::Peers {
            origin: crate::Origin::Stranger,
            peers: (1..=peers).map(|n| at(n).into()).collect(),
        });
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
        dialling: 1,
        failed: errors.into_iter().map(|why| (why, 1)).collect(),
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
    assert_eq!((contacts.known, contacts.passed_over), (1, [(TrackerId(1), 2)].into()));
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
