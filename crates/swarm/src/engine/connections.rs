//! Connections come and go.

use std::net::{IpAddr, SocketAddr};

use super::{Phase, Swarm};
use crate::addresses::host;
use crate::peer::PeerConnection;
use crate::piece_set::PieceSet;
use crate::wire::{Handshake, Message};
use crate::{Action, CloseReason, ConnectionId, DialError, Direction, Report, Time, limits};

impl<B> Swarm<B> {
    pub(crate) fn on_connected(
        &mut self,
        id: ConnectionId,
        address: SocketAddr,
        direction: Direction,
        handshake: &Handshake,
    ) {
        let v2 = self.is_v2(direction, handshake);
        let made_way = self.settle_duplicate(address, direction, handshake);
        let refusal = self.refusal(address, direction, handshake);
        let refusal = match refusal {
            None if !made_way && self.is_full(direction) && !self.replace_caller(address) => {
                Some(CloseReason::NotNeeded)
            }
            refusal => refusal,
        };
        if direction == Direction::Outgoing {
            self.addresses.connected(address);
            if handshake.peer_id == self.config.peer_id {
                self.addresses.is_ours(address);
            }
        }
        let peer = PeerConnection::new(id, address, direction, handshake, v2, self.now);
        self.connections.insert(id, peer);
        self.connections_changed();
        self.dial_pace.reset();
        match refusal {
            Some(why) => self.close(id, why),
            None => self.send_first_messages(id),
        }
    }

    /// A dial led nowhere, or to a host that is no peer of this torrent. That is no offence of its host, whatever was said there:
    /// somebody else named the address, and there may be a peer at another one of the same host.
    pub(crate) fn on_connect_failed(&mut self, address: SocketAddr, why: DialError) {
        if why == DialError::HungUp && self.dial_the_other_way(address) {
            return;
        }
        let ban = self.bans.hosts.why(address.ip());
        if ban.is_none() && self.addresses.is_users_first_failure(address) {
            self.report(Report::Unreached { address, why });
        }
        self.addresses.failed(address, why, self.now);
        ban.into_iter().for_each(|why| self.addresses.closing(address, why));
        why.held_against().into_iter().for_each(|why| *self.totals.closed.entry(why).or_default() += 1);
    }

    pub(crate) fn on_closed(&mut self, id: ConnectionId, why: Option<CloseReason>) {
        self.connections_changed();
        self.release_peer(id);
        if let (Some(why), Some(peer)) = (why, self.connections.get_mut(&id).filter(|peer| !peer.closing)) {
            peer.closing = true;
            let address = peer.address;
            self.addresses.closing(address, why);
            self.count_close(address.ip(), why);
        }
        if let Some(peer) = self.connections.remove(&id) {
            if !peer.we_choke {
                self.choker.end_turn(host(peer.address.ip()), peer.upload.is_wasted(self.now), self.now);
                self.choker.look_soon();
            }
            let was_useful = peer.download.meter.total() > 0;
            self.bans.depart(id, peer.address.ip());
            self.addresses.learn(peer.address, peer.flags());
            self.addresses.closed(peer.address, was_useful, self.now);
            // Whoever we closed may dial us again.
            let lost = peer.caller().filter(|_| was_useful && !peer.closing);
            lost.into_iter().for_each(|caller| self.addresses.lost_caller(caller, self.now));
        }
    }

    /// Ends a connection. What it was asked for is free for others at once.
    pub(crate) fn close(&mut self, id: ConnectionId, why: CloseReason) {
        self.release_peer(id);
        let Some(peer) = self.connections.get_mut(&id).filter(|peer| !peer.closing) else { return };
        peer.closing = true;
        let address = peer.address;
        self.connections_changed();
        self.addresses.closing(address, why);
        self.actions.push_back(Action::Close { connection: id, why });
        self.count_close(address.ip(), why);
    }

    /// Counts why somebody was cut off. Who does it again and again is banned.
    fn count_close(&mut self, ip: IpAddr, why: CloseReason) {
        *self.totals.closed.entry(why).or_default() += 1;
        if why.is_offence() && self.bans.offend(ip) {
            self.ban(ip, why);
        }
    }

    /// What is said first: features, and which pieces there are.
    fn send_first_messages(&mut self, id: ConnectionId) {
        let Some(peer) = self.connections.get_mut(&id) else { return };
        let (extensions, fast) = (peer.extensions, peer.fast);
        if let Some(picker) = &self.picker {
            peer.pieces.has = PieceSet::none(picker.geometry().pieces().count());
        }
        if extensions {
            self.send_extension_handshake(id);
        }
        let have = self.shown_to_all().filter(|have| have.count() > 0);
        let message = match have {
            Some(have) if fast && have.is_all() => Some(Message::HaveAll),
            Some(have) => Some(Message::Bitfield(have.to_bitfield())),
            None => fast.then_some(Message::HaveNone),
        };
        message.into_iter().for_each(|message| self.send(id, message));
        self.tell_of_our_node(id);
        self.one_copy.iter_mut().for_each(|one_copy| one_copy.joined(id, self.now));
    }

    /// Nothing of what this peer was to do is left to it.
    fn release_peer(&mut self, id: ConnectionId) {
        self.release_all(id);
        self.drop_copy(id);
        self.drop_hashes(id);
        self.one_copy.iter_mut().for_each(|one_copy| one_copy.left(id));
        let Some(peer) = self.connections.get_mut(&id) else { return };
        peer.upload.requests.clear();
        let (pieces, source) = (std::mem::take(&mut peer.download.unverified), peer.source());
        if let Some(picker) = self.picker.as_mut().filter(|_| peer.pieces.is_counted) {
            peer.pieces.is_counted = false;
            peer.pieces.has.iter().for_each(|piece| picker.lower_availability(piece));
        }
        pieces.into_iter().for_each(|piece| self.disown(piece, source));
    }

    /// If both have dialled each other at the same time, the connection stays that the one with the greater id dialled: both ends
    /// must come to the same choice, or they close one each. The other one is closed here if it was first. But an id proves nothing:
    /// one that has given us anything, or that has been here for a while, stays whoever says its id; and an address that lost its
    /// connection so does not lose another. Gives whether it has made way for this one.
    fn settle_duplicate(&mut self, address: SocketAddr, direction: Direction, handshake: &Handshake) -> bool {
        let ours_stays = self.config.peer_id > handshake.peer_id;
        let stays = if ours_stays { Direction::Outgoing } else { Direction::Incoming };
        if direction != stays || handshake.peer_id == self.config.peer_id {
            return false;
        }
        let is_new = |peer: &PeerConnection| {
            peer.download.meter.total() == 0
                && self.now.saturating_sub(peer.liveness.connected_at) < SAME_TIME
                && !peer.closing
        };
        let mut others = self.connections.values().filter(|peer| peer.is_at(address, handshake));
        let other = others.find(|peer| peer.direction != direction && is_new(peer));
        let other = other.filter(|peer| !self.addresses.was_duplicate(peer.address)).map(|peer| peer.id);
        other.inspect(|id| self.close(*id, CloseReason::Duplicate)).is_some()
    }

    fn refusal(
        &self,
        address: SocketAddr,
        direction: Direction,
        handshake: &Handshake,
    ) -> Option<CloseReason> {
        let others = || self.connections.values().filter(|peer| !peer.closing);
        let here = |peer: &&PeerConnection| host(peer.address.ip()) == host(address.ip());
        if matches!(self.phase, Phase::Stopping(_) | Phase::Stopped) {
            Some(CloseReason::Stopping)
        } else if self.bans.hosts.contains(address.ip()) {
            Some(CloseReason::Poison)
        } else if handshake.peer_id == self.config.peer_id
            || others().any(|peer| self.is_same(peer, address, direction, handshake))
        {
            Some(CloseReason::Duplicate)
        } else if direction == Direction::Outgoing && !self.addresses.may_stay(address)
            || others().filter(here).count() >= limits::CONNECTIONS_PER_HOST
        {
            Some(CloseReason::NotNeeded)
        } else {
            None
        }
    }

    /// Whether a new connection leads to a peer that we have already. If we dialled its address, a caller that says its id does not
    /// stand in its way, unless it gives us something.
    fn is_same(
        &self,
        peer: &PeerConnection,
        address: SocketAddr,
        direction: Direction,
        handshake: &Handshake,
    ) -> bool {
        let stands_back = direction == Direction::Outgoing
            && peer.direction == Direction::Incoming
            && peer.download.meter.rate() < 1.0
            && self.addresses.was_duplicate(address);
        peer.address == address || peer.is_at(address, handshake) && !stands_back
    }

    /// Whether there is no place. One that is closing takes none: it may have made way for this very connection.
    fn is_full(&self, direction: Direction) -> bool {
        let most = self.most_connections();
        let stay = || self.connections.values().filter(|peer| !peer.closing);
        let incoming = stay().filter(|peer| peer.direction == Direction::Incoming).count();
        stay().count() >= most
            || direction == Direction::Incoming && incoming * 4 >= most * limits::INCOMING_IN_FOUR
    }

    /// Whether the connection is of the v2 swarm: its own answer says so, or ours to it does.
    fn is_v2(&self, direction: Direction, handshake: &Handshake) -> bool {
        let agreed = match direction {
            Direction::Outgoing => Some(handshake.info_hash),
            Direction::Incoming => self.answer(handshake).map(|answer| answer.info_hash),
        };
        self.short_v2().is_some() && agreed == self.short_v2()
    }
}

/// How long after a connection another one with the same peer may have been dialled before either end heard of the other's.
const SAME_TIME: Time = Time::from_secs(10);
