//! What is kept of a file that was found: there may be a million of them.

use rustix::fs::Stat;

use crate::journal::Stamp;

/// A file that holds bytes, as it is now.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub(crate) stamp: Stamp,
    /// Bytes that it has room for.
    pub(crate) room: u64,
}

impl Found {
    pub(crate) fn of(stat: &Stat) -> Self {
        Self { stamp: Stamp::of(stat), room: stat.st_blocks as u64 * 512 }
    }
}

// A `Stat` takes 144.
const _: () = assert!(size_of::<Found>() == 40);
