//! The hashing pipeline: threads take batches of pieces, read them in windows, and store the digests by piece.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{iter, slice};

use super::batch::{Batch, Digests};
use super::job::{HashJob, Wanted};
use super::source::ByteSource;
use super::source_error::SourceError;
use super::stride::{Strides, steps};
use super::window::{Window, buffer_length};
use crate::layout::{Layout, PieceIndex, PieceRange, Span};
use crate::metainfo::PieceHashes;

/// Why not everything was hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// A file could not be read as it was found.
    #[error("file {}: {}", .0.file, .0.kind)]
    Source(SourceError),
    /// The stream failed.
    #[error(transparent)]
    Stream(io::Error),
    /// [`Watch::stop`](super::Watch::stop) said so.
    #[error("stopped")]
    Stopped,
    /// More than can be counted (BEP 3), or more than [`limits::PIECES`](crate::limits::PIECES) to be checked.
    #[error("there are more than {0} pieces")]
    TooManyPieces(u32),
}

/// Takes digests as they come; called from every thread that hashes.
pub trait Consumer: Sync {
    /// Whether a piece is to be read at all.
    fn wants(&self, _piece: PieceIndex) -> bool {
        true
    }

    /// Takes the digests of consecutive pieces.
    ///
    /// # Errors
    /// What is to end the work: [`HashError::Stopped`] if enough is known.
    fn hashed(&self, pieces: PieceRange, digests: Digests) -> Result<(), HashError>;

    /// Hears that pieces could not be read. `Ok` goes on: with several pieces by trying each alone, with one without it.
    ///
    /// # Errors
    /// What is to end the work.
    fn failed(&self, pieces: PieceRange, error: SourceError) -> Result<(), HashError>;
}

/// Hashes every piece of `layout` on all threads of the current rayon pool. Memory: a window a thread (`stride.rs`),
/// whatever the data, and the digests.
///
/// # Errors
/// The first failure; the other threads stop then. Nothing is read if there are more pieces than can be counted.
pub fn hash_pieces(
    layout: Layout<'_>,
    source: &impl ByteSource,
    job: HashJob<'_>,
) -> Result<PieceHashes, HashError> {
    let pieces = layout.pieces().ok_or(TOO_MANY)?;
    let hashes = Collected(Mutex::new(blank(pieces, job.wanted)));
    hash_each(layout, source, job, &hashes)?;
    Ok(hashes.0.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The same, with the digests handed to `consumer`.
///
/// # Errors
/// An error of the source that the consumer returns, a stop, or more pieces than can be counted.
pub fn hash_each(
    layout: Layout<'_>,
    source: &impl ByteSource,
    job: HashJob<'_>,
    consumer: &impl Consumer,
) -> Result<(), HashError> {
    hash_range(layout, layout.pieces().ok_or(TOO_MANY)?, source, job, consumer)
}

/// The same for some consecutive pieces.
///
/// # Errors
/// An error of the source that the consumer returns, or a stop.
pub fn hash_range(
    layout: Layout<'_>,
    pieces: PieceRange,
    source: &impl ByteSource,
    job: HashJob<'_>,
    consumer: &impl Consumer,
) -> Result<(), HashError> {
    let strides = Strides::new(layout, job);
    let files = FileJob { layout, source, job, consumer, strides };
    let (batches, failure) = (Mutex::new(pieces.batches(strides.pieces_a_batch())), Mutex::new(None));
    on_all_threads(&failure, || {
        let mut window = Window::default();
        while lock(&failure).is_none() {
            let Some(batch) = lock(&batches).next() else { break };
            wanted_runs(batch, consumer).try_for_each(|run| files.run(run, &mut window))?;
        }
        Ok(())
    })
}

/// The digests of all pieces; any failure ends the work.
struct Collected(Mutex<PieceHashes>);

impl Consumer for Collected {
    fn hashed(&self, pieces: PieceRange, digests: Digests) -> Result<(), HashError> {
        put(&mut lock(&self.0), pieces.start, &digests);
        Ok(())
    }

    fn failed(&self, _: PieceRange, error: SourceError) -> Result<(), HashError> {
        Err(HashError::Source(error))
    }
}

/// The pieces that are wanted, in runs.
fn wanted_runs(pieces: PieceRange, consumer: &impl Consumer) -> impl Iterator<Item = PieceRange> {
    let mut rest = pieces;
    iter::from_fn(move || {
        rest.start = rest.iter().find(|piece| consumer.wants(*piece))?;
        let end = rest.iter().find(|piece| !consumer.wants(*piece)).unwrap_or(rest.end);
        let start = std::mem::replace(&mut rest.start, end);
        Some(PieceRange { start, end })
    })
}

struct FileJob<'a, S, C> {
    layout: Layout<'a>,
    source: &'a S,
    job: HashJob<'a>,
    consumer: &'a C,
    strides: Strides,
}

impl<S: ByteSource, C: Consumer> FileJob<'_, S, C> {
    fn run(&self, pieces: PieceRange, window: &mut Window) -> Result<(), HashError> {
        match self.batch(pieces, window) {
            Ok(digests) => self.consumer.hashed(pieces, digests),
            Err(HashError::Source(error)) => {
                self.consumer.failed(pieces, error)?;
                match pieces.count() {
                    1 => Ok(()),
                    _ => pieces.into_iter().try_for_each(|piece| self.run(piece.into(), window)),
                }
            }
            Err(error) => Err(error),
        }
    }

    fn batch(&self, pieces: PieceRange, window: &mut Window) -> Result<Digests, HashError> {
        let mut batch = Batch::new(self.job.backend, self.job.piece_length, self.job.wanted);
        let bytes = self.layout.bytes_of(pieces);
        if self.strides.leap() {
            self.expect(bytes.clone(), window)?;
        }
        for stride in self.strides.of(bytes.end - bytes.start) {
            self.stride(bytes.start, &stride, window, &mut batch)?;
        }
        let is_whole_file = pieces.into_iter().map(|piece| self.is_whole_file(piece));
        Ok(batch.finish(pieces.len(), is_whole_file))
    }

    /// Lets the source bring in a batch that is read in leaps.
    fn expect(&self, bytes: Range<u64>, window: &mut Window) -> Result<(), HashError> {
        for part in steps(bytes, EXPECTED) {
            self.go_on()?;
            let spans: Vec<Span> = self.layout.spans(part).collect();
            self.source.expect(&spans, window).map_err(HashError::Source)?;
        }
        Ok(())
    }

    /// Reads and hashes a stride: ranges that count from the start of the batch, which is at `start`.
    fn stride(
        &self,
        start: u64,
        ranges: &[Range<u64>],
        window: &mut Window,
        batch: &mut Batch,
    ) -> Result<(), HashError> {
        self.go_on()?;
        let bytes = ranges.iter().map(|range| start + range.start..start + range.end);
        let spans: Vec<Span> = bytes.flat_map(|bytes| self.layout.spans(bytes)).collect();
        if !self.strides.leap() {
            self.source.expect(&spans, window).map_err(HashError::Source)?;
        }
        self.source.load(&spans, window).map_err(HashError::Source)?;
        batch.feed(ranges, window.slices());
        window.release().map_err(HashError::Source)?;
        self.tell(&spans);
        Ok(())
    }

    fn go_on(&self) -> Result<(), HashError> {
        if self.job.watch.stop() { Err(HashError::Stopped) } else { Ok(()) }
    }

    fn tell(&self, spans: &[Span]) {
        let contents = spans.iter().filter_map(|span| match *span {
            Span::Content { file, length, .. } => Some((file, length)),
            Span::Zeros { .. } => None,
        });
        let (last, bytes) = contents.fold((None, 0), |(_, sum), (file, length)| (Some(file), sum + length));
        self.job.watch.advance(bytes);
        if let Some(file) = last {
            self.job.watch.file(file);
        }
    }

    fn is_whole_file(&self, piece: PieceIndex) -> bool {
        let files = self.layout.files();
        let file = files.first_ending_behind(self.layout.piece(piece).start);
        file < files.len() && files.get(file).length <= self.job.piece_length
    }
}

/// Hashes a stream of unknown length as one file, on all threads of the current rayon pool. Returns its length and the digests.
///
/// # Errors
/// The stream's failure, a stop, or more pieces than can be counted.
pub fn hash_stream(stream: impl Read + Send, job: HashJob<'_>) -> Result<(u64, PieceHashes), HashError> {
    let pieces = (STREAM_WINDOW.min(job.memory_a_thread()) / job.piece_length).max(1);
    let stream = Mutex::new(Stream { from: stream, length: 0, ended: false });
    let (hashes, failure) = (Mutex::new(PieceHashes::default()), Mutex::new(None));
    on_all_threads(&failure, || {
        let mut window = Window::default();
        while lock(&failure).is_none() {
            let mut batch = Batch::new(job.backend, job.piece_length, job.wanted);
            let Some(start) = read_batch(&stream, job, pieces, &mut window, &mut batch)? else {
                return Ok(());
            };
            // A file of one piece has a lower tree; if this is the first piece, it is short only if there is no other.
            let digests = batch.finish(0, [start == 0].into_iter().chain(iter::repeat(false)));
            let first = PieceIndex::try_from(start / job.piece_length).map_err(|_| TOO_MANY)?;
            put(&mut lock(&hashes), first, &digests);
        }
        Ok(())
    })?;
    let length = lock(&stream).length;
    Ok((length, hashes.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

struct Stream<R> {
    from: R,
    length: u64,
    ended: bool,
}

/// Reads the next pieces of a stream and feeds them to `batch`. Returns where they start; `None` at the end.
///
/// Small pieces are hashed after the stream is free for the next thread; a piece larger than a window keeps it.
fn read_batch<R: Read>(
    stream: &Mutex<Stream<R>>,
    job: HashJob<'_>,
    pieces: u64,
    window: &mut Window,
    batch: &mut Batch,
) -> Result<Option<u64>, HashError> {
    window.clear();
    let mut stream = lock(stream);
    let start = stream.length;
    let end = start + pieces * job.piece_length;
    let mut from = start;
    while !stream.ended && stream.length < end {
        if job.watch.stop() {
            return Err(HashError::Stopped);
        }
        from = stream.length;
        let length = STREAM_WINDOW.min(job.memory_a_thread()).min(end - stream.length);
        let read = window.refill(buffer_length(length)).and_then(|buffer| stream.read(buffer));
        let read = read.map_err(HashError::Stream)?;
        window.keep(read);
        job.watch.advance(read as u64);
        if stream.length < end && !stream.ended {
            let came = from - start..stream.length - start;
            batch.feed(slice::from_ref(&came), window.slices());
            window.clear();
        }
    }
    let length = stream.length;
    drop(stream);
    let came = from - start..length - start;
    batch.feed(slice::from_ref(&came), window.slices());
    Ok((length > start).then_some(start))
}

impl<R: Read> Stream<R> {
    /// Fills `bytes` unless the stream ends before.
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while read < bytes.len() && !self.ended {
            match self.from.read(&mut bytes[read..]) {
                Ok(0) => self.ended = true,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.length += read as u64;
        Ok(read)
    }
}

/// There are pieces that have no number.
const TOO_MANY: HashError = HashError::TooManyPieces(u32::MAX);

/// How many bytes of a stream a thread reads at a time; a multiple of the block.
const STREAM_WINDOW: u64 = 16 << 20;

/// How many bytes a source is asked to prefetch at a time: between two requests, the work can be stopped.
const EXPECTED: u64 = 64 << 20;

/// Runs `work` on every thread and returns the first failure.
fn on_all_threads(
    failure: &Mutex<Option<HashError>>,
    work: impl Fn() -> Result<(), HashError> + Sync,
) -> Result<(), HashError> {
    rayon::broadcast(|_| {
        if let Err(error) = work() {
            lock(failure).get_or_insert(error);
        }
    });
    lock(failure).take().map_or(Ok(()), Err)
}

fn blank(pieces: PieceRange, wanted: Wanted) -> PieceHashes {
    let pieces = pieces.len();
    PieceHashes {
        sha1: vec![[0; 20]; if wanted.sha1 { pieces } else { 0 }],
        merkle: vec![[0; 32]; if wanted.merkle { pieces } else { 0 }],
    }
}

fn put(hashes: &mut PieceHashes, first: PieceIndex, digests: &Digests) {
    place(&mut hashes.sha1, first.index(), &digests.sha1);
    place(&mut hashes.merkle, first.index(), &digests.merkle);
}

fn place<const N: usize>(all: &mut Vec<[u8; N]>, first: usize, some: &[[u8; N]]) {
    if !some.is_empty() {
        all.resize(all.len().max(first + some.len()), [0; N]);
        all[first..first + some.len()].copy_from_slice(some);
    }
}

/// No code that holds one of these locks can panic half-way through a change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
