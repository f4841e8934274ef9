//! The thread that owns all storages, and the one that prepares them.

mod offers;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use piece_hash::Sha256Digest;
use swarm::wire::BlockAddress;
use torrent_core::layout::PieceIndex;

use super::buffers::{Buffer, Buffers};
use super::claims::Claims;
use super::error::DiskError;
use super::flusher::Flusher;
use super::hashing::Hashing;
use super::offered::{self, CheckedPieces, Checker, Looked, OfferedStorage};
use super::open_files::OpenFiles;
use super::prepare::prepare;
use super::prepare_queue::PrepareQueue;
use super::request::{Answer, Request, StorageParams};
use super::settled::SettledStorage;
use super::storage::Storage;
use crate::job_id::JobId;
use crate::pool::Block;

/// A disk at work. Dropped, it saves what was written and ends.
pub struct Disk {
    requests: Option<SyncSender<Work>>,
    thread: Option<JoinHandle<()>>,
    cached: Box<ReadCached>,
}

type ReadCached = dyn Fn(JobId, &[BlockAddress]) -> Option<Buffer> + Send;

enum Work {
    Asked(Request),
    Prepared(JobId, Result<Prepared, DiskError>),
    Checked(CheckedPieces),
}

/// What was found in a torrent's place.
enum Prepared {
    ToFetch(Box<Storage>, swarm::Torrent, Vec<String>),
    ToOffer(Looked),
}

impl Disk {
    /// Starts the threads. `answer` is called from them, and must not wait for the caller of [`send`](Self::send).
    ///
    /// # Errors
    /// A thread cannot be started.
    pub fn start(hashing: Hashing, answer: impl FnMut(Answer) + Send + 'static) -> io::Result<Self> {
        let (requests, queue) = mpsc::sync_channel(QUEUE);
        let (to_check, checked) = mpsc::channel();
        let prepared = requests.clone();
        thread::Builder::new()
            .name("prepare".into())
            .spawn(move || prepare_all(&checked, &prepared, hashing))?;
        let checked = requests.clone();
        // Fails only if the worker is gone.
        let hand_in = move |pieces| drop(checked.send(Work::Checked(pieces)));
        let checker = Checker::start(hashing, hand_in)?;
        let (open, flusher) = (OpenFiles::default(), Flusher::start()?);
        let worker = Arc::new(Mutex::new(Worker {
            to_prepare: PrepareQueue::new(to_check),
            storages: BTreeMap::new(),
            fresh: BTreeSet::new(),
            open,
            buffers: Buffers::default(),
            flusher,
            checker,
            answer,
        }));
        let shared = Arc::clone(&worker);
        let thread =
            thread::Builder::new().name("disk".into()).spawn(move || Worker::run(&worker, &queue))?;
        let cached = move |job, blocks: &[BlockAddress]| shared.try_lock().ok()?.read_cached(job, blocks);
        Ok(Self { requests: Some(requests), thread: Some(thread), cached: Box::new(cached) })
    }

    /// Blocks of a torrent that is only read any more, if the page cache has them and the thread is idle: to read them here costs less than
    /// to wake it, to be woken by it, and to take the bytes from the cache of another core. Whoever gets none is to ask with
    /// [`send`](Self::send).
    pub fn read_cached(&self, job: JobId, blocks: &[BlockAddress]) -> Option<Buffer> {
        (self.cached)(job, blocks)
    }

    /// Queues a request. Waits only if thousands are queued, which a bounded pool of blocks does not come to.
    pub fn send(&self, request: Request) {
        if let Some(requests) = &self.requests {
            // The worker ends only after this sender is gone.
            let _ = requests.send(Work::Asked(request));
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.send(Request::End);
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A worker that panicked has nothing more to save.
            let _ = thread.join();
        }
    }
}

/// Prepares what comes, and forgets whose names are given back.
fn prepare_all(
    to_check: &Receiver<(JobId, Option<StorageParams>)>,
    prepared: &SyncSender<Work>,
    hashing: Hashing,
) {
    let mut claims = Claims::default();
    while let Ok((job, params)) = to_check.recv() {
        let Some(params) = params else {
            claims.forget(job);
            continue;
        };
        let result = match &params.offer {
            // Nothing is written, so others may have the same names.
            Some(offer) => offered::look(job, &params, offer, hashing).map(Prepared::ToOffer),
            None => prepare(job, &params, hashing, &mut claims)
                .map(|(storage, torrent, warnings)| Prepared::ToFetch(Box::new(storage), torrent, warnings)),
        };
        if prepared.send(Work::Prepared(job, result)).is_err() {
            return;
        }
    }
}

struct Worker<A> {
    to_prepare: PrepareQueue<StorageParams>,
    storages: BTreeMap<JobId, State>,
    /// Those that have something to save, or to look at again: what is at rest is not looked at.
    fresh: BTreeSet<JobId>,
    open: OpenFiles,
    /// For what is read.
    buffers: Buffers,
    flusher: Flusher,
    /// Checks what is offered when it is first asked for.
    checker: Checker,
    answer: A,
}

/// A job that has not ended.
enum State {
    Preparing {
        closed: bool,
    },
    Ready {
        storage: Box<Storage>,
        saved: Instant,
        is_complete: bool,
        is_unread_told: bool,
    },
    /// It is complete.
    Settled {
        storage: SettledStorage,
        is_unread_told: bool,
    },
    /// It is only read.
    Offered {
        storage: Box<OfferedStorage>,
        is_unread_told: bool,
    },
}

impl State {
    fn ready(storage: Box<Storage>) -> Self {
        Self::Ready { storage, saved: Instant::now(), is_complete: false, is_unread_told: false }
    }
}

type Piece = (PieceIndex, Vec<Block>, Option<Sha256Digest>);

impl<A: FnMut(Answer)> Worker<A> {
    fn run(this: &Mutex<Self>, queue: &Receiver<Work>) {
        // Who panicked while it was locked was the loop, and that has ended.
        let lock = || this.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let patience = lock().patience();
            let first = match queue.recv_timeout(patience) {
                Ok(work) => Some(work),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let batch: Vec<Work> = first.into_iter().chain(queue.try_iter().take(BATCH)).collect();
            let mut worker = lock();
            if worker.work(batch) {
                break;
            }
            worker.save_those_due();
        }
        let mut worker = lock();
        let jobs: Vec<JobId> = worker.storages.keys().copied().collect();
        jobs.into_iter().for_each(|job| worker.close(job));
    }

    /// How long nothing needs to be done.
    fn patience(&self) -> Duration {
        let due = self.fresh.iter().filter_map(|job| match self.storages.get(job)? {
            State::Ready { saved, .. } => Some(*saved + CHECKPOINT_EVERY),
            State::Offered { storage, .. } => storage.due(),
            _ => None,
        });
        due.min().map_or(IDLE, |due| due.saturating_duration_since(Instant::now()))
    }

    /// Reads first, because somebody waits for them; then writes, in the order of the disk; then the rest. Says
    /// whether it is over.
    fn work(&mut self, batch: Vec<Work>) -> bool {
        let mut writes: BTreeMap<JobId, Vec<Piece>> = BTreeMap::new();
        let mut others = Vec::new();
        for work in batch {
            match work {
                Work::Asked(Request::Write { job, piece, blocks, merkle }) => {
                    writes.entry(job).or_default().push((piece, blocks, merkle));
                }
                Work::Asked(Request::Read { job, connection, blocks }) => self.read(job, connection, blocks),
                other => others.push(other),
            }
        }
        writes.into_iter().for_each(|(job, pieces)| self.write(job, pieces));
        others.into_iter().any(|work| self.other(work))
    }

    fn other(&mut self, work: Work) -> bool {
        match work {
            Work::Asked(Request::Prepare { job, params }) => {
                self.storages.insert(job, State::Preparing { closed: false });
                self.to_prepare.push(job, params);
            }
            Work::Asked(Request::Forget { job }) => self.to_prepare.forget(job),
            Work::Asked(Request::Rest { job }) => self.rest(job),
            Work::Asked(Request::Close { job }) => self.close(job),
            Work::Asked(Request::End) => return true,
            Work::Prepared(job, result) => self.prepared(job, result),
            Work::Checked(pieces) => self.checked(pieces),
            Work::Asked(Request::Write { .. } | Request::Read { .. }) => {}
        }
        false
    }

    fn prepared(&mut self, job: JobId, result: Result<Prepared, DiskError>) {
        self.to_prepare.done();
        let is_closed = matches!(self.storages.get(&job), Some(State::Preparing { closed: true }));
        match result {
            Ok(prepared) => match prepared {
                Prepared::ToFetch(storage, torrent, warnings) => {
                    self.storages.insert(job, State::ready(storage));
                    if is_closed {
                        return self.close(job);
                    }
                    (self.answer)(Answer::Prepared { job, torrent, warnings });
                    self.note_fresh(job);
                    self.complete_if_whole(job);
                }
                Prepared::ToOffer(..) if is_closed => {
                    self.storages.remove(&job);
                    (self.answer)(Answer::Closed { job });
                }
                Prepared::ToOffer(looked) => self.offer(job, looked),
            },
            Err(_) if is_closed => {
                self.storages.remove(&job);
                (self.answer)(Answer::Closed { job });
            }
            Err(error) => {
                self.storages.remove(&job);
                (self.answer)(Answer::Failed { job, error });
            }
        }
    }

    fn write(&mut self, job: JobId, mut pieces: Vec<Piece>) {
        let Some(State::Ready { storage, .. }) = self.storages.get_mut(&job) else { return };
        pieces.sort_unstable_by_key(|(piece, _, _)| *piece);
        let written = storage.write(&mut self.open, &pieces).and_then(|()| storage.flush(&self.flusher));
        if let Err(error) = written {
            return self.fail(job, error);
        }
        for (piece, blocks, _) in pieces {
            // The memory is free before anybody hears of it.
            drop(blocks);
            (self.answer)(Answer::Written { job, piece });
        }
        self.note_fresh(job);
        self.complete_if_whole(job);
    }

    /// Takes note of whether a job has something to save.
    fn note_fresh(&mut self, job: JobId) {
        match self.storages.get(&job) {
            Some(State::Ready { storage, .. }) if storage.is_fresh() => self.fresh.insert(job),
            Some(State::Offered { storage, .. }) if storage.due().is_some() => self.fresh.insert(job),
            _ => self.fresh.remove(&job),
        };
    }

    fn complete_if_whole(&mut self, job: JobId) {
        let Some(State::Ready { storage, is_complete, .. }) = self.storages.get_mut(&job) else { return };
        if *is_complete || !storage.is_complete() {
            return;
        }
        *is_complete = true;
        match storage.flush(&self.flusher).and_then(|()| storage.complete(&mut self.open)) {
            Ok(()) => {
                let settled = storage.settled();
                let is_settled = settled.is_some();
                let state = |storage| State::Settled { storage, is_unread_told: false };
                settled.into_iter().for_each(|storage| drop(self.storages.insert(job, state(storage))));
                (self.answer)(Answer::Completed { job, is_settled });
            }
            Err(error) => self.fail(job, error),
        }
        self.note_fresh(job);
    }

    fn read(&mut self, job: JobId, connection: swarm::ConnectionId, blocks: Vec<BlockAddress>) {
        if let Some(State::Offered { .. }) = self.storages.get(&job) {
            return self.read_offered(job, connection, blocks);
        }
        let mut bytes = self.buffers.take(blocks.iter().map(|block| block.bytes()).sum());
        let (read, is_unread_told) = match self.storages.get_mut(&job) {
            Some(State::Ready { storage, is_unread_told, .. }) => {
                (storage.read(&mut self.open, &blocks, &mut bytes), is_unread_told)
            }
            Some(State::Settled { storage, is_unread_told }) => {
                (storage.read(&mut self.open, &blocks, &mut bytes), is_unread_told)
            }
            Some(State::Offered { .. } | State::Preparing { .. }) | None => return,
        };
        match read {
            Ok(()) => (self.answer)(Answer::Read { job, connection, blocks, bytes }),
            Err(error) => {
                let error = (!std::mem::replace(is_unread_told, true)).then_some(error);
                (self.answer)(Answer::Unread { job, connection, blocks, error });
            }
        }
    }

    /// Blocks of what is only read any more, if that waits for nothing.
    fn read_cached(&mut self, job: JobId, blocks: &[BlockAddress]) -> Option<Buffer> {
        let mut bytes = self.buffers.take(blocks.iter().map(|block| block.bytes()).sum());
        let read = match self.storages.get(&job)? {
            State::Settled { storage, .. } => storage.read_cached(&mut self.open, blocks, &mut bytes),
            State::Offered { storage, .. } => storage.read_cached(&mut self.open, blocks, &mut bytes),
            State::Preparing { .. } | State::Ready { .. } => return None,
        };
        read.ok().map(|()| bytes)
    }

    fn save_those_due(&mut self) {
        let now = Instant::now();
        let mut failed = Vec::new();
        for job in self.fresh.clone() {
            self.note_offer_if_due(job, now);
            self.look_again_if_due(job, now);
            let Some(State::Ready { storage, saved, .. }) = self.storages.get_mut(&job) else { continue };
            if storage.is_full() || now >= *saved + CHECKPOINT_EVERY {
                let flushed = storage.flush(&self.flusher);
                let result = flushed.and_then(|()| storage.checkpoint(&mut self.open));
                *saved = Instant::now();
                failed.extend(result.err().map(|error| (job, error)));
                self.note_fresh(job);
            }
        }
        failed.into_iter().for_each(|(job, error)| self.fail(job, error));
    }

    fn rest(&mut self, job: JobId) {
        let rested = match self.storages.get_mut(&job) {
            Some(State::Ready { storage, .. }) => {
                let flushed = storage.flush(&self.flusher);
                flushed.and_then(|()| storage.rest(&mut self.open))
            }
            Some(State::Settled { storage, .. }) => {
                self.open.forget(job);
                Ok(storage.torrent())
            }
            Some(State::Offered { storage, .. }) => {
                self.open.forget(job);
                storage.rest();
                Ok(storage.torrent())
            }
            Some(State::Preparing { .. }) | None => return,
        };
        match rested {
            Ok(torrent) => (self.answer)(Answer::Rested { job, torrent }),
            Err(error) => self.fail(job, error),
        }
    }

    fn close(&mut self, job: JobId) {
        self.fresh.remove(&job);
        match self.storages.remove(&job) {
            Some(State::Ready { mut storage, .. }) => {
                let flushed = storage.flush(&self.flusher);
                if let Err(error) = flushed.and_then(|()| storage.close(&mut self.open)) {
                    self.open.forget(job);
                    (self.answer)(Answer::Failed { job, error });
                }
                (self.answer)(Answer::Closed { job });
            }
            Some(State::Preparing { .. }) if self.to_prepare.take_back(job) => {
                (self.answer)(Answer::Closed { job });
            }
            Some(State::Preparing { .. }) => {
                self.storages.insert(job, State::Preparing { closed: true });
            }
            Some(State::Settled { .. }) => {
                self.open.forget(job);
                (self.answer)(Answer::Closed { job });
            }
            Some(State::Offered { mut storage, .. }) => {
                self.open.forget(job);
                storage.rest();
                (self.answer)(Answer::Closed { job });
            }
            None => (self.answer)(Answer::Closed { job }),
        }
    }

    /// Saves what can be saved; that this may fail as well is no news.
    fn fail(&mut self, job: JobId, error: DiskError) {
        self.fresh.remove(&job);
        if let Some(State::Ready { storage, .. }) = self.storages.remove(&job) {
            let _ = storage.close(&mut self.open);
        }
        self.open.forget(job);
        (self.answer)(Answer::Failed { job, error });
    }
}

/// Requests that wait.
const QUEUE: usize = 8192;
/// Requests that are looked at together.
const BATCH: usize = 512;
/// What a loss of power may cost, beside what `Storage::is_full` says.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);
/// With nothing to save there is nothing to wake up for.
const IDLE: Duration = Duration::from_secs(3600);
