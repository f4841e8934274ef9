//! The door: who dials us and whom we dial, until a handshake says which torrent a connection is for.

mod callers;
mod dial;
mod dials;
mod handshake;
mod listen;

use std::io::ErrorKind;
use std::net::SocketAddr;

use mio::Token;
use mio::net::TcpListener;
use swarm::{ConnectionId, Direction, Time};

use super::{CONNECTIONS, Session};
use crate::connection::{Connection, ConnectionStage};
use crate::descriptors::connections;
use crate::transport::Stream;

pub(super) use callers::Callers;
pub(super) use dials::Dials;
pub(super) use listen::listen;

impl Session {
    /// Somebody dialled us.
    pub(crate) fn on_dialled(&mut self, listener: usize) {
        while let Some(accepted) = self.listeners.get(listener).map(TcpListener::accept) {
            let (socket, address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
                // After a failure it is silent until somebody else dials.
                Err(error) => return self.is_deaf |= error.kind() != ErrorKind::WouldBlock,
            };
            if self.is_full() {
                continue;
            }
            let stage = ConnectionStage::Greeting { job: None, until: self.now + HANDSHAKE };
            if let Some(id) =
                self.add_connection(Stream::accepted(socket), address, Direction::Incoming, stage)
            {
                let goes = self.callers.admit(id, address.ip());
                goes.into_iter().for_each(|id| self.close(id));
            }
        }
    }

    /// Whether there are as many connections as there may be.
    fn is_full(&self) -> bool {
        self.connections.len() >= connections(self.descriptors, self.torrents.len())
    }

    /// `None` if the system does not want to hear of one more.
    fn add_connection(
        &mut self,
        mut stream: Stream,
        address: SocketAddr,
        direction: Direction,
        stage: ConnectionStage,
    ) -> Option<ConnectionId> {
        self.last_connection += 1;
        let id = ConnectionId(self.last_connection);
        let token = Token(self.last_connection as usize);
        let is_known = token.0 > CONNECTIONS && stream.register(self.poll.registry(), token).is_ok();
        if is_known {
            self.connections.insert(id, Connection::new(id, address, direction, stage, stream));
        }
        is_known.then_some(id)
    }
}

/// How long a handshake may take.
const HANDSHAKE: Time = Time::from_secs(10);
