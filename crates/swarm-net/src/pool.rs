//! The memory for payload: a fixed number of 16 KiB blocks.
//!
//! While the pool is empty, everybody waits: no socket is read until a block is returned, and TCP slows the peers down.
//! Memory is not touched before a block is first used, and the block returned last is used next, because it is still in the cache.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use torrent_core::limits;

/// Bytes of a block: what peers ask for at a time.
pub const BLOCK: usize = limits::BLOCK_BYTES;

/// A fixed number of blocks. Clones share them.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

type Shared = Mutex<State>;

struct State {
    capacity: usize,
    /// Memory that came back.
    free: Vec<Box<[u8]>>,
    /// How many blocks are out.
    taken: usize,
}

/// 16 KiB of a pool, of which the first `len()` bytes are valid. Dropping it returns it to the pool.
pub struct Block {
    memory: Box<[u8]>,
    length: usize,
    pool: Pool,
}

impl Pool {
    /// A pool of at most `bytes` bytes, at least one block.
    pub fn new(bytes: u64) -> Self {
        let capacity = usize::try_from(bytes).unwrap_or(usize::MAX) / BLOCK;
        let state = State { capacity: capacity.max(1), free: Vec::new(), taken: 0 };
        Self(Arc::new(Mutex::new(state)))
    }

    /// How many blocks there are.
    pub fn capacity(&self) -> usize {
        self.state().capacity
    }

    /// Makes it hold so many `blocks`, at least one. If more are out, none is to be had until they are back.
    pub fn resize(&self, blocks: usize) {
        let mut state = self.state();
        state.capacity = blocks.max(1);
        let free = state.capacity.saturating_sub(state.taken);
        state.free.truncate(free);
    }

    /// How many blocks can be taken now.
    pub fn available(&self) -> usize {
        let state = self.state();
        state.capacity.saturating_sub(state.taken)
    }

    /// How many blocks are out.
    pub fn taken(&self) -> usize {
        self.state().taken
    }

    /// A block of length 0; none if all are out, or if the system has no memory for another: what waits for one of those that
    /// are out can go on.
    pub fn take(&self) -> Option<Block> {
        let mut state = self.state();
        if state.taken >= state.capacity {
            return None;
        }
        let memory = state.free.pop().or_else(new_block)?;
        state.taken += 1;
        drop(state);
        Some(Block { memory, length: 0, pool: self.clone() })
    }

    /// No code that holds the lock can panic.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_block() -> Option<Box<[u8]>> {
    let mut memory = Vec::new();
    memory.try_reserve_exact(BLOCK).ok()?;
    memory.resize(BLOCK, 0);
    Some(memory.into_boxed_slice())
}

impl Block {
    /// All of the memory, whatever counts.
    pub fn memory(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    /// Lets the first `length` bytes count; at most all.
    pub fn set_length(&mut self, length: usize) {
        self.length = length.min(BLOCK);
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        let mut state = self.pool.state();
        state.taken -= 1;
        if state.taken + state.free.len() < state.capacity {
            state.free.push(memory);
        }
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[..self.length]
    }
}

impl DerefMut for Block {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory[..self.length]
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({})", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_pool_gives_nothing_until_a_block_comes_back() {
        let pool = Pool::new(3 * BLOCK as u64 + 1);
        assert_eq!((pool.capacity(), pool.available()), (3, 3));
        let blocks: Vec<_> = (0..3).map(|_| pool.take().unwrap()).collect();
        assert!(pool.take().is_none());
        std::thread::spawn(|| drop(blocks)).join().unwrap();
        assert_eq!(pool.available(), 3);
        assert!(pool.take().is_some());
    }

    #[test]
    fn a_smaller_pool_keeps_less() {
        let pool = Pool::new(4 * BLOCK as u64);
        let mut blocks: Vec<_> = (0..4).map(|_| pool.take().unwrap()).collect();
        blocks.pop();
        pool.resize(2);
        assert!(pool.available() == 0 && pool.take().is_none());
        drop(blocks);
        assert_eq!((pool.available(), pool.state().free.len()), (2, 2));
        pool.resize(3);
        assert_eq!(pool.available(), 3);
        pool.resize(0);
        assert_eq!((pool.available(), pool.state().free.len()), (1, 1));
    }

    #[test]
    fn the_block_used_last_is_used_next() {
        let pool = Pool::new(1 << 20);
        let (first, mut second) = (pool.take().unwrap(), pool.take().unwrap());
        second.set_length(BLOCK + 7);
        second[0] = 42;
        assert_eq!(second.len(), BLOCK);
        drop(first);
        drop(second);
        let mut again = pool.take().unwrap();
        assert!(again.is_empty());
        assert_eq!(again.memory()[0], 42);
    }
}
