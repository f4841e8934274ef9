//! What became of each address that was named.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::contacts::Contacts;
use crate::limits::ADDRESSES;
use crate::{CloseReason, DialError};

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
    /// Remembers an address, unless as many as may be are known.
    pub(crate) fn named(&mut self, address: SocketAddr) {
        if self.0.len() < 2 * ADDRESSES {
            self.0.entry(address).or_insert(Fate::Untried);
        }
    }

    /// An address could not be taken in: as many as may be are known.
    pub(crate) fn forget_untried(&mut self, address: SocketAddr) {
        if self.0.get(&address) == Some(&Fate::Untried) {
            self.0.remove(&address);
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

    /// Adds them to `contacts`.
    pub(crate) fn count(&self, contacts: &mut Contacts) {
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
