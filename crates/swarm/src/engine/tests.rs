//! Engines that talk to each other directly, with real bytes and real hashes: time stands still, nothing is lost.

mod announce;
mod callers;
mod contacts;
mod cut_off;
mod dht_nodes;
mod dials;
mod driver;
mod hunger;
mod idle;
mod in_order;
mod leaves;
mod leechers;
mod lost;
mod lost_callers;
mod lost_pieces;
mod mirrors;
mod peer_exchange;
mod promises;
mod shares;
mod stopping;
mod strangers;
mod suspects;
mod unwritten;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

use piece_hash::{Backend, Sha1, Sha256, Sha256Digest};
use torrent_core::files::FileList;
use torrent_core::layout::{PieceIndex, Span};
use torrent_core::merkle;
use torrent_core::metainfo::{Draft, Fields, Metainfo, PieceHashes, Protocol};
use torrent_core::path::RawPathBuf;

use crate::limits::BLOCK;
use crate::wire::{BlockAddress, Message};
use crate::{
    Action, CloseReason, Config, ConnectionId, Direction, Event, PieceDigests, Swarm, Time, Torrent,
};

/// A torrent and its bytes, end to end.
struct Payload {
    metainfo: Arc<Metainfo>,
    bytes: Vec<u8>,
}

impl Payload {
    fn new(protocol: Protocol, lengths: &[u64], piece_length: u64) -> Self {
        let mut files = FileList::default();
        for (index, length) in lengths.iter().enumerate() {
            files.push(RawPathBuf::of([format!("f{index:03}").as_bytes()]).as_path(), *length);
        }
        let (info, outer) = (Fields::new(), Fields::new());
        let single_file = false;
        let mut draft =
            Draft { protocol, name: b"t".to_vec(), piece_length, single_file, files, info, outer };
        draft.place(false).unwrap();
        let bytes = content(&draft.files, draft.layout().length());
        let hashes = hashes(&draft, &bytes);
        let torrent = draft.finish(&hashes).torrent;
        Self { metainfo: Arc::new(Metainfo::parse_strict(torrent).unwrap()), bytes }
    }

    fn torrent(&self, have: bool) -> Torrent {
        let pieces = self.metainfo.layout().piece_count() as usize;
        Torrent { metainfo: self.metainfo.clone(), have: vec![have; pieces], wanted: vec![true; pieces] }
    }

    /// The blocks of the pieces that some bytes of the torrent are in.
    fn blocks_in(&self, bytes: &Range<u64>) -> Vec<BlockAddress> {
        let pieces = self.metainfo.layout().pieces_in(bytes.clone());
        pieces.iter().flat_map(|piece| crate::blocks_of(&self.metainfo, piece)).collect()
    }

    fn block(&self, block: BlockAddress) -> Vec<u8> {
        let start = self.metainfo.layout().piece(block.piece).start + u64::from(block.offset);
        self.bytes[start as usize..][..block.length as usize].to_vec()
    }

    fn digests(&self, piece: PieceIndex, blocks: &[Vec<u8>]) -> PieceDigests {
        let layout = self.metainfo.layout();
        let bytes = layout.piece(piece);
        let mut data = blocks.concat();
        data.resize((bytes.end - bytes.start) as usize, 0);
        digests(&self.metainfo.layout(), piece, &data)
    }
}

fn content(files: &FileList, length: u64) -> Vec<u8> {
    let mut all_bytes = vec![0; length as usize];
    for file in files.iter() {
        let bytes = &mut all_bytes[file.offset as usize..][..file.length as usize];
        bytes
            .iter_mut()
            .enumerate()
            .for_each(|(index, byte)| *byte = (index * 7 + index / 251 + file.index) as u8);
    }
    all_bytes
}

fn hashes(draft: &Draft, all_bytes: &[u8]) -> PieceHashes {
    let (layout, protocol) = (draft.layout(), draft.protocol);
    let each = layout.pieces().unwrap().into_iter().map(|piece| {
        let bytes = layout.piece(piece);
        digests(&layout, piece, &all_bytes[bytes.start as usize..bytes.end as usize])
    });
    let each: Vec<PieceDigests> = each.collect();
    PieceHashes {
        sha1: each.iter().filter_map(|digests| digests.sha1.filter(|_| protocol.has_v1())).collect(),
        merkle: each.iter().filter_map(|digests| digests.merkle.filter(|_| protocol.has_v2())).collect(),
    }
}

fn digests(layout: &torrent_core::layout::Layout<'_>, piece: PieceIndex, data: &[u8]) -> PieceDigests {
    let backend = Backend::best();
    let mut content = 0;
    let mut whole = 0;
    for span in layout.spans(layout.piece(piece)) {
        if let Span::Content { file, length, .. } = span {
            (content, whole) = (content + length, layout.pieces_of(file).count());
        }
    }
    let leaves: Vec<_> =
        data[..content as usize].chunks(BLOCK as usize).map(|leaf| backend.digest::<Sha256>(leaf)).collect();
    let height = match whole {
        1 => merkle::height_of(leaves.len()),
        _ => merkle::piece_height(layout.piece_length()),
    };
    let merkle =
        layout.piece_length().is_power_of_two().then(|| merkle::fold(backend, leaves.clone(), 0, height));
    PieceDigests { sha1: Some(backend.digest::<Sha1>(data)), merkle, leaves }
}

/// Some engines of one payload, each connected with some of the others.
struct Network<'p> {
    payload: &'p Payload,
    engines: Vec<Swarm<Vec<u8>>>,
    /// Which connection of which engine leads to which of which other.
    lines: BTreeMap<(usize, ConnectionId), (usize, ConnectionId)>,
    /// What an engine wrote.
    disks: Vec<BTreeMap<u32, Vec<u8>>>,
    /// These engines send rubbish.
    liars: Vec<usize>,
    closed: Vec<(usize, CloseReason)>,
    completed: Vec<usize>,
    /// How often each of them may act in a second.
    rounds_a_second: usize,
    now: Time,
}

impl<'p> Network<'p> {
    fn new(payload: &'p Payload, have: &[bool]) -> Self {
        Self::with(payload, &have.iter().map(|have| Some(*have)).collect::<Vec<_>>())
    }

    /// Engines that have all or nothing, or do not even have the metadata.
    fn with(payload: &'p Payload, have: &[Option<bool>]) -> Self {
        let engine = |(index, have): (usize, &Option<bool>)| {
            payload.engine(have.map(|have| payload.torrent(have)), |config| {
                (config.seed, config.peer_id) = (index as u64, [index as u8 + 1; 20]);
            })
        };
        Self {
            payload,
            engines: have.iter().enumerate().map(engine).collect(),
            lines: BTreeMap::new(),
            disks: vec![BTreeMap::new(); have.len()],
            liars: Vec::new(),
            closed: Vec::new(),
            completed: Vec::new(),
            rounds_a_second: usize::MAX,
            now: Time::ZERO,
        }
    }

    fn connect(&mut self, from: usize, to: usize) {
        let ends = [from, to].map(|end| (end, ConnectionId(self.lines.len() as u64 + end as u64 * 1000)));
        self.lines.extend([(ends[0], ends[1]), (ends[1], ends[0])]);
        let hello = self.engines[from].handshake();
        let answer = self.engines[to].answer(&hello).unwrap();
        for (end, other, direction, handshake) in
            [(ends[0], to, Direction::Outgoing, answer), (ends[1], from, Direction::Incoming, hello)]
        {
            let address = SocketAddr::from(([8, 8, 8, other as u8 + 1], 6881));
            self.tell(end.0, Event::Connected { connection: end.1, address, direction, handshake });
        }
    }

    fn tell(&mut self, engine: usize, event: Event<Vec<u8>>) {
        self.engines[engine].handle(self.now, event);
    }

    /// Lets them talk in turn until nothing happens for `seconds`.
    fn run(&mut self, seconds: u64) {
        for _ in 0..=seconds {
            for _ in 0..self.rounds_a_second {
                if !(0..self.engines.len()).fold(false, |busy, engine| self.step(engine) | busy) {
                    break;
                }
            }
            self.now += Time::from_secs(1);
            (0..self.engines.len()).for_each(|engine| self.tell(engine, Event::Tick));
        }
    }

    fn step(&mut self, engine: usize) -> bool {
        let Some(action) = self.engines[engine].poll() else { return false };
        match action {
            Action::Send { connection, message } => self.pass(engine, connection, message),
            Action::SendBlock { connection, block } => {
                let mut data = self.payload.block(block);
                if self.liars.contains(&engine) {
                    data[0] ^= 1;
                }
                self.tell(engine, Event::BlockSent { connection, block });
                self.pass(engine, connection, Message::Piece { block, data });
            }
            Action::Close { connection, why } => {
                self.closed.push((engine, why));
                let Some(other) = self.lines.remove(&(engine, connection)) else { return true };
                self.lines.remove(&other);
                self.tell(engine, Event::Closed { connection, why: None });
                self.tell(other.0, Event::Closed { connection: other.1, why: None });
            }
            Action::Hash { piece, blocks } => self.tell(engine, self.payload.hashed(piece, blocks)),
            Action::Write { piece, blocks, merkle } => {
                let proof = self.payload.digests(piece, &blocks).merkle;
                assert_eq!(merkle, proof, "what the piece hashed to goes with it");
                assert!(
                    self.disks[engine].insert(piece.into(), blocks.concat()).is_none(),
                    "a piece is written once"
                );
                self.tell(engine, Event::Written { piece });
            }
            Action::Metadata { info } => {
                let torrent = [b"d4:info".as_slice(), &info, b"e"].concat();
                let metainfo = Arc::new(Metainfo::parse(torrent).unwrap().metainfo);
                self.tell(engine, Event::Ready(Torrent { metainfo, ..self.payload.torrent(false) }));
            }
            Action::Completed => self.completed.push(engine),
            _ => {}
        }
        true
    }

    fn pass(&mut self, engine: usize, connection: ConnectionId, message: Message<Vec<u8>>) {
        if let Some((to, connection)) = self.lines.get(&(engine, connection)).copied() {
            self.tell(to, Event::Received { connection, message });
        }
    }

    fn assert_whole(&self, engine: usize) {
        let layout = self.payload.metainfo.layout();
        assert_eq!(self.disks[engine].len() as u64, layout.piece_count());
        for (piece, data) in &self.disks[engine] {
            let start = layout.piece((*piece).into()).start as usize;
            assert!(self.payload.bytes[start..].starts_with(data), "piece {piece}");
        }
        let progress = self.engines[engine].progress();
        assert_eq!((progress.done, progress.wanted), (progress.total, progress.total));
        assert!(self.completed.contains(&engine));
    }
}

const SHAPES: [(Protocol, &[u64], u64); 6] = [
    (Protocol::V1, &[1], 16 << 10),
    (Protocol::V1, &[300_000, 0, 77, 1_000_000], 64 << 10),
    (Protocol::V1, &[100_000], 20_000),
    (Protocol::V2, &[300_000, 1, 20_000, 1_000_000], 64 << 10),
    (Protocol::Hybrid, &[300_000, 1, 20_000, 1_000_000], 64 << 10),
    (Protocol::Hybrid, &[5], 1 << 20),
];

#[test]
fn a_torrent_of_any_shape_comes_from_a_seed_whole() {
    for (protocol, lengths, piece_length) in SHAPES {
        let payload = Payload::new(protocol, lengths, piece_length);
        let mut network = Network::new(&payload, &[true, false]);
        network.connect(1, 0);
        network.run(20);
        network.assert_whole(1);
        let progress = network.engines[1].progress();
        assert_eq!((progress.downloaded, progress.duplicate, progress.bad), (progress.total, 0, 0));
        assert!(
            network.closed.iter().any(|(_, why)| *why == CloseReason::NothingToDo),
            "{protocol:?} {:?}",
            network.closed
        );
    }
}

#[test]
fn a_magnet_link_of_any_shape_becomes_a_torrent() {
    for (protocol, lengths, piece_length) in SHAPES {
        let payload = Payload::new(protocol, lengths, piece_length);
        let mut network = Network::with(&payload, &[Some(true), None, None]);
        network.connect(1, 0);
        network.connect(2, 1);
        network.run(60);
        network.assert_whole(1);
        network.assert_whole(2);
        let layers = network.engines[2].piece_layers().unwrap();
        for file in payload.metainfo.files().iter() {
            let layer = payload.metainfo.piece_layer(file.index);
            assert_eq!(layer, layer.map(|_| layers[&file.root.unwrap()].as_slice()));
        }
    }
}

#[test]
fn two_halves_make_a_whole() {
    let payload = Payload::new(Protocol::V1, &[2_000_000], 64 << 10);
    let mut network = Network::new(&payload, &[true, false, false, false]);
    network.connect(1, 0);
    network.connect(2, 1);
    network.connect(2, 3);
    network.run(40);
    (1..4).for_each(|engine| network.assert_whole(engine));
}

#[test]
fn a_liar_is_banned_after_one_piece_and_the_rest_comes_from_others() {
    let payload = Payload::new(Protocol::V1, &[2_000_000], 64 << 10);
    let mut network = Network::new(&payload, &[true, true, true, false]);
    network.liars = vec![0, 1];
    (0..3).for_each(|seed| network.connect(3, seed));
    network.run(30);
    network.assert_whole(3);
    let progress = network.engines[3].progress();
    assert_eq!((progress.closed[&CloseReason::Poison], progress.banned), (2, 2));
    assert_eq!(progress.bad, 2 * (64 << 10));
}

/// An engine that fetches from an honest peer and from a liar. With memory for one piece both work at the same one. The honest one
/// found everything on its disk (0) or fetched it itself (1).
fn beside_a_liar(payload: &Payload, honest: usize) -> Network<'_> {
    let mut network = Network::new(payload, &[true, false, true, false]);
    network.connect(1, 0);
    network.run(10);
    network.assert_whole(1);
    (network.liars, network.rounds_a_second) = (vec![2], 30);
    network.tell(3, Event::Budget { blocks: 64 });
    network.connect(3, honest);
    network.connect(3, 2);
    network.run(60);
    network.assert_whole(3);
    network
}

/// Leaves tell which blocks are bad. The others stay.
#[test]
fn a_bad_block_of_a_v2_torrent_is_laid_at_the_door_of_its_sender() {
    let piece_length = 1 << 20;
    let payload = Payload::new(Protocol::V2, &[4 * piece_length], piece_length);
    let network = beside_a_liar(&payload, 1);
    let progress = network.engines[3].progress();
    assert_eq!((progress.banned, progress.closed[&CloseReason::Poison]), (1, 1));
    assert!((1..piece_length).contains(&progress.bad), "{} bad bytes", progress.bad);
    assert!(network.engines[3].connections.values().all(|peer| !peer.trust.is_suspect()));
}

/// The honest one does not tell leaves of what was on its disk. The piece is fetched again, and nobody is banned without proof.
#[test]
fn a_bad_piece_whose_leaves_nobody_tells_still_comes() {
    let piece_length = 1 << 20;
    let payload = Payload::new(Protocol::V2, &[4 * piece_length], piece_length);
    let network = beside_a_liar(&payload, 0);
    let progress = network.engines[3].progress();
    assert_eq!((progress.banned, progress.bad), (0, piece_length));
}

#[test]
fn a_piece_larger_than_the_budget_still_comes() {
    let payload = Payload::new(Protocol::V1, &[900_000], 256 << 10);
    let mut network = Network::new(&payload, &[true, false]);
    network.tell(1, Event::Budget { blocks: 3 });
    network.connect(1, 0);
    network.run(20);
    network.assert_whole(1);
}
