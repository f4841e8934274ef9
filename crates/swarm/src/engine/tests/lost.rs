//! Pieces that were there are lost: nobody gets them, and who can be told is told.

use torrent_core::layout::PieceRange;

use super::driver::connected;
use super::*;
use crate::OriginConfig;
use crate::extension::{self, Extension, ExtensionHandshake, ExtensionIds};

const PIECE: u64 = 4 * BLOCK as u64;
const PIECES: u32 = 8;
const PEER: ConnectionId = ConnectionId(1);
const LOST: u32 = 3;

/// A seed of eight pieces, and a peer that wants them.
struct Seed {
    engine: Swarm<Vec<u8>>,
}

impl Seed {
    fn new(is_fast: bool) -> Self {
        let payload = Payload::new(Protocol::V1, &[u64::from(PIECES) * PIECE], PIECE);
        let mut seed = Self { engine: payload.engine(Some(payload.torrent(true)), |_| {}) };
        let Event::Connected { connection, address, direction, mut handshake } =
            connected(&seed.engine, PEER, [8, 8, 8, 1])
        else {
            unreachable!()
        };
        if !is_fast {
            handshake.reserved[7] = 0;
        }
        seed.tell(Event::Connected { connection, address, direction, handshake });
        seed.hear(Message::Interested);
        (4..6).for_each(|second| seed.engine.handle(Time::from_secs(second), Event::Tick));
        assert_eq!(seed.engine.progress().unchoked, 1);
        seed.said();
        seed
    }

    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.engine.handle(Time::from_secs(3), event);
    }

    fn hear(&mut self, message: Message<Vec<u8>>) {
        self.tell(Event::Received { connection: PEER, message });
    }

    fn lose(&mut self) {
        self.tell(Event::Lost { pieces: PieceRange::new(LOST.into(), 1) });
    }

    fn find(&mut self, pieces: Range<u32>) {
        self.tell(Event::Found { pieces: PieceRange::new(pieces.start.into(), pieces.len() as u32) });
    }

    /// What the engine wants done, in words.
    fn said(&mut self) -> Vec<String> {
        let actions = std::iter::from_fn(|| self.engine.poll());
        let words = |action| match action {
            Action::Send { message: Message::RejectRequest(block), .. } => {
                Some(format!("reject {}", name(block)))
            }
            Action::Send { message: Message::Extended { id, payload }, .. } if id > 0 => {
                Some(format!("{id}: {payload:?}"))
            }
            Action::Send { message: Message::Have(piece), .. } => Some(format!("have {}", u32::from(piece))),
            Action::SendBlock { block, .. } => Some(format!("send {}", name(block))),
            Action::Close { .. } => Some("close".to_owned()),
            _ => None,
        };
        actions.filter_map(words).collect()
    }
}

/// The block of a piece at a place.
fn block(piece: u32, place: u32) -> BlockAddress {
    BlockAddress { piece: piece.into(), offset: place * BLOCK, length: BLOCK }
}

fn name(block: BlockAddress) -> String {
    format!("{}.{}", u32::from(block.piece), block.offset / BLOCK)
}

#[test]
fn requests_for_what_is_lost_are_rejected_and_others_are_served() {
    let mut seed = Seed::new(true);
    for place in 0..4 {
        seed.hear(Message::Request(block(0, place)));
        seed.hear(Message::Request(block(LOST, place)));
    }
    let sending = seed.said();
    seed.lose();
    let lost: Vec<String> = (0..4).map(|place| name(block(LOST, place))).collect();
    let waiting: Vec<&String> =
        lost.iter().filter(|block| !sending.contains(&format!("send {block}"))).collect();
    let expected: Vec<String> = waiting.iter().map(|block| format!("reject {block}")).collect();
    assert_eq!(seed.said(), expected, "those that wait; {sending:?} are on their way");
    let on_their_way = (0..4).filter(|place| !waiting.contains(&&lost[*place as usize]));
    for place in on_their_way.collect::<Vec<_>>() {
        seed.tell(Event::BlockLost { connection: PEER, block: block(LOST, place) });
        assert_eq!(seed.said()[0], format!("reject {}", lost[place as usize]));
    }
    seed.hear(Message::Request(block(LOST, 0)));
    seed.hear(Message::Request(block(1, 0)));
    let said = seed.said();
    assert!(said.contains(&"reject 3.0".to_owned()), "{said:?}");
    let progress = seed.engine.progress();
    assert_eq!((progress.pieces, progress.done), (PIECES - 1, u64::from(PIECES - 1) * PIECE));
    assert_eq!(progress.wanted, progress.done, "it is not fetched anew");
}

#[test]
fn who_offers_to_hear_of_it_hears_of_it() {
    let mut seed = Seed::new(true);
    let ids = ExtensionIds::default().with(Extension::DontHave, 7);
    let payload = ExtensionHandshake { ids, ..ExtensionHandshake::default() }.encode();
    seed.hear(Message::Extended { id: extension::HANDSHAKE, payload });
    seed.lose();
    assert_eq!(seed.said(), ["7: [0, 0, 0, 3]"]);
    seed.lose();
    assert_eq!(seed.said(), Vec::<String>::new(), "once");
}

#[test]
fn what_is_found_again_is_announced_and_given_as_before() {
    let mut seed = Seed::new(true);
    let before = seed.engine.progress();
    seed.find(0..PIECES);
    assert_eq!(seed.said(), Vec::<String>::new(), "nothing was lost");
    seed.lose();
    seed.find(LOST - 1..LOST + 2);
    assert_eq!(seed.said(), ["have 3"]);
    let after = seed.engine.progress();
    assert_eq!((after.pieces, after.done, after.wanted), (before.pieces, before.done, before.wanted));
    seed.hear(Message::Request(block(LOST, 0)));
    assert_eq!(seed.said(), ["send 3.0"]);
    seed.find(LOST..LOST + 1);
    assert_eq!(seed.said(), Vec::<String>::new(), "once");
}

#[test]
fn who_cannot_be_told_is_let_go() {
    let mut seed = Seed::new(false);
    seed.lose();
    assert_eq!(seed.said(), Vec::<String>::new(), "it may want others");
    let mut seed = Seed::new(false);
    seed.hear(Message::Request(block(LOST, 0)));
    assert_eq!(seed.said(), ["send 3.0"]);
    seed.lose();
    seed.tell(Event::BlockLost { connection: PEER, block: block(LOST, 0) });
    assert_eq!(seed.said(), ["close"]);
}

#[test]
fn who_comes_later_is_not_shown_it() {
    let mut seed = Seed::new(true);
    seed.lose();
    let other = connected(&seed.engine, ConnectionId(2), [8, 8, 8, 2]);
    seed.tell(other);
    let shown = std::iter::from_fn(|| seed.engine.poll()).find_map(|action| match action {
        Action::Send { message: Message::Bitfield(bits), .. } => Some(bits),
        _ => None,
    });
    assert_eq!(shown, Some(vec![0b1110_1111]));
}

#[test]
fn the_only_seed_promises_what_is_left() {
    let payload = Payload::new(Protocol::V1, &[u64::from(PIECES) * PIECE], PIECE);
    let origin = Some(OriginConfig { bill: 4 });
    let mut engine = payload.engine(Some(payload.torrent(true)), |config| config.origin = origin);
    engine.handle(Time::ZERO, Event::Lost { pieces: PieceRange::new(LOST.into(), 1) });
    let peer = connected(&engine, PEER, [8, 8, 8, 1]);
    engine.handle(Time::ZERO, peer);
    engine.handle(Time::ZERO, Event::Received { connection: PEER, message: Message::HaveNone });
    let mut promised = Vec::new();
    for second in 0..100 {
        engine.handle(Time::from_secs(second), Event::Tick);
        while let Some(action) = engine.poll() {
            let Action::Send { message: Message::Have(piece), .. } = action else { continue };
            promised.push(u32::from(piece));
            engine.handle(
                Time::from_secs(second),
                Event::Received { connection: PEER, message: Message::Have(piece) },
            );
        }
    }
    promised.sort_unstable();
    assert_eq!(promised, [0, 1, 2, 4, 5, 6, 7]);
}
