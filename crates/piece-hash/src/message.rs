//! A message on its way to its digest, and the work that it gives a lane.

use std::slice;

use crate::algorithm::Algorithm;
use crate::lanes::Task;
use crate::state::Block;

/// A message that is being hashed.
#[derive(Clone)]
pub struct Message<A: Algorithm> {
    /// What came of the whole blocks.
    pub(crate) chain: A::Chain,
    /// The bytes after the last whole block, `length` modulo 64 of them.
    carry: Block,
    /// The bytes so far.
    length: u64,
}

/// The next bytes of one message: `spans`, one after the other, each of any length.
pub struct Part<'a, A: Algorithm> {
    /// The message that goes on.
    pub message: &'a mut Message<A>,
    /// What it goes on with.
    pub spans: &'a [&'a [u8]],
}

impl<A: Algorithm> Default for Message<A> {
    fn default() -> Self {
        Self { chain: A::INITIAL, carry: [0; 64], length: 0 }
    }
}

impl<A: Algorithm> Message<A> {
    /// The bytes that wait for the rest of their block.
    fn carried(&self) -> &[u8] {
        &self.carry[..(self.length % 64) as usize]
    }

    /// Whether all bytes so far are in whole blocks.
    pub(crate) fn is_even(&self) -> bool {
        self.length.is_multiple_of(64)
    }

    /// Takes note of bytes whose whole blocks are hashed elsewhere. The message must be even.
    pub(crate) fn pass(&mut self, bytes: &[u8]) {
        let rest = bytes.as_chunks::<64>().1;
        self.carry[..rest.len()].copy_from_slice(rest);
        self.length += bytes.len() as u64;
    }

    /// Takes bytes, as many as go into the block that is open. True if it is whole now.
    fn carry(&mut self, bytes: &mut &[u8]) -> bool {
        let free = &mut self.carry[(self.length % 64) as usize..];
        let taken = bytes.split_off(..free.len().min(bytes.len())).unwrap_or_default();
        free[..taken.len()].copy_from_slice(taken);
        self.length += taken.len() as u64;
        !taken.is_empty() && self.is_even()
    }
}

/// Appends spans to a message. A block that lies in two spans is put together in the message.
pub(crate) struct Append<'a, A: Algorithm> {
    message: &'a mut Message<A>,
    spans: slice::Iter<'a, &'a [u8]>,
    /// What is left of the span.
    span: &'a [u8],
    /// Whole blocks of the span; if there are none, the run is the block that was carried.
    blocks: &'a [Block],
}

impl<'a, A: Algorithm> Append<'a, A> {
    pub(crate) fn new(message: &'a mut Message<A>, spans: &'a [&'a [u8]]) -> Self {
        Self { message, spans: spans.iter(), span: &[], blocks: &[] }
    }

    /// Finds the next run: false at the end of the spans.
    fn turn(&mut self) -> bool {
        loop {
            if self.message.is_even() {
                (self.blocks, self.span) = self.span.as_chunks();
                self.message.length += self.blocks.as_flattened().len() as u64;
                if !self.blocks.is_empty() {
                    return true;
                }
            }
            if self.message.carry(&mut self.span) {
                return true;
            }
            let Some(span) = self.spans.next() else { return false };
            self.span = span;
        }
    }
}

impl<A: Algorithm> Task<A> for Append<'_, A> {
    fn begin(&self) -> A::Chain {
        self.message.chain
    }

    fn next(&mut self, chain: &mut A::Chain) -> bool {
        self.message.chain = *chain;
        self.turn()
    }

    fn run(&self) -> &[Block] {
        if self.blocks.is_empty() { slice::from_ref(&self.message.carry) } else { self.blocks }
    }
}

/// Hashes a message to its end.
pub(crate) struct Finish<'a, A: Algorithm> {
    chain: A::Chain,
    /// Whole blocks of the message.
    body: &'a [Block],
    tail: Tail,
    stage: Stage,
    digest: &'a mut A::Digest,
}

enum Stage {
    Start,
    Body,
    Tail,
}

/// The last bytes of a message and their padding (FIPS 180-4, 5.1.1).
struct Tail {
    blocks: [Block; 2],
    count: usize,
}

impl<'a, A: Algorithm> Finish<'a, A> {
    /// A message to which nothing is added.
    pub(crate) fn new(message: &Message<A>, digest: &'a mut A::Digest) -> Self {
        let tail = Tail::new(message.carried(), message.length);
        Self { chain: message.chain, body: &[], tail, stage: Stage::Start, digest }
    }

    /// A message that lies there whole.
    pub(crate) fn whole(bytes: &'a [u8], digest: &'a mut A::Digest) -> Self {
        // A short message goes with its padding in one run: the two hashes under a node of a tree, for one.
        let (body, rest) = if bytes.len() <= Tail::CAPACITY { (&[][..], bytes) } else { bytes.as_chunks() };
        let tail = Tail::new(rest, bytes.len() as u64);
        Self { chain: A::INITIAL, body, tail, stage: Stage::Start, digest }
    }
}

impl<A: Algorithm> Task<A> for Finish<'_, A> {
    fn begin(&self) -> A::Chain {
        self.chain
    }

    fn next(&mut self, chain: &mut A::Chain) -> bool {
        self.stage = match self.stage {
            Stage::Start if !self.body.is_empty() => Stage::Body,
            Stage::Start | Stage::Body => Stage::Tail,
            Stage::Tail => {
                *self.digest = A::output(chain);
                return false;
            }
        };
        true
    }

    fn run(&self) -> &[Block] {
        match self.stage {
            Stage::Start | Stage::Body => self.body,
            Stage::Tail => &self.tail.blocks[..self.tail.count],
        }
    }
}

impl Tail {
    /// The bytes that fit two blocks with the bit that ends a message and its length.
    const CAPACITY: usize = 128 - 9;

    /// `rest` is the end of a message of `length` bytes, at most `CAPACITY` of them.
    fn new(rest: &[u8], length: u64) -> Self {
        let mut blocks = [[0; 64]; 2];
        let bytes = blocks.as_flattened_mut();
        bytes[..rest.len()].copy_from_slice(rest);
        bytes[rest.len()] = 0x80;
        let count = if rest.len() + 9 > 64 { 2 } else { 1 };
        bytes[64 * count - 8..64 * count].copy_from_slice(&(length * 8).to_be_bytes());
        Self { blocks, count }
    }
}
