//! The door: who dials us and whom we dial, until a handshake says which torrent a connection is for.

mod callers;
mod dial;
mod dials;
mod handshake;
mod listen;

use std::io::ErrorKind;
use std::net::SocketAddr;

use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Token};
use swarm::{ConnectionId, Direction, Time};

use super::{CONNECTIONS, Session};
use crate::connection::{Connection, ConnectionStage};
use crate::descriptors::connections;

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
            // Without it a peer is only slower.
            let _ = socket.set_nodelay(true);
            let stage = ConnectionStage::Greeting { job: None, until: self.now + HANDSHAKE };
            if let Some(id) = self.add_connection(socket, address, Direction::Incoming, stage) {
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
        mut socket: TcpStream,
        address: SocketAddr,
        direction: Direction,
        stage: ConnectionStage,
    ) -> Option<ConnectionId> {
        self.last_connection += 1;
        let id = ConnectionId(self.last_connection);
        let both = Interest::READABLE | Interest::WRITABLE;
        let token = Token(self.last_connection as usize);
        let is_known =
            token.0 > CONNECTIONS && self.poll.registry().register(&mut socket, token, both).is_ok();
        if is_known {
            self.connections.insert(id, Connection::new(id, address, direction, stage, socket));
        }
        is_known.then_some(id)
    }
}

/// How long a handshake may take.
const HANDSHAKE: Time = Time::from_secs(10);
