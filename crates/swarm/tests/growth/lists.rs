//! The lists, and what is done with each.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use swarm::extension::{self, Extension, ExtensionHandshake, ExtensionIds};
use swarm::wire::{HashRange, Message};
use swarm::{
    Action, Announced, Config, ConnectionId, DialError, Direction, Event, NamedPeer, Origin, Swarm, Torrent,
    TrackerError, TrackerId, WebError,
};
use torrent_core::clashes::check_files;
use torrent_core::files::FileList;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::{Draft, Fields, Metainfo, PieceHashes, Protocol};
use torrent_core::path::RawPathBuf;

use crate::List;

pub(crate) const ALL: &[List] = &[
    ("web seeds of a torrent, all dead", 2000, web_seeds),
    ("trackers of a torrent, all dead", 2000, trackers),
    ("peers of a tracker", 500, peers),
    ("peers of a tracker's answer", 4000, |count| reply(&compact(count))),
    ("listed peers of a tracker's answer", 2000, |count| reply(&listed(count))),
    ("keys of a tracker's answer", 2000, |count| {
        reply(&format!("8:intervali1e{}", (0..count).map(|n| format!("8:k{n:07}i1e")).collect::<String>()));
    }),
    ("trackers that name the same peers", 250, |count| named_by(count, |_| 0)),
    ("trackers that name peers of their own", 250, |count| named_by(count, |tracker| 16 * tracker as u32)),
    ("files of a torrent", 2000, |count| files(count, 1)),
    ("empty files of a torrent", 2000, |count| files(count, 0)),
    ("files of one piece", 2000, files_of_a_piece),
    ("pieces of a torrent", 2000, pieces),
    ("chokes of a peer", 2000, chokes),
    ("haves of a peer", 2000, haves),
    ("claims of metadata", 20, claims),
    ("peers that connect and tell what they have", 20, connections),
    ("rejects of a peer", 2000, rejects),
    ("requests for hashes of a layer as long", 512, hash_requests),
    ("parameters of a link", 500, link),
];

pub(crate) type Engine = Swarm<()>;

pub(crate) fn torrent(protocol: Protocol, lengths: &[u64], piece_length: u64) -> Torrent {
    let mut files = FileList::default();
    for (index, length) in lengths.iter().enumerate() {
        files.push(RawPathBuf::of([format!("{index:07}").as_bytes()]).as_path(), *length);
    }
    let (info, outer, single_file) = (Fields::new(), Fields::new(), false);
    let mut draft = Draft { protocol, name: b"t".to_vec(), piece_length, single_file, files, info, outer };
    draft.place(false).expect("they fit into a torrent");
    let pieces = draft.layout().piece_count() as usize;
    let sha1 = vec![[1; 20]; if protocol.has_v1() { pieces } else { 0 }];
    let merkle = vec![[1; 32]; if protocol.has_v2() { pieces } else { 0 }];
    let bytes = draft.finish(&PieceHashes { sha1, merkle }).torrent;
    let metainfo = Arc::new(Metainfo::parse(bytes).expect("it is a torrent").metainfo);
    Torrent { metainfo, have: vec![false; pieces], wanted: vec![true; pieces] }
}

pub(crate) fn engine(torrent: Option<Torrent>, adjust: impl FnOnce(&mut Config)) -> Engine {
    let mut config = Config::new(1, [9; 20]);
    config.info_hash_v1 = Some([1; 20]);
    if let Some(torrent) = &torrent {
        (config.info_hash_v1, config.info_hash_v2) =
            (torrent.metainfo.info_hash_v1(), torrent.metainfo.info_hash_v2());
    }
    adjust(&mut config);
    Swarm::new(config, torrent)
}

pub(crate) fn tell(engine: &mut Engine, second: u64, event: Event<()>) -> Vec<Action<()>> {
    engine.handle(Duration::from_secs(second), event);
    std::iter::from_fn(|| engine.poll()).collect()
}

/// We have dialled a peer that says which extensions it has.
pub(crate) fn connect(engine: &mut Engine, id: u64, reserved: [u8; 8]) {
    let ip = Ipv4Addr::from(0x0808_0000 + id as u32);
    let handshake = swarm::wire::Handshake { peer_id: [id as u8; 20], reserved, ..engine.handshake() };
    let (connection, address) = (ConnectionId(id), SocketAddr::from((ip, 1)));
    let direction = Direction::Outgoing;
    tell(engine, 0, Event::Connected { connection, address, direction, handshake });
}

pub(crate) fn hear(engine: &mut Engine, id: u64, message: Message<()>) -> Vec<Action<()>> {
    tell(engine, 0, Event::Received { connection: ConnectionId(id), message })
}

fn web_seeds(count: usize) {
    let torrent = torrent(Protocol::V1, &[64 << 16], 1 << 16);
    let mut engine = engine(Some(torrent), |config| config.web_seeds = vec![String::new(); count]);
    let mut asked = tell(&mut engine, 0, Event::Tick);
    for _ in 0..2 * count {
        let job = asked.iter().position(|action| matches!(action, Action::WebGet { .. }));
        let Some(Action::WebGet { job, .. }) = job.map(|job| asked.swap_remove(job)) else { return };
        let result = Err(WebError::Useless(String::new()));
        asked.extend(tell(&mut engine, 0, Event::WebEnded { job, ranges: false, result }));
        asked.retain(|action| matches!(action, Action::WebGet { .. }));
    }
}

fn trackers(count: usize) {
    let torrent = torrent(Protocol::V1, &[64 << 16], 1 << 16);
    let tiers = vec![vec![String::new()]; count];
    let mut engine = engine(Some(torrent), |config| config.trackers = tiers);
    tell(&mut engine, 0, Event::Tick);
    for tracker in (0..count).map(TrackerId) {
        let result = Err(TrackerError::Failed(String::new()));
        tell(&mut engine, 0, Event::Announced { tracker, result });
    }
}

fn peers(count: usize) {
    let torrent = torrent(Protocol::V1, &[64 << 16], 1 << 16);
    let mut engine = engine(Some(torrent), |config| config.trackers = vec![vec![String::new()]]);
    let peers: Vec<SocketAddr> =
        (0..count as u32).map(|n| SocketAddr::from((Ipv4Addr::from(0x0808_0000 + n), 1))).collect();
    let result = Ok(Announced { peers: peers.clone(), ..Announced::default() });
    tell(&mut engine, 0, Event::Announced { tracker: TrackerId(0), result });
    let peers = peers.into_iter().map(NamedPeer::from).collect();
    let mut dialled = tell(&mut engine, 0, Event::Peers { origin: Origin::Link, peers });
    for _ in 0..count {
        let Some(Action::Connect { address, .. }) = dialled.pop() else { break };
        dialled.extend(tell(&mut engine, 1, Event::ConnectFailed { address, why: DialError::Refused }));
    }
}

fn files(count: usize, length: u64) {
    let torrent = torrent(
        Protocol::V1,
        &vec![length; count].iter().copied().chain([1 << 16]).collect::<Vec<_>>(),
        1 << 14,
    );
    check_files(torrent.metainfo.files()).expect("the names are safe");
    play(torrent, 20);
}

/// As often it is asked which blocks the piece has.
fn files_of_a_piece(count: usize) {
    let torrent = torrent(Protocol::V1, &vec![1; count], 1 << 24);
    (0..count).for_each(|_| drop(swarm::blocks_of(&torrent.metainfo, 0.into())));
    play(torrent, 20);
}

fn pieces(count: usize) {
    play(torrent(Protocol::V1, &[(count as u64) << 14], 1 << 14), 20);
}

/// A peer that has everything chokes and unchokes so many times, a second each.
fn play(torrent: Torrent, times: u64) {
    let pieces = torrent.have.len();
    let mut engine = engine(Some(torrent), |_| {});
    let mut bits = vec![0xff; pieces.div_ceil(8)];
    if let Some(last) = bits.last_mut().filter(|_| !pieces.is_multiple_of(8)) {
        *last <<= 8 - pieces % 8;
    }
    connect(&mut engine, 1, PLAIN);
    hear(&mut engine, 1, Message::Bitfield(bits));
    for second in 0..times {
        let connection = ConnectionId(1);
        tell(&mut engine, 2 * second, Event::Received { connection, message: Message::Unchoke });
        tell(&mut engine, 2 * second + 1, Event::Received { connection, message: Message::Choke });
    }
}

fn chokes(count: usize) {
    let mut engine = engine(Some(torrent(Protocol::V1, &[64 << 16], 1 << 16)), |_| {});
    connect(&mut engine, 1, PLAIN);
    hear(&mut engine, 1, Message::Bitfield(vec![0xff; 8]));
    for _ in 0..count {
        hear(&mut engine, 1, Message::Unchoke);
        hear(&mut engine, 1, Message::Choke);
    }
}

fn haves(count: usize) {
    let mut engine = engine(Some(torrent(Protocol::V1, &[(count as u64) << 14], 1 << 14)), |_| {});
    connect(&mut engine, 1, PLAIN);
    (0..count as u32).for_each(|piece| drop(hear(&mut engine, 1, Message::Have(piece.into()))));
}

fn claims(count: usize) {
    let mut engine = engine(None, |_| {});
    for id in 0..count as u64 {
        connect(&mut engine, id, PLAIN);
        let said = ExtensionHandshake {
            ids: ExtensionIds::default().with(Extension::Metadata, 3),
            metadata_size: Some(32 << 20),
            ..ExtensionHandshake::default()
        };
        hear(&mut engine, id, Message::Extended { id: extension::HANDSHAKE, payload: said.encode() });
    }
    (1..10).for_each(|second| drop(tell(&mut engine, second, Event::Tick)));
}

fn ask(engine: &mut Engine, range: HashRange) {
    let hello = engine.handshake();
    let address = SocketAddr::from(([8, 8, 8, 8], 1));
    let (connection, direction) = (ConnectionId(1), Direction::Incoming);
    tell(
        engine,
        0,
        Event::Connected {
            connection,
            address,
            direction,
            handshake: swarm::wire::Handshake { peer_id: [1; 20], ..hello },
        },
    );
    hear(engine, 1, Message::HashRequest(range));
}

pub(crate) fn range_of(torrent: &Torrent, index: u32, length: u32) -> HashRange {
    let pieces_root = torrent.metainfo.files().get(0).root.expect("v2 files have one");
    HashRange { pieces_root, base_layer: 0, index, length, proof_layers: 0 }
}

/// Each for a few hashes and their proof.
fn hash_requests(count: usize) {
    let torrent = torrent(Protocol::V2, &[(count as u64) << 14], 1 << 14);
    let range = HashRange { proof_layers: count.ilog2() - 1, ..range_of(&torrent, 0, 2) };
    let mut engine = engine(Some(torrent), |_| {});
    ask(&mut engine, range);
    for n in 0..count as u32 {
        hear(&mut engine, 1, Message::HashRequest(HashRange { index: 2 * n % count as u32, ..range }));
    }
}

fn reply(entries: &str) {
    swarm::tracker::parse_reply(format!("d{entries}e").as_bytes()).expect("it is an answer");
}

fn compact(count: usize) -> String {
    format!("5:peers{}:{}", 6 * count, "abcdef".repeat(count))
}

fn listed(count: usize) -> String {
    let peer = |n: usize| format!("d2:ip7:8.8.8.84:porti{}ee", n % 60_000 + 1);
    format!("5:peersl{}e", (0..count).map(peer).collect::<String>())
}

/// Each names sixteen, from some address on; all are dialled in vain.
fn named_by(trackers: usize, first: impl Fn(usize) -> u32) {
    let torrent = torrent(Protocol::V1, &[64 << 16], 1 << 16);
    let tiers = vec![vec![String::new()]; trackers];
    let mut engine = engine(Some(torrent), |config| config.trackers = tiers);
    let mut dialled = tell(&mut engine, 0, Event::Tick);
    for tracker in 0..trackers {
        let at = |n| SocketAddr::from((Ipv4Addr::from(0x0808_0000 + first(tracker) + n), 1));
        let result = Ok(Announced { peers: (0..16).map(at).collect(), ..Announced::default() });
        dialled.extend(tell(&mut engine, 0, Event::Announced { tracker: TrackerId(tracker), result }));
    }
    while let Some(action) = dialled.pop() {
        let Action::Connect { address, .. } = action else { continue };
        dialled.extend(tell(&mut engine, 1, Event::ConnectFailed { address, why: DialError::Refused }));
    }
}

fn connections(count: usize) {
    let mut engine = engine(Some(torrent(Protocol::V1, &[512 << 14], 1 << 14)), |_| {});
    for id in 0..count as u64 {
        connect(&mut engine, id, PLAIN);
        hear(&mut engine, id, Message::Bitfield(vec![0xff; 64]));
        hear(&mut engine, id, Message::Unchoke);
    }
    (1..10).for_each(|second| drop(tell(&mut engine, second, Event::Tick)));
}

/// Of nothing that was asked for, by a peer that owes much.
fn rejects(count: usize) {
    let mut engine = engine(Some(torrent(Protocol::V1, &[512 << 14], 1 << 14)), |_| {});
    let handshake = swarm::wire::Handshake { peer_id: [1; 20], ..engine.handshake() };
    let (connection, address) = (ConnectionId(1), SocketAddr::from(([8, 8, 8, 8], 1)));
    tell(&mut engine, 0, Event::Connected { connection, address, direction: Direction::Incoming, handshake });
    hear(&mut engine, 1, Message::Bitfield(vec![0xff; 64]));
    hear(&mut engine, 1, Message::Unchoke);
    let block = swarm::wire::BlockAddress { piece: 1.into(), offset: 1, length: 1 };
    (0..count).for_each(|_| drop(hear(&mut engine, 1, Message::RejectRequest(block))));
}

fn link(count: usize) {
    let one = |n: usize| {
        format!("&tr=http://t{n}.example/announce&x.pe=8.8.8.8:{}&ws=http://w{n}.example/", n % 60_000 + 1)
    };
    let link = format!("magnet:?xt=urn:btih:{}{}", "41".repeat(20), (0..count).map(one).collect::<String>());
    Magnet::parse(&link).expect("it is a link");
}

/// A peer with extensions (BEP 10), without the fast messages of BEP 6.
pub(crate) const PLAIN: [u8; 8] = [0, 0, 0, 0, 0, 0x10, 0, 0];
