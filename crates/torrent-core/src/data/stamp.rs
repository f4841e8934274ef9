//! Whether a file is still the one that was looked at before.

use rustix::fs::Stat;

/// What changes when a file is written to or replaced: identity and times. The length is kept with the file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    /// Nanoseconds since 1970; far dates wrap, which does no harm to a comparison.
    modified: i64,
    /// The same of the inode itself, which no program can set.
    changed: i64,
}

impl Stamp {
    pub(crate) fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            modified: nanoseconds(stat.st_mtime, stat.st_mtime_nsec as i64),
            changed: nanoseconds(stat.st_ctime, stat.st_ctime_nsec as i64),
        }
    }
}

impl Stamp {
    /// Whether neither content nor inode changed at or after a time, in nanoseconds since 1970.
    pub(crate) fn is_before(&self, time: i64) -> bool {
        self.modified.max(self.changed) < time
    }

    /// When the inode last changed, in nanoseconds since 1970.
    pub(crate) fn changed(&self) -> i64 {
        self.changed
    }
}

fn nanoseconds(seconds: i64, nanoseconds: i64) -> i64 {
    seconds.wrapping_mul(1_000_000_000).wrapping_add(nanoseconds)
}
