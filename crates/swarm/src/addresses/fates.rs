//! What became of each address that was named.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::contacts::Contacts;
use super::origin::{Origin, PeerSource};
use crate::limits::ADDRESSES;
use crate::{CloseReason, DialError};

/// What became of each address that was named.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    by_address: BTreeMap<SocketAddr, (PeerSource, Fate)>,
    /// Those that hung up at once and were dialled again with an encrypted stream: whether that led to a connection.
    encrypted: BTreeMap<SocketAddr, bool>,
}

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
    pub(crate) fn named(&mut self, address: SocketAddr, by: Origin) {
        if self.by_address.len() < 2 * ADDRESSES {
            self.by_address.entry(address).or_insert((by.source(), Fate::Untried));
        }
    }

    /// An address could not be taken in: as many as may be are known.
    pub(crate) fn forget_untried(&mut self, address: SocketAddr) {
        if self.by_address.get(&address).is_some_and(|(_, fate)| *fate == Fate::Untried) {
            self.by_address.remove(&address);
        }
    }

    pub(crate) fn dialled(&mut self, address: SocketAddr) {
        self.set(address, Fate::Dialling);
    }

    /// It hung up at once, and is dialled again with an encrypted stream.
    pub(crate) fn dialled_encrypted(&mut self, address: SocketAddr) {
        if self.by_address.contains_key(&address) {
            self.encrypted.entry(address).or_default();
        }
    }

    pub(crate) fn failed(&mut self, address: SocketAddr, why: DialError) {
        self.set(address, Fate::Failed(why));
    }

    pub(crate) fn connected(&mut self, address: SocketAddr, encrypted: bool) {
        self.encrypted.entry(address).and_modify(|is_reached| *is_reached |= encrypted);
        self.set(address, Fate::Met);
    }

    /// We close a connection.
    pub(crate) fn closing(&mut self, address: SocketAddr, why: CloseReason) {
        self.set(address, Fate::CutOff(why));
    }

    /// A connection ended.
    pub(crate) fn closed(&mut self, address: SocketAddr, useful: bool) {
        let known = self.by_address.get_mut(&address);
        if let Some((_, fate)) = known.filter(|(_, fate)| *fate == Fate::Met && !useful) {
            *fate = Fate::Left;
        }
    }

    fn set(&mut self, address: SocketAddr, fate: Fate) {
        if let Some((_, known)) = self.by_address.get_mut(&address) {
            *known = fate;
        }
    }

    /// Adds them to `contacts`.
    pub(crate) fn count(&self, contacts: &mut Contacts) {
        contacts.known = self.by_address.len();
        contacts.encrypted = self.encrypted.len();
        contacts.encrypted_reached = self.encrypted.values().filter(|is_reached| **is_reached).count();
        for (source, fate) in self.by_address.values() {
            *contacts.sources.entry(*source).or_default() += 1;
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
