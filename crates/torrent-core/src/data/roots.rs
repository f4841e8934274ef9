//! Where the files of a list are on disk.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::fs::{self as sys, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::stamp::Stamp;
use crate::files::File;

/// A file or folder to scan.
#[derive(Clone, Debug)]
pub struct Input {
    /// Where it is on disk.
    pub path: PathBuf,
    /// What its path in the torrent starts with; `None` for the folder that is the torrent.
    pub name: Option<Vec<u8>>,
}

/// Where the files of a scan are, and what tells whether they are still the same.
#[derive(Debug, Default)]
pub struct Found {
    pub(crate) stamps: Vec<Stamp>,
    pub(crate) roots: Roots,
}

/// Where the files of a list are on disk: the inputs, each with the index of its first file.
#[derive(Debug, Default)]
pub(crate) struct Roots(Vec<Root>);

#[derive(Debug)]
struct Root {
    input: Input,
    first: usize,
}

impl Roots {
    /// The files from `first` on are those of `input`.
    pub(crate) fn push(&mut self, input: Input, first: usize) {
        self.0.push(Root { input, first });
    }

    /// Opens a file for reading. Never blocks on a FIFO that has taken its place.
    pub(crate) fn open(&self, file: File<'_>) -> Result<OwnedFd, Errno> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        sys::open(self.path(file), flags, Mode::empty())
    }

    pub(crate) fn stat(&self, file: File<'_>) -> Result<Stat, Errno> {
        sys::stat(self.path(file))
    }

    /// Where a file is, from the current folder.
    pub(crate) fn path(&self, file: File<'_>) -> PathBuf {
        let root = &self.0[self.0.partition_point(|root| root.first <= file.index).saturating_sub(1)];
        let mut path = root.input.path.clone();
        let skip = usize::from(root.input.name.is_some());
        file.path.components().skip(skip).for_each(|component| path.push(OsStr::from_bytes(component)));
        path
    }
}
