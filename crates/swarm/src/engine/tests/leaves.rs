//! One engine that has everything on disk, and peers that ask it for leaves (BEP 52).

use super::*;
use crate::limits::{LEAVES_READ, LEAVES_WAITING, LEAVES_WAITING_PER_PEER};
use crate::wire::{Handshake, HashRange};

type Said = Message<Vec<u8>>;

/// A seed, and what it has done that nobody has looked at yet.
struct Seed<'p> {
    payload: &'p Payload,
    engine: Swarm<Vec<u8>>,
    /// What it said of hashes, and to whom.
    said: Vec<(u64, Said)>,
    /// Pieces that it wants read.
    reads: Vec<u32>,
    closed: Vec<(u64, CloseReason)>,
}

impl<'p> Seed<'p> {
    fn new(payload: &'p Payload) -> Self {
        Self::with(payload, payload.torrent(true))
    }

    fn with(payload: &'p Payload, torrent: Torrent) -> Self {
        let mut config = Config::new(1, [1; 20]);
        config.info_hash_v1 = payload.metainfo.info_hash_v1();
        config.info_hash_v2 = payload.metainfo.info_hash_v2();
        let engine = Swarm::new(config, Some(torrent));
        let mut seed = Self { payload, engine, said: vec![], reads: vec![], closed: vec![] };
        (1..=4).for_each(|peer| seed.meet(peer, true));
        seed
    }

    /// A peer connects, by the v2 info hash or by the other one.
    fn meet(&mut self, peer: u64, v2: bool) {
        let v2_hash = self.payload.metainfo.info_hash_v2().map(|hash| *hash.first_chunk().unwrap());
        let info_hash = if v2 { v2_hash } else { self.payload.metainfo.info_hash_v1() }.unwrap();
        let handshake = Handshake::new(info_hash, [peer as u8 + 1; 20], false);
        let (connection, address) = (ConnectionId(peer), SocketAddr::from(([8, 8, 8, peer as u8], 6881)));
        let direction = Direction::Incoming;
        self.tell(Event::Connected { connection, address, direction, handshake });
    }

    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.engine.handle(Time::ZERO, event);
        while let Some(action) = self.engine.poll() {
            match action {
                Action::Send {
                    connection,
                    message: message @ (Message::Hashes { .. } | Message::HashReject(_)),
                } => {
                    self.said.push((connection.0, message));
                }
                Action::Leaves { piece } => self.reads.push(piece),
                Action::Close { connection, why } => self.closed.push((connection.0, why)),
                _ => {}
            }
        }
    }

    fn ask(&mut self, peer: u64, range: HashRange) {
        let message = Message::HashRequest(range);
        self.tell(Event::Received { connection: ConnectionId(peer), message });
    }

    fn read(&mut self, piece: u32) {
        self.tell(Event::Leaves { piece, leaves: Some(self.payload.leaves(piece)) });
    }

    /// Reads all that is wanted; gives how many pieces that were.
    fn read_all(&mut self) -> usize {
        let mut count = 0;
        while !self.reads.is_empty() {
            assert!(self.reads.len() <= LEAVES_READ);
            let piece = self.reads.remove(0);
            self.read(piece);
            count += 1;
        }
        count
    }

    /// The next that was said, which is to be all that was said.
    #[track_caller]
    fn only(&mut self) -> (u64, Said) {
        assert_eq!(self.said.len(), 1);
        self.said.remove(0)
    }

    fn is_quiet(&self) -> bool {
        self.said.is_empty() && self.reads.is_empty() && self.closed.is_empty()
    }
}

impl Payload {
    fn range(&self, file: usize, index: u32, length: u32, proof_layers: u32) -> HashRange {
        let pieces_root = self.metainfo.files().get(file).root.unwrap();
        HashRange { pieces_root, base_layer: 0, index, length, proof_layers }
    }

    /// Every level of a file's tree, the obvious way.
    fn levels(&self, file: usize) -> Vec<Vec<Sha256Digest>> {
        let file = self.metainfo.files().get(file);
        let data = &self.row[file.offset as usize..][..file.length as usize];
        let mut level: Vec<_> =
            data.chunks(BLOCK as usize).map(|leaf| Backend::best().digest::<Sha256>(leaf)).collect();
        level.resize(level.len().next_power_of_two(), merkle::NO_LEAF);
        let mut levels = vec![level];
        while levels[levels.len() - 1].len() > 1 {
            let pairs = levels[levels.len() - 1].as_flattened().chunks(64);
            levels.push(pairs.map(|pair| Backend::best().digest::<Sha256>(pair)).collect());
        }
        assert_eq!(levels[levels.len() - 1], [file.root.unwrap()]);
        levels
    }
}

/// What answers a request that can be answered.
fn right(levels: &[Vec<Sha256Digest>], range: HashRange) -> Said {
    let mut hashes = levels[0][range.index as usize..][..range.length as usize].to_vec();
    for level in range.length.ilog2()..=range.proof_layers {
        hashes.push(levels[level as usize][(range.index >> level ^ 1) as usize]);
    }
    Message::Hashes { range, hashes }
}

/// Four pieces of four blocks and one of two, of which the last is short.
fn payload() -> Payload {
    Payload::new(Protocol::V2, &[17 * 16_384 + 5], 64 << 10)
}

/// One whole piece of `payload`, to be proved by the hash of the piece.
fn piece_range(payload: &Payload, piece: u32) -> HashRange {
    payload.range(0, piece * 4, 4, 0)
}

/// Parts of pieces, pieces, and runs of pieces, with short proofs and long ones, up to what is behind the end of a file;
/// first from disk, then from memory.
#[test]
fn every_run_of_leaves_is_answered_with_its_proof() {
    for (protocol, lengths, piece_length) in [
        (Protocol::V2, &[300_000, 1, 20_000, 1_000_000][..], 64 << 10),
        (Protocol::Hybrid, &[300_000, 1, 20_000, 1_000_000], 64 << 10),
        (Protocol::V2, &[16_384, 16_385, 600_000, 1_048_576], 1 << 20),
        (Protocol::Hybrid, &[600_000, 33_000], 32 << 10),
    ] {
        let payload = Payload::new(protocol, lengths, piece_length);
        for (file, length) in lengths.iter().enumerate() {
            let (levels, blocks) = (payload.levels(file), length.div_ceil(16_384) as u32);
            let height = levels.len() as u32 - 1;
            for (size, proof_layers) in
                (1..=height).flat_map(|size| (0..height).map(move |layers| (size, layers)))
            {
                for index in (0..levels[0].len() as u32).step_by(1 << size) {
                    let range = payload.range(file, index, 1 << size, proof_layers);
                    let mut seed = Seed::new(&payload);
                    for is_first in [true, false] {
                        seed.ask(1, range);
                        let read = seed.read_all();
                        let said = seed.only();
                        let is_there = index < blocks.next_multiple_of((piece_length / 16_384) as u32);
                        match is_there {
                            true => assert!(said == (1, right(&levels, range)), "{file} {range:?}"),
                            false => assert_eq!(said, (1, Message::HashReject(range))),
                        }
                        assert_eq!(read > 0, is_first && is_there);
                    }
                }
            }
        }
    }
}

#[test]
fn a_part_of_a_large_piece_is_proved_and_the_piece_read_once() {
    let payload = Payload::new(Protocol::V2, &[(16 << 20) + 700 * 16_384], 16 << 20);
    let levels = payload.levels(0);
    let mut seed = Seed::new(&payload);
    let ranges = [0, 512, 1024, 1536].map(|index| payload.range(0, index, 512, 10));
    ranges.iter().for_each(|range| seed.ask(1, *range));
    assert_eq!(seed.read_all(), 2);
    let said: Vec<_> = seed.said.drain(..).collect();
    assert!(said == ranges.map(|range| (1, right(&levels, range))));
}

#[test]
fn what_no_file_has_or_is_not_here_is_refused_and_nothing_is_read() {
    let payload = payload();
    let mut have = payload.torrent(true);
    have.have[2] = false;
    let mut seed = Seed::with(&payload, have);
    let good = piece_range(&payload, 0);
    let wrong = [
        HashRange { pieces_root: [7; 32], ..good },
        HashRange { base_layer: 1, ..good },
        HashRange { index: 1, ..good },
        HashRange { index: 32, ..good },
        HashRange { index: u32::MAX - 3, ..good },
        HashRange { length: 1, ..good },
        HashRange { length: 3, ..good },
        HashRange { length: 64, ..good },
        HashRange { length: 1024, ..good },
        HashRange { length: 1 << 31, ..good },
        HashRange { proof_layers: 5, ..good },
        HashRange { proof_layers: 63, ..good },
        piece_range(&payload, 2),
        HashRange { length: 16, ..good },
    ];
    for range in wrong {
        seed.ask(1, range);
        assert_eq!(seed.only(), (1, Message::HashReject(range)));
        assert!(seed.is_quiet());
    }
    seed.ask(1, HashRange { length: 8, ..good });
    assert_eq!(seed.read_all(), 2);
    assert!(matches!(seed.only(), (1, Message::Hashes { .. })));
}

#[test]
fn a_rotten_disk_makes_nobody_lie() {
    let payload = payload();
    let mut rotten = payload.leaves(1);
    rotten[3][0] ^= 1;
    let range = payload.range(0, 0, 16, 3);
    for leaves in [Some(rotten), Some(Vec::new()), Some(payload.leaves(0)), None] {
        let mut seed = Seed::new(&payload);
        seed.ask(1, range);
        seed.read(0);
        seed.tell(Event::Leaves { piece: 1, leaves });
        assert_eq!(seed.only(), (1, Message::HashReject(range)));
        // The other piece was read in vain, but is known.
        seed.reads.clear();
        seed.ask(2, piece_range(&payload, 0));
        assert_eq!(seed.only(), (2, right(&payload.levels(0), piece_range(&payload, 0))));
        assert!(seed.is_quiet());
    }
}

#[test]
fn many_who_ask_for_the_same_piece_are_answered_by_one_reading() {
    let payload = payload();
    let (mut seed, range) = (Seed::new(&payload), piece_range(&payload, 4));
    (1..=4).for_each(|peer| seed.ask(peer, range));
    assert_eq!(seed.read_all(), 1);
    let said: Vec<_> = seed.said.drain(..).collect();
    assert_eq!(said, [1, 2, 3, 4].map(|peer| (peer, right(&payload.levels(0), range))));
}

#[test]
fn two_pieces_are_read_at_a_time_and_one_for_one_peer() {
    let payload = Payload::new(Protocol::V2, &[64 * 65_536], 64 << 10);
    let mut seed = Seed::new(&payload);
    (0..60).for_each(|piece| seed.ask(1, piece_range(&payload, piece)));
    assert_eq!(seed.reads, [0]);
    seed.ask(2, piece_range(&payload, 60));
    seed.ask(2, piece_range(&payload, 61));
    seed.ask(3, piece_range(&payload, 62));
    assert_eq!(seed.reads, [0, 60]);
    // Everybody has a turn, however much the first one asked for.
    seed.read(0);
    assert_eq!(seed.reads, [0, 60, 62]);
    seed.read(60);
    assert_eq!(seed.reads, [0, 60, 62, 1]);
    seed.read(62);
    assert_eq!(seed.reads, [0, 60, 62, 1, 61]);
    seed.reads.drain(..3);
    assert_eq!(seed.read_all(), 60);
    assert_eq!(seed.said.iter().filter(|(_, said)| matches!(said, Message::Hashes { .. })).count(), 63);
    assert!(seed.closed.is_empty());
}

#[test]
fn the_line_has_an_end() {
    let (of_one, of_all) = (LEAVES_WAITING_PER_PEER, LEAVES_WAITING);
    let payload = Payload::new(Protocol::V2, &[200 * 32_768], 32 << 10);
    let mut seed = Seed::new(&payload);
    let range = |piece: usize| payload.range(0, piece as u32 * 2, 2, 0);
    (0..of_one).for_each(|piece| seed.ask(1, range(piece)));
    assert!(seed.said.is_empty());
    seed.ask(1, range(of_one));
    assert_eq!(seed.only(), (1, Message::HashReject(range(of_one))));
    (of_one..of_all).for_each(|piece| seed.ask(2, range(piece)));
    assert!(seed.said.is_empty());
    seed.ask(3, range(of_all));
    assert_eq!(seed.only(), (3, Message::HashReject(range(of_all))));
    assert_eq!(seed.read_all(), of_all);
    assert_eq!(seed.said.len(), of_all);
}

#[test]
fn a_peer_that_is_gone_is_not_read_for() {
    let payload = payload();
    let mut seed = Seed::new(&payload);
    (0..4).for_each(|piece| seed.ask(1, piece_range(&payload, piece)));
    seed.ask(2, piece_range(&payload, 0));
    seed.tell(Event::Closed { connection: ConnectionId(1), why: None });
    assert_eq!(seed.reads, [0]);
    assert_eq!(seed.read_all(), 1);
    assert_eq!(seed.only(), (2, right(&payload.levels(0), piece_range(&payload, 0))));
    // Nor is anybody whom we don't know, and what nobody asked for is not kept.
    seed.ask(1, piece_range(&payload, 1));
    seed.ask(77, piece_range(&payload, 1));
    seed.read(1);
    assert!(seed.is_quiet());
    seed.ask(2, piece_range(&payload, 1));
    assert_eq!(seed.reads, [1]);
}

/// The disk fails every time, so that nothing is ever in memory.
#[test]
fn nobody_makes_us_read_for_ever() {
    let payload = payload();
    let mut seed = Seed::new(&payload);
    let mut read = 0;
    while seed.closed.is_empty() {
        (0..5).for_each(|piece| seed.ask(1, piece_range(&payload, piece)));
        while let Some(piece) = seed.reads.pop() {
            read += 1;
            assert!(read < 100);
            seed.tell(Event::Leaves { piece, leaves: None });
        }
    }
    assert_eq!(seed.closed, [(1, CloseReason::Protocol)]);
    // Everything may be asked for and read twice, and then a little.
    assert!(read >= 2 * 5);
}

/// Content repeats itself after 256 files.
#[test]
fn files_of_the_same_content_stand_for_each_other() {
    let mut lengths = [1; 257];
    (lengths[0], lengths[256]) = (40_000, 40_000);
    let payload = Payload::new(Protocol::V2, &lengths, 32 << 10);
    let mut torrent = payload.torrent(true);
    torrent.have[1] = false;
    let (mut seed, range) = (Seed::with(&payload, torrent), payload.range(0, 0, 4, 0));
    assert_eq!(range, payload.range(256, 0, 4, 0));
    seed.ask(1, range);
    assert_eq!(seed.reads, [257]);
    seed.read_all();
    assert_eq!(seed.only(), (1, right(&payload.levels(0), range)));
}

/// Without the layer of a file nobody can prove what its pieces lead to, nor know whether the disk is right.
#[test]
fn without_layers_nothing_is_read() {
    let payload = Payload::new(Protocol::Hybrid, &[300_000, 60_000], 64 << 10);
    let metainfo = payload.metainfo_of_link();
    let mut seed = Seed::with(&payload, Torrent { metainfo, ..payload.torrent(true) });
    seed.ask(1, piece_range(&payload, 0));
    assert_eq!(seed.only(), (1, Message::HashReject(piece_range(&payload, 0))));
    assert!(seed.is_quiet());
    let alone = payload.range(1, 0, 4, 1);
    seed.ask(1, alone);
    assert_eq!(seed.read_all(), 1);
    assert_eq!(seed.only(), (1, right(&payload.levels(1), alone)));
}

#[test]
fn who_came_by_the_v1_hash_may_not_ask() {
    let payload = Payload::new(Protocol::Hybrid, &[300_000], 64 << 10);
    let mut seed = Seed::new(&payload);
    seed.meet(9, false);
    seed.ask(9, piece_range(&payload, 0));
    assert_eq!(seed.closed, [(9, CloseReason::Protocol)]);
    assert!(seed.reads.is_empty());
}
