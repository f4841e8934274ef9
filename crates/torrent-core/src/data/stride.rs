//! Which pieces are hashed together, and how many bytes of each at a time.
//!
//! SHA-1 has to process a piece from front to back, so to fill the lanes of a backend, as many pieces are hashed side by side. Small
//! pieces are read whole, one after the other. Of large pieces, a stride of each is read at a time, so that a window of bounded
//! size holds a part of all of them. v2 leaves are independent of each other, so those of one piece fill the lanes.

use std::iter;
use std::num::NonZero;
use std::ops::Range;

use super::job::{HashJob, STEP};
use super::window::buffer_length;
use crate::layout::Layout;

/// How a job is cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strides {
    piece_length: u64,
    /// Pieces that one thread hashes together.
    batch: u64,
    /// Bytes of each of them at a time; if that is a whole piece, all of the batch is read in one go.
    stride: u64,
}

impl Strides {
    pub(crate) fn new(layout: Layout<'_>, job: HashJob<'_>) -> Self {
        let threads = rayon::current_num_threads() as u64;
        let memory = job.memory_a_thread();
        let piece_length = job.piece_length;
        let lanes = if job.wanted.sha1 { job.backend.lanes() as u64 } else { 1 };
        let lanes = lanes.min(BATCH / piece_length).max(1);
        let stride = piece_length.min(window(layout, lanes, memory) / lanes / STEP * STEP);
        let pieces = layout.piece_count();
        // Small torrents are not done in one go: progress shows, and a stop is heard.
        let share = (pieces / (4 * threads)).max(LEAST_BATCH / piece_length);
        let whole = WINDOW.min(memory) / piece_length / lanes * lanes;
        let fit = whole.min(share.next_multiple_of(lanes)).max(lanes);
        Self { piece_length, batch: even(pieces, fit, threads), stride }
    }

    /// Whether the bytes of a batch are not read in the order in which they lie.
    pub(crate) fn leap(&self) -> bool {
        self.batch > 1 && self.stride < self.piece_length
    }

    pub(crate) fn pieces_a_batch(&self) -> NonZero<u32> {
        u32::try_from(self.batch).ok().and_then(NonZero::new).unwrap_or(NonZero::<u32>::MAX)
    }

    /// What to read of a batch of `length` bytes, in order: each time some ranges that count from its start.
    pub(crate) fn of(self, length: u64) -> Box<dyn Iterator<Item = Vec<Range<u64>>>> {
        if self.stride == self.piece_length {
            return Box::new(iter::once(iter::once(0..length).collect()));
        }
        let strides = steps(0..self.piece_length.min(length), self.stride);
        Box::new(strides.map(move |stride| {
            let starts = (0..length).step_by(buffer_length(self.piece_length));
            let range = |start: u64| (start + stride.start).min(length)..(start + stride.end).min(length);
            starts.map(range).filter(|range| !range.is_empty()).collect()
        }))
    }
}

/// How many bytes a thread has in memory at a time, if it may have `memory`.
fn window(layout: Layout<'_>, lanes: u64, memory: u64) -> u64 {
    let files = layout.files();
    let mean = files.content_length() / (files.len() as u64).max(1);
    let best = match lanes {
        1 => WINDOW,
        // These are mapped, not copied.
        _ if mean >= 1 << 20 => MAPPED_WINDOW,
        _ => COPIED_WINDOW.min(memory / 2).max(WINDOW),
    };
    best.min(memory)
}

/// How many of `pieces` make a batch: as many as fit, but few enough that all `threads` end at about the same time.
fn even(pieces: u64, fit: u64, threads: u64) -> u64 {
    let rounds = pieces.div_ceil(fit * threads).max(1);
    pieces.div_ceil(rounds * threads).max(1)
}

/// A range in steps.
pub(crate) fn steps(range: Range<u64>, step: u64) -> impl Iterator<Item = Range<u64>> {
    let end = range.end;
    range.step_by(buffer_length(step)).map(move |start| start..end.min(start + step))
}

/// Bytes at a time on each thread: enough to make the cost of a window small. A multiple of the block of v2 by any number of lanes.
const WINDOW: u64 = 8 << 20;

/// Below this, the cost of a window shows.
const LEAST_BATCH: u64 = 1 << 20;

/// The same for pieces side by side: 16 of 1 MiB.
const COPIED_WINDOW: u64 = 16 << 20;

/// The same for large files: with 16 lanes 2 MiB of each piece, the largest page that a mapping has.
const MAPPED_WINDOW: u64 = 32 << 20;

/// Bytes of pieces that are hashed together: all of them are brought into the page cache first, and must have memory there.
const BATCH: u64 = 512 << 20;

#[cfg(test)]
mod tests {
    use piece_hash::Backend;

    use super::super::job::{LEAST_MEMORY, MEMORY, Wanted};
    use super::*;
    use crate::files::FileList;
    use crate::path::RawPathBuf;

    #[test]
    fn batches_end_together() {
        for (pieces, fit, threads, batch) in [
            (33, 16, 2, 9),
            (4096, 16, 2, 16),
            (1, 16, 2, 1),
            (17, 16, 4, 5),
            (0, 16, 2, 1),
            (40, 512, 1, 40),
        ] {
            assert_eq!(even(pieces, fit, threads), batch, "{pieces} {fit} {threads}");
        }
    }

    #[test]
    fn all_windows_together_fit_the_memory() {
        let mut files = FileList::default();
        files.push(RawPathBuf::of([b"file".as_slice()]).as_path(), 8 << 30);
        for piece_length in [16 << 10, 256 << 10, 1 << 20, 16 << 20, 512 << 20] {
            for (sha1, merkle) in [(true, false), (false, true), (true, true)] {
                for (threads, memory) in [(1, MEMORY), (2, MEMORY), (16, MEMORY), (2, 12 << 20), (2, 1 << 20)]
                {
                    let wanted = Wanted { sha1, merkle };
                    let job = HashJob { wanted, piece_length, backend: Backend::best(), watch: &(), memory };
                    let layout = Layout::new(&files, piece_length);
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                    let strides = pool.install(|| Strides::new(layout, job));
                    let window = strides.stride * strides.batch;
                    assert!(strides.stride % STEP == 0 || strides.stride == piece_length);
                    let least = threads as u64 * LEAST_MEMORY.max(piece_length.min(STEP) * 16);
                    assert!(
                        window * threads as u64 <= memory.max(least),
                        "{piece_length} {threads} {memory} {window}"
                    );
                }
            }
        }
    }

    #[test]
    fn strides_cover_every_byte_once_and_each_piece_in_order() {
        for (piece_length, stride, length) in [(10, 10, 35), (10, 4, 35), (10, 3, 30), (10, 9, 7), (10, 4, 1)]
        {
            let strides = Strides { piece_length, batch: 4, stride };
            let mut ends = vec![0; 4];
            for range in strides.of(length).flatten() {
                let piece = (range.start / piece_length) as usize;
                assert_eq!(range.start, ends[piece].max(piece as u64 * piece_length));
                let last = (range.end - 1) / piece_length;
                for piece in piece as u64..=last {
                    ends[piece as usize] = range.end.min((piece + 1) * piece_length);
                }
            }
            let covered = |(piece, end): (usize, u64)| end.saturating_sub(piece as u64 * piece_length);
            assert_eq!(ends.into_iter().enumerate().map(covered).sum::<u64>(), length);
        }
    }
}
