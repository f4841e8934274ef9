//! Pieces of a hybrid torrent: SHA-1 of each and SHA-256 of its blocks, while their bytes are near.

use std::{iter, slice};

use crate::algorithm::sealed::{Function, Hash};
use crate::algorithm::{Sha1, Sha256, Sha256Digest};
use crate::backend::Backend;
use crate::lanes::{self, Task};
use crate::message::{Message, Part};
use crate::row::{Pair, Row};
use crate::state::{Block, Runs};

/// The next bytes of a v1 piece whose blocks are leaves of a v2 tree too (hybrid torrents).
pub struct Blocks<'a> {
    /// The message that goes on.
    pub message: &'a mut Message<Sha1>,
    /// What it goes on with.
    pub bytes: &'a [u8],
    /// Where the digests of the blocks in `bytes` are added.
    pub leaves: &'a mut Vec<Sha256Digest>,
}

impl Backend {
    /// Appends to every message its next bytes, and to its leaves the SHA-256 of every `block` bytes of them; the last
    /// of them may be shorter. The data is read once.
    ///
    /// # Panics
    /// `block` is 0.
    pub fn update_blocks(self, parts: &mut [Blocks<'_>], block: usize) {
        let aligned = block.is_multiple_of(64) && parts.iter().all(|part| part.message.is_even());
        match &self.row.both {
            Some(kernel) if aligned && kernel.lanes <= parts.len() => at_once(self, parts, block),
            _ => by_turns(self, parts, block),
        }
    }
}

/// Hashes by turns, so few bytes of each part at a time that they are still in the cache for the second hash.
fn by_turns(backend: Backend, parts: &mut [Blocks<'_>], block: usize) {
    let step = block * backend.lanes().div_ceil(parts.len().max(1));
    let mut left: Vec<&[u8]> = parts.iter().map(|part| part.bytes).collect();
    while left.iter().any(|bytes| !bytes.is_empty()) {
        let spans: Vec<&[u8]> = left.iter_mut().map(|bytes| take(bytes, step)).collect();
        let mut messages: Vec<Part<'_, Sha1>> = (parts.iter_mut().zip(&spans))
            .map(|(part, span)| Part { message: part.message, spans: slice::from_ref(span) })
            .collect();
        backend.update(&mut messages);
        let blocks: Vec<&[u8]> = spans.iter().flat_map(|span| span.chunks(block)).collect();
        let mut digests = backend.digests::<Sha256>(&blocks).into_iter();
        for (part, span) in parts.iter_mut().zip(&spans) {
            part.leaves.extend(digests.by_ref().take(span.len().div_ceil(block)));
        }
    }
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    bytes.split_off(..count.min(bytes.len())).unwrap_or_default()
}

/// Hashes with the kernel that does both at once, while there are enough pieces for it.
fn at_once(backend: Backend, parts: &mut [Blocks<'_>], block: usize) {
    let counts: Vec<usize> = parts.iter().map(|part| part.bytes.len().div_ceil(block)).collect();
    let mut leaves = vec![Message::<Sha256>::default(); counts.iter().sum()];
    let mut left = leaves.as_mut_slice();
    let pieces = parts.iter_mut().zip(&counts).map(|(part, count)| {
        let leaves = left.split_off_mut(..*count).unwrap_or_default();
        Piece { message: part.message, leaves: part.bytes.chunks(block).zip(leaves), leaf: None, run: &[] }
    });
    lanes::work::<Both, _>(backend.row, pieces);
    let mut digests = backend.finish(leaves).into_iter();
    for (part, count) in parts.iter_mut().zip(counts) {
        part.leaves.extend(digests.by_ref().take(count));
    }
}

/// A piece and its leaves in a lane. The piece must stand at the end of a block; only its last leaf may end in one.
struct Piece<'a> {
    message: &'a mut Message<Sha1>,
    leaves: iter::Zip<slice::Chunks<'a, u8>, slice::IterMut<'a, Message<Sha256>>>,
    /// The leaf of this run.
    leaf: Option<&'a mut Message<Sha256>>,
    run: &'a [Block],
}

impl Task<Both> for Piece<'_> {
    fn begin(&self) -> ([u32; 5], [u32; 8]) {
        (self.message.chain, Sha256::INITIAL)
    }

    fn next(&mut self, chain: &mut ([u32; 5], [u32; 8])) -> bool {
        self.message.chain = chain.0;
        if let Some(leaf) = self.leaf.take() {
            leaf.chain = chain.1;
        }
        for (bytes, leaf) in self.leaves.by_ref() {
            self.message.pass(bytes);
            leaf.pass(bytes);
            self.run = bytes.as_chunks().0;
            if !self.run.is_empty() {
                chain.1 = Sha256::INITIAL;
                self.leaf = Some(leaf);
                return true;
            }
        }
        false
    }

    fn run(&self) -> &[Block] {
        self.run
    }
}

/// SHA-1 and SHA-256 of the same blocks.
pub(crate) struct Both;

impl Function for Both {
    type Chain = ([u32; 5], [u32; 8]);
    type Lanes = Pair;

    fn get(lanes: &Pair, lane: usize) -> Self::Chain {
        (lanes.sha1.get(lane), lanes.sha256.get(lane))
    }

    fn put(lanes: &mut Pair, lane: usize, chain: Self::Chain) {
        lanes.sha1.put(lane, chain.0);
        lanes.sha256.put(lane, chain.1);
    }

    fn width(row: &Row) -> usize {
        Sha1::width(row)
    }

    fn compress(row: &Row, lanes: &mut Pair, active: &[usize], runs: &Runs<'_>, count: usize) {
        match &row.both {
            Some(tier) if tier.least <= active.len() => tier.compress(lanes, runs, count),
            _ => {
                Sha1::compress(row, &mut lanes.sha1, active, runs, count);
                Sha256::compress(row, &mut lanes.sha256, active, runs, count);
            }
        }
    }
}
