//! What each kind of message costs, in the costliest form that is known: in things that the engine does, which is checked, and in time,
//! which is printed beside that of a `have`.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::PoisonError;
use std::time::Duration;

use piece_hash::Sha256Digest;
use swarm::extension::{self, Extension, ExtensionHandshake, ExtensionIds, PexMessage};
use swarm::limits::{
    BLOCK, EXTENSION_HANDSHAKE, HANDSHAKE_PRICE, MESSAGES_BURST, METADATA_HEAD, PEX_MESSAGE, PEX_READ,
    REQUEST_QUEUE, REQUESTS_IN_FLIGHT,
};
use swarm::wire::{BlockAddress, HashRange, Message};
use swarm::{Action, Event, PieceDigests, Torrent};
use torrent_core::metainfo::Protocol;

use crate::ALONE;
use crate::lists::{Engine, PLAIN, connect, engine, hear, range_of, tell, torrent};
use crate::meter::cpu_time;

/// A kind in one form, how many actions each message may lead to, and what makes an engine and the messages that it hears.
type Kind = (&'static str, usize, fn() -> (Engine, Vec<Message<()>>));

const ALL: &[Kind] = &[
    ("have, of a piece that is needed", 0, haves),
    ("keep-alive", 0, || (leecher(PLAIN), repeat(Message::KeepAlive))),
    ("port", 0, || (leecher(PLAIN), repeat(Message::Port(1)))),
    ("suggest", 0, || (leecher(FAST), repeat(Message::SuggestPiece(1.into())))),
    ("allowed fast", 0, || (leecher(FAST), repeat(Message::AllowedFast(1.into())))),
    ("interested and not", 0, || (leecher(PLAIN), in_turn(Message::Interested, Message::NotInterested))),
    // A window is asked for once more, and not again in the same second.
    ("choke and unchoke, all of a window asked", REQUESTS_IN_FLIGHT / COUNT, chokes),
    ("bitfield, with one more piece each time", 0, bitfields),
    ("request, refused", 1, || (seed(FAST), repeat(Message::Request(block(0))))),
    ("request, queued", 0, || (unchoking_seed(), repeat(Message::Request(block(0))))),
    ("cancel, of nothing in a full queue", 0, cancels),
    ("reject, of nothing in a full window", 0, || (busy(FAST).0, repeat(Message::RejectRequest(block(0))))),
    ("piece, late, the last of all", 0, late_blocks),
    ("extended handshake, as long as it may be", 0, || handshakes(EXTENSION_HANDSHAKE)),
    ("extended handshake, as short as it may be", 0, || handshakes(0)),
    ("extended request for metadata", 1, || metadata_requests(0)),
    ("extended request for metadata, as long as it may be", 1, || metadata_requests(METADATA_HEAD)),
    ("peers exchanged, as many as are read", 0, || exchanges(PEX_READ)),
    ("peers exchanged, as long as it may be", 0, || exchanges(0)),
    ("hash request, 512 of a layer and their proof", 1, layer_requests),
    ("hash request, leaves that are not in memory", 1, leaf_requests),
    ("hashes, not asked for", 0, || {
        (v2(false).0, unasked(|range| Message::Hashes { range, hashes: vec![HASH; 512] }))
    }),
    ("hash reject, not asked for", 0, || (v2(false).0, unasked(Message::HashReject))),
];

#[test]
fn no_message_makes_the_engine_do_more_than_its_kind_may() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut faults = Vec::new();
    for (name, each, setup) in ALL {
        let (count, actions, _) = play(setup());
        if actions > each * count + ONCE {
            faults.push(format!("{name}: {actions} actions because of {count} messages"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The processor time of each kind, beside that of a `have`.
#[test]
#[ignore = "a measurement: prints a table"]
fn what_each_message_costs() {
    let each = |setup: fn() -> (Engine, Vec<Message<()>>)| {
        let times = (0..5).map(|_| play(setup())).map(|(count, _, time)| time.as_secs_f64() / count as f64);
        times.fold(f64::INFINITY, f64::min)
    };
    let have = each(haves);
    for (name, _, setup) in ALL {
        let time = each(*setup);
        println!("{name:50} {:10.2} us {:8.1} haves", time * 1e6, time / have);
    }
}

/// How many messages were heard, the actions that followed, and the time that it took. None of them ends the connection.
fn play((mut engine, messages): (Engine, Vec<Message<()>>)) -> (usize, usize, Duration) {
    let (count, mut actions, start) = (messages.len(), 0, cpu_time());
    for message in messages {
        let done = hear(&mut engine, 1, message);
        let close = done.iter().find(|action| matches!(action, Action::Close { .. }));
        assert!(close.is_none(), "{close:?}");
        actions += done.len();
    }
    (count, actions, cpu_time() - start)
}

fn repeat(message: Message<()>) -> Vec<Message<()>> {
    vec![message; COUNT]
}

fn in_turn(one: Message<()>, other: Message<()>) -> Vec<Message<()>> {
    [one, other].into_iter().cycle().take(COUNT).collect()
}

fn block(piece: u32) -> BlockAddress {
    BlockAddress { piece: piece.into(), offset: 0, length: BLOCK }
}

/// Pieces of one block.
fn v1(have: bool) -> Torrent {
    let torrent = torrent(Protocol::V1, &[PIECES << 14], 1 << 14);
    Torrent { have: vec![have; PIECES as usize], ..torrent }
}

fn leecher(reserved: [u8; 8]) -> Engine {
    let mut engine = engine(Some(v1(false)), |_| {});
    connect(&mut engine, 1, reserved);
    engine
}

fn seed(reserved: [u8; 8]) -> Engine {
    let mut engine = engine(Some(v1(true)), |_| {});
    connect(&mut engine, 1, reserved);
    engine
}

fn unchoking_seed() -> Engine {
    let mut engine = seed(FAST);
    hear(&mut engine, 1, Message::Interested);
    (1..20).for_each(|second| drop(tell(&mut engine, second, Event::Tick)));
    engine
}

/// One that has given so much that it is asked for as much as anybody may be; and what it is asked for, the last request first.
fn busy(reserved: [u8; 8]) -> (Engine, Vec<BlockAddress>) {
    let mut engine = leecher(reserved);
    let said = ExtensionHandshake { requests: Some(u32::MAX), ..ExtensionHandshake::default() };
    hear(&mut engine, 1, Message::Extended { id: extension::HANDSHAKE, payload: said.encode() });
    hear(&mut engine, 1, Message::Bitfield(vec![0xff; PIECES as usize / 8]));
    let mut asked = VecDeque::new();
    let unchoked = hear(&mut engine, 1, Message::Unchoke);
    carry_out(&mut engine, unchoked, &mut asked);
    for _ in 0..REQUESTS_IN_FLIGHT {
        let Some(block) = asked.pop_front() else { break };
        let actions = hear(&mut engine, 1, Message::Piece { block, data: () });
        carry_out(&mut engine, actions, &mut asked);
    }
    (engine, asked.into_iter().rev().collect())
}

/// Hashes and writes at once, and notes what is asked for.
fn carry_out(engine: &mut Engine, actions: Vec<Action<()>>, asked: &mut VecDeque<BlockAddress>) {
    for action in actions {
        let more = match action {
            Action::Send { message: Message::Request(block), .. } => {
                asked.push_back(block);
                continue;
            }
            Action::Hash { piece, blocks } => {
                let digests = PieceDigests { sha1: Some([1; 20]), merkle: None, leaves: Vec::new() };
                tell(engine, 0, Event::Hashed { piece, blocks, digests })
            }
            Action::Write { piece, .. } => tell(engine, 0, Event::Written { piece }),
            _ => continue,
        };
        carry_out(engine, more, asked);
    }
}

fn haves() -> (Engine, Vec<Message<()>>) {
    (leecher(PLAIN), (0..COUNT as u32).map(|piece| Message::Have(piece.into())).collect())
}

fn chokes() -> (Engine, Vec<Message<()>>) {
    (busy(PLAIN).0, in_turn(Message::Choke, Message::Unchoke))
}

fn bitfields() -> (Engine, Vec<Message<()>>) {
    let bits = |count: usize| {
        let mut bits = vec![0; PIECES as usize / 8];
        (0..count).for_each(|piece| bits[piece / 8] |= 0x80 >> (piece % 8));
        Message::Bitfield(bits)
    };
    (leecher(PLAIN), (1..=COUNT).map(bits).collect())
}

fn cancels() -> (Engine, Vec<Message<()>>) {
    let mut engine = unchoking_seed();
    (0..REQUEST_QUEUE + 64).for_each(|_| drop(hear(&mut engine, 1, Message::Request(block(0)))));
    (engine, repeat(Message::Cancel(block(1))))
}

fn late_blocks() -> (Engine, Vec<Message<()>>) {
    let (mut engine, asked) = busy(PLAIN);
    hear(&mut engine, 1, Message::Choke);
    (engine, asked.into_iter().take(COUNT).map(|block| Message::Piece { block, data: () }).collect())
}

/// Messages of peer exchange: of so many peers, or full of something else.
fn exchanges(peers: usize) -> (Engine, Vec<Message<()>>) {
    let added = (0..peers as u32).map(|n| SocketAddr::from(((0x0909_0000 + n).to_be_bytes(), 1)).into());
    let message = PexMessage { added: added.collect(), dropped: Vec::new() };
    let payload = if peers > 0 { message.encode() } else { full_of_values("", PEX_MESSAGE) };
    let mut engine = leecher(FAST);
    tell(&mut engine, 0, Event::Connections { most: 1 });
    (engine, repeat(Message::Extended { id: Extension::Pex.our_id(), payload }))
}

/// A dictionary of as many values as fit into so many bytes: a list of zeros.
fn full_of_values(head: &str, bytes: usize) -> Vec<u8> {
    let values = bytes.saturating_sub(head.len() + 7) / 3;
    format!("d{head}1:zl{}ee", "i0e".repeat(values)).into_bytes()
}

/// As many as a peer may send at once.
fn handshakes(bytes: usize) -> (Engine, Vec<Message<()>>) {
    let payload = full_of_values("", bytes);
    let price = HANDSHAKE_PRICE as usize + payload.len() / 3;
    let message = Message::Extended { id: extension::HANDSHAKE, payload };
    (leecher(FAST), vec![message; MESSAGES_BURST as usize / price])
}

/// Each block of the metadata twice: more are not given.
fn metadata_requests(bytes: usize) -> (Engine, Vec<Message<()>>) {
    let mut engine = seed(FAST);
    let said = ExtensionHandshake {
        ids: ExtensionIds::default().with(Extension::Metadata, 1),
        ..ExtensionHandshake::default()
    };
    hear(&mut engine, 1, Message::Extended { id: extension::HANDSHAKE, payload: said.encode() });
    let blocks = (PIECES as u32 * 20).div_ceil(BLOCK);
    let ask = |n: u32| full_of_values(&format!("8:msg_typei0e5:piecei{}e", n % blocks), bytes);
    let requests =
        (0..2 * blocks).map(|n| Message::Extended { id: Extension::Metadata.our_id(), payload: ask(n) });
    (engine, requests.collect())
}

/// Pieces of four leaves.
fn v2(have: bool) -> (Engine, HashRange) {
    let torrent = torrent(Protocol::V2, &[PIECES << 16], 1 << 16);
    let range = range_of(&torrent, 0, 512);
    let mut engine = engine(Some(Torrent { have: vec![have; PIECES as usize], ..torrent }), |_| {});
    connect(&mut engine, 1, FAST);
    (engine, range)
}

fn layer_requests() -> (Engine, Vec<Message<()>>) {
    let (engine, range) = v2(true);
    let (base_layer, proof_layers) = (2, PIECES.ilog2() - 1);
    let ask =
        |n: usize| HashRange { base_layer, proof_layers, index: (n as u32 * 512) % PIECES as u32, ..range };
    (engine, (0..COUNT).map(ask).map(Message::HashRequest).collect())
}

fn leaf_requests() -> (Engine, Vec<Message<()>>) {
    let (engine, range) = v2(true);
    let ask = |n: usize| HashRange { index: (n as u32 * 512) % (4 * PIECES as u32), ..range };
    (engine, (0..COUNT).map(ask).map(Message::HashRequest).collect())
}

/// As many as a peer may send.
fn unasked(message: impl Fn(HashRange) -> Message<()>) -> Vec<Message<()>> {
    let range = HashRange { pieces_root: HASH, base_layer: 2, index: 0, length: 512, proof_layers: 0 };
    (0..32).map(|_| message(range)).collect()
}

/// Messages of a kind.
const COUNT: usize = 1000;
const PIECES: u64 = 1 << 13;
/// Actions for all messages of a kind together: interest is shown once, and a few blocks are sent.
const ONCE: usize = 8;
const HASH: Sha256Digest = [1; 32];
/// The fast messages of BEP 6 as well.
const FAST: [u8; 8] = [0, 0, 0, 0, 0, 0x10, 0, 4];
