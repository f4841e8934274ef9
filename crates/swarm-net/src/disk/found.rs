//! What is kept of a file that was found: there may be a million of them.

use rustix::fs::Stat;

use crate::journal::Stamp;

/// A file that holds bytes, as it is now.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) stamp: Stamp,
    /// Bytes that it has room for.
    pub(super) room: u64,
}

impl Found {
    pub(super) fn of(stat: &Stat) -> Self {
        Self { stamp: Stamp::of(stat), room: stat.st_blocks as u64 * 512 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Holder;

    #[test]
    fn a_file_that_was_found_takes_little() {
        assert_eq!(size_of::<(Holder, Found)>(), 48);
    }
}
