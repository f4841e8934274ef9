//! How what is there is hashed.

use piece_hash::Backend;

/// How what is there is hashed.
#[derive(Clone, Copy, Debug)]
pub struct Hashing {
    /// The code that hashes.
    pub backend: Backend,
    /// On so many threads.
    pub threads: usize,
    /// Bytes of data in memory at a time, about ([`torrent_core::data::HashJob::memory`]).
    pub memory: u64,
}
