//! Peer exchange (BEP 11): each peer is told which others we are connected to, where they can be dialled, and which of them are gone; and
//! tells us.
//!
//! A peer is told within seconds of there being something to tell, then once a minute at most. Addresses that reach less far than it does are none
//! of its business. What it names is dialled in the turn of all peers together ([`Origin::Exchange`]), and each of them names so many at
//! most: whoever lies costs us some dials, and keeps no tracker's peers waiting. The torrent's only seed tells as everybody does: the better
//! its peers know each other, the less it has to give.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use torrent_core::address::Namer;

use super::Swarm;
use crate::addresses::{NamedPeer, Origin, PeerFlags};
use crate::extension::{Extension, PexMessage};
use crate::limits::{PEX_PEERS, PEX_PRICE, PEX_TOLD};
use crate::peer::{Judgement, PeerConnection};
use crate::wire::Message;
use crate::{CloseReason, ConnectionId};

impl<B> Swarm<B> {
    /// Who is connected, or where one of them listens, has changed.
    pub(crate) fn connections_changed(&mut self) {
        self.connections_version += 1;
    }

    /// Tells all peers what they do not know yet, if it is their time.
    pub(crate) fn exchange_peers(&mut self) {
        let ids: Vec<ConnectionId> = self.connections.keys().copied().collect();
        ids.into_iter().for_each(|id| self.tell_of_peers(id));
    }

    /// Tells a peer what it does not know yet, if it is its time.
    pub(crate) fn tell_of_peers(&mut self, id: ConnectionId) {
        let is_due = |peer: &&PeerConnection| {
            !peer.closing && peer.exchange.is_due(self.connections_version, self.now)
        };
        let Some(peer) = self.connections.get(&id).filter(is_due) else { return };
        if self.is_private() {
            return;
        }
        let Some(number) = peer.extension.ids.id(Extension::Pex) else { return };
        let (mut added, mut dropped) = self.news_for(peer);
        self.rng.shuffle(&mut added);
        let Some(exchange) = self.connections.get_mut(&id).map(|peer| &mut peer.exchange) else { return };
        let is_all = added.len() <= PEX_PEERS && dropped.len() <= PEX_PEERS;
        dropped.truncate(PEX_PEERS);
        added.truncate(PEX_PEERS.min(PEX_TOLD.saturating_sub(exchange.told.len())));
        let message = PexMessage { added, dropped };
        if is_all || message.is_empty() {
            exchange.knows_all(self.connections_version);
        }
        if message.is_empty() {
            return exchange.looks_later(self.now);
        }
        exchange.tells(&message, self.now);
        self.send(id, Message::Extended { id: number, payload: message.encode() });
    }

    /// Who came and who went since `peer` was told.
    fn news_for(&self, peer: &PeerConnection) -> (Vec<NamedPeer>, Vec<SocketAddr>) {
        let (here, told) = (self.peers_for(peer), &peer.exchange.told);
        let added = here.values().filter(|other| !told.contains(&other.address));
        let dropped = told.iter().filter(|address| !here.contains_key(*address));
        (added.copied().collect(), dropped.copied().collect())
    }

    /// What `peer` may know of the others: where they listen. A seed has no use for another one.
    fn peers_for(&self, peer: &PeerConnection) -> BTreeMap<SocketAddr, NamedPeer> {
        let namer = Namer::at(peer.address.ip());
        let own = peer.listens_at().map(|own| own.address);
        let is_for_it = |other: &NamedPeer| {
            Some(other.address) != own
                && namer.may_name(other.address).is_ok()
                && !(peer.wants_nothing() && other.flags.has(PeerFlags::SEED))
        };
        let others = self.connections.values().filter(|other| !other.closing && other.id != peer.id);
        let others = others.filter_map(PeerConnection::listens_at).filter(is_for_it);
        others.map(|other| (other.address, other)).collect()
    }

    /// A peer names others. What it says beyond what it may is not read; those that it is not connected to any more may still be
    /// reached by us, and those who have dialled us are not dialled.
    pub(crate) fn on_peers_exchanged(&mut self, id: ConnectionId, payload: &[u8]) -> Judgement {
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        let may_name = peer.exchange.may_name(self.now);
        if self.addresses.is_private() || may_name < PEX_PRICE {
            return Ok(());
        }
        let mut named = PexMessage::decode(payload).map_err(|_| CloseReason::Protocol)?.added;
        named.truncate(may_name);
        peer.exchange.names(named.len(), self.now);
        let here: BTreeSet<SocketAddr> = self
            .connections
            .values()
            .filter_map(PeerConnection::listens_at)
            .map(|peer| peer.address)
            .collect();
        named.retain(|peer| !here.contains(&peer.address));
        self.on_peers(Origin::Exchange, named);
        Ok(())
    }
}
