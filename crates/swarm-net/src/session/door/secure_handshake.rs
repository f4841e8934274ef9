//! Encrypted streams: their handshake, in which that of BEP 3 lies.

use std::io::{ErrorKind, Read};

use swarm::secure::{Chance, Encryption, SecureHandshake};
use swarm::wire::Handshake;
use swarm::{CloseReason, ConnectionId};

use crate::connection::Connection;
use crate::random;
use crate::session::Session;

impl Connection {
    /// We have dialled, and begin an encrypted stream. Our handshake goes with it.
    pub(super) fn begin_securing(&mut self, encryption: Encryption, handshake: &Handshake) {
        let chance = Chance::new(random::bytes());
        let mut securing =
            SecureHandshake::initiator(encryption, handshake.info_hash, &handshake.encode(), chance);
        self.outbox.push_bytes(&securing.take_output());
        self.securing = Some(securing);
    }
}

impl Session {
    /// A caller speaks nothing that can be told from chance: if an encrypted stream begins, its place and its time remain what they are.
    pub(super) fn await_secure_handshake(&mut self, id: ConnectionId) {
        let Some(caller) = self.door.unheard.get_mut(&id) else { return };
        if !self.door.secure_pace.admit(caller.address.ip(), self.now) {
            return self.dismiss(id);
        }
        let opening = std::mem::take(&mut caller.opening);
        self.await_handshake(id);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let chance = Chance::new(random::bytes());
        connection.securing = Some(SecureHandshake::responder(self.settings.encryption, chance));
        self.hear_secure_handshake(id, &opening);
    }

    /// Reads what a peer says in the handshake of an encrypted stream, if one is under way.
    pub(super) fn read_secure_handshake(&mut self, id: ConnectionId) {
        let mut bytes = [0; READ];
        let is_awaited =
            |connection: &&mut Connection| connection.stream.is_readable && connection.securing.is_some();
        while let Some(connection) = self.connections.get_mut(&id).filter(is_awaited) {
            match connection.stream.read(&mut bytes) {
                Ok(0) => self.close(id),
                Ok(count) => self.hear_secure_handshake(id, &bytes[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => connection.stream.is_readable = false,
                Err(_) => self.close(id),
            }
        }
    }

    fn hear_secure_handshake(&mut self, id: ConnectionId, bytes: &[u8]) {
        let Self { connections, torrents, asleep, queues, .. } = self;
        let Some(connection) = connections.get_mut(&id) else { return };
        let Some(securing) = &mut connection.securing else { return };
        let find = |shown: &_| torrents.of_stream(shown).or_else(|| asleep.of_stream(shown));
        let heard = securing.receive(bytes, &find);
        connection.outbox.push_bytes(&securing.take_output());
        queues.outgoing.push(id);
        match heard {
            Ok(None) => {}
            Ok(Some(secured)) => connection.secure(secured),
            Err(_) => self.close_for(id, Some(CloseReason::Protocol)),
        }
    }
}

/// Bytes that are read at a time: what comes behind the handshake is kept until it is done.
const READ: usize = 1 << 10;
