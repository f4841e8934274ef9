//! The only seed of a torrent: what it says to whom, and what it gives.

use torrent_core::layout::PieceIndex;

use super::driver::connected;
use super::*;
use crate::OriginConfig;
use crate::extension::{self, DontHaveMessage, Extension, ExtensionHandshake, ExtensionIds};

const PIECE: u64 = 8 * BLOCK as u64;
const PEERS: [ConnectionId; 3] = [ConnectionId(1), ConnectionId(2), ConnectionId(3)];

/// An engine that is the only seed of eight pieces, and three peers that have nothing.
struct Only {
    engine: Swarm<Vec<u8>>,
    /// What was sent to each, blocks left out.
    said: Vec<(ConnectionId, Message<Vec<u8>>)>,
    sent: Vec<(ConnectionId, BlockAddress)>,
}

impl Only {
    fn new() -> Self {
        let payload = Payload::new(Protocol::V1, &[8 * PIECE], PIECE);
        let origin = Some(OriginConfig { bill: 0 });
        let engine = payload.engine(Some(payload.torrent(true)), |config| config.origin = origin);
        let mut only = Self { engine, said: Vec::new(), sent: Vec::new() };
        for (connection, host) in PEERS.into_iter().zip(1..) {
            only.tell(connected(&only.engine, connection, [8, 8, 8, host]));
        }
        for connection in PEERS {
            only.hear(connection, Message::HaveNone);
        }
        only
    }

    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.tell_at(Time::ZERO, event);
    }

    fn tell_at(&mut self, now: Time, event: Event<Vec<u8>>) {
        self.engine.handle(now, event);
        while let Some(action) = self.engine.poll() {
            match action {
                Action::Send { connection, message } => self.said.push((connection, message)),
                Action::SendBlock { connection, block } => self.sent.push((connection, block)),
                _ => {}
            }
        }
    }

    fn hear(&mut self, connection: ConnectionId, message: Message<Vec<u8>>) {
        self.tell(Event::Received { connection, message });
    }

    fn request(&mut self, connection: ConnectionId, piece: PieceIndex) {
        for offset in (0..PIECE as u32).step_by(BLOCK as usize) {
            self.hear(connection, Message::Request(BlockAddress { piece, offset, length: BLOCK }));
        }
    }

    /// What was promised, in order.
    fn promises(&self) -> Vec<(ConnectionId, PieceIndex)> {
        let promise = |(connection, message): &(ConnectionId, Message<Vec<u8>>)| match message {
            Message::Have(piece) => Some((*connection, *piece)),
            _ => None,
        };
        self.said.iter().filter_map(promise).collect()
    }
}

#[test]
fn nobody_hears_of_more_than_is_promised_to_him() {
    let only = Only::new();
    let shows = |message: &Message<Vec<u8>>| matches!(message, Message::HaveAll | Message::Bitfield(_));
    assert!(!only.said.iter().any(|(_, message)| shows(message)));
    let seeds = only.said.iter().any(|(_, message)| match message {
        Message::Extended { payload, .. } => payload.windows(11).any(|window| window == b"upload_only"),
        _ => false,
    });
    assert!(!seeds, "and nobody hears that it wants nothing");
    let promises = only.promises();
    assert_eq!(promises.len(), 2, "a piece and a quarter are two");
    let unchoked = only.said.iter().filter(|(_, message)| matches!(message, Message::Unchoke));
    assert_eq!(
        unchoked.map(|(to, _)| *to).collect::<Vec<_>>(),
        promises.iter().map(|(to, _)| *to).collect::<Vec<_>>()
    );
}

#[test]
fn what_is_not_promised_is_not_given() {
    let mut only = Only::new();
    let [(first, piece), (second, other)] = only.promises()[..] else { panic!("{:?}", only.said) };
    only.said.clear();
    only.request(first, other);
    only.request(second, piece);
    let rejected =
        |(_, message): &&(ConnectionId, Message<Vec<u8>>)| matches!(message, Message::RejectRequest(_));
    assert_eq!((only.said.iter().filter(rejected).count(), only.sent.len()), (16, 0));
}

#[test]
fn what_was_promised_first_is_sent_first_and_to_its_end() {
    let mut only = Only::new();
    let [(first, piece), (second, other)] = only.promises()[..] else { panic!("{:?}", only.said) };
    only.request(second, other);
    let begun = only.sent.len();
    assert!((1..8).contains(&begun), "only little is on its way: {begun}");
    only.request(first, piece);
    for index in 0..16 {
        let (connection, block) = only.sent[index];
        only.tell(Event::BlockSent { connection, block });
    }
    let order: Vec<ConnectionId> = only.sent.iter().take(16).map(|(to, _)| *to).collect();
    let expected = [vec![second; begun], vec![first; 8], vec![second; 8 - begun]].concat();
    assert_eq!(order, expected);
    assert_eq!(
        only.engine.bill().map(|bill| (bill.given, bill.fresh)),
        Some((0.25, 8 - only.promises().len() as u32))
    );
}

#[test]
fn who_takes_nothing_keeps_nobody_waiting() {
    let mut only = Only::new();
    let [(first, piece), (second, other)] = only.promises()[..] else { panic!("{:?}", only.said) };
    only.request(first, piece);
    only.request(second, other);
    assert!(only.sent.iter().all(|(to, _)| *to == first), "it was promised first");
    only.tell_at(Time::from_millis(600), Event::Tick);
    assert!(only.sent.iter().any(|(to, _)| *to == second), "{:?}", only.sent);
    // It goes on with the first as soon as that takes something.
    let (connection, block) = only.sent[0];
    only.sent.clear();
    only.tell_at(Time::from_millis(700), Event::BlockSent { connection, block });
    assert!(only.sent.is_empty(), "enough is on its way");
}

#[test]
fn who_can_hear_it_is_told_that_a_promise_is_taken_back() {
    let mut only = Only::new();
    let [(first, piece), _] = only.promises()[..] else { panic!("{:?}", only.said) };
    let handshake = ExtensionHandshake {
        ids: ExtensionIds::default().with(Extension::DontHave, 7),
        ..ExtensionHandshake::default()
    };
    only.hear(first, Message::Extended { id: extension::HANDSHAKE, payload: handshake.encode() });
    only.said.clear();
    only.tell_at(Time::from_secs(31), Event::Tick);
    let extended = only.said.iter().filter(|(_, message)| matches!(message, Message::Extended { .. }));
    let expected = Message::Extended { id: 7, payload: DontHaveMessage { piece }.encode() };
    assert_eq!(extended.collect::<Vec<_>>(), [&(first, expected)]);
}
