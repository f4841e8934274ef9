//! The queue in which other threads leave their answers for the event loop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use mio::Waker;
use swarm::wire::BlockAddress;
use swarm::{Origin, TrackerId, WebError, WebJob};
use torrent_core::address::Namer;
use torrent_core::magnet::Peer;

use crate::disk;
use crate::hashed::Hashed;
use crate::job::Job;
use crate::job_id::JobId;
use crate::pool::Block;
use crate::record::RecordError;
use crate::trackers::{AnnounceResult, FoundAddresses, UdpAnnounce};

/// What threads have to say to the loop.
pub(crate) enum ThreadAnswer {
    /// A piece was hashed.
    Hashed(Hashed),
    /// The disk did something, or could not.
    Disk(disk::Answer),
    /// A tracker answered, or did not, to what this engine of the torrent asked.
    Announced { job: JobId, engine: u32, tracker: TrackerId, answer: AnnounceResult },
    /// The name of a UDP tracker was looked up, to which this announce of this engine goes.
    TrackerFound {
        job: JobId,
        engine: u32,
        tracker: TrackerId,
        announce: Box<UdpAnnounce>,
        found: FoundAddresses,
    },
    /// The torrent of a record was read, or cannot be.
    Opened { job: JobId, result: Box<Result<Job, RecordError>> },
    /// A tracker answered, or did not, to what was asked for a record.
    RecordAnnounced { job: JobId, tracker: TrackerId, answer: AnnounceResult },
    /// The name of a UDP tracker was looked up, to which this announce of a record goes.
    RecordTrackerFound { job: JobId, tracker: TrackerId, announce: Box<UdpAnnounce>, found: FoundAddresses },
    /// A web seed sent a block.
    WebBlock { job: JobId, web_job: WebJob, block: BlockAddress, data: Block },
    /// A web seed sent bytes in front of those that are wanted.
    WebSkipped { job: JobId, web_job: WebJob, bytes: u64 },
    /// A request to a web seed is over.
    WebEnded { job: JobId, web_job: WebJob, ranges: bool, result: Result<(), WebError> },
    /// Nodes of the DHT were looked up, which somebody named.
    Nodes { namer: Namer, node: Peer, addresses: Vec<SocketAddr> },
    /// Names of peers were looked up.
    Resolved { job: JobId, origin: Origin, addresses: Vec<SocketAddr>, unknown: Vec<String> },
}

/// The threads' side. Every sender has a bound of its own on what it leaves here.
#[derive(Clone)]
pub(crate) struct Mailbox {
    sender: Sender<ThreadAnswer>,
    bell: Arc<Bell>,
}

/// The loop's side.
pub(crate) struct Inbox {
    receiver: Receiver<ThreadAnswer>,
    bell: Arc<Bell>,
}

struct Bell {
    waker: Waker,
    /// It has rung, and the loop has not looked since: no need to ring again.
    has_rung: AtomicBool,
}

/// Both sides; `waker` wakes the loop.
pub(crate) fn mailbox(waker: Waker) -> (Mailbox, Inbox) {
    let (sender, receiver) = channel();
    let bell = Arc::new(Bell { waker, has_rung: AtomicBool::new(false) });
    (Mailbox { sender, bell: Arc::clone(&bell) }, Inbox { receiver, bell })
}

impl Mailbox {
    pub(crate) fn put(&self, answer: ThreadAnswer) {
        self.put_all(std::iter::once(answer));
    }

    /// Leaves several and wakes the loop once.
    pub(crate) fn put_all(&self, answers: impl Iterator<Item = ThreadAnswer>) {
        for answer in answers {
            // Fails if the loop is gone, and then nobody waits for the answer.
            let _ = self.sender.send(answer);
        }
        if !self.bell.has_rung.swap(true, Ordering::AcqRel) {
            // Fails only if the loop is gone too, or has been woken more often than a u64 can count.
            let _ = self.bell.waker.wake();
        }
    }
}

impl Inbox {
    /// All that is there now. To be read to its end: until then nobody rings again.
    pub(crate) fn take_all(&self) -> impl Iterator<Item = ThreadAnswer> {
        self.bell.has_rung.store(false, Ordering::Release);
        self.receiver.try_iter()
    }
}
