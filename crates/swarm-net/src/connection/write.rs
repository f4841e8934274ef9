//! What waits to be sent on a connection.
//!
//! Messages are encoded one after the other. The payload of blocks stays in the buffer that the disk read it into, and is sent by the
//! same vectored write.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Write};
use std::ops::Range;
use std::rc::Rc;

use swarm::wire::{BlockAddress, Message, block_header, encode};

use crate::disk::Buffer;

/// Messages and blocks that wait to be sent, first in, first out.
#[derive(Default)]
pub(crate) struct Outbox {
    segments: VecDeque<Segment>,
    /// Bytes of the first segment that have been sent.
    sent: usize,
    /// Bytes that wait.
    waiting: usize,
    /// How many of them are payload of blocks; of a block that has been sent in part, the rest.
    payload: usize,
}

enum Segment {
    Messages(Vec<u8>),
    Payload { block: BlockAddress, bytes: Rc<Buffer>, range: Range<usize> },
}

impl Outbox {
    /// Bytes that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Queued bytes that are not payload of blocks. How many there can be depends on what the peer asks.
    pub(crate) fn message_bytes(&self) -> usize {
        self.waiting - self.payload
    }

    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        self.append(|buffer| buffer.extend_from_slice(bytes));
    }

    pub(crate) fn push<B>(&mut self, message: &Message<B>) {
        self.append(|buffer| encode(message, buffer));
    }

    /// Queues the piece message of a block whose payload is at `range` of `bytes`.
    pub(crate) fn push_block(&mut self, block: BlockAddress, bytes: &Rc<Buffer>, range: Range<usize>) {
        self.push_bytes(&block_header(&block));
        self.waiting += range.len();
        self.payload += range.len();
        self.segments.push_back(Segment::Payload { block, bytes: Rc::clone(bytes), range });
    }

    /// Writes once, about `limit` bytes at most. Returns how many went, `None` if the socket took none; `sent` hears of every block that
    /// is sent.
    pub(crate) fn write(
        &mut self,
        socket: &mut impl Write,
        limit: usize,
        sent: &mut dyn FnMut(BlockAddress),
    ) -> io::Result<Option<usize>> {
        let slices = self.slices(limit);
        match socket.write_vectored(&slices) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
            Ok(0) if self.waiting > 0 => Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                self.advance(written, sent);
                Ok(Some(written))
            }
        }
    }

    /// Takes blocks back that have not begun to be sent, but for the first one that waits: whoever takes nothing holds no more. Those stay
    /// of which some are among the first `sealed` bytes that wait. Gives them in their order.
    pub(crate) fn take_back(&mut self, sealed: usize) -> Vec<BlockAddress> {
        let kept = self.kept(sealed);
        let later = if kept > 0 { self.segments.split_off(kept) } else { VecDeque::new() };
        self.waiting -= later.iter().map(|segment| segment.bytes().len()).sum::<usize>();
        let mut blocks = Vec::new();
        for segment in later {
            match segment {
                Segment::Messages(bytes) => self.push_bytes(&bytes),
                Segment::Payload { block, range, .. } => {
                    self.payload -= range.len();
                    self.drop_last(block_header(&block).len());
                    blocks.push(block);
                }
            }
        }
        blocks
    }

    /// How many segments there are up to the first block and to the last that is among the first `sealed` bytes, its header counted.
    fn kept(&self, sealed: usize) -> usize {
        let (mut kept, mut begins) = (0, 0);
        for (number, segment) in self.segments.iter().enumerate() {
            if let Segment::Payload { block, .. } = segment
                && (kept == 0 || begins < self.sent + sealed + block_header(block).len())
            {
                kept = number + 1;
            }
            begins += segment.bytes().len();
        }
        kept
    }

    /// Drops the last bytes of messages: the header of a block, which stands before its payload.
    fn drop_last(&mut self, bytes: usize) {
        if let Some(Segment::Messages(buffer)) = self.segments.back_mut() {
            buffer.truncate(buffer.len() - bytes);
            self.waiting -= bytes;
        }
    }

    /// A copy of all that waits: a handshake, before there is payload.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.segments.iter().flat_map(|segment| segment.bytes()).copied().collect();
        bytes.drain(..self.sent);
        bytes
    }

    fn append(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if !matches!(self.segments.back(), Some(Segment::Messages(buffer)) if buffer.len() < BUFFER) {
            self.segments.push_back(Segment::Messages(Vec::new()));
        }
        if let Some(Segment::Messages(buffer)) = self.segments.back_mut() {
            let before = buffer.len();
            write(buffer);
            self.waiting += buffer.len() - before;
        }
    }

    /// The first bytes that wait: `limit` of them or a few more.
    fn slices(&self, limit: usize) -> Vec<IoSlice<'_>> {
        let mut left = limit;
        let mut skip = self.sent;
        let mut slices = Vec::new();
        for segment in self.segments.iter().take(SLICES) {
            let bytes = &segment.bytes()[std::mem::take(&mut skip)..];
            let bytes = &bytes[..bytes.len().min(left)];
            left -= bytes.len();
            slices.push(IoSlice::new(bytes));
            if left == 0 {
                break;
            }
        }
        slices
    }

    fn advance(&mut self, mut written: usize, sent: &mut dyn FnMut(BlockAddress)) {
        self.waiting -= written;
        while let Some(first) = self.segments.front() {
            let left = first.bytes().len() - self.sent;
            let taken = written.min(left);
            if let Segment::Payload { .. } = first {
                self.payload -= taken;
            }
            if taken < left {
                self.sent += taken;
                break;
            }
            (self.sent, written) = (0, written - taken);
            if let Some(Segment::Payload { block, .. }) = self.segments.pop_front() {
                sent(block);
            }
        }
    }
}

impl Segment {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Messages(buffer) => buffer,
            Self::Payload { bytes, range, .. } => &bytes[range.clone()],
        }
    }
}

/// Bytes of messages after which another buffer begins: what was sent goes back to the system a buffer at a time.
const BUFFER: usize = 4 << 10;

/// Slices of a write: less than the 1,024 that the kernel takes.
const SLICES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Buffers;

    fn buffer(bytes: &[u8]) -> Rc<Buffer> {
        let mut buffer = Buffers::default().take(bytes.len());
        buffer.copy_from_slice(bytes);
        Rc::new(buffer)
    }

    /// Takes so many bytes at a time.
    struct Sink(Vec<u8>, usize);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.write_vectored(&[IoSlice::new(bytes)])
        }

        fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
            let all: Vec<u8> = slices.iter().flat_map(|slice| slice.to_vec()).collect();
            let taken = all.len().min(self.1);
            self.0.extend(&all[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn bytes_leave_in_order_whatever_the_socket_takes() {
        for portion in [1, 5, 13, 100, 10_000] {
            let mut outbox = Outbox::default();
            let bytes = buffer(&(0..=255).collect::<Vec<u8>>());
            let blocks = [0, 1].map(|piece| BlockAddress { piece: piece.into(), offset: 0, length: 128 });
            outbox.push(&Message::<()>::Have(7.into()));
            outbox.push_block(blocks[0], &bytes, 0..128);
            outbox.push_block(blocks[1], &bytes, 128..256);
            outbox.push(&Message::<()>::Choke);
            assert_eq!(outbox.waiting(), 9 + 2 * 13 + 256 + 5);
            let (mut sink, mut sent) = (Sink(Vec::new(), portion), Vec::new());
            while outbox.waiting() > 0 {
                outbox.write(&mut sink, usize::MAX, &mut |block| sent.push(block)).unwrap();
            }
            let parts: [&[u8]; 5] = [&sink.0[..9], &sink.0[22..150], &sink.0[163..291], &sink.0[291..], &[]];
            assert_eq!(parts[0], [0, 0, 0, 5, 4, 0, 0, 0, 7]);
            assert_eq!([parts[1], parts[2]].concat()[..], bytes[..]);
            assert_eq!(parts[3], [0, 0, 0, 1, 0]);
            assert_eq!(sent, blocks);
        }
    }

    #[test]
    fn a_buffer_that_never_empties_does_not_grow() {
        let mut outbox = Outbox::default();
        for _ in 0..1000 {
            (0..60).for_each(|_| outbox.push(&Message::<()>::Have(7.into())));
            outbox.write(&mut Sink(Vec::new(), usize::MAX), outbox.waiting() - 1, &mut |_| {}).unwrap();
        }
        assert_eq!((outbox.waiting(), outbox.message_bytes()), (1, 1));
        let kept: usize = outbox.segments.iter().map(|segment| segment.bytes().len()).sum();
        assert!(kept <= 2 * BUFFER, "{kept}");
    }

    #[test]
    fn message_bytes_are_what_is_not_payload() {
        let mut outbox = Outbox::default();
        outbox.push(&Message::<()>::Choke);
        let block = BlockAddress { piece: 0.into(), offset: 0, length: 128 };
        outbox.push_block(block, &buffer(&[0; 128]), 0..128);
        assert_eq!((outbox.waiting(), outbox.message_bytes()), (5 + 13 + 128, 5 + 13));
        outbox.write(&mut Sink(Vec::new(), 10), 10, &mut |_| {}).unwrap();
        assert_eq!((outbox.waiting(), outbox.message_bytes()), (8 + 128, 8));
        outbox.write(&mut Sink(Vec::new(), 100), 100, &mut |_| {}).unwrap();
        assert_eq!((outbox.waiting(), outbox.message_bytes()), (36, 0));
        outbox.write(&mut Sink(Vec::new(), 100), 100, &mut |_| {}).unwrap();
        assert_eq!((outbox.waiting(), outbox.message_bytes()), (0, 0));
    }

    #[test]
    fn what_is_taken_back_leaves_messages_and_the_first_block() {
        for sent in [1, 3, 30, 200] {
            let (mut outbox, mut twin) = (Outbox::default(), Outbox::default());
            let bytes = buffer(&[7; 384]);
            let block = |piece: u32| BlockAddress { piece: piece.into(), offset: 0, length: 128 };
            for piece in 0..3 {
                for outbox in [Some(&mut outbox), (piece == 0).then_some(&mut twin)].into_iter().flatten() {
                    outbox.push_block(block(piece), &bytes, 0..128);
                }
                [&mut outbox, &mut twin]
                    .into_iter()
                    .for_each(|outbox| outbox.push(&Message::<()>::Have(piece.into())));
            }
            let mut sinks = [(); 2].map(|()| Sink(Vec::new(), usize::MAX));
            // The first block may have left.
            outbox.write(&mut sinks[0], sent, &mut |_| {}).unwrap();
            twin.write(&mut sinks[1], sent.min(150), &mut |_| {}).unwrap();
            let expected = if sent < 200 { vec![block(1), block(2)] } else { vec![block(2)] };
            assert_eq!(outbox.take_back(0), expected, "after {sent}");
            if sent < 200 {
                assert_eq!((outbox.waiting(), outbox.payload), (twin.waiting(), twin.payload));
                outbox.write(&mut sinks[0], usize::MAX, &mut |_| {}).unwrap();
                twin.write(&mut sinks[1], usize::MAX, &mut |_| {}).unwrap();
                assert_eq!(sinks[0].0, sinks[1].0);
            }
            assert_eq!(outbox.take_back(0), []);
        }
    }

    #[test]
    fn no_block_is_taken_back_of_which_something_is_sealed() {
        // A block with its header has 141 bytes, and two of the first have gone.
        for (sealed, expected) in [(0, 2), (139, 2), (140, 1), (153, 1), (280, 1), (281, 0), (400, 0)] {
            let (mut outbox, bytes) = (Outbox::default(), buffer(&[7; 128]));
            for piece in 0..3_u32 {
                let block = BlockAddress { piece: piece.into(), offset: 0, length: 128 };
                outbox.push_block(block, &bytes, 0..128);
            }
            outbox.write(&mut Sink(Vec::new(), 2), 2, &mut |_| {}).unwrap();
            let before = outbox.to_bytes();
            assert_eq!(outbox.take_back(sealed).len(), expected, "{sealed}");
            assert!(outbox.to_bytes().starts_with(&before[..sealed]), "{sealed}");
            assert_eq!(outbox.to_bytes(), before[..before.len() - expected * 141], "{sealed}");
        }
    }

    #[test]
    fn a_limit_is_kept() {
        let mut outbox = Outbox::default();
        outbox.push_bytes(&[1; 1000]);
        let mut sink = Sink(Vec::new(), usize::MAX);
        assert_eq!(outbox.write(&mut sink, 300, &mut |_| {}).unwrap(), Some(300));
        assert_eq!(outbox.waiting(), 700);
    }
}
