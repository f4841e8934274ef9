//! Who may be read while complete pieces are hashed and written.

use std::collections::VecDeque;

use super::*;
use crate::WebJob;

const PIECE: u64 = 65_536;
const BLOCKS: usize = 4;
const ONE: ConnectionId = ConnectionId(1);
const OTHER: ConnectionId = ConnectionId(2);

/// An engine, what it asked for, and the complete pieces that it wants hashed.
struct Scene {
    payload: Payload,
    engine: Swarm<Vec<u8>>,
    asked: BTreeMap<ConnectionId, VecDeque<BlockAddress>>,
    web: Vec<WebJob>,
    complete: VecDeque<(u32, Vec<Vec<u8>>)>,
}

impl Scene {
    fn new(peers: &[ConnectionId], web_seeds: &[&str]) -> Self {
        let payload = Payload::new(Protocol::V1, &[16 * PIECE], PIECE);
        let mut config = Config::new(1, [1; 20]);
        config.info_hash_v1 = payload.metainfo.info_hash_v1();
        config.web_seeds = web_seeds.iter().map(ToString::to_string).collect();
        let engine = Swarm::new(config, Some(payload.torrent(false)));
        let (asked, web, complete) = (BTreeMap::new(), Vec::new(), VecDeque::new());
        let mut scene = Self { payload, engine, asked, web, complete };
        scene.tell(Event::Tick);
        for peer in peers {
            let peer_id = [peer.0 as u8 + 1; 20];
            let handshake = crate::wire::Handshake { peer_id, reserved: [0; 8], ..scene.engine.handshake() };
            let address = SocketAddr::from(([8, 8, 8, peer.0 as u8], 6881));
            let direction = Direction::Outgoing;
            scene.tell(Event::Connected { connection: *peer, address, direction, handshake });
            for message in [Message::Bitfield(vec![0xff; 2]), Message::Unchoke] {
                scene.tell(Event::Received { connection: *peer, message });
            }
            // Who has given a good piece is asked for the next one before this one is written.
            scene.give(*peer, BLOCKS);
            let piece = scene.hash(true);
            scene.tell(Event::Written { piece });
        }
        scene
    }

    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.engine.handle(Time::ZERO, event);
        while let Some(action) = self.engine.poll() {
            match action {
                Action::Send { connection, message: Message::Request(block) } => {
                    self.asked.entry(connection).or_default().push_back(block);
                }
                Action::WebGet { job, .. } => self.web.push(job),
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

    /// A web seed gives the piece that it was asked for.
    fn give_from_web(&mut self) -> WebJob {
        let [job] = self.web[..] else { panic!("one request at first") };
        for block in crate::blocks_of(&self.payload.metainfo.clone(), 0) {
            assert!(!self.engine.is_held(job) && self.engine.awaits_blocks());
            let data = self.payload.block(block);
            self.tell(Event::WebBlock { job, block, data });
        }
        job
    }

    /// The piece that was complete first is hashed; `is_good`: as it is.
    fn hash(&mut self, is_good: bool) -> u32 {
        let (piece, blocks) = self.complete.pop_front().unwrap();
        let mut digests = self.payload.digests(piece, &blocks);
        digests.sha1 = digests.sha1.filter(|_| is_good);
        self.tell(Event::Hashed { piece, blocks, digests });
        piece
    }

    fn rooms(&self) -> [Option<usize>; 2] {
        [ONE, OTHER].map(|peer| self.engine.room(peer))
    }
}

#[test]
fn a_peer_is_read_to_the_end_of_its_piece_and_then_not_until_that_is_written() {
    let mut scene = Scene::new(&[ONE], &[]);
    for lacking in (1..=BLOCKS).rev() {
        assert_eq!(scene.rooms(), [Some(lacking), None]);
        assert!(scene.engine.awaits_blocks() && !scene.engine.is_writing());
        scene.give(ONE, 1);
    }
    assert_eq!(scene.rooms()[0], Some(0));
    let piece = scene.hash(true);
    assert_eq!(scene.rooms()[0], Some(0));
    assert!(!scene.engine.awaits_blocks() && scene.engine.is_writing());
    scene.tell(Event::Written { piece });
    assert_eq!(scene.rooms()[0], Some(BLOCKS));
    assert!(scene.engine.awaits_blocks() && !scene.engine.is_writing());
}

#[test]
fn others_go_on_to_the_end_of_theirs() {
    let mut scene = Scene::new(&[ONE, OTHER], &[]);
    scene.give(OTHER, 1);
    scene.give(ONE, BLOCKS);
    assert_eq!(scene.rooms(), [Some(0), Some(BLOCKS - 1)]);
    assert!(scene.engine.awaits_blocks());
    scene.give(OTHER, BLOCKS - 1);
    assert_eq!(scene.rooms(), [Some(0), Some(0)]);
    assert!(!scene.engine.awaits_blocks());
    let first = scene.hash(true);
    scene.tell(Event::Written { piece: first });
    assert_eq!(scene.rooms(), [Some(BLOCKS), Some(0)]);
}

#[test]
fn nobody_waits_for_a_piece_that_is_bad() {
    let mut scene = Scene::new(&[ONE, OTHER], &[]);
    scene.give(ONE, BLOCKS);
    scene.hash(false);
    assert!(!scene.engine.is_writing() && scene.engine.awaits_blocks());
}

#[test]
fn who_may_stay_though_his_piece_was_bad_goes_on() {
    let mut scene = Scene::new(&[], &["http://web.example/f"]);
    let job = scene.give_from_web();
    scene.hash(false);
    assert!(!scene.engine.is_held(job) && !scene.engine.is_writing());
}

#[test]
fn what_may_come_of_requests_that_were_taken_back_is_read_block_by_block() {
    let mut scene = Scene::new(&[ONE], &[]);
    scene.give(ONE, 1);
    scene.tell(Event::Received { connection: ONE, message: Message::Choke });
    assert_eq!(scene.rooms()[0], Some(1));
    scene.give(ONE, BLOCKS - 1);
    assert_eq!(scene.rooms()[0], Some(0));
}

#[test]
fn a_web_seed_waits_for_the_piece_that_it_gave() {
    let mut scene = Scene::new(&[], &["http://web.example/f"]);
    let job = scene.give_from_web();
    assert!(scene.engine.is_held(job) && !scene.engine.awaits_blocks());
    let piece = scene.hash(true);
    assert!(scene.engine.is_held(job));
    scene.tell(Event::Written { piece });
    assert!(!scene.engine.is_held(job));
}
