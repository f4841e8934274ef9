use std::collections::VecDeque;

use proptest::prelude::*;
use swarm::wire::{block_header, encode};

use super::*;

/// A socket that gives bytes in portions, and has none for a moment after each.
struct Portions {
    bytes: VecDeque<u8>,
    portions: Vec<usize>,
    next: usize,
    pause: bool,
}

impl Portions {
    fn new(bytes: Vec<u8>, portions: Vec<usize>) -> Self {
        Self { bytes: bytes.into(), portions, next: 0, pause: false }
    }
}

impl Read for Portions {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_vectored(&mut [IoSliceMut::new(buffer)])
    }

    fn read_vectored(&mut self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.pause = !self.pause;
        if self.pause {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let portion = self.portions[self.next % self.portions.len()];
        self.next += 1;
        let places = buffers.iter_mut().flat_map(|buffer| buffer.iter_mut()).take(portion);
        let mut read = 0;
        for (place, byte) in places.zip(std::iter::from_fn(|| self.bytes.pop_front())) {
            *place = byte;
            read += 1;
        }
        Ok(read)
    }
}

/// What a peer says: a block of so many bytes, or something else.
fn message(kind: u32) -> Message<Vec<u8>> {
    match kind {
        0 => Message::Have(7.into()),
        1 => Message::KeepAlive,
        2 => Message::Extended { id: 3, payload: vec![9; 6000] },
        3..=9 => block(kind, BLOCK as u32),
        length => block(length, length),
    }
}

fn block(seed: u32, length: u32) -> Message<Vec<u8>> {
    let data = (0..length).map(|place| (place * 7 + seed) as u8).collect();
    Message::Piece { block: BlockAddress { piece: (seed % 10).into(), offset: 0, length }, data }
}

fn encoded(messages: &[Message<Vec<u8>>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        match message {
            Message::Piece { block, data } => {
                bytes.extend(block_header(block));
                bytes.extend(data);
            }
            message => encode(message, &mut bytes),
        }
    }
    bytes
}

fn copied(message: Message<Block>) -> Message<Vec<u8>> {
    match message {
        Message::Piece { block, data } => Message::Piece { block, data: data.to_vec() },
        Message::Have(piece) => Message::Have(piece),
        Message::Extended { id, payload } => Message::Extended { id, payload },
        _ => Message::KeepAlive,
    }
}

/// Reads to the end of what the peer sends; every block is given back at once.
fn read_all(socket: &mut Portions, pool: &Pool, limit: usize) -> Vec<Message<Vec<u8>>> {
    let mut reader = MessageReader::new(Limits::new(Some(10)));
    let mut heard = Vec::new();
    loop {
        let ReadResult { end, .. } =
            reader.read(socket, pool, limit, &mut |message| heard.push(copied(message))).unwrap();
        if end == ReadEnd::Closed {
            return heard;
        }
    }
}

proptest! {
    #[test]
    fn messages_survive_any_fragmentation(
        kinds in prop::collection::vec(prop_oneof![3 => 3u32..10, 1 => 0u32..3, 1 => 10u32..16384], 1..30),
        portions in prop::collection::vec(prop_oneof![1usize..30, 1usize..700, 1usize..70_000], 1..10),
        slots in 1u64..20,
        limit in prop_oneof![Just(1 << 20), 1usize..100_000],
    ) {
        let messages: Vec<_> = kinds.into_iter().map(message).collect();
        let mut socket = Portions::new(encoded(&messages), portions);
        let pool = Pool::new(slots * BLOCK as u64);
        prop_assert_eq!(read_all(&mut socket, &pool, limit), messages);
        prop_assert_eq!(pool.available(), pool.capacity());
    }
}

#[test]
fn a_stream_of_blocks_is_not_copied_but_for_its_start() {
    let messages: Vec<_> = (0..100).map(|_| message(5)).collect();
    let mut socket = Portions::new(encoded(&messages), vec![usize::MAX]);
    let pool = Pool::new(64 << 20);
    let mut reader = MessageReader::new(Limits::new(Some(10)));
    let mut blocks = 0;
    let mut reads = 0;
    while blocks < 100 {
        reader.read(&mut socket, &pool, usize::MAX, &mut |_| blocks += 1).unwrap();
        assert!(reader.pending.is_empty(), "a block went through the buffer");
        reads += 1;
    }
    // Half of the reads find nothing: that is how `Portions` is made.
    assert!(reads < 24, "{reads} reads");
}

#[test]
fn an_empty_pool_holds_the_peer_up_and_loses_nothing() {
    let messages: Vec<_> = (3..9).map(message).collect();
    let mut socket = Portions::new(encoded(&messages), vec![20_000]);
    let pool = Pool::new(2 * BLOCK as u64);
    let mut reader = MessageReader::new(Limits::new(Some(10)));
    let mut kept: VecDeque<Message<Block>> = VecDeque::new();
    let mut heard = Vec::new();
    let mut was_empty = 0;
    loop {
        let ReadResult { end, .. } =
            reader.read(&mut socket, &pool, 1 << 20, &mut |m| kept.push_back(m)).unwrap();
        match end {
            ReadEnd::PoolEmpty => {
                was_empty += 1;
                assert!(reader.pending.len() <= 2 * (HEADER + BLOCK));
                heard.push(copied(kept.pop_front().unwrap()));
            }
            ReadEnd::Closed => break,
            _ => {}
        }
    }
    heard.extend(kept.into_iter().map(copied));
    assert!(was_empty > 0);
    assert_eq!(heard, messages);
}

#[test]
fn what_no_peer_may_send_is_an_error() {
    let pool = Pool::new(1 << 20);
    let cases: [&[u8]; 4] =
        [&[0xff; 4], &[0, 0, 0, 1, 99], &[0, 0, 0, 5, 4, 0, 0, 0, 10], &[0, 1, 0, 0, 7, 0, 0, 0, 0]];
    for bytes in cases {
        let mut socket = Portions::new(bytes.to_vec(), vec![100]);
        let mut reader = MessageReader::new(Limits::new(Some(10)));
        let mut read = || reader.read(&mut socket, &pool, 1 << 20, &mut |_| {});
        assert!((0..3).any(|_| matches!(read(), Err(ReceiveError::Wire(_)))), "{bytes:?}");
    }
}

#[test]
fn a_handshake_takes_no_byte_of_what_follows() {
    let mut bytes = vec![1; 68];
    bytes.extend(encoded(&[message(0)]));
    let mut socket = Portions::new(bytes, vec![50]);
    let mut reader = MessageReader::new(Limits::new(Some(10)));
    let handshake = loop {
        if let Some(handshake) = reader.take(&mut socket, 68).unwrap() {
            break handshake;
        }
    };
    assert_eq!(handshake, [1; 68]);
    assert_eq!(socket.bytes.len(), 9);
}

/// Behind many blocks a read has buffers for many more; a peer may ask so many things there instead.
#[test]
fn what_was_read_ahead_is_heard_a_little_at_a_time() {
    let blocks = (0..100).map(|_| message(5));
    let messages: Vec<_> = blocks.chain((0..50_000).map(|_| message(0))).collect();
    let mut socket = Portions::new(encoded(&messages), vec![usize::MAX]);
    let pool = Pool::new(64 << 20);
    let mut reader = MessageReader::new(Limits::new(Some(10)));
    let (mut all, mut is_over) = (0, false);
    while !is_over {
        let mut said = 0;
        let mut hear = |message| said += usize::from(!matches!(message, Message::Piece { .. }));
        let ReadResult { end, message_bytes, .. } =
            reader.read(&mut socket, &pool, 1 << 20, &mut hear).unwrap();
        assert_eq!(message_bytes, said * 9);
        assert!(message_bytes <= 2 * (MESSAGE_BYTES + 9), "{message_bytes}");
        (all, is_over) = (all + said, end == ReadEnd::Closed);
    }
    assert_eq!(all, 50_000);
}
