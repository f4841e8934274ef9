//! What a session has at the moment, to be looked at from outside.

use super::Session;

/// What a session holds. Of torrents that have gone, none of it stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Holdings {
    /// Torrents, those counted that are leaving.
    pub torrents: usize,
    /// Connections, those counted that are being made, and callers that have not said which torrent they mean.
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
        Holdings {
            torrents: self.torrents.len(),
            connections: self.connections.len() + self.door.callers(),
            dials: self.door.waiting_dials().map(|(_, dials)| dials).sum(),
            upload_slots: self.upload_slots.taken(),
            blocks: self.pool.taken(),
            unsent: self.uploading + self.loads.unsent() + self.loads.pending(),
            timers: self.torrents.timers(),
        }
    }
}
