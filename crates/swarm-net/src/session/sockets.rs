//! What connections do: they are read, written and closed.

use mio::event::Event;
use swarm::{CloseReason, ConnectionId, DialError, Direction, Time};

use super::Session;
use crate::connection::{BLOCK_MESSAGE, Connection, ConnectionStage, MESSAGE_BYTES, ReadEnd, ReadResult};
use crate::job_id::JobId;

impl Session {
    /// A socket can be read or written, or is done.
    pub(super) fn on_socket(&mut self, id: ConnectionId, event: &Event) {
        let Some(connection) = self.connections.get_mut(&id) else {
            if !self.on_visitor(id, event) {
                self.on_caller(id, event);
            }
            return;
        };
        connection.stream.on_event(event);
        self.queues.readable.push(id);
        if connection.outbox.waiting() > 0 {
            self.queues.outgoing.push(id);
        }
    }

    /// Reads from every connection that may have something, from each at most a turn's worth: first from those who had to wait,
    /// the longest first, as long as what they bring can be taken.
    pub(super) fn read_sockets(&mut self) {
        for _ in 0..self.queues.unwritten.len() {
            self.queues.unwritten.pop().into_iter().for_each(|id| self.take_turn(id));
        }
        for _ in 0..self.queues.starved.len() {
            let Some(id) = (self.pool.available() > 0).then(|| self.queues.starved.pop()).flatten() else {
                break;
            };
            self.take_turn(id);
        }
        for _ in 0..self.queues.throttled.len() {
            let may_pass = self.download.allowance(self.now) > 0;
            let Some(id) = may_pass.then(|| self.queues.throttled.pop()).flatten() else { break };
            self.take_turn(id);
        }
        for _ in 0..self.queues.readable.len() {
            let Some(id) = self.queues.readable.pop() else { return };
            if !self.queues.wait_for_reading().any(|queue| queue.contains(id)) {
                self.take_turn(id);
            }
        }
    }

    /// Takes a connection as far as it gets. What it is answered stands in its outbox before the next has its turn.
    fn take_turn(&mut self, id: ConnectionId) {
        self.go_on(id);
        self.act();
    }

    pub(super) fn go_on(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        match connection.stage {
            ConnectionStage::Connecting { job, encrypted, .. } => self.look_at_dial(id, job, encrypted),
            ConnectionStage::Greeting { job, .. } => self.read_handshake(id, job),
            ConnectionStage::Up { job } if connection.stream.is_readable => self.read(id, job),
            _ => {}
        }
    }

    /// Reads until the socket has no more, or somebody else's turn has come. What a read brought is acted upon before the next one:
    /// pieces that are complete are on their way, answers stand in the outbox.
    fn read(&mut self, id: ConnectionId, job: JobId) {
        let mut left = TURN;
        while self.read_once(id, job, &mut left) {
            self.act();
        }
    }

    /// Reads about `left` bytes at most, and counts them off. False if that was the last read for now: the connection waits in a queue
    /// or for its socket, or is closed.
    fn read_once(&mut self, id: ConnectionId, job: JobId, left: &mut usize) -> bool {
        if self.has_begun_too_much(id) {
            self.close(id);
        }
        let Some(limit) = self.limit(id, job, *left) else { return false };
        let Self { connections, torrents, pool, download, queues, now, loads, .. } = self;
        let (Some(connection), Some(swarm)) = (connections.get_mut(&id), torrents.engine(job)) else {
            return false;
        };
        let mut on_message = |message| swarm.handle(*now, swarm::Event::Received { connection: id, message });
        let read = connection.reader.read(&mut connection.stream, pool, limit, &mut on_message);
        loads.count(connection);
        match read {
            Ok(ReadResult { end: ReadEnd::Closed, .. }) => self.close(id),
            Err(error) => self.close_for(id, error.offence()),
            Ok(ReadResult { end, count, message_bytes }) => {
                download.take(count);
                // An answer may be hundreds of times as long as the question.
                *left = if message_bytes >= MESSAGE_BYTES { 0 } else { left.saturating_sub(count) };
                if end == ReadEnd::PoolEmpty {
                    queues.starved.push(id);
                } else if end == ReadEnd::Drained && (count == 0 || !connection.stream.has_hung_up) {
                    connection.stream.is_readable = false;
                } else {
                    return true;
                }
            }
        }
        false
    }

    /// About how many bytes may be read of a connection now, at most `left`. If there are none, it waits in a queue.
    fn limit(&mut self, id: ConnectionId, job: JobId, left: usize) -> Option<usize> {
        let waits_for_outbox = self.owes_too_much(id);
        let connection = self.connections.get_mut(&id).filter(|connection| connection.is_up())?;
        connection.waits_for_outbox = waits_for_outbox;
        let (blocks, allowed) =
            (self.torrents.get(job)?.readable_blocks(id), self.download.allowance(self.now));
        let queue = if waits_for_outbox {
            &mut self.queues.outgoing // `write` comes back to it.
        } else if blocks == 0 {
            &mut self.queues.unwritten
        } else if left == 0 {
            &mut self.queues.readable
        } else if allowed == 0 {
            &mut self.queues.throttled
        } else {
            return Some(blocks.saturating_mul(BLOCK_MESSAGE).min(allowed).min(left));
        };
        queue.push(id);
        None
    }

    /// Whether a peer is to read what we have sent before we read more of it.
    fn owes_too_much(&self, id: ConnectionId) -> bool {
        let message_bytes =
            self.connections.get(&id).map_or(0, |connection| connection.outbox.message_bytes());
        message_bytes > UNSENT || message_bytes > 0 && self.loads.unsent() > UNSENT_ALL / 2
    }

    /// Whether a peer has sent much of a long message while others do so, too.
    fn has_begun_too_much(&self, id: ConnectionId) -> bool {
        let pending = self.connections.get(&id).map_or(0, |connection| connection.reader.pending().len());
        pending > PENDING && self.loads.pending() > PENDING_ALL
    }

    /// Sends what waits to be sent, as far as sockets take it.
    pub(super) fn write_sockets(&mut self) {
        while let Some(id) = self.queues.outgoing.pop() {
            self.write(id);
        }
    }

    fn write(&mut self, id: ConnectionId) {
        let Self { connections, torrents, queues, uploading, now, loads, .. } = self;
        let Some(connection) = connections.get_mut(&id) else { return };
        let mut swarm = connection.job().and_then(|job| torrents.engine(job));
        let Connection { outbox, stream, uploading: own, .. } = connection;
        let mut sent = |block: swarm::wire::BlockAddress| {
            *own -= block.bytes();
            *uploading -= block.bytes();
            if let Some(swarm) = &mut swarm {
                swarm.handle(*now, swarm::Event::BlockSent { connection: id, block });
            }
        };
        let mut has_moved = outbox.waiting() == 0;
        while stream.is_writable && outbox.waiting() > 0 {
            match outbox.write(stream, WRITE, &mut sent) {
                Ok(Some(_)) => (connection.last_taken, has_moved) = (*now, true),
                Ok(None) => stream.is_writable = false,
                Err(_) => return self.close(id),
            }
        }
        loads.count(connection);
        let outbox = &connection.outbox;
        if outbox.waiting() == 0 {
            connection.last_taken = *now;
        }
        let is_closing = matches!(connection.stage, ConnectionStage::Closing { .. });
        if outbox.message_bytes() > UNSENT_MAX {
            return self.close_for(id, Some(CloseReason::Stalled));
        } else if is_closing && outbox.waiting() == 0 {
            return self.close(id);
        }
        if has_moved && std::mem::take(&mut connection.waits_for_outbox) {
            queues.readable.push(id);
        }
        if !connection.uploads.is_empty() {
            queues.uploaders.push(id);
        }
    }

    /// Closes connections that get no further, those that take nothing, and those that have had time to hear goodbye.
    pub(super) fn give_up_connections(&mut self) {
        let now = self.now;
        let over = self.connections.values().filter(|connection| connection.is_over(now));
        let over: Vec<_> = over.map(|connection| (connection.id, connection.offence())).collect();
        over.into_iter().for_each(|(id, why)| self.close_for(id, why));
        if self.loads.unsent() > UNSENT_ALL {
            let slowest =
                self.connections.values().max_by_key(|connection| connection.outbox.message_bytes());
            slowest
                .map(|connection| connection.id)
                .into_iter()
                .for_each(|id| self.close_for(id, Some(CloseReason::Stalled)));
        }
    }

    /// Ends a connection and tells its torrent.
    pub(super) fn close(&mut self, id: ConnectionId) {
        self.close_for(id, None);
    }

    /// Ends a connection and tells its torrent what the peer did wrong.
    pub(super) fn close_for(&mut self, id: ConnectionId, why: Option<CloseReason>) {
        let Some(mut connection) = self.connections.remove(&id) else { return self.close_visitor(id) };
        connection.stream.deregister(self.poll.registry());
        self.uploading -= connection.uploading;
        self.loads.forget(&connection);
        self.door.forget_connection(id);
        let Some(job) = connection.job() else { return };
        if connection.is_known() {
            self.tell(job, swarm::Event::Closed { connection: id, why });
        } else if connection.direction == Direction::Outgoing {
            let why = connection.dial_error.unwrap_or(match (connection.stage, why) {
                (ConnectionStage::Connecting { .. }, _) => DialError::Unanswered,
                (_, Some(CloseReason::Silent)) => DialError::Silent,
                (_, Some(_)) => DialError::Strange,
                (_, None) => DialError::HungUp,
            });
            self.tell(job, swarm::Event::ConnectFailed { address: connection.address, why });
        }
    }

    /// The engine wants no more of a connection.
    pub(super) fn say_goodbye(&mut self, id: ConnectionId, job: JobId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.uploads.clear();
        connection.stage = ConnectionStage::Closing { job, until: self.now + GOODBYE };
        self.queues.outgoing.push(id);
    }
}

/// How long a peer has to take the last messages.
const GOODBYE: Time = Time::from_secs(1);

/// Bytes that are read of one connection before others have their turn.
const TURN: usize = 1 << 20;

/// Bytes of a write: what a socket may take at a time.
const WRITE: usize = 512 << 10;

/// Bytes of a message that is not whole yet, which every peer may have us keep.
const PENDING: usize = 32 << 10;

/// Bytes of messages that are not whole yet, on all connections together. Beyond that, those with long ones are closed: bitfields
/// of a million pieces, perhaps, and no offence.
const PENDING_ALL: usize = 4 << 20;

/// A connection with more bytes of messages to take than this is not read until it takes some.
const UNSENT: usize = 64 << 10;

/// A connection with more bytes of messages to take than this is closed: it takes nothing. The answers to all that one read can
/// bring fit twice.
const UNSENT_MAX: usize = 4 << 20;

/// Bytes of messages that wait on all connections together. From half of it on nobody is read who has not taken all of its own;
/// beyond it the one that takes least goes.
const UNSENT_ALL: usize = 4 << 20;
