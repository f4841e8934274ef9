//! Memory for blocks that are read to be sent. It is used again and again: on a fresh page the system spends more time than on the copy
//! into it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Buffers that came back, a bounded number of bytes of them. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Buffers(Arc<Mutex<Spare>>);

#[derive(Default)]
struct Spare {
    /// By length, a power of two; the one that came back last is used next, because it is still in the cache.
    free: BTreeMap<usize, Vec<Vec<u8>>>,
    /// Bytes of them.
    bytes: usize,
}

/// Bytes that were read. Dropped, its memory goes back to where it came from.
pub struct Buffer {
    memory: Vec<u8>,
    length: usize,
    buffers: Buffers,
}

impl Buffers {
    /// A buffer of `length` bytes, with whatever is in them.
    pub(crate) fn take(&self, length: usize) -> Buffer {
        let size = length.next_power_of_two();
        let spare = self.spare().take(size);
        let memory = spare.unwrap_or_else(|| vec![0; size]);
        Buffer { memory, length, buffers: self.clone() }
    }

    /// No code that holds the lock can panic.
    fn spare(&self) -> MutexGuard<'_, Spare> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spare {
    fn take(&mut self, size: usize) -> Option<Vec<u8>> {
        let memory = self.free.get_mut(&size)?.pop()?;
        self.bytes -= size;
        Some(memory)
    }

    /// Keeps what came back. If that is too much, peers want other lengths than before: what is of no use any more goes.
    fn keep(&mut self, memory: Vec<u8>) {
        if self.bytes + memory.len() > KEPT {
            *self = Self::default();
        }
        self.bytes += memory.len();
        self.free.entry(memory.len()).or_default().push(memory);
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        self.buffers.spare().keep(memory);
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[..self.length]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory[..self.length]
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({})", self.length)
    }
}

/// Bytes that are kept while nobody uses them: as many as may be on their way to peers.
const KEPT: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_is_used_again() {
        let buffers = Buffers::default();
        let mut first = buffers.take(1000);
        assert_eq!((first.len(), first.memory.len()), (1000, 1024));
        first[0] = 42;
        drop(first);
        assert_eq!(buffers.take(2000)[0], 0, "that is of another length");
        let again = buffers.take(600);
        assert_eq!((again[0], again.len()), (42, 600));
        assert_eq!(buffers.take(600)[0], 0, "it is in use");
    }

    #[test]
    fn no_more_is_kept_than_may_be() {
        let buffers = Buffers::default();
        let out: Vec<Buffer> = (0..KEPT / 1024 + 10).map(|_| buffers.take(1024)).collect();
        drop(out);
        assert!(buffers.spare().bytes <= KEPT);
        drop((0..8).map(|_| buffers.take(1 << 20)).collect::<Vec<_>>());
        let spare = buffers.spare();
        let kept: usize = spare.free.values().flatten().map(Vec::len).sum();
        assert!(kept == spare.bytes && kept <= KEPT, "{kept} of {}", spare.bytes);
    }
}
