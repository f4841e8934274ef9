//! Where the files of a list are on disk.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{self as sys, AtFlags, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::folder::InputFolder;
use super::stamp::Stamp;
use crate::files::File;
use crate::path::RawPath;

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
    /// The last time, in nanoseconds since 1970, at which a folder or link on the way to a file may have been swapped.
    pub(crate) swapped: i64,
}

impl Found {
    /// Whether every file was written, replaced, moved and all that for the last time before this, and so were the folders and
    /// links on the way to it, but for folders that hold the output, too, which would have moved with them.
    pub fn changed_before(&self, time: SystemTime) -> bool {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let nanoseconds = i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
        self.swapped < nanoseconds && self.stamps.iter().all(|stamp| stamp.is_before(nanoseconds))
    }
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
    pub(crate) fn open(
        &self,
        file: File<'_>,
        flags: OFlags,
        folder: &mut InputFolder,
    ) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let whole = |path: &Path| sys::open(path, flags, Mode::empty());
        self.reach(file, folder, |folder, name| sys::openat(folder, name, flags, Mode::empty()), whole)
    }

    pub(crate) fn stat(&self, file: File<'_>, folder: &mut InputFolder) -> Result<Stat, Errno> {
        let here = |folder: &OwnedFd, name: &Path| sys::statat(folder, name, AtFlags::empty());
        self.reach(file, folder, here, |path: &Path| sys::stat(path))
    }

    /// Reaches a file from its folder, or by its whole path if it is an input itself.
    fn reach<T>(
        &self,
        file: File<'_>,
        folder: &mut InputFolder,
        from_folder: impl FnOnce(&OwnedFd, &Path) -> Result<T, Errno>,
        by_path: impl FnOnce(&Path) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let number = self.root_of(file);
        let root = &self.0[number];
        let (parent, name) = file.path.split_last();
        if parent.components().count() < root.skip() {
            return by_path(&self.path(file));
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let open = || sys::open(root.join(parent), flags, Mode::empty());
        let name = name.components().next().unwrap_or_default();
        from_folder(folder.at(number, parent, open)?, Path::new(OsStr::from_bytes(name)))
    }

    fn root_of(&self, file: File<'_>) -> usize {
        self.0.partition_point(|root| root.first <= file.index).saturating_sub(1)
    }

    /// Where a file is, from the current folder.
    pub(crate) fn path(&self, file: File<'_>) -> PathBuf {
        self.0[self.root_of(file)].join(file.path)
    }
}

impl Root {
    /// How many components of a torrent's path stand for the input itself.
    fn skip(&self) -> usize {
        usize::from(self.input.name.is_some())
    }

    /// Where a path of the torrent is on disk.
    fn join(&self, torrent_path: RawPath<'_>) -> PathBuf {
        let mut path = self.input.path.clone();
        let below = torrent_path.components().skip(self.skip());
        below.for_each(|component| path.push(OsStr::from_bytes(component)));
        path
    }
}
