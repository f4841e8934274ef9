//! Nodes that answered, by how many bits of their ids they share with ours (BEP 5, "routing table"), of one address family.
//!
//! A bucket for each number of bits shared is what splitting the bucket of our own id comes to. A node is in a bucket only once it has
//! answered us. Of one neighbourhood there is one node in a bucket; ids that suit their address go before ids that somebody chose.

use std::net::SocketAddr;

use fastrand::Rng;

use super::NodeId;
use super::krpc::DhtNode;
use super::limits::{FAILURES, K, STALE};
use super::neighbourhood::Neighbourhood;
use super::node_id::ID_BITS;
use crate::Time;

/// The nodes of a family.
#[derive(Debug)]
pub(super) struct Table {
    own: NodeId,
    buckets: Vec<Bucket>,
}

#[derive(Clone, Debug, Default)]
struct Bucket {
    nodes: Vec<TableNode>,
    /// It answered while there was no place.
    spare: Option<DhtNode>,
    changed: Time,
}

#[derive(Clone, Copy, Debug)]
struct TableNode {
    node: DhtNode,
    since: Time,
    /// When it last answered or asked.
    heard: Time,
    /// Queries in a row that it did not answer.
    failures: u8,
}

impl Table {
    pub(super) fn new(own: NodeId) -> Self {
        Self { own, buckets: vec![Bucket::default(); ID_BITS] }
    }

    /// How many nodes there are that answer.
    pub(super) fn len(&self) -> usize {
        self.nodes().filter(|node| node.failures < FAILURES).count()
    }

    /// Whether nobody is in it, not even somebody who does not answer any more.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes().next().is_none()
    }

    /// A node has answered.
    pub(super) fn answered(&mut self, node: DhtNode, now: Time) {
        let moved = |known: &TableNode| known.node.address == node.address && known.node.id != node.id;
        self.buckets.iter_mut().for_each(|bucket| bucket.nodes.retain(|known| !moved(known)));
        if let Some(bucket) = self.bucket(node.id) {
            bucket.answered(node, now);
        }
    }

    /// A node that has asked us something: if it is in its bucket, it is still there.
    pub(super) fn asked(&mut self, node: DhtNode, now: Time) {
        let nodes = self.bucket(node.id).into_iter().flat_map(|bucket| &mut bucket.nodes);
        nodes.filter(|known| known.node == node).for_each(|known| known.heard = now);
    }

    /// A node did not answer.
    pub(super) fn failed(&mut self, address: SocketAddr, now: Time) {
        self.buckets.iter_mut().for_each(|bucket| bucket.failed(address, now));
    }

    /// Whether a node would get a place if it answered.
    pub(super) fn has_room(&mut self, node: DhtNode) -> bool {
        self.bucket(node.id).is_some_and(|bucket| bucket.place(node).is_some())
    }

    /// The nodes nearest to an id that have answered every query of late, the nearest first.
    pub(super) fn nearest(&self, target: NodeId, count: usize) -> Vec<DhtNode> {
        let live = self.nodes().filter(|node| node.failures == 0).map(|known| known.node);
        let mut nodes: Vec<DhtNode> = live.collect();
        nodes.sort_by_cached_key(|node| node.id.distance(target));
        nodes.truncate(count);
        nodes
    }

    /// A node that has been silent for long and may have gone: the one that was silent longest.
    pub(super) fn questionable(&self, now: Time) -> Option<SocketAddr> {
        let doubtful = self.nodes().filter(|node| node.failures < FAILURES && node.heard + STALE <= now);
        doubtful.min_by_key(|node| node.heard).map(|known| known.node.address)
    }

    /// Some id of a bucket in which nothing has changed for long; it counts as changed now. Of empty ones only the first is meant: who takes an id
    /// next to ours leaves a hundred of them before its own.
    pub(super) fn stale(&mut self, now: Time, rng: &mut Rng) -> Option<NodeId> {
        let deepest = self.buckets.iter().rposition(|bucket| !bucket.nodes.is_empty())?;
        let first_empty = self.buckets.iter().position(|bucket| bucket.nodes.is_empty());
        let stale = |(bits, bucket): &(usize, &mut Bucket)| {
            bucket.changed + STALE <= now && (!bucket.nodes.is_empty() || Some(*bits) == first_empty)
        };
        let buckets = self.buckets[..=deepest].iter_mut().enumerate().filter(stale);
        let (bits, bucket) = buckets.min_by_key(|(_, bucket)| bucket.changed)?;
        bucket.changed = now;
        Some(self.own.with_shared_bits(bits, rng))
    }

    /// All nodes, those that have been there longest first, behind them those that may have gone.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        let mut nodes: Vec<&TableNode> = self.nodes().collect();
        nodes.sort_by_key(|node| (node.failures, node.since));
        nodes.iter().map(|known| known.node.address).collect()
    }

    /// The same nodes seen from another id.
    pub(super) fn moved(&self, own: NodeId) -> Self {
        let mut table = Self::new(own);
        for known in self.nodes().filter(|known| known.failures == 0) {
            table.answered(known.node, known.heard);
        }
        table
    }

    fn nodes(&self) -> impl Iterator<Item = &TableNode> {
        self.buckets.iter().flat_map(|bucket| &bucket.nodes)
    }

    /// None for our own id.
    fn bucket(&mut self, id: NodeId) -> Option<&mut Bucket> {
        self.buckets.get_mut(self.own.shared_bits(id))
    }
}

/// Where a node gets its place.
enum Place {
    /// There is room.
    Free,
    /// It takes the place of another, by its index.
    Of(usize),
}

impl Bucket {
    fn answered(&mut self, node: DhtNode, now: Time) {
        if let Some(known) = self.nodes.iter_mut().find(|known| known.node == node) {
            (known.heard, known.failures, self.changed) = (now, 0, now);
            return;
        }
        let new = TableNode { node, since: now, heard: now, failures: 0 };
        match self.place(node) {
            Some(Place::Free) => self.nodes.push(new),
            Some(Place::Of(at)) => self.nodes[at] = new,
            None if self.alike(node).is_none() => return self.spare = Some(node),
            None => return,
        }
        self.changed = now;
    }

    /// A node of the same id or neighbourhood keeps its place while it answers.
    fn place(&self, node: DhtNode) -> Option<Place> {
        if let Some(at) = self.alike(node) {
            return (self.nodes[at].failures > 0).then_some(Place::Of(at));
        }
        if self.nodes.len() < K {
            return Some(Place::Free);
        }
        let fails = self.nodes.iter().position(|known| known.failures > 0);
        let suits = |node: &DhtNode| node.id.suits(node.address.ip());
        let chosen = || self.nodes.iter().rposition(|known| !suits(&known.node)).filter(|_| suits(&node));
        fails.or_else(chosen).map(Place::Of)
    }

    /// The one that has its id or is in its neighbourhood.
    fn alike(&self, node: DhtNode) -> Option<usize> {
        let neighbourhood = Neighbourhood::of(node.address);
        let is_alike = |known: &TableNode| {
            known.node.id == node.id || Neighbourhood::of(known.node.address) == neighbourhood
        };
        self.nodes.iter().position(is_alike)
    }

    /// Who fails often gives its place up to whoever waits for it; else it keeps it, because it may be us who are cut off.
    fn failed(&mut self, address: SocketAddr, now: Time) {
        let Some(at) = self.nodes.iter().position(|known| known.node.address == address) else { return };
        self.nodes[at].failures = self.nodes[at].failures.saturating_add(1);
        let spare = self.spare.filter(|spare| self.alike(*spare).is_none_or(|alike| alike == at));
        if let (Some(spare), FAILURES..) = (spare, self.nodes[at].failures) {
            self.nodes[at] = TableNode { node: spare, since: now, heard: Time::ZERO, failures: 0 };
            (self.spare, self.changed) = (None, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: NodeId = NodeId([0; 20]);

    /// A node that shares no bit with us, in a network of its own.
    fn far(number: u8) -> DhtNode {
        let mut id = [number; 20];
        id[0] = 0x80;
        DhtNode { id: NodeId(id), address: SocketAddr::new([20, 0, number, 1].into(), 6881) }
    }

    fn suiting(number: u8) -> DhtNode {
        let ip = [20, 1, number, 1].into();
        let mut rng = Rng::with_seed(number.into());
        let ids = std::iter::repeat_with(|| NodeId::of(ip, &mut rng));
        DhtNode { id: ids.take(9).find(|id| id.0[0] >= 0x80).unwrap(), address: SocketAddr::new(ip, 6881) }
    }

    fn full() -> Table {
        let mut table = Table::new(OWN);
        (0..K as u8).for_each(|number| table.answered(far(number), Time::ZERO));
        table
    }

    fn holds(table: &Table, node: DhtNode) -> bool {
        table.nodes().any(|known| known.node == node)
    }

    #[test]
    fn a_bucket_holds_eight_and_keeps_them() {
        let mut table = full();
        assert!(!table.has_room(far(9)));
        table.answered(far(9), Time::ZERO);
        assert!(table.len() == K && !holds(&table, far(9)));
        // Nearer ids have buckets of their own.
        let near = DhtNode { id: NodeId([1; 20]), ..far(10) };
        assert!(table.has_room(near));
        table.answered(near, Time::ZERO);
        assert!(holds(&table, near));
        assert_eq!(table.nearest(near.id, 1), [near]);
        table.answered(DhtNode { id: OWN, ..far(11) }, Time::ZERO);
        assert_eq!(table.len(), K + 1);
    }

    #[test]
    fn a_node_that_fails_gives_way_to_one_that_answers() {
        let mut table = full();
        table.answered(far(9), Time::ZERO);
        table.failed(far(3).address, Time::ZERO);
        assert!(holds(&table, far(3)) && !table.nearest(far(3).id, K).contains(&far(3)));
        table.failed(far(3).address, Time::ZERO);
        assert!(!holds(&table, far(3)) && holds(&table, far(9)), "the spare one has the place");
        // Nobody waits: it stays, but counts for nothing.
        (0..3).for_each(|_| table.failed(far(4).address, Time::ZERO));
        assert!(holds(&table, far(4)) && table.len() == K - 1);
        table.answered(far(20), Time::ZERO);
        assert!(!holds(&table, far(4)) && holds(&table, far(20)));
    }

    #[test]
    fn a_neighbourhood_has_one_place_in_a_bucket() {
        let mut table = Table::new(OWN);
        table.answered(far(1), Time::ZERO);
        let neighbour = DhtNode { id: far(2).id, address: "20.0.1.77:9".parse().unwrap() };
        table.answered(neighbour, Time::ZERO);
        assert!(holds(&table, far(1)) && !holds(&table, neighbour));
        // Nor does it take over an id.
        table.answered(DhtNode { id: far(1).id, ..far(5) }, Time::ZERO);
        assert!(holds(&table, far(1)) && table.len() == 1);
        // One that has another id now is not there twice.
        table.answered(DhtNode { id: NodeId([1; 20]), ..far(1) }, Time::ZERO);
        assert!(!holds(&table, far(1)) && table.len() == 1);
    }

    #[test]
    fn an_id_that_suits_its_address_goes_before_one_that_was_chosen() {
        let mut table = full();
        (0..4).for_each(|number| table.answered(suiting(number), Time::ZERO));
        assert!((0..4).all(|number| holds(&table, suiting(number))) && table.len() == K);
        let mut table = Table::new(OWN);
        (0..8).for_each(|number| table.answered(suiting(number), Time::ZERO));
        table.answered(far(1), Time::ZERO);
        assert!(!holds(&table, far(1)));
    }

    #[test]
    fn the_silent_are_asked_and_old_buckets_refreshed() {
        let mut table = full();
        let mut rng = Rng::with_seed(1);
        table.answered(far(2), Time::from_secs(60));
        table.asked(far(0), Time::from_secs(900));
        assert_eq!(table.questionable(STALE - Time::from_secs(1)), None);
        assert_eq!(table.questionable(STALE), Some(far(1).address));
        assert_eq!(table.stale(STALE, &mut rng), None);
        let target = table.stale(STALE + Time::from_secs(60), &mut rng).unwrap();
        assert_eq!(target.shared_bits(OWN), 0);
        assert_eq!(table.stale(STALE + Time::from_secs(60), &mut rng), None);
    }

    #[test]
    fn an_id_next_to_ours_does_not_make_all_empty_buckets_old() {
        let mut table = full();
        let mut next_to_us = OWN;
        next_to_us.0[19] = 1;
        table.answered(DhtNode { id: next_to_us, ..far(9) }, Time::ZERO);
        let mut rng = Rng::with_seed(1);
        let refreshed = std::iter::from_fn(|| table.stale(STALE, &mut rng)).map(|id| id.shared_bits(OWN));
        assert_eq!(refreshed.collect::<Vec<_>>(), [0, 1, ID_BITS - 1]);
    }
}
