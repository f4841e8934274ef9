//! Who gets a place when all are taken.

use super::*;
use crate::limits;

/// Those who called before, and took all places.
#[derive(Clone, Copy, Debug)]
struct Before {
    /// They are in as many networks (/24).
    networks: u8,
    are_interested: bool,
    give: bool,
    /// How long they have been here, in seconds.
    age: u64,
}

const PLACES: u64 = 20;
const NEWCOMER: ConnectionId = ConnectionId(1000);

struct Door {
    payload: Payload,
    engine: Swarm<Vec<u8>>,
    now: Time,
    closed: Vec<ConnectionId>,
}

impl Door {
    fn call(&mut self, connection: ConnectionId, ip: [u8; 4]) {
        let mut peer_id = [2; 20];
        peer_id[12..].copy_from_slice(&connection.0.to_be_bytes());
        let handshake = crate::wire::Handshake { peer_id, ..self.engine.handshake() };
        let (address, direction) = (SocketAddr::from((ip, 6881)), Direction::Incoming);
        self.tell(Event::Connected { connection, address, direction, handshake });
    }

    /// Tells the engine what happened; what it requests comes.
    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.engine.handle(self.now, event);
        while let Some(action) = self.engine.poll() {
            match action {
                Action::Close { connection, .. } => self.closed.push(connection),
                Action::Send { connection, message: Message::Request(block) } => {
                    let message = Message::Piece { block, data: self.payload.block(block) };
                    self.engine.handle(self.now, Event::Received { connection, message });
                }
                _ => {}
            }
        }
    }
}

/// Whether somebody of a network gets a place.
fn gets_in(before: Before, network: u8) -> bool {
    calls(before, [8, 8, network, 200], None)
}

/// Whether a newcomer gets a place, if we are known to be at `own`.
fn calls(before: Before, newcomer: [u8; 4], own: Option<[u8; 4]>) -> bool {
    let payload = Payload::new(Protocol::V1, &[PLACES * 16_384], 16_384);
    let mut config = Config::new(1, [1; 20]);
    config.info_hash_v1 = payload.metainfo.info_hash_v1();
    config.connections = PLACES as usize * 4 / limits::INCOMING_IN_FOUR;
    let mut engine = Swarm::new(config, Some(payload.torrent(false)));
    let seen = own.map(|own| (crate::addresses::Witness::Tracker(crate::TrackerId(0)), own.into()));
    seen.into_iter().for_each(|(witness, ip)| engine.addresses.own.says(witness, ip));
    let mut door = Door { payload, engine, now: Time::ZERO, closed: Vec::new() };
    for id in 0..PLACES {
        let (connection, number) = (ConnectionId(id), id as u8);
        door.call(connection, [8, 8, number % before.networks, 1 + number]);
        if before.are_interested {
            door.tell(Event::Received { connection, message: Message::Interested });
        }
    }
    for second in 1..=before.age {
        door.now = Time::from_secs(second);
        if second == before.age && before.give {
            for id in 0..PLACES {
                let connection = ConnectionId(id);
                door.tell(Event::Received { connection, message: Message::Have((id as u32).into()) });
                door.tell(Event::Received { connection, message: Message::Unchoke });
            }
        }
        door.tell(Event::Tick);
    }
    assert_eq!(door.closed, [], "{before:?}");
    door.call(NEWCOMER, newcomer);
    assert!(door.closed.len() == 1, "{:?}", door.closed);
    door.closed != [NEWCOMER]
}

#[test]
fn who_is_of_no_use_makes_room() {
    let idle = Before { networks: 1, are_interested: false, give: false, age: 3 };
    let spread = Before { networks: 20, ..idle };
    let cases = [
        // One network holds all places: another gets one of them at once, itself only when they have had their time.
        (idle, 99, true),
        (idle, 0, false),
        (Before { age: 40, ..idle }, 0, true),
        (Before { are_interested: true, ..idle }, 99, true),
        (Before { are_interested: true, age: 40, ..idle }, 0, false),
        // Where no network holds many, those who want nothing go when they have had their time.
        (spread, 99, false),
        (Before { age: 40, ..spread }, 99, true),
        (Before { are_interested: true, age: 40, ..spread }, 99, false),
        // Who gives stays.
        (Before { give: true, ..idle }, 99, false),
        (Before { give: true, age: 40, ..spread }, 99, false),
    ];
    for (before, network, expected) in cases {
        assert_eq!(gets_in(before, network), expected, "{before:?}, newcomer of {network}");
    }
}

/// All who hold a place want something and get nothing: of those who have had their time, the last in the order of BEP 40 goes.
#[test]
fn who_comes_first_in_the_order_of_priorities_gets_a_place() {
    let before = Before { networks: 20, are_interested: true, give: false, age: 40 };
    let own = [123, 213, 32, 10];
    let rank = |ip: [u8; 4]| crate::addresses::priority((own, 6881).into(), (ip, 6881).into());
    let held: Vec<u32> = (0..PLACES as u8).map(|number| rank([8, 8, number, 1 + number])).collect();
    let (least, most) = (*held.iter().min().unwrap(), *held.iter().max().unwrap());
    let with =
        |is_it: &dyn Fn(u32) -> bool| (1..=255).map(|n| [9, n, 9, 9]).find(|ip| is_it(rank(*ip))).unwrap();
    let (low, high) = (with(&|rank| rank < least), with(&|rank| rank > most));
    assert_eq!([calls(before, low, Some(own)), calls(before, high, Some(own))], [false, true]);
    assert!(!calls(Before { age: 3, ..before }, high, Some(own)), "they have not had their time");
    assert!(!calls(before, high, None), "nobody knows where we are");
}
