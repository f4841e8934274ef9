//! How much waits on all connections together.

use crate::connection::{Connection, Load};

/// Sums over all connections, kept up to date instead of added up.
#[derive(Default)]
pub(super) struct Loads(Load);

impl Loads {
    /// Takes note of what waits on a connection now.
    pub(super) fn count(&mut self, connection: &mut Connection) {
        let load = connection.load();
        let before = std::mem::replace(&mut connection.counted, load);
        self.0.unsent = self.0.unsent + load.unsent - before.unsent;
        self.0.pending = self.0.pending + load.pending - before.pending;
    }

    /// A connection has gone.
    pub(super) fn forget(&mut self, connection: &Connection) {
        self.0.unsent -= connection.counted.unsent;
        self.0.pending -= connection.counted.pending;
    }

    /// Bytes that are to be sent, payload of blocks left out.
    pub(super) fn unsent(&self) -> usize {
        self.0.unsent
    }

    /// Bytes of messages that are not whole yet.
    pub(super) fn pending(&self) -> usize {
        self.0.pending
    }
}
