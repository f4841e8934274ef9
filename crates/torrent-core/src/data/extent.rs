//! Bytes of files, and the files they are read from.

use std::fs::File as DiskFile;

use rustix::fs::OFlags;

use super::folder::InputFolder;
use super::source_error::SourceError;

/// Files by their index in a torrent.
pub(crate) trait Files: Sync {
    /// Opens a file. `folder` is where the one before it lay.
    fn open(&self, index: usize, flags: OFlags, folder: &mut InputFolder) -> Result<DiskFile, SourceError>;

    /// Hears that more of an open file is about to be read, and says if it is not what it was.
    fn look_again(&self, index: usize, file: &DiskFile) -> Result<(), SourceError>;

    /// Where the file's first byte lies in what is opened.
    fn start(&self, index: usize) -> u64;

    /// How many bytes of a file can be read, from its start.
    fn available(&self, index: usize) -> u64;

    /// What can be read of `length` bytes from `offset` on, counted in what is opened.
    fn extent(&self, file: usize, offset: u64, length: u64) -> FileExtent {
        let length = self.available(file).saturating_sub(offset).min(length);
        FileExtent { file, offset: self.start(file) + offset, length }
    }
}

/// Bytes of a file.
#[derive(Clone, Copy)]
pub(crate) struct FileExtent {
    pub(crate) file: usize,
    pub(crate) offset: u64,
    pub(crate) length: u64,
}
