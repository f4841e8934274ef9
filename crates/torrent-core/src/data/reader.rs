//! How the bytes of files get into memory: mapped, read, or read past the page cache.

use std::fs::File as DiskFile;
use std::io::{self, IoSliceMut};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::OFlags;
use rustix::io::{Errno, ReadWriteFlags, preadv2};

use super::direct::Direct;
use super::extent::{FileExtent, Files};
use super::folder::InputFolder;
use super::map::{is_resident, maps_well};
use super::source_error::{SourceError, failed};
use super::window::{Window, buffer_length};
use crate::layout::Span;

/// How to read files.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Io {
    /// Large parts of files are mapped; what is not in the page cache is brought there first, in the order of the files
    /// and by one thread at a time. Small parts are read. So are all on network file systems and FUSE.
    #[default]
    Auto,
    /// The same, but the page cache is filled by touching the mapping.
    Mmap,
    /// Everything is read into buffers.
    Read,
    /// Everything is read past the page cache, several reads at a time; where the file system cannot, it is read.
    Direct,
}

impl Io {
    /// What [`Io::named`] knows.
    pub const NAMES: [&str; 4] = ["auto", "mmap", "read", "direct"];

    /// The way of that name.
    pub fn named(name: &str) -> Option<Self> {
        let ways = [Self::Auto, Self::Mmap, Self::Read, Self::Direct];
        Self::NAMES.iter().position(|known| *known == name).map(|place| ways[place])
    }
}

/// Reads files into windows, for all workers of a job.
pub(crate) struct Reader<F> {
    pub(crate) files: F,
    io: Io,
    direct: Option<Direct>,
    /// Held while waiting for a disk: a rotating one is to see one reader that goes forward.
    turn: Mutex<()>,
    /// The large file that was opened last. Workers share its descriptor, and with it the kernel's memory of how far ahead it
    /// has read.
    large: Mutex<Option<(usize, Arc<DiskFile>)>>,
}

impl<F: Files> Reader<F> {
    pub(crate) fn new(files: F, io: Io) -> Self {
        let direct = (io == Io::Direct).then(Direct::start).flatten();
        Self { files, io, direct, turn: Mutex::default(), large: Mutex::default() }
    }

    /// Fills `window` with the bytes of `spans`, in their order.
    pub(crate) fn load(&self, spans: &[Span], window: &mut Window) -> Result<(), SourceError> {
        window.clear();
        if let Some(direct) = &self.direct {
            return direct.load(&self.files, spans, window);
        }
        for span in spans {
            match *span {
                Span::Zeros { length } => window.zeros(length),
                Span::Content { file, offset, length } => {
                    let extent = self.files.extent(file, offset, length);
                    if extent.length > 0 {
                        self.take(extent, window)?;
                    }
                    if extent.length < length {
                        window.missing(length - extent.length);
                    }
                }
            }
        }
        Ok(())
    }

    /// Brings bytes that will be mapped into the page cache, if they are not there.
    pub(crate) fn bring_in(&self, spans: &[Span], window: &mut Window) -> Result<(), SourceError> {
        if self.io != Io::Auto {
            return Ok(());
        }
        for span in spans {
            if let Span::Content { file, offset, length } = *span {
                let extent = self.files.extent(file, offset, length);
                if extent.length >= MAP_FROM {
                    let open = self.open_large(file, &mut window.folder)?;
                    self.touch(&open, extent, window)?;
                }
            }
        }
        Ok(())
    }

    fn touch(&self, file: &DiskFile, extent: FileExtent, window: &mut Window) -> Result<(), SourceError> {
        if !maps_well(file) || is_resident(file, extent.offset, extent.length) {
            return Ok(());
        }
        let _turn = self.turn();
        let end = extent.offset + extent.length;
        let mut offset = extent.offset;
        while offset < end {
            let buffer = window.refill(COPY.min(buffer_length(end - offset)));
            let buffer = buffer.map_err(|error| failed(extent.file, error))?;
            match file.read_at(buffer, offset) {
                // Cut short meanwhile: whoever hashes it finds out.
                Ok(0) => break,
                Ok(read) => offset += read as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(extent.file, error)),
            }
        }
        window.clear();
        Ok(())
    }

    /// Appends bytes of a file.
    fn take(&self, extent: FileExtent, window: &mut Window) -> Result<(), SourceError> {
        let FileExtent { file, offset, length } = extent;
        if length < MAP_FROM {
            let open = self.files.open(file, OFlags::empty(), &mut window.folder)?;
            return self.read(&open, extent, window);
        }
        let open = self.open_large(file, &mut window.folder)?;
        let length =
            usize::try_from(length).map_err(|_| SourceError::io(file, io::ErrorKind::OutOfMemory.into()))?;
        if self.io != Io::Read && window.map(file, &open, offset, length) {
            return Ok(());
        }
        self.read(&open, extent, window)
    }

    fn open_large(&self, file: usize, folder: &mut InputFolder) -> Result<Arc<DiskFile>, SourceError> {
        let mut large = self.large.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((index, open)) = &*large
            && *index == file
        {
            self.files.look_again(file, open)?;
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(self.files.open(file, OFlags::empty(), folder)?);
        *large = Some((file, Arc::clone(&open)));
        Ok(open)
    }

    /// Appends bytes that are copied: at once if they are in the page cache, else when it is this reader's turn.
    fn read(&self, open: &DiskFile, extent: FileExtent, window: &mut Window) -> Result<(), SourceError> {
        let read = window.read(buffer_length(extent.length), |bytes| {
            let cached = read_cached(open, bytes, extent.offset)?;
            if cached == bytes.len() {
                return Ok(());
            }
            let _turn = self.turn();
            open.read_exact_at(&mut bytes[cached..], extent.offset + cached as u64)
        });
        read.map_err(|error| failed(extent.file, error))
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads what needs no wait for a disk. Returns how many bytes that was, from the first on.
fn read_cached(file: &DiskFile, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        match preadv2(file, &mut [IoSliceMut::new(bytes)], offset, ReadWriteFlags::NOWAIT) {
            Err(Errno::INTR) => {}
            // It is not in the page cache, or the file system or the kernel cannot tell.
            Err(Errno::AGAIN | Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(0),
            read => return Ok(read?),
        }
    }
}

/// Parts of files from this length on are mapped, shorter ones read: below it, setting up a mapping costs more than the copy.
const MAP_FROM: u64 = 128 << 10;

/// The bytes that are copied at a time only to have them in the page cache: few enough to stay in a core's own cache.
const COPY: usize = 512 << 10;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rustix::fs::{Advice, fadvise};

    use super::*;

    /// One file of 3 MiB.
    struct One(tempfile::NamedTempFile);

    impl Files for One {
        fn open(&self, _: usize, _: OFlags, _: &mut InputFolder) -> Result<DiskFile, SourceError> {
            self.0.reopen().map_err(|error| SourceError::io(0, error))
        }

        fn look_again(&self, _: usize, _: &DiskFile) -> Result<(), SourceError> {
            Ok(())
        }

        fn start(&self, _: usize) -> u64 {
            0
        }

        fn available(&self, _: usize) -> u64 {
            3 << 20
        }
    }

    #[test]
    fn what_left_the_page_cache_is_brought_in_before_it_is_mapped() {
        let mut file = tempfile::NamedTempFile::new_in(".").unwrap();
        file.write_all(&vec![7; 3 << 20]).unwrap();
        file.as_file().sync_all().unwrap();
        fadvise(file.as_file(), 0, None, Advice::DontNeed).unwrap();
        let reader = Reader::new(One(file), Io::Auto);
        let span = Span::Content { file: 0, offset: 1 << 20, length: 2 << 20 };
        reader.bring_in(&[span], &mut Window::default()).unwrap();
        assert!(is_resident(reader.files.0.as_file(), 1 << 20, 2 << 20));
    }
}
