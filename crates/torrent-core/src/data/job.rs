//! What is to be hashed, how, and who looks on.

use piece_hash::Backend;

/// Which hashes are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// SHA-1 of every piece, gaps counted as zeros.
    pub sha1: bool,
    /// The tree of every piece. The layout must start every file with a piece.
    pub merkle: bool,
}

/// How pieces are hashed.
#[derive(Clone, Copy)]
pub struct HashJob<'a> {
    /// Which hashes are to be made.
    pub wanted: Wanted,
    /// Bytes of a piece.
    pub piece_length: u64,
    /// The code that hashes.
    pub backend: Backend,
    /// Hears how far hashing is, and can stop it.
    pub watch: &'a dyn Watch,
    /// Bytes of data that all threads together may have in memory: mapped, read, or both. Each takes at least 1 MiB.
    pub memory: u64,
}

/// The usual [`HashJob::memory`]. Nearly all of it is mapped page cache. With so much, each of two threads can have a large page (2 MiB) of
/// sixteen pieces in memory, which makes hashing pieces of 16 MiB a quarter faster.
pub const MEMORY: u64 = 64 << 20;

impl HashJob<'_> {
    /// Bytes that each thread of the current rayon pool may have in memory.
    pub(crate) fn memory_a_thread(&self) -> u64 {
        let share = self.memory / rayon::current_num_threads() as u64;
        (share / STEP * STEP).max(LEAST_MEMORY)
    }
}

/// Follows the progress of hashing and may stop it; called from every thread that hashes. By itself it does neither.
pub trait Watch: Sync {
    /// So many more bytes of files are done.
    fn advance(&self, _bytes: u64) {}
    /// Bytes of this file are being read now.
    fn file(&self, _index: usize) {}
    /// True if the work is to be given up.
    fn stop(&self) -> bool {
        false
    }
}

/// For callers that do not watch.
impl Watch for () {}

/// Strides are a multiple of this, and at least so long: whole blocks of v2 in pages that the system brings in together.
pub(super) const STEP: u64 = 64 << 10;

/// Bytes that each thread may have in memory in any case, however many threads share however little memory.
pub(crate) const LEAST_MEMORY: u64 = 1 << 20;
