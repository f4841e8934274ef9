//! Web seeds (BEP 19): ordinary web servers that have the files of a torrent.
//!
//! A request for a range of the torrent's bytes becomes one HTTP range request for each file in it. One thread works on it and hands
//! over block after block, each read straight into the pool. If a server sends whole files instead of ranges, its response stays open
//! for the next request.

mod body;
mod file_url;
mod range_request;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use swarm::WebJob;
use torrent_core::address::{Namer, Url};
use torrent_core::metainfo::Metainfo;

use crate::crew::Crew;
use crate::job_id::JobId;
use crate::mailbox::{Mailbox, ThreadAnswer};
use crate::pool::Pool;
use crate::rate::Bucket;
use crate::turn_queue::ServerStanding;
use body::Body;
use range_request::{Part, RangeRequest};
use web_client::{Client, WebAccess};

/// What is under way with web seeds.
pub(crate) struct WebSeedClients {
    crew: Crew,
    means: Means,
    mailbox: Mailbox,
    /// The requests that are not over.
    open: BTreeMap<(JobId, WebJob), Underway>,
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

/// A request that is not over.
pub(crate) struct Underway {
    pub(crate) web_seed: usize,
    /// It has given something.
    pub(crate) has_given: bool,
    stop: Arc<Stop>,
}

/// Whether a request is to end early.
type Stop = AtomicBool;

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
    /// Who named the web seed.
    pub(crate) namer: Namer,
    /// Whether it answered when it was asked last.
    pub(crate) standing: ServerStanding,
    pub(crate) metainfo: Arc<Metainfo>,
    /// Which bytes of the torrent, its files end to end: whole pieces.
    pub(crate) bytes: Range<u64>,
    /// Whole files may be sent: what is in front of the bytes is read over, and the response stays open for what follows.
    pub(crate) whole_files: bool,
}

impl WebSeedClients {
    pub(crate) fn new(means: Means, mailbox: &Mailbox) -> Self {
        let mailbox = mailbox.clone();
        let (crew, idle) = (Crew::new(THREADS), Idle::default());
        Self { crew, means, mailbox, open: BTreeMap::new(), idle }
    }

    /// Begins a request: blocks follow, then its end.
    pub(crate) fn get(&mut self, fetch: Fetch) {
        let stop = Arc::new(Stop::default());
        let underway = Underway { web_seed: fetch.web_seed, has_given: false, stop: Arc::clone(&stop) };
        self.open.insert((fetch.job, fetch.web_job), underway);
        let (means, mailbox, idle) = (self.means.clone(), self.mailbox.clone(), Arc::clone(&self.idle));
        self.crew.run(fetch.job, fetch.standing, move || {
            let (client, body) = take(&idle, &fetch);
            let mut client = client.unwrap_or_else(|| Client::new(&means.access, means.bind, None));
            let (job, web_job) = (fetch.job, fetch.web_job);
            // It has its turn: from now on its silence counts.
            mailbox.put(ThreadAnswer::WebSkipped { job, web_job, bytes: 0 });
            let mut request = RangeRequest::new(&fetch, &mut client, &means, &stop, body);
            let result = request.read(&mut |part| match part {
                Part::Block(block, data) => mailbox.put(ThreadAnswer::WebBlock { job, web_job, block, data }),
                Part::Skipped(bytes) => mailbox.put(ThreadAnswer::WebSkipped { job, web_job, bytes }),
            });
            let (ranges, body) = (request.ranges, request.body);
            keep(&idle, &fetch, &stop, client, body);
            mailbox.put(ThreadAnswer::WebEnded { job, web_job, ranges, result });
        });
    }

    /// Lets a request end early.
    pub(crate) fn cancel(&mut self, job: JobId, web_job: WebJob) {
        if let Some(underway) = self.open.get(&(job, web_job)) {
            underway.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Lets all requests of a torrent end early.
    pub(crate) fn cancel_all(&mut self, job: JobId) {
        let of_job = self.open.iter().filter(|((other, _), _)| *other == job);
        of_job.for_each(|(_, underway)| underway.stop.store(true, Ordering::Relaxed));
        lock(&self.idle).retain(|(other, _), _| *other != job);
    }

    /// A request that gives something.
    pub(crate) fn giving(&mut self, job: JobId, web_job: WebJob) -> Option<usize> {
        let underway = self.open.get_mut(&(job, web_job))?;
        underway.has_given = true;
        Some(underway.web_seed)
    }

    /// A request is over: what it was.
    pub(crate) fn ended(&mut self, job: JobId, web_job: WebJob) -> Option<Underway> {
        self.open.remove(&(job, web_job))
    }

    /// A torrent has gone.
    pub(crate) fn forget(&mut self, job: JobId) {
        self.cancel_all(job);
        self.crew.forget(job);
        self.open.retain(|(other, _), _| *other != job);
    }
}

impl Underway {
    /// Whether it was stopped, because nobody wanted it any more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What a request can go on with.
fn take(idle: &Idle, fetch: &Fetch) -> (Option<Client>, Option<Body>) {
    let mut idle = lock(idle);
    let Some(open) = idle.get_mut(&(fetch.job, fetch.web_seed)) else { return (None, None) };
    (open.clients.pop(), open.body.take_if(|_| fetch.whole_files))
}

/// Keeps what another request can go on with; nothing if the request was stopped, because the torrent may have ended.
fn keep(idle: &Idle, fetch: &Fetch, stop: &Stop, client: Client, body: Option<Body>) {
    let mut idle = lock(idle);
    if !stop.load(Ordering::Relaxed) {
        let open = idle.entry((fetch.job, fetch.web_seed)).or_default();
        open.clients.push(client);
        open.body = body.filter(Body::goes_on).or(open.body.take());
    }
}

/// No code that holds the lock can panic.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Requests to web seeds at a time, over all torrents.
const THREADS: usize = 16;
