//! What can be wrong with a file that is offered.

use std::io;

use rustix::fs::{FileType, Stat};

/// What is wrong with a file that is offered, or with a piece of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// There is nothing of that name, or only a link that leads nowhere or out of the folder.
    #[error("is not there")]
    Missing,
    /// A folder, a FIFO or something else is in its place.
    #[error("is not a file")]
    NoFile,
    /// It has another length than the torrent says.
    #[error("has {found} bytes instead of {expected}")]
    Length {
        /// Bytes that it has.
        found: u64,
        /// Bytes that the torrent says.
        expected: u64,
    },
    /// Bytes of it do not fit their hash.
    #[error("has other content")]
    Content,
    /// It changes all the time, so that nothing can be said of it.
    #[error("changes while it is read")]
    Restless,
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(io::Error),
}

impl Damage {
    /// What is wrong with a file that should be so long, by what is in its place.
    pub(super) fn of(stat: &Stat, expected: u64) -> Option<Self> {
        let found = u64::try_from(stat.st_size).unwrap_or_default();
        match FileType::from_raw_mode(stat.st_mode).is_file() {
            false => Some(Self::NoFile),
            true => (found != expected).then_some(Self::Length { found, expected }),
        }
    }
}
