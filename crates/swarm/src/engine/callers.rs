//! Which connection ends for a peer that comes when all places are taken.
//!
//! Otherwise callers that send a handshake and want nothing could keep every other peer out for as long as they like.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use super::Swarm;
use crate::addresses::caller_network;
use crate::peer::PeerConnection;
use crate::{CloseReason, ConnectionId, Direction, Time, limits};

impl<B> Swarm<B> {
    /// Ends the connection of a caller that is of no use, so that another gets the place. False if there is none.
    pub(crate) fn replace_caller(&mut self, newcomer: SocketAddr) -> bool {
        let Some(id) = self.replaceable(newcomer) else { return false };
        self.close(id, CloseReason::NotNeeded);
        true
    }

    /// A caller that neither gives nor takes, of the network that has the most places. If that network has no more places than the one
    /// of the newcomer, the caller goes only if it has been here for long, and is not interested or comes after the newcomer in the order of BEP 40.
    fn replaceable(&self, newcomer: SocketAddr) -> Option<ConnectionId> {
        let callers = self
            .connections
            .values()
            .filter(|peer| peer.direction == Direction::Incoming && !peer.closing && !self.is_at_work(peer));
        let mut places: BTreeMap<IpAddr, usize> = BTreeMap::new();
        callers.clone().for_each(|peer| *places.entry(caller_network(peer.address.ip())).or_default() += 1);
        let places_of = |ip: IpAddr| places.get(&caller_network(ip)).copied().unwrap_or_default();
        let rank = |address| self.addresses.own.priority(address);
        let may_go = |peer: &&PeerConnection| {
            let is_crowded = places_of(peer.address.ip()) > places_of(newcomer.ip()) + 1;
            let is_old = self.now.saturating_sub(peer.liveness.connected_at) > limits::GRACE;
            is_crowded || is_old && (!peer.it_is_interested || rank(peer.address) < rank(newcomer))
        };
        let worst = callers.filter(may_go).max_by_key(|peer| {
            let waits = self.now.saturating_sub(peer.download.last_block);
            (places_of(peer.address.ip()), !peer.it_is_interested, Reverse(rank(peer.address)), waits)
        });
        worst.map(|peer| peer.id)
    }

    /// Whether a peer gives or takes, or could not show that it does.
    pub(crate) fn is_at_work(&self, peer: &PeerConnection) -> bool {
        let moves = peer.download.meter.rate() >= 1.0 || peer.upload.meter.rate() >= 1.0;
        let is_unread =
            peer.download.unread_at.is_some_and(|at| self.now.saturating_sub(at) <= UNREAD_LATELY);
        moves || !peer.download.meter.is_at_rest() || is_unread
    }
}

/// How long ago a peer may have been seen to wait for us to read it: that is looked at once a second.
const UNREAD_LATELY: Time = Time::from_secs(2);
