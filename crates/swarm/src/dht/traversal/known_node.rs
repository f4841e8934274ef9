//! A node that a traversal knows.

use crate::dht::krpc::DhtNode;
use crate::dht::neighbourhood::Neighbourhood;
use crate::dht::node_id::Distance;

/// A node that a traversal knows, and what it is worth.
#[derive(Debug)]
pub(super) struct KnownNode {
    pub(super) node: DhtNode,
    pub(super) distance: Distance,
    pub(super) neighbourhood: Neighbourhood,
    /// Its id suits its address (BEP 42).
    pub(super) suits: bool,
    pub(super) state: NodeState,
    /// Who named it, by its place; `None` for those of our table and those that answered.
    pub(super) namer: Option<usize>,
}

/// What became of a candidate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum NodeState {
    /// It was not asked yet.
    Known,
    Asked,
    /// It was asked, and others have answered sooner.
    Late,
    /// It answered, and gave this token.
    Answered(Option<Vec<u8>>),
}

/// A node that named others: how many of these were asked, and how many answered.
#[derive(Debug, Default)]
pub(super) struct NamerRecord {
    pub(super) asked: u32,
    pub(super) answered: u32,
}
