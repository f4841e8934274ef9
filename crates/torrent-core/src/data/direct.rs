//! Reading past the page cache (`O_DIRECT`), many reads at a time.

use std::fs::File as DiskFile;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use rustix::fs::OFlags;

use super::extent::{FileExtent, Files};
use super::source_error::{SourceError, SourceErrorKind, failed};
use super::window::{Window, buffer_length};
use crate::layout::Span;

/// The threads that wait for the disk.
pub(crate) struct Direct {
    waiters: ThreadPool,
}

/// Bytes of a file, and where in the window's buffer they go.
struct Transfer {
    index: usize,
    file: Arc<DiskFile>,
    /// Multiples of [`ALIGNMENT`].
    offset: u64,
    place: Range<usize>,
    /// How many bytes must come: the file may end before the buffer does.
    needed: usize,
}

/// What a window will hold.
enum Part {
    /// A range of the buffer.
    Content(Range<usize>),
    Zeros(u64),
    Missing(u64),
}

#[derive(Default)]
struct Order {
    transfers: Vec<Transfer>,
    parts: Vec<Part>,
    /// Bytes that the buffer must have.
    length: usize,
}

impl Direct {
    /// `None` if there are no threads to be had.
    pub(crate) fn start() -> Option<Self> {
        let waiters = ThreadPoolBuilder::new().num_threads(DEPTH).build().ok()?;
        Some(Self { waiters })
    }

    /// Fills `window` with the bytes of `spans`, in their order.
    pub(crate) fn load(
        &self,
        files: &impl Files,
        spans: &[Span],
        window: &mut Window,
    ) -> Result<(), SourceError> {
        let order = order(files, spans, window)?;
        let first = order.transfers.first().map_or(0, |transfer| transfer.index);
        let buffer = window.aligned(order.length, ALIGNMENT).map_err(|error| failed(first, error))?;
        let mut shares = Vec::with_capacity(order.transfers.len());
        let mut rest = buffer;
        for transfer in &order.transfers {
            let (share, behind) = rest.split_at_mut(transfer.place.len());
            shares.push((transfer, share));
            rest = behind;
        }
        let read = |(transfer, share): (&Transfer, &mut [u8])| transfer.run(share);
        self.waiters.install(|| shares.into_par_iter().with_max_len(1).try_for_each(read))?;
        for part in order.parts {
            match part {
                Part::Content(bytes) => window.taken(bytes, ALIGNMENT),
                Part::Zeros(length) => window.zeros(length),
                Part::Missing(length) => window.missing(length),
            }
        }
        Ok(())
    }
}

/// What to read for `spans`.
fn order(files: &impl Files, spans: &[Span], window: &mut Window) -> Result<Order, SourceError> {
    let mut order = Order::default();
    for span in spans {
        match *span {
            Span::Zeros { length } => order.parts.push(Part::Zeros(length)),
            Span::Content { file, offset, length } => {
                let extent = files.extent(file, offset, length);
                if extent.length > 0 {
                    let open = open(files, file, window)?;
                    order.add(&Arc::new(open), extent);
                }
                if extent.length < length {
                    order.parts.push(Part::Missing(length - extent.length));
                }
            }
        }
    }
    Ok(order)
}

fn open(files: &impl Files, index: usize, window: &mut Window) -> Result<DiskFile, SourceError> {
    match files.open(index, OFlags::DIRECT, &mut window.folder) {
        // The file system cannot: read it as others are.
        Err(SourceError { kind: SourceErrorKind::Io(error), .. })
            if error.kind() == io::ErrorKind::InvalidInput =>
        {
            files.open(index, OFlags::empty(), &mut window.folder)
        }
        opened => opened,
    }
}

impl Order {
    /// Adds bytes of a file, in transfers of at most [`TRANSFER`]. Aligned transfers begin before the bytes and end behind them.
    fn add(&mut self, file: &Arc<DiskFile>, extent: FileExtent) {
        let FileExtent { file: index, offset, length } = extent;
        let (lead, length) = (buffer_length(offset % ALIGNMENT as u64), buffer_length(length));
        let first = self.length;
        let (mut offset, mut needed) = (offset - lead as u64, lead + length);
        while needed > 0 {
            let step = needed.min(TRANSFER);
            let place = self.length..self.length + step.next_multiple_of(ALIGNMENT);
            self.length = place.end;
            self.transfers.push(Transfer { index, file: Arc::clone(file), offset, place, needed: step });
            offset += step as u64;
            needed -= step;
        }
        self.parts.push(Part::Content(first + lead..first + lead + length));
    }
}

impl Transfer {
    fn run(&self, share: &mut [u8]) -> Result<(), SourceError> {
        let mut done = 0;
        while done < self.needed {
            match self.file.read_at(&mut share[done..], self.offset + done as u64) {
                Ok(0) => return Err(failed(self.index, io::ErrorKind::UnexpectedEof.into())),
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(self.index, error)),
            }
        }
        Ok(())
    }
}

/// Reads in flight: from 8 on, solid-state disks give all they have.
const DEPTH: usize = 8;

/// Bytes a read; a multiple of the alignment.
const TRANSFER: usize = 1 << 20;

/// What the memory, offset and length of a direct read must be multiples of: no disk asks for more than a page.
const ALIGNMENT: usize = 4096;
