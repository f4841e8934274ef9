//! How many connections there may be, and which are given back when they are too many.

use super::Swarm;
use crate::peer::PeerConnection;
use crate::{CloseReason, ConnectionId, Time};

impl<B> Swarm<B> {
    /// How many connections there may be now, in and out.
    pub(crate) fn most_connections(&self) -> usize {
        self.config.connections.min(self.connections_allowed)
    }

    /// The driver has so many connections for this torrent.
    pub(crate) fn on_connections_allowed(&mut self, most: usize) {
        self.connections_allowed = most;
        self.give_connections_back();
    }

    /// Closes those that are too many, the least useful first.
    pub(crate) fn give_connections_back(&mut self) {
        let open = self.connections.values().filter(|peer| !peer.closing);
        let mut by_use: Vec<_> = open.map(|peer| (self.usefulness(peer), peer.id)).collect();
        by_use.sort_unstable();
        let surplus = by_use.len().saturating_sub(self.most_connections());
        let least: Vec<ConnectionId> = by_use.into_iter().take(surplus).map(|(_, id)| id).collect();
        least.into_iter().for_each(|id| self.close(id, CloseReason::NotNeeded));
    }

    /// What speaks for keeping a connection, the weightiest first: blocks move, either side wants something of the other, how many
    /// bytes a second move, when the last block came.
    fn usefulness(&self, peer: &PeerConnection) -> (bool, bool, u64, Time) {
        let is_wanted = peer.we_are_interested || peer.it_is_interested;
        let rate = peer.download.meter.rate() + peer.upload.meter.rate();
        (self.is_at_work(peer), is_wanted, rate as u64, peer.download.last_block)
    }
}
