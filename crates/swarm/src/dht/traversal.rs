//! The way through one family's network to the nodes nearest to an id (BEP 5): who is asked next, and when it has come to its end.
//!
//! A candidate is known, asked, answered, or gone because it failed. `near` are the eight nearest that can still be had; whoever of them
//! is only known is asked. One that is late gives its place among them up, so that others are asked, and gets it back if it answers.

mod known_node;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;

use super::NodeId;
use super::krpc::DhtNode;
use super::limits::{ALPHA, ASKED, CANDIDATES, CHOSEN_IDS, CONTACTS, K, TOKEN_MAX, UNPROVEN};
use super::neighbourhood::Neighbourhood;
use crate::Time;
use known_node::{KnownNode, NamerRecord, NodeState};

/// A way to the nodes nearest to an id.
#[derive(Debug)]
pub(super) struct Traversal {
    pub(super) target: NodeId,
    /// Our id: nobody has to tell us of ourselves.
    own: NodeId,
    /// Nodes that did not fail, the nearest first.
    candidates: Vec<KnownNode>,
    /// Nodes whose ids are not known: they are asked where there are not enough others.
    contacts: VecDeque<SocketAddr>,
    /// All that were asked.
    asked: BTreeSet<SocketAddr>,
    in_flight: Vec<InFlight>,
    namers: Vec<NamerRecord>,
    answered: u32,
}

/// A node that has been asked and has neither answered nor failed.
#[derive(Clone, Copy, Debug)]
struct InFlight {
    address: SocketAddr,
    since: Time,
    is_late: bool,
}

/// A node at the end of the way, and the token that it gave.
pub(super) type NearNode = (SocketAddr, Vec<u8>);

impl Traversal {
    pub(super) fn new(target: NodeId, own: NodeId) -> Self {
        Self {
            target,
            own,
            candidates: Vec::new(),
            contacts: VecDeque::new(),
            asked: BTreeSet::new(),
            in_flight: Vec::new(),
            namers: Vec::new(),
            answered: 0,
        }
    }

    /// Nodes of our table.
    pub(super) fn begin_with(&mut self, nodes: impl IntoIterator<Item = DhtNode>) {
        nodes.into_iter().for_each(|node| self.add(node, None));
    }

    /// A node whose id is not known.
    pub(super) fn add_contact(&mut self, address: SocketAddr) {
        if self.contacts.len() < CONTACTS && !self.asked.contains(&address) {
            self.contacts.push_back(address);
        }
    }

    /// Nodes that somebody named, those that its namer thinks nearest first.
    pub(super) fn named(&mut self, nodes: impl IntoIterator<Item = DhtNode>) {
        self.namers.push(NamerRecord::default());
        let namer = self.namers.len() - 1;
        nodes.into_iter().take(K).for_each(|node| self.add(node, Some(namer)));
    }

    /// Whom to ask now; ask until there is nobody.
    pub(super) fn next(&mut self, now: Time, late_after: Time) -> Option<SocketAddr> {
        self.note_late(now, late_after);
        let in_time = self.in_flight.iter().filter(|query| !query.is_late).count();
        if in_time >= ALPHA || self.asked.len() >= ASKED {
            return None;
        }
        let near = self.near();
        let known = near.iter().find(|at| self.candidates[**at].state == NodeState::Known);
        let address = match known {
            Some(at) => self.ask(*at),
            None if near.len() < K => self.next_contact()?,
            None => return None,
        };
        self.asked.insert(address);
        self.in_flight.push(InFlight { address, since: now, is_late: false });
        Some(address)
    }

    /// A node has answered.
    pub(super) fn on_answer(&mut self, node: DhtNode, token: Option<&[u8]>) {
        self.answered += 1;
        if let Some(namer) = self.remove(node.address).and_then(|candidate| candidate.namer) {
            self.namers[namer].answered += 1;
        }
        let token = token.filter(|token| token.len() <= TOKEN_MAX).map(<[u8]>::to_vec);
        self.insert(KnownNode::new(node, self.target, NodeState::Answered(token), None));
    }

    /// A node did not answer, or only that it will not.
    pub(super) fn on_failure(&mut self, address: SocketAddr) {
        self.remove(address);
    }

    /// Whether the nearest nodes that answer are known. Not while nobody was there to be asked.
    pub(super) fn is_done(&self) -> bool {
        let near = self.near();
        let is_open = |at: &usize| !matches!(self.candidates[*at].state, NodeState::Answered(_));
        let may_ask = self.asked.len() < ASKED;
        let has_contacts = near.len() < K && !self.contacts.is_empty();
        if self.asked.is_empty() || (may_ask && (has_contacts || near.iter().any(is_open))) {
            return false;
        }
        let last = near.iter().max().filter(|_| near.len() >= K);
        let end = last.map_or(self.candidates.len(), |last| *last);
        let is_late = |candidate: &KnownNode| candidate.state == NodeState::Late;
        let wants_late = near.len() < K && !self.in_flight.is_empty();
        let is_waiting = self.in_flight.iter().any(|query| !query.is_late);
        !is_waiting && !wants_late && !self.candidates[..end].iter().any(is_late)
    }

    /// The nearest nodes that answered and gave tokens.
    pub(super) fn nearest(&self) -> Vec<NearNode> {
        let near = self.nearest_of(|candidate| matches!(candidate.state, NodeState::Answered(Some(_))));
        let node = |at: &usize| match &self.candidates[*at] {
            KnownNode { node, state: NodeState::Answered(Some(token)), .. } => {
                Some((node.address, token.clone()))
            }
            _ => None,
        };
        near.iter().filter_map(node).collect()
    }

    /// When somebody will be late, so that another can be asked.
    pub(super) fn next_late(&self, late_after: Time) -> Option<Time> {
        let in_time = self.in_flight.iter().filter(|query| !query.is_late);
        in_time.map(|query| query.since + late_after).min()
    }

    /// Whether it could do with contacts.
    pub(super) fn is_hungry(&self) -> bool {
        self.near().len() < K
    }

    /// How many nodes were asked, and how many answered.
    pub(super) fn counts(&self) -> (u32, u32) {
        (self.asked.len() as u32, self.answered)
    }

    fn note_late(&mut self, now: Time, late_after: Time) {
        for query in self.in_flight.iter_mut().filter(|query| query.since + late_after <= now) {
            query.is_late = true;
            let candidate =
                self.candidates.iter_mut().find(|candidate| candidate.node.address == query.address);
            candidate.into_iter().for_each(|candidate| candidate.state = NodeState::Late);
        }
    }

    /// The eight nearest that have answered, or may.
    fn near(&self) -> Vec<usize> {
        self.nearest_of(|candidate| match candidate.state {
            NodeState::Known => candidate.namer.is_none_or(|namer| self.namers[namer].is_believed()),
            NodeState::Late => false,
            NodeState::Asked | NodeState::Answered(_) => true,
        })
    }

    /// Of each neighbourhood one, and few whose ids somebody chose (BEP 42) while there are others.
    fn nearest_of(&self, counts: impl Fn(&KnownNode) -> bool) -> Vec<usize> {
        let (mut near, mut passed_over) = (Vec::with_capacity(K), Vec::new());
        let mut neighbourhoods = BTreeSet::new();
        let mut chosen_ids = 0;
        for (at, candidate) in self.candidates.iter().enumerate().filter(|(_, candidate)| counts(candidate)) {
            if near.len() == K {
                break;
            }
            if !candidate.suits && chosen_ids == CHOSEN_IDS {
                passed_over.push(at);
            } else if neighbourhoods.insert(candidate.neighbourhood) {
                chosen_ids += usize::from(!candidate.suits);
                near.push(at);
            }
        }
        passed_over.retain(|at| neighbourhoods.insert(self.candidates[*at].neighbourhood));
        passed_over.truncate(K - near.len());
        near.extend(passed_over);
        near
    }

    fn ask(&mut self, at: usize) -> SocketAddr {
        let candidate = &mut self.candidates[at];
        candidate.state = NodeState::Asked;
        if let Some(namer) = candidate.namer {
            self.namers[namer].asked += 1;
        }
        let address = candidate.node.address;
        // Somebody else may have named another id for it.
        self.candidates
            .retain(|other| other.node.address != address || matches!(other.state, NodeState::Asked));
        address
    }

    fn next_contact(&mut self) -> Option<SocketAddr> {
        std::iter::from_fn(|| self.contacts.pop_front()).find(|address| !self.asked.contains(address))
    }

    fn add(&mut self, node: DhtNode, namer: Option<usize>) {
        if node.id == self.own || self.asked.contains(&node.address) {
            return;
        }
        let Some(known) = self.candidates.iter_mut().find(|candidate| candidate.node == node) else {
            return self.insert(KnownNode::new(node, self.target, NodeState::Known, namer));
        };
        // Another names it, who may be more to be believed.
        if known.namer.is_some_and(|earlier| !self.namers[earlier].is_believed()) {
            known.namer = namer;
        }
    }

    fn insert(&mut self, candidate: KnownNode) {
        let at = self.candidates.partition_point(|other| other.distance <= candidate.distance);
        self.candidates.insert(at, candidate);
        if self.candidates.len() > CANDIDATES {
            let farthest = self.candidates.iter().rposition(|other| other.state == NodeState::Known);
            farthest.into_iter().for_each(|at| drop(self.candidates.remove(at)));
        }
    }

    /// It is not in flight any more, and no candidate.
    fn remove(&mut self, address: SocketAddr) -> Option<KnownNode> {
        self.in_flight.retain(|query| query.address != address);
        let at = self.candidates.iter().position(|candidate| candidate.node.address == address)?;
        Some(self.candidates.remove(at))
    }
}

impl NamerRecord {
    /// Whether more of those it named are asked.
    fn is_believed(&self) -> bool {
        self.asked < UNPROVEN + 3 * self.answered
    }
}

impl KnownNode {
    fn new(node: DhtNode, target: NodeId, state: NodeState, namer: Option<usize>) -> Self {
        let distance = node.id.distance(target);
        let neighbourhood = Neighbourhood::of(node.address);
        Self { node, distance, neighbourhood, suits: node.id.suits(node.address.ip()), state, namer }
    }
}
