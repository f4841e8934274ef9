//! What became of all peers, trackers and web seeds that could have given something: what people want to know when nothing comes.

use std::collections::BTreeMap;

use super::origin::{Origin, PeerSource};
use crate::{CloseReason, DialError};

/// What became of all peers that were named, and who else could be asked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Contacts {
    /// Addresses of peers that were named. Each of them counts once in what follows, by how it ended last.
    pub known: usize,
    /// The same by who named them first.
    pub sources: BTreeMap<PeerSource, usize>,
    /// Those that were not dialled.
    pub untried: usize,
    /// Those that are being dialled.
    pub dialling: usize,
    /// Those where a dial led nowhere, by why.
    pub failed: BTreeMap<DialError, usize>,
    /// Those of all that hung up at once, and were then dialled again with an encrypted stream.
    pub encrypted: usize,
    /// Those of them that were reached so.
    pub encrypted_reached: usize,
    /// Those that ended the connection and had given nothing.
    pub left: usize,
    /// Those that we cut off and that had given nothing, by why.
    pub cut_off: BTreeMap<CloseReason, usize>,
    /// Those that are connected now, whichever side dialled.
    pub connected: usize,
    /// Connected peers that have something we need, and choke us.
    pub choking: usize,
    /// Connected peers that have nothing we need.
    pub needless: usize,
    /// Hosts that are banned, by why.
    pub banned: BTreeMap<CloseReason, usize>,
    /// Addresses that are in a private network and were named by somebody outside, who may not: how many by whom.
    pub passed_over: BTreeMap<Origin, usize>,
    /// Trackers that there are.
    pub trackers: usize,
    /// Trackers of them that have answered.
    pub trackers_answered: usize,
    /// Trackers of them that refused, the last time they were asked.
    pub trackers_refused: usize,
    /// Trackers of them that are not asked.
    pub trackers_not_asked: usize,
    /// Trackers of these that the user may have asked, by naming them.
    pub trackers_forbidden: usize,
    /// Web seeds that there are.
    pub web_seeds: usize,
    /// Web seeds of them that are not asked any more.
    pub web_seeds_given_up: usize,
    /// Web seeds that were not asked at all.
    pub web_seeds_not_asked: usize,
    /// Web seeds of these that the user may have asked, by naming them.
    pub web_seeds_forbidden: usize,
}
