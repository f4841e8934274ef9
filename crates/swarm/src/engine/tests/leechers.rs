//! Leechers that cost a seed much and give nothing for it: honest ones are served beside them, and what is kept for them is bounded.

use std::collections::BTreeSet;

use super::*;
use crate::limits::REQUEST_QUEUE;
use crate::wire::Handshake;

const PIECE: u64 = 16 << 10;
const PIECES: u64 = 64;

/// A seed and who is connected with it.
struct Crowd {
    seed: Swarm<Vec<u8>>,
    now: Time,
    unchoked: BTreeSet<ConnectionId>,
    /// Blocks that are being sent, and not taken.
    sending: Vec<(ConnectionId, BlockAddress)>,
    /// Messages to each that are to be sent, in all.
    said: BTreeMap<ConnectionId, usize>,
    closed: BTreeMap<ConnectionId, CloseReason>,
}

impl Crowd {
    fn new(payload: &Payload) -> Self {
        let seed = payload.engine(Some(payload.torrent(true)), |_| {});
        let (unchoked, sending) = (BTreeSet::new(), Vec::new());
        let (said, closed) = (BTreeMap::new(), BTreeMap::new());
        Self { seed, now: Time::ZERO, unchoked, sending, said, closed }
    }

    /// A peer comes that wants blocks.
    fn join(&mut self, number: u64, ip: [u8; 4]) -> ConnectionId {
        let id = ConnectionId(number);
        let handshake = Handshake { peer_id: [number as u8 + 2; 20], ..self.seed.handshake() };
        let address = SocketAddr::from((ip, 20_000 + number as u16));
        let direction = Direction::Incoming;
        self.seed.handle(self.now, Event::Connected { connection: id, address, direction, handshake });
        self.hear(id, Message::Interested);
        id
    }

    fn hear(&mut self, connection: ConnectionId, message: Message<Vec<u8>>) {
        self.seed.handle(self.now, Event::Received { connection, message });
        self.act();
    }

    fn act(&mut self) {
        while let Some(action) = self.seed.poll() {
            match action {
                Action::Send { connection, message } => {
                    *self.said.entry(connection).or_default() += 1;
                    match message {
                        Message::Unchoke => self.unchoked.insert(connection),
                        Message::Choke => self.unchoked.remove(&connection),
                        _ => false,
                    };
                }
                Action::SendBlock { connection, block } => self.sending.push((connection, block)),
                Action::Close { connection, why } => {
                    self.closed.insert(connection, why);
                    self.unchoked.remove(&connection);
                    self.seed.handle(self.now, Event::Closed { connection, why: None });
                }
                _ => {}
            }
        }
    }

    /// Seconds pass. Each tenth of one, who is `honest` takes what is sent, and requests blocks if it may.
    fn pass(&mut self, seconds: u64, honest: &[ConnectionId]) {
        for _ in 0..10 * seconds {
            self.now += Time::from_millis(100);
            self.seed.handle(self.now, Event::Tick);
            self.act();
            for connection in honest {
                self.take(*connection);
                if self.unchoked.contains(connection) {
                    let piece = (self.now.as_millis() as u64 / 100 % PIECES) as u32;
                    self.hear(*connection, Message::Request(block(piece)));
                }
            }
        }
    }

    /// A peer takes all that is being sent to it. Gives how many blocks.
    fn take(&mut self, connection: ConnectionId) -> usize {
        let (taken, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.sending).into_iter().partition(|(id, _)| *id == connection);
        self.sending = left;
        for (connection, block) in &taken {
            let event = Event::BlockSent { connection: *connection, block: *block };
            self.seed.handle(self.now, event);
        }
        self.act();
        taken.len()
    }

    /// Seconds until a peer is unchoked, while those that are `honest` go on.
    fn wait_of(&mut self, id: ConnectionId, honest: &[ConnectionId]) -> u64 {
        let waits = |crowd: &mut Self| {
            crowd.pass(1, honest);
            !crowd.unchoked.contains(&id)
        };
        (1..600).find(|_| !waits(self)).expect("it is never served")
    }
}

fn block(piece: u32) -> BlockAddress {
    BlockAddress { piece: piece.into(), offset: 0, length: PIECE as u32 }
}

fn payload() -> Payload {
    Payload::new(Protocol::V1, &[PIECES * PIECE], PIECE)
}

#[test]
fn who_requests_nothing_keeps_nobody_waiting_for_long() {
    let payload = payload();
    let mut crowd = Crowd::new(&payload);
    let idle: Vec<ConnectionId> = (0..60).map(|peer| crowd.join(peer, [8, 8, peer as u8, 1])).collect();
    let first = crowd.join(100, [9, 9, 9, 1]);
    let waited = crowd.wait_of(first, &[first]);
    assert!(waited <= 60 / 5 * 3 + 6, "{waited} s behind sixty that came before");
    crowd.pass(60, &[first]);
    for peer in 101..104 {
        let next = crowd.join(peer, [9, 9, peer as u8, 1]);
        let waited = crowd.wait_of(next, &[first, next]);
        assert!(waited <= 4, "{waited} s, though all others have wasted their turns");
    }
    assert!(idle.iter().all(|id| !crowd.closed.contains_key(id)), "to be idle is no offence");
}

#[test]
fn who_comes_again_has_not_waited_for_longer() {
    let payload = payload();
    let mut crowd = Crowd::new(&payload);
    for peer in 0..30 {
        crowd.join(peer, [8, 8, peer as u8, 1]);
    }
    crowd.pass(30, &[]);
    for peer in 0..30 {
        crowd.seed.handle(crowd.now, Event::Closed { connection: ConnectionId(peer), why: None });
        crowd.unchoked.remove(&ConnectionId(peer));
        crowd.join(100 + peer, [8, 8, peer as u8, 1]);
    }
    let honest = crowd.join(200, [9, 9, 9, 1]);
    let waited = crowd.wait_of(honest, &[honest]);
    assert!(waited <= 4, "{waited} s behind hosts that have wasted their turns on other connections");
}

#[test]
fn a_host_with_many_connections_has_one_turn_where_others_wait() {
    let payload = payload();
    let mut crowd = Crowd::new(&payload);
    let greedy: Vec<ConnectionId> = (0..8).map(|peer| crowd.join(peer, [8, 8, 8, 8])).collect();
    let alone: Vec<ConnectionId> = (10..14).map(|peer| crowd.join(peer, [9, 9, peer as u8, 1])).collect();
    let all = [greedy.clone(), alone.clone()].concat();
    crowd.pass(15, &all);
    assert!(alone.iter().all(|id| crowd.unchoked.contains(id)));
    assert_eq!(greedy.iter().filter(|id| crowd.unchoked.contains(id)).count(), 1);
    // Several leechers behind one router share its turns, and have all that others leave.
    let mut crowd = Crowd::new(&payload);
    let behind_one: Vec<ConnectionId> = (0..8).map(|peer| crowd.join(peer, [8, 8, 8, 8])).collect();
    let mut served = BTreeSet::new();
    for _ in 0..5 {
        crowd.pass(20, &behind_one);
        assert_eq!(crowd.unchoked.len(), 5, "{:?}", crowd.closed);
        served.extend(crowd.unchoked.iter().copied());
    }
    assert_eq!(served.len(), 8);
}

#[test]
fn a_slot_that_nobody_else_wants_stays() {
    let payload = payload();
    let mut crowd = Crowd::new(&payload);
    let idle: Vec<ConnectionId> = (0..3).map(|peer| crowd.join(peer, [8, 8, peer as u8, 1])).collect();
    crowd.pass(1, &[]);
    let said = crowd.said.clone();
    crowd.pass(90, &[]);
    assert!(idle.iter().all(|id| crowd.unchoked.contains(id)), "nobody waits for these slots");
    assert_eq!(crowd.said, said);
}

#[test]
fn a_flood_of_requests_is_bounded() {
    let payload = payload();
    let mut crowd = Crowd::new(&payload);
    let (flood, honest) = (crowd.join(0, [8, 8, 8, 1]), crowd.join(1, [9, 9, 9, 1]));
    crowd.pass(1, &[honest]);
    // The same block again and again, and it takes none.
    for _ in 0..20_000 {
        crowd.hear(flood, Message::Request(block(7)));
    }
    let of_flood = |crowd: &Crowd| crowd.sending.iter().filter(|(id, _)| *id == flood).count();
    assert!(of_flood(&crowd) <= crate::limits::SENDING_MAX);
    assert!(crowd.seed.connections[&flood].upload.requests.len() <= REQUEST_QUEUE);
    let rejected = crowd.said[&flood];
    assert!(rejected >= 20_000 - REQUEST_QUEUE - crate::limits::SENDING_MAX, "{rejected}");
    crowd.pass(1, &[honest]);
    let before = crowd.seed.connections[&honest].upload.meter.total();
    crowd.pass(10, &[honest]);
    assert!(crowd.seed.connections[&honest].upload.meter.total() >= before + 90 * PIECE);
    // It goes on until it has sent more messages than a peer may.
    for _ in 0..100_000 {
        crowd.hear(flood, Message::Request(block(7)));
    }
    assert_eq!(crowd.closed.get(&flood), Some(&CloseReason::Flood));
}

#[test]
fn who_takes_more_than_two_copies_is_served_after_all_others() {
    let payload = payload();
    let mut crowd = Crowd::new(&payload);
    let again: Vec<ConnectionId> = (0..5).map(|peer| crowd.join(peer, [8, 8, peer as u8, 1])).collect();
    crowd.pass(1, &again);
    for _ in 0..2000 {
        again.iter().for_each(|id| {
            crowd.hear(*id, Message::Request(block(7)));
            crowd.take(*id);
        });
    }
    crowd.pass(5, &again);
    let honest = crowd.join(10, [9, 9, 9, 1]);
    let waited = crowd.wait_of(honest, &[&again[..], &[honest]].concat());
    assert!(waited <= 4, "{waited} s behind those who take the same block again and again");
}

#[test]
fn floods_of_other_messages_end() {
    let payload = payload();
    let is_flood = |messages: &[Message<Vec<u8>>]| {
        let mut crowd = Crowd::new(&payload);
        let (flood, honest) = (crowd.join(0, [8, 8, 8, 1]), crowd.join(1, [9, 9, 9, 1]));
        crowd.pass(1, &[honest]);
        for _ in 0..100_000 {
            messages.iter().for_each(|message| crowd.hear(flood, message.clone()));
        }
        assert!(crowd.unchoked.contains(&honest) && !crowd.closed.contains_key(&honest));
        crowd.closed.get(&flood) == Some(&CloseReason::Flood)
    };
    let cases = [
        vec![Message::Interested, Message::NotInterested],
        vec![Message::Choke, Message::Unchoke],
        vec![Message::Request(block(3)), Message::Cancel(block(3))],
        vec![Message::Cancel(block(3))],
        vec![Message::Have(3.into())],
    ];
    for messages in cases {
        assert!(is_flood(&messages), "{messages:?}");
    }
}

#[test]
fn a_request_outside_the_torrent_ends_the_connection() {
    let payload = payload();
    let outside = [
        BlockAddress { piece: (PIECES as u32).into(), ..block(0) },
        BlockAddress { offset: PIECE as u32, ..block(0) },
        BlockAddress { offset: 1, ..block(0) },
        BlockAddress { length: 0, ..block(0) },
        BlockAddress { length: u32::MAX, ..block(0) },
    ];
    for (number, block) in outside.into_iter().enumerate() {
        let mut crowd = Crowd::new(&payload);
        let peer = crowd.join(number as u64, [8, 8, 8, 1]);
        crowd.pass(1, &[]);
        crowd.hear(peer, Message::Request(block));
        assert_eq!(crowd.closed.get(&peer), Some(&CloseReason::Protocol), "{block:?}");
    }
}
