//! A torrent as little more than its name: what is kept of one that sleeps in a session until somebody asks for it.
//!
//! Its names and piece hashes are in its .torrent, which is read again when it wakes. Thousands are read by a few threads
//! ([`RecordReader::read_all`]), and of each nothing is kept but the record.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

use piece_hash::{Sha1Digest, Sha256Digest};
use serve::site::Entry;
use torrent_core::address::Namer;
use torrent_core::metainfo::{Metainfo, ReadError, open_torrent};

use crate::job::{Job, Source};
use crate::named::{Named, asks_dht, is_public, named, tiers, urls_of};
use crate::tables::tables;

/// A torrent that can be [added asleep](crate::Session::add_asleep).
#[derive(Debug)]
pub struct TorrentRecord {
    from: RecordSource,
    info_hash_v1: Option<Sha1Digest>,
    info_hash_v2: Option<Sha256Digest>,
    /// Bytes that its tables take while it is awake.
    tables: u64,
    trackers: TrackerNames,
    /// The DHT may hear of it: if it is public, that of all the world.
    is_for_dht: bool,
    is_public: bool,
    /// Nobody but its trackers may hear of it (BEP 27).
    is_private: bool,
    /// What lists say of it; kept elsewhere, too.
    entry: Option<Box<Entry>>,
}

/// Trackers by tier (BEP 12), and who named each.
pub(crate) type TrackerNames = Vec<Vec<(String, Namer)>>;

/// Where the torrent is when it is to wake.
#[derive(Clone, Debug)]
enum RecordSource {
    File { path: Box<Path>, reader: Arc<RecordReader> },
    Memory(Box<Job>),
}

/// What is to be done with the torrent that a file holds, or why it is not offered.
pub type MakeJob = dyn Fn(&Path, Arc<Metainfo>) -> Result<Job, String> + Send + Sync;

/// Reads .torrent files, when they are added and when they wake.
pub struct RecordReader {
    /// Bytes that a .torrent may have.
    pub max_size: u64,
    /// Bytes of memory that its list of files may take.
    pub memory: u64,
    /// Makes its job: the same whenever it is asked.
    pub make: Box<MakeJob>,
}

/// Why a file gives no record, or a record no torrent.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The .torrent cannot be read, or is not acceptable.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is not to be offered, in words of [`RecordReader::make`].
    #[error("{0}")]
    Unwanted(String),
    /// It was replaced since its record was made.
    #[error("it holds another torrent than before")]
    Replaced,
}

impl std::fmt::Debug for RecordReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordReader").field("max_size", &self.max_size).finish_non_exhaustive()
    }
}

impl RecordReader {
    /// Reads a .torrent, of which nothing is kept but its record.
    ///
    /// # Errors
    /// It cannot be read, is not acceptable, or not to be offered.
    pub fn read(self: &Arc<Self>, path: &Path) -> Result<TorrentRecord, RecordError> {
        let (metainfo, job) = self.open(path)?;
        Ok(TorrentRecord::new(&metainfo, &job, |_| self.source(path)))
    }

    /// The record of a .torrent that the caller has read itself, and for which it has made this `job`.
    pub fn record(self: &Arc<Self>, path: &Path, job: &Job) -> Option<TorrentRecord> {
        let Source::Torrent(metainfo) = &job.source else { return None };
        Some(TorrentRecord::new(metainfo, job, |_| self.source(path)))
    }

    fn source(self: &Arc<Self>, path: &Path) -> RecordSource {
        RecordSource::File { path: path.into(), reader: Arc::clone(self) }
    }

    /// Reads many with some threads, and gives what came of each, in no order.
    pub fn read_all(
        self: &Arc<Self>,
        paths: Vec<PathBuf>,
        threads: usize,
    ) -> impl Iterator<Item = (PathBuf, Result<TorrentRecord, RecordError>)> + use<> {
        let (sender, receiver) = sync_channel(AHEAD);
        let (paths, next) = (Arc::new(paths), Arc::<AtomicUsize>::default());
        for _ in 0..threads.max(1) {
            let (reader, sender) = (Arc::clone(self), sender.clone());
            let (paths, next) = (Arc::clone(&paths), Arc::clone(&next));
            let work = move || {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Fails if nobody wants the rest.
                    if sender.send((path.clone(), reader.read(path))).is_err() {
                        return;
                    }
                }
            };
            // Those that there are do the work of others; without any, it is done when they would be waited for.
            let _ = thread::Builder::new().spawn(work);
        }
        drop(sender);
        let reader = Arc::clone(self);
        let unread = move || {
            let path = paths.get(next.fetch_add(1, Ordering::Relaxed))?;
            Some((path.clone(), reader.read(path)))
        };
        receiver.into_iter().chain(std::iter::from_fn(unread))
    }

    fn open(&self, path: &Path) -> Result<(Arc<Metainfo>, Job), RecordError> {
        let bytes = open_torrent(path, self.max_size)?;
        let parsed = Metainfo::parse_within(bytes, self.memory).map_err(ReadError::from)?;
        let metainfo = Arc::new(parsed.metainfo);
        let job = (self.make)(path, Arc::clone(&metainfo)).map_err(RecordError::Unwanted)?;
        Ok((metainfo, job))
    }
}

impl TorrentRecord {
    /// A record of a job whose torrent is in no file, so that it stays in memory; `None` if the torrent is not known.
    pub fn in_memory(job: Job) -> Option<Self> {
        let Source::Torrent(metainfo) = &job.source else { return None };
        let metainfo = Arc::clone(metainfo);
        Some(Self::new(&metainfo, &job, |job| RecordSource::Memory(Box::new(job.clone()))))
    }

    fn new(metainfo: &Metainfo, job: &Job, from: impl FnOnce(&Job) -> RecordSource) -> Self {
        let trackers = named(job, &job.trackers, urls_of(job).0);
        let name = |tracker: &Named| (tracker.text.clone(), tracker.namer);
        let is_private = metainfo.private() == Some(true);
        Self {
            from: from(job),
            info_hash_v1: metainfo.info_hash_v1(),
            info_hash_v2: metainfo.info_hash_v2(),
            tables: tables(metainfo, &job.destination.of(metainfo).1),
            trackers: tiers(job, &trackers).iter().map(|tier| tier.iter().map(name).collect()).collect(),
            is_for_dht: !is_private && asks_dht(job),
            is_public: is_public(job),
            is_private,
            entry: Some(Box::new(Entry::of(metainfo))),
        }
    }

    /// The info hashes that a handshake may have: v1, or the first 20 bytes of v2.
    pub(crate) fn short_hashes(&self) -> impl Iterator<Item = [u8; 20]> + use<> {
        self.info_hash_v1.into_iter().chain(self.info_hash_v2.and_then(|hash| hash.first_chunk().copied()))
    }

    /// Bytes that its tables take while it is awake.
    pub(crate) fn tables(&self) -> u64 {
        self.tables
    }

    /// Whether the DHT may hear of it.
    pub(crate) fn is_for_dht(&self) -> bool {
        self.is_for_dht
    }

    /// Whether all the world may.
    pub(crate) fn is_public(&self) -> bool {
        self.is_public
    }

    /// Whether nobody but its trackers may (BEP 27).
    pub(crate) fn is_private(&self) -> bool {
        self.is_private
    }

    /// Its trackers, which are kept elsewhere from then on.
    pub(crate) fn take_trackers(&mut self) -> TrackerNames {
        std::mem::take(&mut self.trackers)
    }

    /// What lists say of it, which is kept elsewhere from then on.
    pub(crate) fn take_entry(&mut self) -> Option<Box<Entry>> {
        self.entry.take()
    }

    /// What makes its job again. That takes its time: a file is read.
    pub(crate) fn opener(&self) -> impl FnOnce() -> Result<Job, RecordError> + Send + use<> {
        let (from, hashes) = (self.from.clone(), (self.info_hash_v1, self.info_hash_v2));
        move || match from {
            RecordSource::Memory(job) => Ok(*job),
            RecordSource::File { path, reader } => {
                let (metainfo, job) = reader.open(&path)?;
                let is_same = (metainfo.info_hash_v1(), metainfo.info_hash_v2()) == hashes;
                if is_same { Ok(job) } else { Err(RecordError::Replaced) }
            }
        }
    }
}

/// Records that are read before somebody takes them.
const AHEAD: usize = 64;
