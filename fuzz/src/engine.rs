//! What must hold of the engine whatever several peers and a web seed do, in whatever order.
//!
//! Every block carries who gave it and whether that one had been asked for it and had not answered yet. No other block may get into
//! a piece, count as useful, or end the request of somebody else.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use piece_hash::{Backend, Sha1};
use swarm::limits::{BLOCK, HELP_BLOCKS};
use swarm::wire::{BlockAddress, Handshake, Message};
use swarm::{Action, Config, ConnectionId, Direction, Event, PieceDigests, Swarm, Torrent, WebError, WebJob};
use torrent_core::files::FileList;
use torrent_core::layout::{PieceIndex, PieceRange};
use torrent_core::metainfo::{Draft, Fields, Metainfo, PieceHashes, Protocol};
use torrent_core::path::RawPathBuf;

/// Pairs of bytes: what happens, and the rest of it.
pub fn engine(input: &[u8]) {
    let mut world = World::new();
    for step in input.as_chunks::<2>().0 {
        world.step(*step);
    }
    for _ in 0..20 {
        world.now += Duration::from_secs(10);
        world.tell(Event::Tick);
    }
}

/// A block, as it came.
#[derive(Debug)]
struct Token {
    block: BlockAddress,
    good: bool,
    /// Who gave it had been asked for it and had not answered.
    was_asked: bool,
}

struct World {
    engine: Swarm<Token>,
    now: Duration,
    peers: [Option<Line>; PEERS],
    connections: u64,
    /// What the driver was asked for and has not done.
    hashing: VecDeque<(PieceIndex, Vec<Token>)>,
    writing: VecDeque<PieceIndex>,
    web: BTreeMap<WebJob, VecDeque<BlockAddress>>,
    /// The block of the event that is handled now, if it was not requested.
    stray: Option<BlockAddress>,
}

/// A connection with a peer.
struct Line {
    id: ConnectionId,
    asked: Vec<BlockAddress>,
}

impl World {
    fn new() -> Self {
        let metainfo = metainfo();
        let mut config = Config::new(1, [9; 20]);
        config.info_hash_v1 = metainfo.info_hash_v1();
        config.web_seeds = vec!["w".into()];
        let none = vec![false; PIECES as usize];
        let torrent = Torrent { metainfo, have: none, wanted: vec![true; PIECES as usize] };
        let mut world = Self {
            engine: Swarm::new(config, Some(torrent)),
            now: Duration::ZERO,
            peers: [const { None }; PEERS],
            connections: 0,
            hashing: VecDeque::new(),
            writing: VecDeque::new(),
            web: BTreeMap::new(),
            stray: None,
        };
        world.tell(Event::Budget { blocks: BUDGET });
        world
    }

    fn step(&mut self, [what, rest]: [u8; 2]) {
        let peer = usize::from(what >> 6);
        let Some(line) = &self.peers[peer] else { return self.connect(peer, what, rest) };
        let connection = line.id;
        let asked = line.asked.get(usize::from(rest >> 1) % line.asked.len().max(1)).copied();
        let any = block((u32::from(rest >> 3) % PIECES).into(), u32::from(rest & 7) % BLOCKS);
        match what & 15 {
            0 => self.close(peer),
            1 => self.hear(peer, if rest < 128 { Message::HaveAll } else { Message::Bitfield(vec![rest]) }),
            2 => self.hear(peer, Message::Choke),
            3 => self.hear(peer, Message::Unchoke),
            4 => self.hear(peer, Message::Interested),
            5 | 6 => asked.into_iter().for_each(|block| self.give(peer, block, rest & 1 == 0)),
            7 => self.give(peer, any, true),
            8 => asked.into_iter().for_each(|block| self.hear(peer, Message::RejectRequest(block))),
            9 => self.hear(peer, Message::RejectRequest(any)),
            10 => self.hear(peer, Message::Request(any)),
            11 => self.hear(peer, Message::Cancel(any)),
            12 => self.hear(peer, Message::Have((u32::from(rest) % PIECES).into())),
            13 => {
                self.now += Duration::from_millis(u64::from(rest) * 200);
                let connections = vec![connection];
                let event = Event::TickUnread { connections };
                self.tell(if rest & 1 == 0 { Event::Tick } else { event });
            }
            14 => self.drive(),
            _ => self.web(rest),
        }
    }

    fn connect(&mut self, peer: usize, what: u8, rest: u8) {
        self.connections += 1;
        let id = ConnectionId(self.connections);
        let reserved = [0, 0, 0, 0, 0, rest & 0x10, 0, rest & 4];
        let peer_id = [if what & 1 == 0 { peer as u8 } else { 7 }; 20];
        let handshake = Handshake { reserved, peer_id, ..self.engine.handshake() };
        let address = SocketAddr::from(([8, 8, 8, (peer as u8 & rest) + 1], 1000 + self.connections as u16));
        let direction = if what & 2 == 0 { Direction::Outgoing } else { Direction::Incoming };
        self.peers[peer] = Some(Line { id, asked: Vec::new() });
        self.tell(Event::Connected { connection: id, address, direction, handshake });
    }

    fn close(&mut self, peer: usize) {
        let Some(line) = self.peers[peer].take() else { return };
        self.tell(Event::Closed { connection: line.id, why: None });
    }

    fn hear(&mut self, peer: usize, message: Message<Token>) {
        let Some(line) = &mut self.peers[peer] else { return };
        if let Message::RejectRequest(block) = &message {
            take(&mut line.asked, *block);
        }
        let connection = line.id;
        self.tell(Event::Received { connection, message });
    }

    fn give(&mut self, peer: usize, block: BlockAddress, good: bool) {
        let Some(line) = &mut self.peers[peer] else { return };
        let was_asked = take(&mut line.asked, block);
        let before = self.engine.progress().useful;
        self.stray = (!was_asked).then_some(block);
        self.hear(peer, Message::Piece { block, data: Token { block, good, was_asked } });
        self.stray = None;
        assert!(was_asked || self.engine.progress().useful <= before, "a stray block is useful");
    }

    /// The driver does the next thing of what it was asked for.
    fn drive(&mut self) {
        if let Some((piece, blocks)) = self.hashing.pop_front() {
            let good = blocks.iter().all(|token| token.good);
            let sha1 = Some(digest(piece, good));
            self.tell(Event::Hashed { piece, blocks, digests: PieceDigests { sha1, ..Default::default() } });
        } else if let Some(piece) = self.writing.pop_front() {
            self.tell(Event::Written { piece });
        }
    }

    /// The web seed gives the next block of a request, or ends it.
    fn web(&mut self, rest: u8) {
        let Some((job, blocks)) = self.web.iter_mut().next() else { return };
        let job = *job;
        match blocks.pop_front().filter(|_| rest > 16) {
            Some(block) => {
                let data = Token { block, good: rest & 1 == 0, was_asked: true };
                self.tell(Event::WebBlock { job, block, data });
            }
            None => {
                self.web.remove(&job);
                let result = if rest & 1 == 0 { Ok(()) } else { Err(WebError::Failed("x".into())) };
                self.tell(Event::WebEnded { job, ranges: true, result });
            }
        }
    }

    fn tell(&mut self, event: Event<Token>) {
        self.engine.handle(self.now, event);
        while let Some(action) = self.engine.poll() {
            self.act(action);
        }
        let committed = self.engine.committed();
        assert!(committed <= BUDGET.max(BLOCKS as usize + HELP_BLOCKS), "{committed} blocks");
    }

    fn act(&mut self, action: Action<Token>) {
        match action {
            Action::Send { connection, message: Message::Request(block) } => {
                let line = self.peers.iter_mut().flatten().find(|line| line.id == connection);
                line.into_iter().for_each(|line| line.asked.push(block));
            }
            Action::Send { message: Message::Cancel(block), .. } => {
                assert_ne!(self.stray, Some(block), "a stray block ends the request of somebody else");
            }
            Action::Close { connection, .. } => {
                let peer = self
                    .peers
                    .iter()
                    .position(|line| line.as_ref().is_some_and(|line| line.id == connection));
                peer.into_iter().for_each(|peer| self.close(peer));
            }
            Action::Hash { piece, blocks } => {
                for (index, token) in (0..).zip(&blocks) {
                    assert_eq!(token.block, block(piece, index));
                    assert!(token.was_asked, "{:?} was not asked for", token.block);
                }
                assert_eq!(blocks.len(), BLOCKS as usize);
                self.hashing.push_back((piece, blocks));
            }
            Action::Write { piece, blocks, .. } => {
                assert!(blocks.iter().all(|token| token.good));
                self.writing.push_back(piece);
            }
            Action::WebGet { job, bytes, .. } => {
                let number = |at| u32::try_from(at / PIECE).unwrap_or(u32::MAX).into();
                let pieces = PieceRange { start: number(bytes.start), end: number(bytes.end) };
                let blocks =
                    pieces.iter().flat_map(|piece| (0..BLOCKS).map(move |index| block(piece, index)));
                self.web.insert(job, blocks.collect());
            }
            _ => {}
        }
    }
}

/// Takes an unanswered request from the list; false if there is none.
fn take(asked: &mut Vec<BlockAddress>, block: BlockAddress) -> bool {
    let index = asked.iter().position(|asked| *asked == block);
    index.map(|index| asked.remove(index)).is_some()
}

fn block(piece: PieceIndex, index: u32) -> BlockAddress {
    BlockAddress { piece, offset: index * BLOCK, length: BLOCK }
}

fn digest(piece: PieceIndex, good: bool) -> [u8; 20] {
    Backend::best().digest::<Sha1>(&[u32::from(piece) as u8, good.into()])
}

fn metainfo() -> Arc<Metainfo> {
    static METAINFO: OnceLock<Arc<Metainfo>> = OnceLock::new();
    let make = || {
        let mut files = FileList::default();
        files.push(RawPathBuf::of([b"f".as_slice()]).as_path(), u64::from(PIECES) * PIECE);
        let (info, outer, name) = (Fields::new(), Fields::new(), b"t".to_vec());
        let (protocol, single_file) = (Protocol::V1, true);
        let mut draft = Draft { protocol, name, piece_length: PIECE, single_file, files, info, outer };
        draft.place(false).expect("it is short");
        let sha1 = (0..PIECES).map(|piece| digest(piece.into(), true)).collect();
        let torrent = draft.finish(&PieceHashes { sha1, merkle: Vec::new() }).torrent;
        Arc::new(Metainfo::parse_strict(torrent).expect("it is a torrent"))
    };
    Arc::clone(METAINFO.get_or_init(make))
}

const PEERS: usize = 4;
const PIECES: u32 = 8;
const BLOCKS: u32 = 4;
const PIECE: u64 = BLOCKS as u64 * BLOCK as u64;
const BUDGET: usize = 20;

#[cfg(test)]
mod tests {
    use crate::tests::{kept, over};

    #[test]
    fn engine_over_kept_inputs() {
        over(&kept("engine"), super::engine);
    }

    /// Numbers by Marsaglia's xorshift, always the same.
    #[test]
    fn engine_over_random_inputs() {
        let mut state = 88_172_645_463_325_252_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        };
        for _ in 0..400 {
            let input: Vec<u8> = (0..100).flat_map(|_| next()).collect();
            super::engine(&input);
        }
    }
}
