//! What kernels work on: blocks, and the chains of all lanes.

use std::array;

/// What FIPS 180-4 calls a message block.
pub(crate) type Block = [u8; 64];

/// For every lane, blocks that lie one after the other.
pub(crate) type Runs<'a> = [&'a [Block]; LANES];

/// The lanes of the widest kernel.
pub(crate) const LANES: usize = 16;

/// The chains of all lanes the way vector registers hold them: a register for each word, in it that word of every lane.
#[derive(Clone)]
#[repr(align(64))]
pub struct State<const WORDS: usize>(pub(crate) [[u32; LANES]; WORDS]);

impl<const WORDS: usize> State<WORDS> {
    /// The chain in a lane.
    pub(crate) fn get(&self, lane: usize) -> [u32; WORDS] {
        array::from_fn(|word| self.0[word][lane])
    }

    /// Puts a chain in a lane.
    pub(crate) fn put(&mut self, lane: usize, chain: [u32; WORDS]) {
        for (words, word) in self.0.iter_mut().zip(chain) {
            words[lane] = word;
        }
    }
}

impl<const WORDS: usize> Default for State<WORDS> {
    fn default() -> Self {
        Self([[0; LANES]; WORDS])
    }
}
