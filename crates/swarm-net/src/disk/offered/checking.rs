//! The thread that hashes pieces when they are first asked for, while blocks of others are read.
//!
//! A verdict holds for the files as they were: their stamps are taken before and after. A stamp cannot tell two writes of the same
//! moment from each other, so files that were written to just now are let rest first.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, SystemTime};
use std::{io, iter};

use torrent_core::data::{
    Extent, HashError, HashJob, Io, PieceReport, Verdict, Wanted, Watch, check_range, on_threads,
};
use torrent_core::layout::PieceRange;

use super::super::damage::Damage;
use super::super::error::DiskError;
use super::super::existing::proves_by_v2;
use super::super::folder::Folder;
use super::super::hashing::Hashing;
use super::super::layout::DiskLayout;
use super::files::OfferedFiles;
use super::journal;
use crate::job_id::JobId;
use crate::journal::{FileStamp, Identity, Memory};

/// A thread that checks pieces and notes what it found. It ends with its owner.
pub(in crate::disk) struct Checker(Sender<Task>);

/// What the thread is to do.
pub(in crate::disk) enum Task {
    /// Hash these pieces.
    Check(ToCheck),
    /// Write the journal of what was checked.
    Note {
        /// Where the journal goes.
        path: PathBuf,
        /// Whose it is.
        identity: Identity,
        /// What it is to say.
        memory: Memory,
    },
}

/// Pieces that are to be checked together, mostly one.
pub(in crate::disk) struct ToCheck {
    pub(super) job: JobId,
    pub(super) files: OfferedFiles,
    pub(super) pieces: PieceRange,
    pub(super) watch: Arc<dyn Watch + Send + Sync>,
}

/// Pieces that were checked.
pub(in crate::disk) struct CheckedPieces {
    pub(in crate::disk) job: JobId,
    /// Shows for which look at the torrent they were checked: it may have been closed and looked at again since.
    pub(super) layout: Arc<DiskLayout>,
    pub(in crate::disk) pieces: PieceRange,
    pub(super) finding: Finding,
}

/// What a check found.
pub(super) enum Finding {
    /// They fit, as long as their files are like this.
    Fit(Vec<(usize, FileStamp)>),
    /// A file is not what it should be.
    Damaged(usize, Damage),
    /// They do not fit while their files are like this, or their files change all the time.
    Unfit(Damage, Vec<(usize, FileStamp)>),
    /// Nothing can be said of them now.
    Unknown(DiskError),
}

impl Checker {
    /// Starts the thread, which hands in what it found.
    pub(in crate::disk) fn start(
        hashing: Hashing,
        hand_in: impl Fn(CheckedPieces) + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, tasks) = channel();
        let work = move || {
            // One piece at a time, in a pool that is made when there is something to do.
            if let Ok(first) = tasks.recv() {
                on_threads(1, move || work(first, tasks, hashing, hand_in));
            }
        };
        thread::Builder::new().name("check".into()).spawn(work)?;
        Ok(Self(sender))
    }

    /// Queues a task. What waits is bounded: a piece waits once, a journal is noted now and then.
    pub(in crate::disk) fn send(&self, task: Task) {
        // The thread ends only after this sender is gone.
        let _ = self.0.send(task);
    }
}

fn work(first: Task, tasks: Receiver<Task>, hashing: Hashing, hand_in: impl Fn(CheckedPieces)) {
    for task in iter::once(first).chain(tasks) {
        match task {
            Task::Check(task) => {
                let finding = task.find(hashing).unwrap_or_else(Finding::Unknown);
                let (layout, pieces) = (task.files.layout, task.pieces);
                hand_in(CheckedPieces { job: task.job, layout, pieces, finding });
            }
            // It is a hint: what is not in it is hashed again.
            Task::Note { path, identity, memory } => drop(journal::write(&path, &identity, &memory)),
        }
    }
}

impl ToCheck {
    fn find(&self, hashing: Hashing) -> Result<Finding, DiskError> {
        let mut last = Vec::new();
        for _ in 0..TRIES {
            let before = match self.rested_stamps()? {
                Ok(stamps) => stamps,
                Err((file, why)) => return Ok(Finding::Damaged(file, why)),
            };
            let report = self.hash(hashing)?;
            if self.stamps()?.is_ok_and(|after| after == before) {
                return Ok(judge(report, before));
            }
            last = before;
        }
        Ok(Finding::Unfit(Damage::Restless, last))
    }

    fn hash(&self, hashing: Hashing) -> Result<PieceReport, DiskError> {
        hash(
            &self.files,
            self.pieces,
            &*self.watch,
            Hashing { memory: hashing.memory.min(MEMORY), ..hashing },
        )
    }

    /// How the files of the pieces are, once that can tell whether they change again.
    fn rested_stamps(&self) -> Result<Stamps, DiskError> {
        let stamps = self.stamps()?;
        let rest =
            stamps.as_ref().map_or(Duration::ZERO, |stamps| rest(stamps.iter().map(|(_, stamp)| stamp)));
        if rest.is_zero() {
            return Ok(stamps);
        }
        thread::sleep(rest);
        self.stamps()
    }

    fn stamps(&self) -> Result<Stamps, DiskError> {
        let layout = self.files.layout.metainfo.layout();
        let folder = match Folder::open(&self.files.output) {
            Ok(folder) => folder,
            // Somebody took it away, with all that is in it.
            Err(error) if error.is_not_there() => {
                let first = layout.files_in(layout.bytes_of(self.pieces)).next();
                return first.map_or(Ok(Ok(Vec::new())), |file| Ok(Err((file, Damage::Missing))));
            }
            Err(error) => return Err(error),
        };
        let mut stamps = Vec::new();
        for file in layout.files_in(layout.bytes_of(self.pieces)) {
            match self.files.look(&folder, file)? {
                Ok(stamp) => stamps.push((file, stamp)),
                Err(why) => return Ok(Err((file, why))),
            }
        }
        Ok(Ok(stamps))
    }
}

/// How the files of some pieces are, or which of them is damaged.
type Stamps = Result<Vec<(usize, FileStamp)>, (usize, Damage)>;

fn judge(report: PieceReport, stamps: Vec<(usize, FileStamp)>) -> Finding {
    if let Some((file, error)) = report.unreadable.into_iter().next() {
        return Finding::Damaged(file, Damage::Unreadable(error));
    }
    match report.pieces.iter().all(|verdict| *verdict == Verdict::Good) {
        true => Finding::Fit(stamps),
        false => Finding::Unfit(Damage::Content, stamps),
    }
}

/// Hashes pieces that lie where they are offered, on all threads of the current pool.
pub(super) fn hash(
    files: &OfferedFiles,
    pieces: PieceRange,
    watch: &dyn Watch,
    hashing: Hashing,
) -> Result<PieceReport, DiskError> {
    let metainfo = &files.layout.metainfo;
    let extent =
        Extent { wants: &|_| true, fail_fast: false, known: &|_| None, file_hashes: false, io: Io::Auto };
    let job = HashJob {
        wanted: Wanted { sha1: metainfo.protocol().has_v1(), merkle: proves_by_v2(metainfo) },
        piece_length: metainfo.piece_length(),
        backend: hashing.backend,
        watch,
        memory: hashing.memory,
    };
    check_range(metainfo, &files.content()?, pieces, &extent, job).map_err(|error| match error {
        HashError::TooManyPieces(_) => DiskError::TooManyPieces,
        _ => DiskError::Stopped,
    })
}

/// How long files are to be left alone until another write would give them another stamp.
pub(super) fn rest<'s>(stamps: impl Iterator<Item = &'s FileStamp>) -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let rest = |stamp: &FileStamp| {
        let changed = stamp.changed;
        // FAT and some network file systems count in seconds, or in two of them.
        let tick = if changed % 1_000_000_000 == 0 { COARSE_TICK } else { TICK };
        let due = Duration::from_nanos(u64::try_from(changed).unwrap_or_default()) + tick;
        // A clock elsewhere may be ahead of ours.
        due.saturating_sub(now).min(tick)
    };
    stamps.map(rest).max().unwrap_or_default()
}

/// How often pieces are hashed whose files change meanwhile.
const TRIES: usize = 3;

/// Bytes in memory while a piece is hashed that somebody waits for.
const MEMORY: u64 = 8 << 20;

/// Linux stamps files by a clock that moves every 1 to 10 ms.
const TICK: Duration = Duration::from_millis(30);

/// The same where stamps are whole seconds.
const COARSE_TICK: Duration = Duration::from_millis(2100);
