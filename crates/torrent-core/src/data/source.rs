//! Where the bytes of a torrent come from: files on disk, read in windows.

use std::fs::File as DiskFile;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use rayon::prelude::*;
use rustix::fs::{Stat, fstat};

use super::map::Mapping;
use super::roots::Found;
use super::stamp::Stamp;
use crate::files::FileList;
use crate::layout::Span;

/// Gives bytes to hash. Workers call it from several threads at a time.
pub trait Source: Sync {
    /// Fills `window` with the bytes of `spans`, in their order.
    ///
    /// # Errors
    /// The file that could not be read, and why.
    fn load(&self, spans: &[Span], window: &mut Window) -> Result<(), SourceError>;
}

/// Some consecutive bytes of a torrent in memory. Workers keep one each and fill it again and again.
#[derive(Default)]
pub struct Window {
    /// What was read, one span behind the other.
    arena: Vec<u8>,
    mappings: Vec<(usize, Mapping)>,
    chunks: Vec<Chunk>,
}

enum Chunk {
    Read(Range<usize>),
    Mapped(usize),
    Zeros(u64),
    Missing(u64),
}

/// Bytes of a window.
#[derive(Clone, Copy)]
pub(crate) enum Slice<'w> {
    Content(&'w [u8]),
    Zeros(u64),
    /// So many bytes that should be there are not.
    Missing(u64),
}

impl Slice<'_> {
    pub(crate) fn length(self) -> u64 {
        match self {
            Self::Content(bytes) => bytes.len() as u64,
            Self::Zeros(length) | Self::Missing(length) => length,
        }
    }
}

impl Window {
    pub(crate) fn slices(&self) -> impl Iterator<Item = Slice<'_>> {
        self.chunks.iter().map(|chunk| match chunk {
            Chunk::Read(range) => Slice::Content(&self.arena[range.clone()]),
            Chunk::Mapped(index) => Slice::Content(&self.mappings[*index].1),
            Chunk::Zeros(length) => Slice::Zeros(*length),
            Chunk::Missing(length) => Slice::Missing(*length),
        })
    }

    /// Appends bytes of an open file: mapped if they are many, else read.
    pub(crate) fn take(
        &mut self,
        index: usize,
        file: &DiskFile,
        offset: u64,
        length: u64,
    ) -> Result<(), SourceError> {
        let length =
            usize::try_from(length).map_err(|_| SourceError::io(index, io::ErrorKind::OutOfMemory.into()))?;
        // A mapping that cannot be made is no failure: what matters is whether the bytes can be read.
        if length >= MAP_FROM
            && let Ok(Some(mapping)) = Mapping::new(file, offset, length)
        {
            self.chunks.push(Chunk::Mapped(self.mappings.len()));
            self.mappings.push((index, mapping));
            return Ok(());
        }
        self.read(length, |bytes| file.read_exact_at(bytes, offset)).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => SourceError { file: index, kind: SourceErrorKind::Changed },
            _ => SourceError::io(index, error),
        })
    }

    /// Appends zeros that lie nowhere.
    pub(crate) fn zeros(&mut self, length: u64) {
        self.chunks.push(Chunk::Zeros(length));
    }

    /// Appends bytes that should be there and are not.
    pub(crate) fn missing(&mut self, length: u64) {
        self.chunks.push(Chunk::Missing(length));
    }

    /// Looks again at what was taken, after it was used: bytes of a mapping may have left the file meanwhile.
    pub(crate) fn release(&mut self) -> Result<(), SourceError> {
        let torn = self.mappings.iter().find(|(_, mapping)| mapping.is_torn()).map(|(file, _)| *file);
        self.clear();
        torn.map_or(Ok(()), |file| Err(SourceError { file, kind: SourceErrorKind::Changed }))
    }

    pub(crate) fn clear(&mut self) {
        self.arena.clear();
        self.mappings.clear();
        self.chunks.clear();
    }

    /// Empties the window and makes room for `length` bytes; [`Window::keep`] says how many of them came.
    pub(crate) fn refill(&mut self, length: usize) -> &mut [u8] {
        self.clear();
        self.arena.resize(length, 0);
        &mut self.arena
    }

    pub(crate) fn keep(&mut self, length: usize) {
        self.chunks.push(Chunk::Read(0..length));
    }

    /// Appends `length` bytes that `fill` writes.
    fn read<E>(&mut self, length: usize, fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<(), E> {
        let start = self.arena.len();
        self.arena.resize(start + length, 0);
        fill(&mut self.arena[start..])?;
        self.chunks.push(Chunk::Read(start..start + length));
        Ok(())
    }
}

/// The files that a scan found.
pub struct FileSource<'f> {
    files: &'f FileList,
    found: Found,
}

impl<'f> FileSource<'f> {
    /// The files of a scan, wherever they were placed since.
    pub fn new(files: &'f FileList, found: Found) -> Self {
        Self { files, found }
    }

    /// Where a file is, from the current folder.
    pub fn path(&self, index: usize) -> PathBuf {
        self.found.roots.path(self.files.get(index))
    }

    /// Looks once more at every file, on all threads of the current pool.
    ///
    /// # Errors
    /// A file that is no longer what the scan found.
    pub fn recheck(&self) -> Result<(), SourceError> {
        let check = |index: usize| -> Result<(), SourceError> {
            if self.files.get(index).attributes.symlink {
                return Ok(());
            }
            let stat =
                self.found.roots.stat(self.files.get(index)).map_err(|errno| gone(index, errno.into()))?;
            self.compare(index, &stat)
        };
        (0..self.files.len()).into_par_iter().with_min_len(256).try_for_each(check)
    }

    fn open(&self, index: usize) -> Result<DiskFile, SourceError> {
        let file = self.found.roots.open(self.files.get(index)).map_err(|errno| gone(index, errno.into()))?;
        let file = DiskFile::from(file);
        let stat = fstat(&file).map_err(|errno| SourceError::io(index, errno.into()))?;
        self.compare(index, &stat)?;
        Ok(file)
    }

    fn compare(&self, index: usize, stat: &Stat) -> Result<(), SourceError> {
        let same = Stamp::of(stat) == self.found.stamps[index]
            && stat.st_size as u64 == self.files.get(index).length;
        if same { Ok(()) } else { Err(SourceError { file: index, kind: SourceErrorKind::Changed }) }
    }
}

impl Source for FileSource<'_> {
    fn load(&self, spans: &[Span], window: &mut Window) -> Result<(), SourceError> {
        window.clear();
        for span in spans {
            match *span {
                Span::Zeros { length } => window.zeros(length),
                Span::Content { file, offset, length } => {
                    window.take(file, &self.open(file)?, offset, length)?
                }
            }
        }
        Ok(())
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

/// Spans from this length on are mapped, shorter ones read: below it, setting up a mapping costs more than the copy.
const MAP_FROM: usize = 128 << 10;

/// A file that could not be read to its end as it was found.
#[derive(Debug)]
pub struct SourceError {
    /// Its index in the list.
    pub file: usize,
    /// What happened.
    pub kind: SourceErrorKind,
}

/// What happened to a file.
#[derive(Debug, thiserror::Error)]
pub enum SourceErrorKind {
    /// Its length, its times or the file itself changed.
    #[error("it changed while it was read")]
    Changed,
    /// It is not there any more.
    #[error("it vanished while it was to be read")]
    Vanished,
    /// The system refused.
    #[error("{0}")]
    Io(io::Error),
}

impl SourceError {
    pub(crate) fn io(file: usize, error: io::Error) -> Self {
        Self { file, kind: SourceErrorKind::Io(error) }
    }
}
