//! Connections to peers: a stream, what has been read of it, and what waits to be sent.

mod read;
mod write;

use std::collections::VecDeque;
use std::net::SocketAddr;

use swarm::secure::{SecureHandshake, Secured};
use swarm::wire::{BlockAddress, HANDSHAKE_LENGTH, Handshake, Limits};
use swarm::{CloseReason, ConnectionId, DialError, Direction, Time};

use read::ReceiveError;
pub(crate) use read::{BLOCK_MESSAGE, MESSAGE_BYTES, MessageReader, ReadEnd, ReadResult};
pub(crate) use write::Outbox;

use crate::job_id::JobId;
use crate::transport::Stream;

/// A connection to a peer.
pub(crate) struct Connection {
    pub(crate) id: ConnectionId,
    pub(crate) address: SocketAddr,
    pub(crate) direction: Direction,
    pub(crate) stage: ConnectionStage,
    pub(crate) stream: Stream,
    /// What waited when it was last counted.
    pub(crate) counted: Load,
    pub(crate) reader: MessageReader,
    pub(crate) outbox: Outbox,
    /// When the stream last took bytes, or there were none.
    pub(crate) last_taken: Time,
    /// Why the system could not connect.
    pub(crate) dial_error: Option<DialError>,
    /// The handshake of an encrypted stream, which comes before all others, as long as it is under way.
    pub(crate) securing: Option<SecureHandshake>,
    /// Its handshake, while its torrent is not ready to answer.
    pub(crate) early_handshake: Option<Handshake>,
    /// It is not read until it takes what waits to be sent.
    pub(crate) waits_for_outbox: bool,
    /// Blocks that the disk is to be asked for.
    pub(crate) uploads: VecDeque<BlockAddress>,
    /// Bytes of blocks that the disk was asked for and that have not left.
    pub(crate) uploading: usize,
    /// Some of them wait until their pieces are checked.
    pub(crate) waits_for_check: bool,
}

/// What waits on a connection, in bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Load {
    /// To be sent, payload of blocks left out.
    pub(crate) unsent: usize,
    /// Of a message that is not whole yet.
    pub(crate) pending: usize,
}

/// How far a connection is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ConnectionStage {
    /// We have dialled, and nobody has answered yet.
    Connecting {
        /// The torrent that we dialled for.
        job: JobId,
        /// When the dial is given up.
        until: Time,
        /// The stream is to be encrypted.
        encrypted: bool,
    },
    /// The peer's handshake is to come.
    Greeting {
        /// For which torrent; who dials us says it in its handshake.
        job: Option<JobId>,
        /// When the handshake is given up.
        until: Time,
    },
    /// Messages are exchanged: the engine of its torrent knows of it.
    Up {
        /// The torrent that its handshake named.
        job: JobId,
    },
    /// It gets what waits to be sent, and is closed then.
    Closing {
        /// The torrent that it belonged to.
        job: JobId,
        /// When it is closed at the latest.
        until: Time,
    },
}

impl Connection {
    pub(crate) fn new(
        id: ConnectionId,
        address: SocketAddr,
        direction: Direction,
        stage: ConnectionStage,
        stream: Stream,
    ) -> Self {
        let limits = Limits { extended: EXTENDED_MAX, ..Limits::new(None) };
        Self {
            id,
            address,
            direction,
            stage,
            stream,
            counted: Load::default(),
            reader: MessageReader::new(limits),
            outbox: Outbox::default(),
            last_taken: Time::ZERO,
            dial_error: None,
            securing: None,
            early_handshake: None,
            waits_for_outbox: false,
            uploads: VecDeque::new(),
            uploading: 0,
            waits_for_check: false,
        }
    }

    /// What waits on it.
    pub(crate) fn load(&self) -> Load {
        Load { unsent: self.outbox.message_bytes(), pending: self.reader.pending().len() }
    }

    /// Which torrent it is for, if that is known.
    pub(crate) fn job(&self) -> Option<JobId> {
        match self.stage {
            ConnectionStage::Connecting { job, .. }
            | ConnectionStage::Up { job }
            | ConnectionStage::Closing { job, .. } => Some(job),
            ConnectionStage::Greeting { job, .. } => job,
        }
    }

    /// Whether it has taken nothing of what waits to be sent for so long that others need not wait for it.
    pub(crate) fn takes_nothing(&self, now: Time) -> bool {
        self.outbox.waiting() > 0 && now >= self.last_taken + UNMOVED
    }

    /// Whether it is to be given up: it gets no further, or the peer takes nothing of what it asked for.
    pub(crate) fn is_over(&self, now: Time) -> bool {
        match self.stage {
            ConnectionStage::Up { .. } => self.outbox.waiting() > 0 && now >= self.last_taken + STUCK,
            ConnectionStage::Connecting { until, .. }
            | ConnectionStage::Greeting { until, .. }
            | ConnectionStage::Closing { until, .. } => now >= until,
        }
    }

    /// What the peer did wrong when it [is over](Self::is_over).
    pub(crate) fn offence(&self) -> Option<CloseReason> {
        match self.stage {
            ConnectionStage::Greeting { .. } if self.early_handshake.is_none() => Some(CloseReason::Silent),
            ConnectionStage::Up { .. } => Some(CloseReason::Stalled),
            _ => None,
        }
    }

    /// Whether the engine of its torrent knows of it and has not closed it.
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.stage, ConnectionStage::Up { .. })
    }

    /// Whether the engine of its torrent has heard of it.
    pub(crate) fn is_known(&self) -> bool {
        matches!(self.stage, ConnectionStage::Up { .. } | ConnectionStage::Closing { .. })
    }

    /// How many pieces the torrent has, once that is known.
    pub(crate) fn set_pieces(&mut self, pieces: Option<u32>) {
        self.reader.set_limits(Limits { extended: EXTENDED_MAX, ..Limits::new(pieces) });
    }

    /// The handshake of an encrypted stream is done.
    pub(crate) fn secure(&mut self, secured: Secured) {
        self.securing = None;
        if let Some(ciphers) = secured.ciphers {
            self.stream.encrypt(ciphers, self.outbox.to_bytes());
        }
        self.reader.begin_with(secured.received);
        // What came behind it waits in the reader, and the system does not tell of that.
        self.stream.is_readable = true;
    }

    /// The peer's handshake, once it is all there. Anything else ends the connection as early as it shows.
    pub(crate) fn read_handshake(&mut self) -> Result<Option<Handshake>, ReceiveError> {
        let read = self.reader.take(&mut self.stream, HANDSHAKE_LENGTH)?;
        let bytes = match &read {
            Some(bytes) => bytes.as_slice(),
            None => self.reader.pending(),
        };
        Ok(Handshake::decode(bytes)?.filter(|_| read.is_some()))
    }
}

/// The longest extended message that is read, in bytes: a block of metadata with its head is half of it, and every peer may
/// make us keep so much.
const EXTENDED_MAX: usize = 32 << 10;

/// How long a peer may take nothing of what waits for it.
const STUCK: Time = Time::from_secs(50);

/// How long a stream may take nothing while others wait.
const UNMOVED: Time = Time::from_secs(2);
