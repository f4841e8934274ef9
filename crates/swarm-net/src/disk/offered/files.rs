//! The files of a torrent that is offered, where they lie. They are only ever looked at and read.

use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::fstat;
use rustix::io::Errno;
use torrent_core::data::{Content, Spot};
use torrent_core::files;
use torrent_core::path::{RawPathBuf, SafePath};

use super::super::damage::Damage;
use super::super::error::DiskError;
use super::super::folder::Folder;
use super::super::layout::DiskLayout;
use crate::journal::FileStamp;

/// The files of a torrent that is offered.
#[derive(Clone)]
pub(super) struct OfferedFiles {
    pub(super) layout: Arc<DiskLayout>,
    /// The folder that the torrent's file or folder lies in.
    pub(super) output: PathBuf,
}

impl OfferedFiles {
    /// How messages name a file.
    pub(super) fn path(&self, file: usize) -> PathBuf {
        let name = self.layout.name_of(self.of(file));
        if self.output == Path::new(".") { name } else { self.output.join(name) }
    }

    fn of(&self, file: usize) -> files::File<'_> {
        self.layout.metainfo.files().get(file)
    }

    /// Opens a file. Links are followed as far as they stay inside the folder: the data is the user's own.
    pub(super) fn open(&self, file: usize) -> Result<File, DiskError> {
        Folder::open(&self.output)?.read_through_links(&self.layout.name_of(self.of(file)))
    }

    /// How a file is now, or what is wrong with it.
    ///
    /// # Errors
    /// Nothing can be said of it now.
    pub(super) fn look(&self, folder: &Folder, file: usize) -> Result<Result<FileStamp, Damage>, DiskError> {
        let of = self.of(file);
        match folder.look_through_links(&self.layout.name_of(of)) {
            Ok(stat) => Ok(Damage::of(&stat, of.length).map_or_else(|| Ok(FileStamp::of(&stat)), Err)),
            Err(error) => damage_of(error).map(Err),
        }
    }

    /// How an open file is now.
    pub(super) fn stamp(&self, file: usize, opened: &File) -> Result<FileStamp, DiskError> {
        let stat = fstat(opened).map_err(|errno| DiskError::io(self.path(file), "look at", errno))?;
        Ok(FileStamp::of(&stat))
    }

    /// Where the hashing pipeline finds them.
    pub(super) fn content(&self) -> Result<Content, DiskError> {
        let layout = Arc::clone(&self.layout);
        let spot = move |file: files::File<'_>| {
            let name = layout.name_of(file);
            let path = RawPathBuf::of(name.iter().map(OsStrExt::as_bytes));
            Some(Spot { path: SafePath::new(path.as_path()).ok()?, start: None })
        };
        Content::at(&self.output, spot).map_err(|error| DiskError::io(&self.output, "open", error))
    }
}

/// What it says of a file that it could not be opened or read.
///
/// # Errors
/// It says nothing of the file: the process or the system has too little of something now.
pub(super) fn damage_of(error: DiskError) -> Result<Damage, DiskError> {
    match error {
        error if error.is_of_process() => Err(error),
        error if error.is_errno(&[Errno::NOENT, Errno::NOTDIR, Errno::XDEV, Errno::LOOP]) => {
            Ok(Damage::Missing)
        }
        DiskError::Io { error, .. } => Ok(Damage::Unreadable(error)),
        error => Err(error),
    }
}
