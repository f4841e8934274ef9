//! What became of everybody who could have given something: what people want to know when nothing comes.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::address::AddressError;
use crate::engine::Swarm;
use crate::limits::ADDRESSES;
use crate::tracker::Lack;
use crate::{CloseReason, DialError, TrackerId};

/// What became of all peers that were named, and who else could be asked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Contacts {
    /// Addresses of peers that were named. Each of them counts once in what follows, by how it ended last.
    pub known: usize,
    /// Those that were not dialled.
    pub untried: usize,
    /// Those that are being dialled.
    pub dialling: usize,
    /// Those where a dial led nowhere, by why.
    pub failed: BTreeMap<DialError, usize>,
    /// Those that ended the connection and had given nothing.
    pub left: usize,
    /// Those that we cut off and that had given nothing, by why.
    pub cut_off: BTreeMap<CloseReason, usize>,
    /// Those that are connected now, whoever dialled.
    pub connected: usize,
    /// Connected peers that have something we need, and choke us.
    pub choking: usize,
    /// Connected peers that have nothing we need.
    pub needless: usize,
    /// Hosts that are banned, by why.
    pub banned: BTreeMap<CloseReason, usize>,
    /// Addresses that a tracker may not name, because they are in a private network and the tracker is not: how many each named.
    pub passed_over: BTreeMap<TrackerId, usize>,
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
}

/// What became of each address that was named.
#[derive(Debug, Default)]
pub(crate) struct Fates(BTreeMap<SocketAddr, Fate>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Untried,
    Dialling,
    Failed(DialError),
    /// It is connected, or was and gave something.
    Met,
    /// We cut it off.
    CutOff(CloseReason),
    Left,
}

impl Fates {
    /// Remembers an address, as long as there is room.
    pub(crate) fn named(&mut self, address: SocketAddr) {
        if self.0.len() < 2 * ADDRESSES {
            self.0.entry(address).or_insert(Fate::Untried);
        }
    }

    pub(crate) fn dialled(&mut self, address: SocketAddr) {
        self.set(address, Fate::Dialling);
    }

    pub(crate) fn failed(&mut self, address: SocketAddr, why: DialError) {
        self.set(address, Fate::Failed(why));
    }

    pub(crate) fn connected(&mut self, address: SocketAddr) {
        self.set(address, Fate::Met);
    }

    /// We close a connection.
    pub(crate) fn closing(&mut self, address: SocketAddr, why: CloseReason) {
        self.set(address, Fate::CutOff(why));
    }

    /// A connection ended.
    pub(crate) fn closed(&mut self, address: SocketAddr, useful: bool) {
        if let Some(fate) = self.0.get_mut(&address).filter(|fate| **fate == Fate::Met && !useful) {
            *fate = Fate::Left;
        }
    }

    fn set(&mut self, address: SocketAddr, fate: Fate) {
        if let Some(known) = self.0.get_mut(&address) {
            *known = fate;
        }
    }

    fn count(&self, contacts: &mut Contacts) {
        contacts.known = self.0.len();
        for fate in self.0.values() {
            *match fate {
                Fate::Untried => &mut contacts.untried,
                Fate::Dialling => &mut contacts.dialling,
                Fate::Failed(why) => contacts.failed.entry(*why).or_default(),
                Fate::CutOff(why) => contacts.cut_off.entry(*why).or_default(),
                Fate::Left => &mut contacts.left,
                Fate::Met => continue,
            } += 1;
        }
    }
}

impl<B> Swarm<B> {
    /// Why a peer that only a link names is not dialled, if that is so.
    pub fn refusal_of_linked(&self, address: SocketAddr) -> Option<AddressError> {
        self.addresses.refusal_of_linked(address)
    }

    /// What became of everybody who could have given something.
    pub fn contacts(&self) -> Contacts {
        let mut contacts = Contacts {
            banned: self.bans.reasons(),
            passed_over: self.passed_over.clone(),
            trackers: self.trackers.count(),
            trackers_answered: self.trackers.answered_count(),
            trackers_refused: self.trackers.lack_count(&[Lack::Refused]),
            trackers_not_asked: self.trackers.lack_count(&[Lack::Unusable, Lack::Forbidden]),
            trackers_forbidden: self.trackers.lack_count(&[Lack::Forbidden]),
            web_seeds: self.web.count(),
            web_seeds_given_up: self.web.given_up(),
            ..Contacts::default()
        };
        self.addresses.fates().count(&mut contacts);
        for peer in self.connections.values().filter(|peer| !peer.closing) {
            contacts.connected += 1;
            contacts.needless += usize::from(peer.needed == 0);
            contacts.choking += usize::from(peer.needed > 0 && peer.it_chokes);
        }
        contacts
    }
}
