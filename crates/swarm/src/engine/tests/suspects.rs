//! One engine between an honest seed and a liar that it has come to trust.

use super::driver::connected;
use super::*;
use crate::engine::blame::Guilt;
use crate::picker::BlockSource;

const SEED: usize = 0;
const LIAR: usize = 1;

/// An engine and what its two peers were asked for.
struct Between {
    payload: Payload,
    engine: Swarm<Vec<u8>>,
    asked: [Vec<BlockAddress>; 2],
    closed: Vec<CloseReason>,
    completed: bool,
    now: Time,
}

impl Between {
    fn new(payload: Payload) -> Self {
        let engine = payload.leecher();
        let (asked, closed, completed) = ([vec![], vec![]], vec![], false);
        let mut between = Self { payload, engine, asked, closed, completed, now: Time::ZERO };
        for peer in [SEED, LIAR] {
            let connection = ConnectionId(peer as u64);
            between.tell(connected(&between.engine, connection, [8, 8, 8, peer as u8]));
            between.says(peer, Message::HaveAll);
            between.says(peer, Message::Unchoke);
        }
        between
    }

    fn says(&mut self, peer: usize, message: Message<Vec<u8>>) {
        self.tell(Event::Received { connection: ConnectionId(peer as u64), message });
    }

    /// Gives a block that `peer` was asked for.
    fn gives(&mut self, peer: usize, block: BlockAddress, is_good: bool) {
        self.asked[peer].retain(|other| *other != block);
        let mut data = self.payload.block(block);
        data[0] ^= u8::from(!is_good);
        self.says(peer, Message::Piece { block, data });
    }

    /// Gives all that `peer` was asked for by now.
    fn gives_all(&mut self, peer: usize) {
        for block in self.asked[peer].clone() {
            if self.asked[peer].contains(&block) {
                self.gives(peer, block, true);
            }
        }
    }

    fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now += Time::from_secs(1);
            self.tell(Event::Tick);
        }
    }

    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.engine.handle(self.now, event);
        while let Some(action) = self.engine.poll() {
            match self.payload.carry_out(action) {
                Ok(answer) => self.engine.handle(self.now, answer),
                Err(Action::Send { connection, message: Message::Request(block) }) => {
                    self.asked[connection.0 as usize].push(block);
                }
                Err(Action::Send { connection, message: Message::Cancel(block) }) => {
                    self.asked[connection.0 as usize].retain(|other| *other != block);
                }
                Err(Action::Close { why, .. }) => self.closed.push(why),
                Err(Action::Completed) => self.completed = true,
                Err(_) => {}
            }
        }
    }
}

impl Between {
    /// The seed helps with the last pieces, which the liar is at. Of each the liar gives one block, a bad one, and the seed
    /// the other.
    fn with_spoiled_pieces() -> Self {
        let piece_length = 2 * u64::from(BLOCK);
        let mut between = Self::new(Payload::new(Protocol::V1, &[32 * piece_length], piece_length));
        for _ in 0..3 {
            between.gives_all(LIAR);
            between.gives_all(SEED);
        }
        while !between.asked[SEED].is_empty() {
            between.gives_all(SEED);
        }
        between.wait(3);
        let mut bad = between.asked[LIAR].clone();
        bad.sort();
        bad.dedup_by_key(|block| block.piece);
        bad.retain(|block| {
            between.asked[SEED].iter().any(|other| other.piece == block.piece && other != block)
        });
        assert!(bad.len() >= 4, "{:?}", between.asked);
        bad.into_iter().for_each(|block| between.gives(LIAR, block, false));
        between
    }

    /// The seed gives what it is asked for, for a while.
    fn goes_on(&mut self) {
        for _ in 0..30 {
            self.gives_all(SEED);
            self.wait(1);
        }
        assert!(self.completed, "{:?} {:?}", self.closed, self.engine.progress());
    }
}

#[test]
fn whoever_helps_a_liar_with_many_pieces_is_not_banned_for_it() {
    let mut between = Between::with_spoiled_pieces();
    between.goes_on();
    assert!(!between.closed.contains(&CloseReason::Poison));
}

/// What a suspect began is sealed: nobody else may give a block of it.
#[test]
fn a_suspect_that_chokes_us_does_not_keep_its_piece() {
    let mut between = Between::new(Payload::new(Protocol::V1, &[1_000_000], 64 << 10));
    let liar = ConnectionId(LIAR as u64);
    between.engine.blame(BlockSource::Peer(liar), Guilt::Suspected);
    assert!(
        !between.asked[LIAR].is_empty() && between.engine.connections[&liar].download.unverified.len() == 1
    );
    let first = between.asked[LIAR][0];
    between.gives(LIAR, first, true);
    between.says(LIAR, Message::Interested);
    between.says(LIAR, Message::Choke);
    for block in std::mem::take(&mut between.asked[LIAR]) {
        between.says(LIAR, Message::RejectRequest(block));
    }
    between.goes_on();
}
