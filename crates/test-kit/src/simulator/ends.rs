//! Where connections lead, and which ones a peer has.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use swarm::ConnectionId;

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) node: usize,
    pub(super) other: ConnectionId,
    pub(super) peer: usize,
    pub(super) delay: Duration,
    /// When the last block arrives that is on its way.
    pub(super) arrives: Duration,
}

/// All ends of connections.
#[derive(Debug, Default)]
pub(super) struct Ends {
    ends: BTreeMap<ConnectionId, End>,
    of_nodes: BTreeMap<usize, BTreeSet<ConnectionId>>,
}

impl Ends {
    pub(super) fn insert(&mut self, connection: ConnectionId, end: End) {
        self.of_nodes.entry(end.node).or_default().insert(connection);
        self.ends.insert(connection, end);
    }

    pub(super) fn get(&self, connection: ConnectionId) -> Option<End> {
        self.ends.get(&connection).copied()
    }

    /// A block is on its way, and arrives then.
    pub(super) fn arrives(&mut self, connection: ConnectionId, at: Duration) {
        if let Some(end) = self.ends.get_mut(&connection) {
            end.arrives = at;
        }
    }

    pub(super) fn remove(&mut self, connection: ConnectionId) -> Option<End> {
        let end = self.ends.remove(&connection)?;
        if let Some(own) = self.of_nodes.get_mut(&end.node) {
            own.remove(&connection);
        }
        Some(end)
    }

    /// The connections of a peer, in the order in which they were made.
    pub(super) fn of(&self, node: usize) -> Vec<ConnectionId> {
        self.of_nodes.get(&node).into_iter().flatten().copied().collect()
    }
}
