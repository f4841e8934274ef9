//! Web seeds (BEP 19): ordinary web servers that have the files of a torrent.
//!
//! A request for a range of the torrent's bytes becomes one HTTP range request for each file in it. One thread works on it and hands
//! over block after block, each read straight into the pool. If a server sends whole files instead of ranges, its response stays open
//! for the next request.

mod body;
mod place;
mod row;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::Instant;

use swarm::WebJob;
use swarm::address::{Namer, Url};
use torrent_core::metainfo::Metainfo;

use crate::crew::Crew;
use crate::http::{Client, WebAccess};
use crate::job_id::JobId;
use crate::mailbox::{Answer, Mailbox};
use crate::pool::Pool;
use crate::rate::Bucket;
use body::Body;
use row::{Part, Row};

/// What is under way with web seeds.
pub(crate) struct WebSeeds {
    crew: Crew,
    means: Means,
    mailbox: Mailbox,
    /// How to rein in each request.
    reins: BTreeMap<(JobId, WebJob), Arc<Reins>>,
    /// Requests that gave a piece and wait.
    held: BTreeSet<(JobId, WebJob)>,
    idle: Idle,
}

/// What stays open between requests, by torrent and web seed.
type Idle = Arc<Mutex<BTreeMap<(JobId, usize), Open>>>;

/// What stays open of a web seed.
#[derive(Default)]
struct Open {
    /// Those that have nothing to do, with their open connections.
    clients: Vec<Client>,
    /// A file that has not been read to its end.
    body: Option<Body>,
}

/// What a request obeys while it works.
#[derive(Default)]
pub(crate) struct Reins {
    /// It is to end.
    stop: AtomicBool,
    /// It has given a piece that is not written, and is to read no more.
    hold: AtomicBool,
    /// Where it works, once it has its turn.
    thread: OnceLock<Thread>,
}

/// What requests work with.
#[derive(Clone)]
pub(crate) struct Means {
    pub(crate) pool: Pool,
    pub(crate) download: Bucket,
    /// Since when `download` counts.
    pub(crate) start: Instant,
    /// Which address of ours to use.
    pub(crate) bind: Option<IpAddr>,
    pub(crate) access: WebAccess,
}

/// A request to a web seed.
pub(crate) struct Fetch {
    pub(crate) job: JobId,
    pub(crate) web_job: WebJob,
    pub(crate) web_seed: usize,
    pub(crate) url: Url,
    /// Who named it.
    pub(crate) namer: Namer,
    pub(crate) metainfo: Arc<Metainfo>,
    /// Which bytes of the row: whole pieces.
    pub(crate) bytes: Range<u64>,
    /// Of the files, all that follows may be sent, and all that is in front.
    pub(crate) whole_files: bool,
}

impl WebSeeds {
    pub(crate) fn new(means: Means, mailbox: &Mailbox) -> Self {
        let mailbox = mailbox.clone();
        Self {
            crew: Crew::new(THREADS),
            means,
            mailbox,
            reins: BTreeMap::new(),
            held: BTreeSet::new(),
            idle: Idle::default(),
        }
    }

    /// Begins a request: blocks follow, then its end.
    pub(crate) fn get(&mut self, fetch: Fetch) {
        let reins = Arc::new(Reins::default());
        self.reins.insert((fetch.job, fetch.web_job), Arc::clone(&reins));
        let (means, mailbox, idle) = (self.means.clone(), self.mailbox.clone(), Arc::clone(&self.idle));
        self.crew.run(move || {
            reins.begin();
            let (client, body) = take(&idle, &fetch);
            let client = client.unwrap_or_else(|| Client::new(&means.access, means.bind, None));
            let (job, web_job) = (fetch.job, fetch.web_job);
            // It has its turn: from now on its silence counts.
            mailbox.put(Answer::WebSkipped { job, web_job, bytes: 0 });
            let mut row = Row::new(&fetch, &client, &means, &reins, body);
            let result = row.read(&mut |part| match part {
                Part::Block(block, data) => mailbox.put(Answer::WebBlock { job, web_job, block, data }),
                Part::Piece => {
                    reins.hold.store(true, Ordering::Release);
                    mailbox.put(Answer::WebPiece { job, web_job });
                }
                Part::Skipped(bytes) => mailbox.put(Answer::WebSkipped { job, web_job, bytes }),
            });
            let (ranges, body) = (row.ranges, row.body);
            keep(&idle, &fetch, &reins, client, body);
            mailbox.put(Answer::WebEnded { job, web_job, ranges, result });
        });
    }

    /// Lets a request end early.
    pub(crate) fn cancel(&mut self, job: JobId, web_job: WebJob) {
        if let Some(reins) = self.reins.get(&(job, web_job)) {
            reins.stop.store(true, Ordering::Relaxed);
        }
    }

    /// A request has given all of a piece, and waits.
    pub(crate) fn gave_piece(&mut self, job: JobId, web_job: WebJob) {
        self.held.insert((job, web_job));
    }

    /// Lets those requests go on that wait and of which `may_go_on` says so.
    pub(crate) fn release(&mut self, may_go_on: impl Fn(JobId, WebJob) -> bool) {
        let Self { held, reins, .. } = self;
        held.retain(|name| {
            let stays = !may_go_on(name.0, name.1);
            reins.get(name).filter(|_| !stays).into_iter().for_each(|reins| reins.release());
            stays
        });
    }

    /// Lets all requests of a torrent end early.
    pub(crate) fn cancel_all(&mut self, job: JobId) {
        self.of_job(job).for_each(|reins| reins.stop.store(true, Ordering::Relaxed));
        lock(&self.idle).retain(|(other, _), _| *other != job);
    }

    /// A request is over.
    pub(crate) fn ended(&mut self, job: JobId, web_job: WebJob) {
        self.reins.remove(&(job, web_job));
        self.held.remove(&(job, web_job));
    }

    fn of_job(&self, job: JobId) -> impl Iterator<Item = &Arc<Reins>> {
        self.reins.iter().filter(move |((other, _), _)| *other == job).map(|(_, reins)| reins)
    }
}

impl Reins {
    /// The thread that calls works on the request.
    fn begin(&self) {
        // Fails only if it has begun before.
        let _ = self.thread.set(thread::current());
    }

    /// It may go on.
    fn release(&self) {
        self.hold.store(false, Ordering::Release);
        self.thread.get().into_iter().for_each(Thread::unpark);
    }
}

/// What a request can go on with.
fn take(idle: &Idle, fetch: &Fetch) -> (Option<Client>, Option<Body>) {
    let mut idle = lock(idle);
    let Some(open) = idle.get_mut(&(fetch.job, fetch.web_seed)) else { return (None, None) };
    (open.clients.pop(), open.body.take_if(|_| fetch.whole_files))
}

/// Keeps what another request can go on with; nothing if the request was stopped, because the torrent may have ended.
fn keep(idle: &Idle, fetch: &Fetch, reins: &Reins, client: Client, body: Option<Body>) {
    let mut idle = lock(idle);
    if !reins.stop.load(Ordering::Relaxed) {
        let open = idle.entry((fetch.job, fetch.web_seed)).or_default();
        open.clients.push(client);
        open.body = body.filter(Body::goes_on).or(open.body.take());
    }
}

/// No code that holds the lock can panic.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Requests to web seeds at a time.
const THREADS: usize = 4;
