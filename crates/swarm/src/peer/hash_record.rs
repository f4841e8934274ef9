//! What went between us and one peer about hashes (BEP 52).

use crate::Time;

/// What went between us and one peer about hashes.
#[derive(Debug)]
pub(crate) struct HashRecord {
    /// Its hash requests, whatever they were answered with.
    pub(crate) requests: u64,
    /// Our last requests, all of which it rejected, or did not answer correctly.
    pub(crate) rejects: u32,
    /// It is not asked before this time.
    pub(crate) not_before: Time,
    /// Answers that came unasked, or too late.
    pub(crate) unrequested: u32,
}

impl HashRecord {
    pub(crate) fn new(now: Time) -> Self {
        Self { requests: 0, rejects: 0, not_before: now, unrequested: 0 }
    }
}
