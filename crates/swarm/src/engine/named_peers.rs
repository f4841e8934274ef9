//! Peers that somebody names, and the one gate of private torrents (BEP 27).

use super::Swarm;
use crate::addresses::Origin;
use crate::{CloseReason, Direction, NamedPeer};

impl<B> Swarm<B> {
    /// Whether the torrent is private (BEP 27): only its trackers and the user name peers of it, and nobody else hears of it. Whatever
    /// finds peers or tells of them in another way (DHT, peer exchange, local discovery) asks here first. Of a link it is not known
    /// before its metadata came.
    pub fn is_private(&self) -> bool {
        self.addresses.is_private()
    }

    /// Somebody names peers.
    pub(crate) fn on_peers(&mut self, origin: Origin, peers: impl IntoIterator<Item: Into<NamedPeer>>) {
        let passed_over = self.addresses.add(origin, peers);
        if passed_over > 0 {
            *self.passed_over.entry(origin).or_default() += passed_over;
        }
    }

    /// The metadata came from peers, and says that the torrent is private: what strangers named is forgotten, and connections that we made
    /// on their word end. Who called us knows of the torrent anyhow.
    pub(crate) fn on_private(&mut self) {
        self.addresses.set_private(true);
        let dialled = self.connections.values().filter(|peer| peer.direction == Direction::Outgoing);
        let unwelcome = dialled.filter(|peer| !self.addresses.may_stay(peer.address)).map(|peer| peer.id);
        for id in unwelcome.collect::<Vec<_>>() {
            self.close(id, CloseReason::NotNeeded);
        }
        self.passed_over.retain(|origin, _| origin.may_name_of_private());
    }
}
