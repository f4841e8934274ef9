//! A visitor: a client of HTTP at the peer port.

use std::net::SocketAddr;
use std::ops::Range;

use serve::http::{Conversation, Request};
use swarm::Time;

use super::outgoing::Outgoing;
use crate::job_id::JobId;
use crate::transport::Stream;

/// A client of HTTP, and how far its answer has come.
pub(super) struct Visitor {
    pub(super) address: SocketAddr,
    pub(super) stream: Stream,
    pub(super) conversation: Conversation,
    pub(super) outgoing: Outgoing,
    /// Which bytes of which torrent belong to the answer and have not been asked of the disk.
    pub(super) content: Option<(JobId, Range<u64>)>,
    /// Whose content the answer is.
    pub(super) given: Option<JobId>,
    /// Bytes that the disk was asked for and has not read.
    pub(super) reading: usize,
    /// It sends nothing more, but may read.
    pub(super) has_ended: bool,
    /// What waits until a torrent can be read, and until when it does.
    pub(super) awaits: Option<(Request, Time)>,
    /// Since when it is to take bytes, and how many it has taken since then.
    pub(super) pace: (Time, usize),
    /// It gets nothing more; what it still sends is thrown away until then, so that it can read our last answer.
    pub(super) leaves: Option<Time>,
}

impl Visitor {
    pub(super) fn new(address: SocketAddr, stream: Stream, now: Time) -> Self {
        Self {
            address,
            stream,
            conversation: Conversation::new(now),
            outgoing: Outgoing::default(),
            content: None,
            given: None,
            has_ended: false,
            reading: 0,
            awaits: None,
            pace: (now, 0),
            leaves: None,
        }
    }

    /// Whether all of an answer is with the system.
    pub(super) fn has_all(&self) -> bool {
        self.outgoing.is_empty() && self.content.is_none() && self.reading == 0 && self.awaits.is_none()
    }

    /// Whether content of a torrent is on its way to it.
    pub(super) fn is_given(&self, job: JobId) -> bool {
        self.given == Some(job) && self.conversation.is_answering()
    }

    /// Whether it takes so little that its place is for another. Who waits for us takes its time for nothing.
    pub(super) fn is_too_slow(&mut self, now: Time) -> bool {
        let (since, taken) = self.pace;
        if self.outgoing.is_empty() {
            self.pace = (now, 0);
        } else if now >= since + WINDOW {
            self.pace = (now, 0);
            return taken < LEAST;
        }
        false
    }
}

/// Over so long it is counted what a visitor takes.
const WINDOW: Time = Time::from_secs(20);

/// Bytes that a visitor has to take in that time: 1 KiB a second.
const LEAST: usize = 20 << 10;
