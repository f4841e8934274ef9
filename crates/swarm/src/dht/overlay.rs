//! What our node is in the DHT of one address family (BEP 32): its id, its table, and whom it means to ask.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use fastrand::Rng;

use super::NodeId;
use super::krpc::DhtNode;
use super::limits::{CHECKS, CHECKS_AT_ONCE, CONTACTS};
use super::own_address::AddressVotes;
use super::peer_store::PeerStore;
use super::table::Table;
use crate::Time;

/// Our node in one family.
#[derive(Debug)]
pub(super) struct Overlay {
    pub(super) own: NodeId,
    pub(super) table: Table,
    pub(super) store: PeerStore,
    votes: AddressVotes,
    /// Nodes that somebody named, to begin with: whoever is named first stays.
    contacts: Vec<SocketAddr>,
    /// Nodes to ask whether they are there.
    checks: VecDeque<SocketAddr>,
    /// Nodes that are being asked that.
    checking: Vec<SocketAddr>,
    /// When the table may be filled again.
    pub(super) next_fill: Time,
    /// When it is looked after again.
    pub(super) next_upkeep: Time,
}

impl Overlay {
    pub(super) fn new(now: Time, rng: &mut Rng) -> Self {
        let own = NodeId::random(rng);
        Self {
            own,
            table: Table::new(own),
            store: PeerStore::new(own),
            votes: AddressVotes::default(),
            contacts: Vec::new(),
            checks: VecDeque::new(),
            checking: Vec::new(),
            next_fill: now,
            next_upkeep: now,
        }
    }

    /// Nodes that somebody named, whoever they are.
    pub(super) fn contacts(&self) -> &[SocketAddr] {
        &self.contacts
    }

    /// A node that somebody named.
    pub(super) fn add_contact(&mut self, node: SocketAddr) {
        if self.contacts.len() < CONTACTS && !self.contacts.contains(&node) {
            self.contacts.push(node);
        }
    }

    /// A node that may be there.
    pub(super) fn check_later(&mut self, node: SocketAddr) {
        let is_known = self.checks.contains(&node) || self.checking.contains(&node);
        if !is_known && self.checks.len() < CHECKS {
            self.checks.push_back(node);
        }
    }

    /// The next node to ask whether it is there, if not too many are being asked.
    pub(super) fn next_check(&mut self) -> Option<SocketAddr> {
        if self.checking.len() >= CHECKS_AT_ONCE {
            return None;
        }
        let node = self.checks.pop_front()?;
        self.checking.push(node);
        Some(node)
    }

    /// A node has said whether it is there, or has not.
    pub(super) fn checked(&mut self, node: SocketAddr) {
        self.checking.retain(|checking| *checking != node);
    }

    /// Whether a node that asks us is worth a question of ours.
    pub(super) fn is_welcome(&mut self, node: DhtNode) -> bool {
        let is_known = self.checks.contains(&node.address) || self.checking.contains(&node.address);
        !is_known && self.checks.len() < CHECKS && self.table.has_room(node)
    }

    /// A node says what our address is. True if that is news that enough others agree with: our id has changed with it (BEP 42). It
    /// sees the address of its own family, and knows nothing of the other.
    pub(super) fn hear_of_us(&mut self, voter: IpAddr, ours: IpAddr, rng: &mut Rng) -> bool {
        if voter.is_ipv4() != ours.is_ipv4() {
            return false;
        }
        let Some(ip) = self.votes.vote(voter, ours) else { return false };
        if self.own.suits(ip) {
            return false;
        }
        self.own = NodeId::of(ip, rng);
        self.table = self.table.moved(self.own);
        self.store.move_to(self.own);
        true
    }
}
