//! Peers that are nodes of the DHT as well, and that we are one (BEP 5, `port`).

use super::Swarm;
use crate::wire::{Handshake, Message};
use crate::{Action, ConnectionId};

impl<B> Swarm<B> {
    /// Says in a handshake that we know the DHT, unless the torrent is private: who sees that may tell us of its node.
    pub(crate) fn with_features(&self, handshake: Handshake) -> Handshake {
        if self.config.dht && !self.is_private() { handshake.with_dht() } else { handshake }
    }

    /// Our node answers at this UDP port from now on, and peers that know the DHT hear of it.
    pub(crate) fn on_our_node(&mut self, port: u16) {
        self.dht_port = Some(port).filter(|port| *port > 0);
        let ids: Vec<ConnectionId> = self.connections.keys().copied().collect();
        ids.into_iter().for_each(|id| self.tell_of_our_node(id));
    }

    /// Tells a peer of our node, if there is one that answers.
    pub(crate) fn tell_of_our_node(&mut self, id: ConnectionId) {
        let Some(port) = self.dht_port.filter(|_| !self.is_private()) else { return };
        if self.connections.get(&id).is_some_and(|peer| !peer.closing && peer.dht) {
            self.send(id, Message::Port(port));
        }
    }

    /// A peer has a node at its address. It is heard once: a node has one port.
    pub(crate) fn on_port(&mut self, id: ConnectionId, port: u16) {
        let is_private = self.is_private();
        let Some(peer) = self.connections.get_mut(&id).filter(|peer| !peer.closing) else { return };
        if !std::mem::replace(&mut peer.has_told_of_node, true) && port > 0 && self.config.dht && !is_private
        {
            let mut node = peer.address;
            node.set_port(port);
            self.actions.push_back(Action::Node { node });
        }
    }
}
