//! Where the bytes of a torrent come from: files on disk, read in windows.

use std::fs::File as DiskFile;
use std::io;
use std::path::PathBuf;

use rayon::prelude::*;
use rustix::fs::{OFlags, Stat};

use super::extent::Files;
use super::folder::InputFolder;
use super::reader::{Io, Reader};
use super::roots::Found;
use super::source_error::{SourceError, SourceErrorKind};
use super::stamp::Stamp;
use super::window::Window;
use crate::files::FileList;
use crate::layout::Span;

/// Provides the bytes to hash. Called from several threads at a time.
pub trait ByteSource: Sync {
    /// Fills `window` with the bytes of `spans`, in their order.
    ///
    /// # Errors
    /// The file that could not be read, and why.
    fn load(&self, spans: &[Span], window: &mut Window) -> Result<(), SourceError>;

    /// Hears that all of `spans`, which lie in the order of the files, will be loaded soon, though perhaps in leaps.
    ///
    /// # Errors
    /// The file that could not be read, and why.
    fn expect(&self, _spans: &[Span], _window: &mut Window) -> Result<(), SourceError> {
        Ok(())
    }
}

/// The files that a scan found.
pub struct FileSource<'f>(Reader<ScannedFiles<'f>>);

struct ScannedFiles<'f> {
    files: &'f FileList,
    found: Found,
}

impl<'f> FileSource<'f> {
    /// The files of a scan, wherever they were placed since.
    pub fn new(files: &'f FileList, found: Found, io: Io) -> Self {
        Self(Reader::new(ScannedFiles { files, found }, io))
    }

    /// Where a file is, from the current folder.
    pub fn path(&self, index: usize) -> PathBuf {
        self.0.files.found.roots.path(self.0.files.files.get(index))
    }

    /// Looks once more at every file, on all threads of the current pool.
    ///
    /// # Errors
    /// A file that is no longer what the scan found.
    pub fn recheck(&self) -> Result<(), SourceError> {
        let ScannedFiles { files, .. } = self.0.files;
        let check = |folder: &mut InputFolder, index| self.0.files.recheck(index, folder);
        (0..files.len()).into_par_iter().with_min_len(256).try_for_each_init(InputFolder::default, check)
    }
}

impl ByteSource for FileSource<'_> {
    fn load(&self, spans: &[Span], window: &mut Window) -> Result<(), SourceError> {
        self.0.load(spans, window)
    }

    fn expect(&self, spans: &[Span], window: &mut Window) -> Result<(), SourceError> {
        self.0.bring_in(spans, window)
    }
}

impl Files for ScannedFiles<'_> {
    fn open(&self, index: usize, flags: OFlags, folder: &mut InputFolder) -> Result<DiskFile, SourceError> {
        let file = self.found.roots.open(self.files.get(index), flags, folder);
        file.map(DiskFile::from).map_err(|errno| gone(index, errno.into()))
    }

    /// Whether it is still the file that was scanned shows in the end ([`FileSource::recheck`]).
    fn look_again(&self, _: usize, _: &DiskFile) -> Result<(), SourceError> {
        Ok(())
    }

    fn start(&self, _: usize) -> u64 {
        0
    }

    fn available(&self, index: usize) -> u64 {
        self.files.get(index).length
    }
}

impl ScannedFiles<'_> {
    fn recheck(&self, index: usize, folder: &mut InputFolder) -> Result<(), SourceError> {
        let file = self.files.get(index);
        if file.attributes.symlink {
            return Ok(());
        }
        let stat = self.found.roots.stat(file, folder).map_err(|errno| gone(index, errno.into()))?;
        self.compare(index, &stat)
    }

    fn compare(&self, index: usize, stat: &Stat) -> Result<(), SourceError> {
        let same = Stamp::of(stat) == self.found.stamps[index]
            && u64::try_from(stat.st_size) == Ok(self.files.get(index).length);
        if same { Ok(()) } else { Err(SourceError { file: index, kind: SourceErrorKind::Changed }) }
    }
}

/// A file that was there when the folder was read.
fn gone(file: usize, error: io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            SourceError { file, kind: SourceErrorKind::Vanished }
        }
        _ => SourceError::io(file, error),
    }
}
