//! The name of a job, which everything that is said between threads carries.

/// A torrent in a session, from the time it is added. No session gives the same one twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct JobId(pub usize);
