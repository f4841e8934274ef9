//! One engine, and peers that ask it for the leaves of pieces (BEP 52): those that came last are in memory.

use super::*;
use crate::limits::LEAVES_KEPT;
use crate::wire::{Handshake, HashRange};

type Said = Message<Vec<u8>>;

/// An engine, and what it has said of hashes that nobody has looked at yet.
struct Seed<'p> {
    payload: &'p Payload,
    engine: Swarm<Vec<u8>>,
    said: Vec<(u64, Said)>,
    closed: Vec<(u64, CloseReason)>,
}

impl<'p> Seed<'p> {
    /// One that found everything on its disk.
    fn new(payload: &'p Payload) -> Self {
        Self::with(payload, payload.torrent(true))
    }

    /// One to which every piece has just come.
    fn fetched(payload: &'p Payload) -> Self {
        let mut seed = Self::new(payload);
        (0..payload.metainfo.layout().piece_count() as u32).for_each(|piece| seed.fetch(piece));
        seed
    }

    fn with(payload: &'p Payload, torrent: Torrent) -> Self {
        let engine = payload.engine(Some(torrent), |_| {});
        let mut seed = Self { payload, engine, said: vec![], closed: vec![] };
        (1..=2).for_each(|peer| seed.meet(peer, true));
        seed
    }

    /// A piece was hashed and is good.
    fn fetch(&mut self, piece: u32) {
        self.engine.keep_leaves(piece.into(), &self.payload.right(piece));
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
                Action::Close { connection, why } => self.closed.push((connection.0, why)),
                _ => {}
            }
        }
    }

    fn ask(&mut self, peer: u64, range: HashRange) {
        let message = Message::HashRequest(range);
        self.tell(Event::Received { connection: ConnectionId(peer), message });
    }

    /// What is said to the first peer.
    #[track_caller]
    fn answer(&mut self, range: HashRange) -> Said {
        self.ask(1, range);
        let said: Vec<(u64, Said)> = self.said.drain(..).collect();
        let [(1, said)] = &said[..] else { panic!("{said:?} {:?}", self.closed) };
        said.clone()
    }
}

impl Payload {
    fn range(&self, file: usize, index: u32, length: u32, proof_layers: u32) -> HashRange {
        let pieces_root = self.metainfo.files().get(file).root.unwrap();
        HashRange { pieces_root, base_layer: 0, index, length, proof_layers }
    }

    /// What a piece hashes to.
    fn right(&self, piece: u32) -> PieceDigests {
        let layout = self.metainfo.layout();
        let bytes = layout.piece(piece.into());
        digests(&layout, piece.into(), &self.bytes[bytes.start as usize..bytes.end as usize])
    }

    /// Every level of a file's tree, the obvious way.
    fn levels(&self, file: usize) -> Vec<Vec<Sha256Digest>> {
        let file = self.metainfo.files().get(file);
        let data = &self.bytes[file.offset as usize..][..file.length as usize];
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

/// Parts of pieces, pieces, and runs of pieces, with short proofs and long ones, up to what is behind the end of a file.
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
            let mut seed = Seed::fetched(&payload);
            for (size, proof_layers) in
                (1..=height).flat_map(|size| (0..height).map(move |layers| (size, layers)))
            {
                for index in (0..levels[0].len() as u32).step_by(1 << size) {
                    let range = payload.range(file, index, 1 << size, proof_layers);
                    let is_there = index < blocks.next_multiple_of((piece_length / 16_384) as u32);
                    let expected = if is_there { right(&levels, range) } else { Message::HashReject(range) };
                    // Nobody may ask for so much: there is somebody new.
                    if seed.engine.connections[&ConnectionId(1)].hashes.requests == 64 {
                        seed = Seed::fetched(&payload);
                    }
                    assert!(seed.answer(range) == expected, "{file} {range:?}");
                }
            }
        }
    }
}

#[test]
fn a_part_of_a_large_piece_is_proved() {
    let payload = Payload::new(Protocol::V2, &[(16 << 20) + 700 * 16_384], 16 << 20);
    let (levels, mut seed) = (payload.levels(0), Seed::fetched(&payload));
    for index in [0, 512, 1024, 1536] {
        let range = payload.range(0, index, 512, 10);
        assert!(seed.answer(range) == right(&levels, range), "{index}");
    }
}

#[test]
fn what_no_file_has_or_is_not_in_memory_is_rejected() {
    let payload = payload();
    let mut seed = Seed::new(&payload);
    [0, 1, 3, 4].into_iter().for_each(|piece| seed.fetch(piece));
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
        assert_eq!(seed.answer(range), Message::HashReject(range));
    }
    for range in [good, HashRange { length: 8, ..good }] {
        assert_eq!(seed.answer(range), right(&payload.levels(0), range));
    }
    assert!(seed.closed.is_empty());
}

/// What lay on the disk before we came is not read for anybody: only the layer of the file is known.
#[test]
fn leaves_of_what_was_on_disk_are_rejected_and_its_layer_is_given() {
    let payload = payload();
    let (mut seed, leaves) = (Seed::new(&payload), piece_range(&payload, 0));
    assert_eq!(seed.answer(leaves), Message::HashReject(leaves));
    let layer = HashRange { base_layer: 2, index: 0, length: 8, proof_layers: 0, ..leaves };
    let hashes = payload.levels(0)[2].clone();
    assert_eq!(seed.answer(layer), Message::Hashes { range: layer, hashes });
}

/// Two pieces of which each would fill the memory.
#[test]
fn the_oldest_leaves_are_forgotten() {
    let payload = payload();
    let mut seed = Seed::new(&payload);
    for piece in [0, 1] {
        let mut digests = payload.right(piece);
        digests.leaves.resize(LEAVES_KEPT / 2, merkle::NO_LEAF);
        seed.engine.keep_leaves(piece.into(), &digests);
    }
    let (old, new) = (piece_range(&payload, 0), piece_range(&payload, 1));
    assert_eq!(seed.answer(old), Message::HashReject(old));
    assert_eq!(seed.answer(new), right(&payload.levels(0), new));
}

#[test]
fn nobody_may_ask_for_ever() {
    let payload = payload();
    let mut seed = Seed::fetched(&payload);
    let asked = (1..1000).find(|_| {
        seed.ask(1, piece_range(&payload, 0));
        !seed.closed.is_empty()
    });
    assert_eq!(seed.closed, [(1, CloseReason::Protocol)]);
    // Everything may be asked for twice, and then a little.
    assert!(asked >= Some(2 * 5));
}

/// Content repeats itself after 256 files.
#[test]
fn files_of_the_same_content_stand_for_each_other() {
    let mut lengths = [1; 257];
    (lengths[0], lengths[256]) = (40_000, 40_000);
    let payload = Payload::new(Protocol::V2, &lengths, 32 << 10);
    let range = payload.range(0, 0, 4, 0);
    assert_eq!(range, payload.range(256, 0, 4, 0));
    let mut seed = Seed::new(&payload);
    [0, 257, 258].into_iter().for_each(|piece| seed.fetch(piece));
    assert_eq!(seed.answer(range), right(&payload.levels(0), range));
}

/// Without the layer of a file nobody can prove what its pieces lead to, nor know whether they are good.
#[test]
fn without_layers_only_a_file_of_one_piece_has_leaves() {
    let payload = Payload::new(Protocol::Hybrid, &[300_000, 60_000], 64 << 10);
    let metainfo = payload.metainfo_of_link();
    let mut seed = Seed::with(&payload, Torrent { metainfo, ..payload.torrent(true) });
    (0..6).for_each(|piece| seed.fetch(piece));
    let (long, alone) = (piece_range(&payload, 0), payload.range(1, 0, 4, 1));
    assert_eq!(seed.answer(long), Message::HashReject(long));
    assert_eq!(seed.answer(alone), right(&payload.levels(1), alone));
}

#[test]
fn who_came_by_the_v1_hash_may_not_ask() {
    let payload = Payload::new(Protocol::Hybrid, &[300_000], 64 << 10);
    let mut seed = Seed::fetched(&payload);
    seed.meet(9, false);
    seed.ask(9, piece_range(&payload, 0));
    assert_eq!(seed.closed, [(9, CloseReason::Protocol)]);
    assert!(seed.said.is_empty());
}
