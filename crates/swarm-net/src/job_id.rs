//! The name of a job, which everything that is said between threads carries.

/// A job, by its place in the list given to `run`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct JobId(pub usize);
