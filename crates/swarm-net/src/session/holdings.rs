//! What a session has at the moment, to be looked at from outside.

use super::Session;
use super::web_server::WebServer;

/// What a session holds. Of torrents that have gone, none of it stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Holdings {
    /// Torrents, those counted that sleep or are leaving.
    pub torrents: usize,
    /// Torrents that were added asleep and are not.
    pub awake: usize,
    /// Connections, those counted that are being made, callers that have not said which torrent they mean, and clients of HTTP.
    pub connections: usize,
    /// Addresses that wait until there may be another connection.
    pub dials: usize,
    /// Upload slots that torrents have, whether or not a peer has them.
    pub upload_slots: usize,
    /// Blocks of payload that are not in the pool.
    pub blocks: usize,
    /// Bytes that peers asked for and that have not left, and bytes of messages that wait for the system or for the rest of them.
    pub unsent: usize,
    /// Torrents that are to be woken at some time.
    pub timers: usize,
}

impl Session {
    /// What it holds at the moment.
    pub fn holdings(&self) -> Holdings {
        let held = self.web_server.as_ref().map_or(0, WebServer::held);
        Holdings {
            torrents: self.len(),
            awake: self.stirring_count(),
            connections: self.connections.len() + self.door.callers() + self.visitors(),
            dials: self.door.waiting_dials().map(|(_, dials)| dials).sum(),
            upload_slots: self.upload_slots.taken(),
            blocks: self.pool.taken(),
            unsent: self.uploading + held + self.loads.unsent() + self.loads.pending(),
            timers: self.torrents.timers(),
        }
    }
}
