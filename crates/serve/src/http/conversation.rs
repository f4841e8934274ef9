//! One connection: heads that come in crumbs or many at once, one request after the other, and how long each may take.

use std::time::Duration;

use super::{Request, Status};

/// What a client has sent and not been answered. It has one answer at a time, in the order of its requests.
#[derive(Debug)]
pub struct Conversation {
    received: Vec<u8>,
    /// So many bytes of it hold no end of a head.
    looked_at: usize,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// A head is awaited.
    Waiting {
        until: Duration,
        /// Something of it has come, if only an empty line before it.
        has_begun: bool,
    },
    /// A request, or what could not be one, is being answered.
    Answering {
        /// Others may follow.
        goes_on: bool,
    },
    /// Nothing more is answered.
    Over,
}

impl Conversation {
    /// A client that has dialled now and said nothing.
    pub fn new(now: Duration) -> Self {
        Self {
            received: Vec::new(),
            looked_at: 0,
            stage: Stage::Waiting { until: now + HEAD_TIME, has_begun: false },
        }
    }

    /// How many bytes it takes now.
    pub fn room(&self) -> usize {
        HEAD_BYTES - self.received.len()
    }

    /// The client has sent bytes, not more than there is [room](Self::room) for.
    pub fn handle_received(&mut self, now: Duration, bytes: &[u8]) {
        if matches!(self.stage, Stage::Waiting { has_begun: false, .. }) && !bytes.is_empty() {
            self.stage = Stage::Waiting { until: now + HEAD_TIME, has_begun: true };
        }
        self.received.extend_from_slice(&bytes[..bytes.len().min(self.room())]);
    }

    /// The answer to the last request is with the system.
    pub fn handle_answered(&mut self, now: Duration) {
        let has_begun = !self.received.is_empty();
        let until = now + if has_begun { HEAD_TIME } else { IDLE_TIME };
        match self.stage {
            Stage::Answering { goes_on: true } => self.stage = Stage::Waiting { until, has_begun },
            Stage::Answering { goes_on: false } => self.end(),
            Stage::Waiting { .. } | Stage::Over => {}
        }
    }

    /// The next request, or how what came instead is answered. After either nothing comes until it was
    /// [answered](Self::handle_answered).
    pub fn poll(&mut self, now: Duration) -> Option<Result<Request, Status>> {
        let Stage::Waiting { until, .. } = self.stage else { return None };
        let request = match self.next_head() {
            Ok(Some(head)) => Request::parse(&head),
            Ok(None) if now < until => return None,
            Ok(None) if self.received.is_empty() => {
                self.end();
                return None;
            }
            Ok(None) => Err(Status::RequestTimeout),
            Err(status) => Err(status),
        };
        let goes_on = request.as_ref().is_ok_and(|request| request.goes_on);
        self.stage = Stage::Answering { goes_on };
        if !goes_on {
            self.received = Vec::new();
        }
        Some(request)
    }

    /// When [`poll`](Self::poll) is to be asked though nothing has come.
    pub fn next_deadline(&self) -> Option<Duration> {
        match self.stage {
            Stage::Waiting { until, .. } => Some(until),
            Stage::Answering { .. } | Stage::Over => None,
        }
    }

    /// Whether a request is being answered.
    pub fn is_answering(&self) -> bool {
        matches!(self.stage, Stage::Answering { .. })
    }

    /// Whether the connection is to be closed.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    fn end(&mut self) {
        self.stage = Stage::Over;
        self.received = Vec::new();
    }

    /// Takes off the next head with the empty line that ends it, if all of it is there.
    fn next_head(&mut self) -> Result<Option<Vec<u8>>, Status> {
        // An empty line before a request is passed over (RFC 9112, 2.2).
        while self.received.starts_with(b"\r\n") {
            self.received.drain(..2);
            self.looked_at = 0;
        }
        let from = self.looked_at.saturating_sub(END.len() - 1);
        let end = self.received[from..].windows(END.len()).position(|bytes| bytes == END);
        let head = &self.received[..end.map_or(self.received.len(), |at| from + at + END.len())];
        if has_bare_line_feed(&head[from..], from == 0) {
            return Err(Status::BadRequest);
        }
        if end.is_some() {
            self.looked_at = 0;
            let length = head.len();
            return Ok(Some(self.received.drain(..length).collect()));
        }
        self.looked_at = self.received.len();
        match self.room() {
            0 if self.received.contains(&b'\n') => Err(Status::HeaderFieldsTooLarge),
            0 => Err(Status::UriTooLong),
            _ => Ok(None),
        }
    }
}

/// Whether a line ends in `\n` alone, which some readers take for an end of a line and others do not. Of what precedes a part that is
/// not the `start`, its first byte tells nothing.
fn has_bare_line_feed(bytes: &[u8], start: bool) -> bool {
    let opens = start && bytes.first() == Some(&b'\n');
    opens || bytes.windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r')
}

const END: &[u8] = b"\r\n\r\n";

/// Bytes that a head may have: the path of a file and what browsers say of themselves fit twice.
pub const HEAD_BYTES: usize = 8 << 10;

/// How long a head may take from its first byte on, or from the call.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// How long a client may wait before it asks for something else.
const IDLE_TIME: Duration = Duration::from_secs(30);
