//! How much may be read of each peer while whole pieces are hashed and written: 16 MiB of them, or two.

use std::collections::VecDeque;

use torrent_core::layout::PieceIndex;

use super::*;
use crate::WebJob;
use crate::engine::unwritten::Unwritten;
use crate::geometry::Geometry;
use crate::picker::BlockSource;

/// A peer may have two of these.
const PIECE: u64 = 8 << 20;
const BLOCKS: usize = (PIECE / BLOCK as u64) as usize;
const ONE: ConnectionId = ConnectionId(1);
const OTHER: ConnectionId = ConnectionId(2);

/// An engine that downloads, what it requested, and the complete pieces that it wants hashed.
struct Downloader {
    payload: Payload,
    engine: Swarm<Vec<u8>>,
    asked: BTreeMap<ConnectionId, VecDeque<BlockAddress>>,
    /// Requests to web seeds that are not answered, and their bytes.
    web: VecDeque<(WebJob, Range<u64>)>,
    complete: VecDeque<(PieceIndex, Vec<Vec<u8>>)>,
}

impl Downloader {
    fn new(peers: &[ConnectionId], web_seeds: &[&str]) -> Self {
        let payload = Payload::new(Protocol::V1, &[8 * PIECE], PIECE);
        let web_seeds = web_seeds.iter().map(ToString::to_string).collect();
        let engine = payload.engine(Some(payload.torrent(false)), |config| config.web_seeds = web_seeds);
        let (asked, web, complete) = (BTreeMap::new(), VecDeque::new(), VecDeque::new());
        let mut downloader = Self { payload, engine, asked, web, complete };
        downloader.tell(Event::Budget { blocks: 8 * BLOCKS });
        for peer in peers {
            let peer_id = [peer.0 as u8 + 1; 20];
            let handshake =
                crate::wire::Handshake { peer_id, reserved: [0; 8], ..downloader.engine.handshake() };
            let address = SocketAddr::from(([8, 8, 8, peer.0 as u8], 6881));
            let direction = Direction::Outgoing;
            downloader.tell(Event::Connected { connection: *peer, address, direction, handshake });
            let has = if *peer == ONE { 0xf0 } else { 0x0f };
            for message in [Message::Bitfield(vec![has]), Message::Unchoke] {
                downloader.tell(Event::Received { connection: *peer, message });
            }
            // A peer that has given a good piece is asked for the next one before this one is written.
            downloader.give(*peer, BLOCKS);
            downloader.write();
        }
        downloader
    }

    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.engine.handle(Time::ZERO, event);
        while let Some(action) = self.engine.poll() {
            match action {
                Action::Send { connection, message: Message::Request(block) } => {
                    self.asked.entry(connection).or_default().push_back(block);
                }
                Action::WebGet { job, bytes, .. } => self.web.push_back((job, bytes)),
                Action::Hash { piece, blocks } => self.complete.push_back((piece, blocks)),
                _ => {}
            }
        }
    }

    /// A peer gives the next blocks that it was asked for.
    fn give(&mut self, connection: ConnectionId, count: usize) {
        for _ in 0..count {
            let block = self.asked.get_mut(&connection).and_then(VecDeque::pop_front).unwrap();
            let message = Message::Piece { block, data: self.payload.block(block) };
            self.tell(Event::Received { connection, message });
        }
    }

    /// A web seed gives all that it was asked for first; how many pieces that was.
    fn give_from_web(&mut self) -> u64 {
        let (job, bytes) = self.web.pop_front().unwrap();
        for block in self.payload.blocks_in(&bytes) {
            let data = self.payload.block(block);
            self.tell(Event::WebBlock { job, block, data });
        }
        self.tell(Event::WebEnded { job, ranges: true, result: Ok(()) });
        (bytes.end - bytes.start) / PIECE
    }

    /// The piece that was complete first is hashed; `is_good`: as it is.
    fn hash(&mut self, is_good: bool) -> u32 {
        let (piece, blocks) = self.complete.pop_front().unwrap();
        let mut digests = self.payload.digests(piece, &blocks);
        digests.sha1 = digests.sha1.filter(|_| is_good);
        self.tell(Event::Hashed { piece, blocks, digests });
        piece.into()
    }

    /// The same, and it is written.
    fn write(&mut self) {
        let piece = self.hash(true);
        self.tell(Event::Written { piece: piece.into() });
    }

    fn readable(&self) -> [Option<usize>; 2] {
        [ONE, OTHER].map(|peer| self.engine.readable_blocks(peer))
    }
}

#[test]
fn sixteen_mebibytes_or_two_pieces_may_be_unwritten() {
    // Bytes of a piece, pieces that are not written, how many more there may be.
    let cases = [
        (16 << 10, 0, 1024),
        (16 << 10, 1024, 0),
        (256 << 10, 63, 1),
        (1 << 20, 0, 16),
        (1 << 20, 20, 0),
        (6 << 20, 0, 2),
        (16 << 20, 1, 1),
        (16 << 20, 2, 0),
        (512 << 20, 0, 2),
    ];
    for (piece_length, count, most) in cases {
        let geometry = Geometry::new(Payload::new(Protocol::V1, &[1], piece_length).metainfo);
        let (source, mut unwritten) = (BlockSource::Peer(ONE), Unwritten::default());
        (0..count).for_each(|piece| unwritten.add(piece.into(), source));
        (count..count + 5).for_each(|piece| unwritten.add(piece.into(), BlockSource::Web(1)));
        assert_eq!(unwritten.may_complete(source, &geometry), most, "{count} of {piece_length}");
    }
}

#[test]
fn a_peer_is_read_until_two_pieces_are_not_written() {
    let mut downloader = Downloader::new(&[ONE], &[]);
    for lacking in [2 * BLOCKS, BLOCKS] {
        assert_eq!(downloader.readable(), [Some(lacking), None]);
        downloader.give(ONE, 1);
        assert_eq!(downloader.readable()[0], Some(lacking - 1));
        downloader.give(ONE, BLOCKS - 1);
        assert!(downloader.engine.has_unwritten());
    }
    assert_eq!(downloader.readable()[0], Some(0));
    let piece = downloader.hash(true);
    assert_eq!(downloader.readable()[0], Some(0));
    downloader.tell(Event::Written { piece: piece.into() });
    assert_eq!(downloader.readable()[0], Some(BLOCKS));
    downloader.write();
    assert_eq!(downloader.readable()[0], Some(2 * BLOCKS));
    assert!(!downloader.engine.has_unwritten());
}

#[test]
fn others_go_on_meanwhile() {
    let mut downloader = Downloader::new(&[ONE, OTHER], &[]);
    downloader.give(OTHER, 1);
    downloader.give(ONE, 2 * BLOCKS);
    assert_eq!(downloader.readable(), [Some(0), Some(2 * BLOCKS - 1)]);
    downloader.give(OTHER, BLOCKS);
    assert_eq!(downloader.readable(), [Some(0), Some(BLOCKS - 1)]);
    downloader.write();
    assert_eq!(downloader.readable(), [Some(BLOCKS), Some(BLOCKS - 1)]);
}

#[test]
fn nobody_waits_for_a_piece_that_is_bad() {
    let mut downloader = Downloader::new(&[ONE, OTHER], &[]);
    downloader.give(ONE, BLOCKS);
    downloader.hash(false);
    assert!(!downloader.engine.has_unwritten());
}

#[test]
fn what_may_come_of_requests_that_were_taken_back_is_read_block_by_block() {
    let mut downloader = Downloader::new(&[ONE], &[]);
    downloader.give(ONE, 1);
    downloader.tell(Event::Received { connection: ONE, message: Message::Choke });
    assert_eq!(downloader.readable()[0], Some(1));
}

#[test]
fn a_web_seed_is_asked_for_no_more_than_it_may_have() {
    let mut downloader = Downloader::new(&[], &["http://web.example/f"]);
    for piece in 0..2 {
        assert_eq!((downloader.give_from_web(), downloader.complete.len()), (1, 1));
        downloader.hash(true);
        assert_eq!(downloader.web.len(), 1 - piece, "{piece}");
    }
    downloader.tell(Event::Written { piece: 0.into() });
    assert_eq!(downloader.web.len(), 1);
    downloader.tell(Event::Written { piece: 1.into() });
    assert_eq!((downloader.give_from_web(), downloader.give_from_web()), (1, 1));
    assert!(downloader.web.is_empty());
}
