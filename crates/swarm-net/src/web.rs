//! Web seeds (BEP 19): ordinary web servers that have the files of a torrent.
//!
//! A request for bytes of the torrent's row becomes a request for a range of each file in it. A thread at a time works on it, and
//! hands over one block after the other, each read straight into the pool.

mod body;
mod place;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use swarm::address::{Namer, Url};
use swarm::{WebError, WebJob, blocks_of};
use torrent_core::layout::Span;
use torrent_core::metainfo::Metainfo;

use crate::crew::Crew;
use crate::http::Client;
use crate::job::JobId;
use crate::mailbox::{Answer, Mailbox};
use crate::pool::{Block, Pool};
use crate::rate::Bucket;
use body::Body;

/// What is under way with web seeds.
pub(crate) struct WebSeeds {
    crew: Crew,
    means: Means,
    mailbox: Mailbox,
    /// How to stop each request.
    stops: BTreeMap<(JobId, WebJob), Arc<AtomicBool>>,
    idle: Idle,
}

/// Clients that have nothing to do, with their open connections, by torrent and web seed.
type Idle = Arc<Mutex<BTreeMap<(JobId, usize), Vec<Client>>>>;

/// What requests work with.
#[derive(Clone)]
pub(crate) struct Means {
    pub(crate) pool: Pool,
    pub(crate) download: Bucket,
    /// Since when `download` counts.
    pub(crate) start: Instant,
    /// Which address of ours to use.
    pub(crate) bind: Option<IpAddr>,
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
}

impl WebSeeds {
    pub(crate) fn new(means: Means, mailbox: &Mailbox) -> Self {
        let mailbox = mailbox.clone();
        Self { crew: Crew::new(THREADS), means, mailbox, stops: BTreeMap::new(), idle: Idle::default() }
    }

    /// Begins a request: blocks follow, then its end.
    pub(crate) fn get(&mut self, fetch: Fetch) {
        let stop = Arc::new(AtomicBool::new(false));
        self.stops.insert((fetch.job, fetch.web_job), Arc::clone(&stop));
        let (means, mailbox, idle) = (self.means.clone(), self.mailbox.clone(), Arc::clone(&self.idle));
        self.crew.run(move || {
            let client = take(&idle, &fetch).unwrap_or_else(|| Client::new(means.bind, None));
            let (job, web_job) = (fetch.job, fetch.web_job);
            let getting = Getting { fetch: &fetch, client: &client, means: &means, stop: &stop };
            let result = getting.all(&mut |block, data| {
                mailbox.put(Answer::WebBlock { job, web_job, block, data });
            });
            lock(&idle).entry((job, fetch.web_seed)).or_default().push(client);
            mailbox.put(Answer::WebEnded { job, web_job, result });
        });
    }

    /// Lets a request end early.
    pub(crate) fn cancel(&mut self, job: JobId, web_job: WebJob) {
        if let Some(stop) = self.stops.get(&(job, web_job)) {
            stop.store(true, Ordering::Relaxed);
        }
    }

    /// Lets all requests of a torrent end early.
    pub(crate) fn cancel_all(&mut self, job: JobId) {
        let of_job = self.stops.iter().filter(|((other, _), _)| *other == job);
        of_job.for_each(|(_, stop)| stop.store(true, Ordering::Relaxed));
        lock(&self.idle).retain(|(other, _), _| *other != job);
    }

    /// A request is over.
    pub(crate) fn ended(&mut self, job: JobId, web_job: WebJob) {
        self.stops.remove(&(job, web_job));
    }
}

fn take(idle: &Idle, fetch: &Fetch) -> Option<Client> {
    lock(idle).get_mut(&(fetch.job, fetch.web_seed))?.pop()
}

/// No code that holds the lock can panic.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request at work.
struct Getting<'a> {
    fetch: &'a Fetch,
    client: &'a Client,
    means: &'a Means,
    stop: &'a AtomicBool,
}

impl Getting<'_> {
    /// Reads the row of bytes, cut into blocks.
    fn all(&self, hear: &mut dyn FnMut(swarm::wire::BlockAddress, Block)) -> Result<(), WebError> {
        let metainfo = &self.fetch.metainfo;
        let piece_length = metainfo.piece_length();
        let mut row = Row { getting: self, position: self.fetch.bytes.start, body: None };
        let first = self.fetch.bytes.start / piece_length;
        let last = self.fetch.bytes.end.div_ceil(piece_length);
        for piece in first..last {
            let piece = u32::try_from(piece).map_err(|_| WebError::Failed("no such piece".to_owned()))?;
            for address in blocks_of(metainfo, piece) {
                let length = address.length as usize;
                let mut block = self.block(length)?;
                row.seek(u64::from(piece) * piece_length + u64::from(address.offset));
                row.read(&mut block.memory()[..length])?;
                block.set_length(length);
                hear(address, block);
            }
        }
        Ok(())
    }

    /// A block of the pool, when there is one and the rate allows to fill it.
    fn block(&self, length: usize) -> Result<Block, WebError> {
        let Means { pool, download, start, .. } = self.means;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(WebError::Failed("not wanted any more".to_owned()));
            }
            if download.room(start.elapsed()) > 0
                && let Some(block) = pool.take()
            {
                download.take(length);
                return Ok(block);
            }
            thread::sleep(WAIT);
        }
    }
}

/// The row of bytes, read from front to back.
struct Row<'a> {
    getting: &'a Getting<'a>,
    position: u64,
    /// The file at the position.
    body: Option<Body>,
}

impl Row<'_> {
    /// Passes over bytes that nobody asks for: they are padding.
    fn seek(&mut self, position: u64) {
        if position != self.position {
            (self.position, self.body) = (position, None);
        }
    }

    fn read(&mut self, mut into: &mut [u8]) -> Result<(), WebError> {
        let metainfo = &self.getting.fetch.metainfo;
        let bytes = self.position..self.position + into.len() as u64;
        for span in metainfo.layout().spans(bytes) {
            let length = usize::try_from(span.length()).unwrap_or(usize::MAX).min(into.len());
            let (part, rest) = into.split_at_mut(length);
            match span {
                Span::Zeros { .. } => part.fill(0),
                Span::Content { file, offset, .. } => self.read_file(file, offset, part)?,
            }
            self.position += length as u64;
            into = rest;
        }
        Ok(())
    }

    fn read_file(&mut self, file: usize, offset: u64, into: &mut [u8]) -> Result<(), WebError> {
        let Getting { fetch, client, .. } = self.getting;
        if self.body.as_ref().is_none_or(|body| !body.stands_at(file, offset)) {
            self.body = Some(Body::open(fetch, client, file, offset)?);
        }
        self.body.as_mut().map_or(Ok(()), |body| body.read(into))
    }
}

/// Requests to web seeds at a time.
const THREADS: usize = 4;

/// How often an empty pool or bucket is looked at.
const WAIT: Duration = Duration::from_millis(5);
