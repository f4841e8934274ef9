//! Bytes of a torrent in memory, for as long as it takes to hash them.

use std::fs::File as DiskFile;
use std::io;
use std::ops::Range;

use rustix::io::Errno;

use super::folder::InputFolder;
use super::map::Mapping;
use super::source_error::{SourceError, SourceErrorKind};

/// Some bytes of a torrent in memory. Workers keep one each and fill it again and again.
#[derive(Default)]
pub struct Window {
    /// The bytes that were read instead of mapped.
    arena: Vec<u8>,
    mappings: Vec<(usize, Mapping)>,
    chunks: Vec<Chunk>,
    /// Where the file that was opened last lies.
    pub(crate) folder: InputFolder,
}

enum Chunk {
    Read(Range<usize>),
    Mapped(usize),
    Zeros(u64),
    Missing(u64),
}

/// Bytes as the length of a buffer: what is longer than memory can be finds none.
pub(super) fn buffer_length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
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

    /// Appends bytes of an open file as a mapping. False if they are better read; a mapping that cannot be made is no
    /// failure.
    pub(crate) fn map(&mut self, index: usize, file: &DiskFile, offset: u64, length: usize) -> bool {
        let Ok(Some(mapping)) = Mapping::new(file, offset, length) else { return false };
        self.chunks.push(Chunk::Mapped(self.mappings.len()));
        self.mappings.push((index, mapping));
        true
    }

    /// Appends `length` bytes that `fill` writes.
    pub(crate) fn read(
        &mut self,
        length: usize,
        fill: impl FnOnce(&mut [u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let start = self.arena.len();
        grow(&mut self.arena, start + length)?;
        fill(&mut self.arena[start..])?;
        self.chunks.push(Chunk::Read(start..start + length));
        Ok(())
    }

    /// Grows the buffer to `length` bytes from an address on that is a multiple of `alignment`. [`Window::taken`] says which
    /// of them are bytes of files.
    pub(crate) fn aligned(&mut self, length: usize, alignment: usize) -> io::Result<&mut [u8]> {
        grow(&mut self.arena, length + alignment)?;
        let start = self.arena.as_ptr().align_offset(alignment).min(alignment);
        Ok(&mut self.arena[start..start + length])
    }

    /// Appends bytes of what [`Window::aligned`] gave, counted from its start.
    pub(crate) fn taken(&mut self, bytes: Range<usize>, alignment: usize) {
        let start = self.arena.as_ptr().align_offset(alignment).min(alignment);
        self.chunks.push(Chunk::Read(start + bytes.start..start + bytes.end));
    }

    /// Appends zeros that lie nowhere.
    pub(crate) fn zeros(&mut self, length: u64) {
        self.chunks.push(Chunk::Zeros(length));
    }

    /// Appends bytes that should be there and are not.
    pub(crate) fn missing(&mut self, length: u64) {
        self.chunks.push(Chunk::Missing(length));
    }

    /// Drops the window. Fails if a mapped file was cut short while its bytes were being hashed.
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

    /// Empties the window and grows the buffer to `length` bytes; [`Window::keep`] says how many of them came.
    pub(crate) fn refill(&mut self, length: usize) -> io::Result<&mut [u8]> {
        self.clear();
        grow(&mut self.arena, length)?;
        Ok(&mut self.arena)
    }

    pub(crate) fn keep(&mut self, length: usize) {
        self.chunks.push(Chunk::Read(0..length));
    }
}

/// Makes a buffer so long. These are the large ones: where there is no memory for them, that is an error and no end.
fn grow(arena: &mut Vec<u8>, length: usize) -> io::Result<()> {
    let more = length.saturating_sub(arena.len());
    arena.try_reserve(more).map_err(|_| io::Error::from(Errno::NOMEM))?;
    arena.resize(length, 0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_memory_than_there_is_is_an_error() {
        let mut window = Window::default();
        let large = usize::MAX / 4;
        for error in [
            window.read(large, |_| Ok(())).unwrap_err(),
            window.aligned(large, 4096).map(|_| ()).unwrap_err(),
            window.refill(large).map(|_| ()).unwrap_err(),
        ] {
            assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
        }
        assert_eq!(window.refill(5).unwrap().len(), 5, "it is as usable as before");
    }
}
