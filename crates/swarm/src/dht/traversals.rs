//! Traversals that run: queries go out, and what nodes answer takes them on.

use std::net::SocketAddr;

use super::krpc::{DhtNode, KrpcAnswer, Question};
use super::limits::K;
use super::lookups::Running;
use super::overlay::Overlay;
use super::traversal::Traversal;
use super::{Dht, InfoHash, NodeId, Purpose};
use crate::Time;

impl Dht {
    /// Begins the way to an id, in a family that we have.
    pub(super) fn traverse(&mut self, now: Time, target: NodeId, is_v6: bool, info_hash: Option<InfoHash>) {
        let Some(overlay) = &self.overlays[usize::from(is_v6)] else { return };
        let mut traversal = Traversal::new(target, overlay.own);
        let nearest = overlay.table.nearest(target, 2 * K);
        if nearest.len() < K {
            overlay.contacts().iter().for_each(|contact| traversal.add_contact(*contact));
        }
        traversal.begin_with(nearest);
        self.next_number += 1;
        let running = Running { traversal, is_v6, info_hash, announcing: None };
        self.running.insert(self.next_number, running);
        self.proceed(now, self.next_number);
    }

    /// A node that somebody named is known to those that have nobody better, if there are any.
    pub(super) fn offer_contact(&mut self, now: Time, node: SocketAddr) -> bool {
        let is_for_it = |running: &Running| running.is_v6 == node.is_ipv6() && running.traversal.is_hungry();
        let hungry = self.running.iter_mut().filter(|(_, running)| is_for_it(running));
        let numbers: Vec<u64> = hungry
            .map(|(number, running)| {
                running.traversal.add_contact(node);
                *number
            })
            .collect();
        numbers.iter().for_each(|number| self.proceed(now, *number));
        !numbers.is_empty()
    }

    /// A node has answered.
    pub(super) fn on_way(&mut self, now: Time, number: u64, node: DhtNode, answer: KrpcAnswer<'_>) {
        let Some(running) = self.running.get_mut(&number) else { return };
        running.traversal.on_answer(node, answer.token);
        let (target, info_hash) = (running.traversal.target, running.info_hash);
        if let Some(info_hash) = info_hash.filter(|_| !answer.peers.is_empty()) {
            self.tell_of(info_hash, node.address, answer.peers);
        }
        let may_be_named = |named: &DhtNode| self.may_name(node.address, named.address);
        let named: Vec<DhtNode> = answer.nodes.into_iter().filter(may_be_named).collect();
        // The way to the same id in the other family profits, too.
        let same = self.running.iter_mut().filter(|(_, running)| running.traversal.target == target);
        let numbers: Vec<u64> = same
            .map(|(number, running)| {
                let is_v6 = running.is_v6;
                running.traversal.named(named.iter().copied().filter(|node| node.address.is_ipv6() == is_v6));
                *number
            })
            .collect();
        numbers.into_iter().for_each(|number| self.proceed(now, number));
        self.begin_with(now, &named, !node.address.is_ipv6());
    }

    /// Nodes were named of a family in which hardly anybody is known (BEP 32).
    fn begin_with(&mut self, now: Time, named: &[DhtNode], is_v6: bool) {
        for node in named.iter().filter(|node| node.address.is_ipv6() == is_v6) {
            let overlay = self.overlays[usize::from(is_v6)].as_ref();
            if overlay.is_some_and(|overlay| overlay.contacts().len() < K) {
                self.add_node(now, node.address);
            }
        }
    }

    /// A node does not answer.
    pub(super) fn on_lost(&mut self, now: Time, number: u64, node: SocketAddr) {
        if let Some(running) = self.running.get_mut(&number) {
            running.traversal.on_failure(node);
        }
        self.proceed(now, number);
    }

    /// Asks whoever is to be asked; ends what has come to its end.
    pub(super) fn proceed(&mut self, now: Time, number: u64) {
        let late_after = self.round_trips.late_after();
        while let Some(running) = self.running.get_mut(&number)
            && let Some(to) = running.traversal.next(now, late_after).filter(|_| running.announcing.is_none())
        {
            let target = running.traversal.target;
            let question = match running.info_hash {
                Some(info_hash) => Question::GetPeers { info_hash },
                None => Question::FindNode { target },
            };
            self.ask(now, to, question, Purpose::Traverse(number));
        }
        if self.running.get(&number).is_some_and(Running::is_at_its_end)
            && self.is_through(now, number)
            && let Some(running) = self.running.remove(&number)
            && let Some(info_hash) = running.info_hash
        {
            self.on_traversed(now, info_hash, &running.traversal);
        }
    }

    /// Our node in the family of an address, which is one that we have.
    pub(super) fn overlay_mut(&mut self, address: SocketAddr) -> &mut Overlay {
        let overlay = self.overlays[usize::from(address.is_ipv6())].as_mut();
        overlay.expect("nobody is asked or heard of a family that we do not have")
    }
}
