//! Dials: the addresses that engines want dialled, and what becomes of them.

use std::io::{self, ErrorKind};

use swarm::{ConnectionId, DialError, Direction};

use super::dials::Dial;
use crate::connection::{Connection, ConnectionStage};
use crate::job_id::JobId;
use crate::session::Session;
use crate::transport::Stream;

impl Session {
    /// Dials a peer for a torrent, now or when there may be one connection more.
    pub(in crate::session) fn dial(&mut self, job: JobId, dial: Dial) {
        if self.may_dial() && !self.door.has_dials() {
            return self.dial_now(job, dial);
        }
        // Others have waited for longer.
        self.door.dials.push(job, dial);
        self.dial_those_waiting();
    }

    /// Dials addresses for which there was no connection left before.
    pub(crate) fn dial_those_waiting(&mut self) {
        if !self.door.has_dials() || !self.may_dial() {
            return;
        }
        let (mut held, level) = (self.held_connections(), self.connection_shares.level());
        while self.may_dial() {
            let is_below = |job| held.get(&job).copied().unwrap_or_default() < level;
            let Some((job, dial)) = self.door.dials.pop(is_below) else { return };
            *held.entry(job).or_default() += 1;
            self.dial_now(job, dial);
        }
    }

    /// Whether there may be one connection more.
    fn may_dial(&self) -> bool {
        self.connections.len() < self.connections_of_torrents()
    }

    fn dial_now(&mut self, job: JobId, dial: Dial) {
        let Dial { address, patience, encrypted } = dial;
        if self.refuses_dial(job, address) {
            return;
        }
        let dialled = Stream::dial(address, self.settings.bind).map_err(|error| dial_error(&error));
        let added = dialled.and_then(|mut stream| {
            let id = self.register(&mut stream).ok_or(DialError::Unreachable)?;
            let stage = ConnectionStage::Connecting { job, until: self.now + patience, encrypted };
            let connection = Connection::new(id, address, Direction::Outgoing, stage, stream);
            self.connections.insert(id, connection);
            Ok(())
        });
        if let Err(why) = added {
            self.tell(job, swarm::Event::ConnectFailed { address, why });
        }
    }

    /// The socket of a dial says something.
    pub(crate) fn look_at_dial(&mut self, id: ConnectionId, job: JobId, encrypted: bool) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        match connection.stream.is_connected() {
            Ok(false) => {}
            Ok(true) => self.greet(id, job, encrypted),
            Err(error) => {
                connection.dial_error = Some(dial_error(&error));
                self.close(id);
            }
        }
    }
}

/// Why the system could not connect.
fn dial_error(error: &io::Error) -> DialError {
    match error.kind() {
        ErrorKind::ConnectionRefused => DialError::Refused,
        ErrorKind::TimedOut => DialError::Unanswered,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => DialError::HungUp,
        _ => DialError::Unreachable,
    }
}
