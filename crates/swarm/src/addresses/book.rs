//! The addresses of peers: who named them, what is known of them, and which are never dialled. `turns` knows which is next.
//!
//! This is the one gate for addresses: of a private torrent only the user and its trackers name peers (BEP 27), and nobody
//! but the user leads us to this machine or into a local network (`address`), unless the user allows it; a link and local discovery
//! may into one that we are attached to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::banned_hosts::host;
use super::fates::Fates;
use super::named_peer::{NamedPeer, PeerFlags};
use super::origin::Origin;
use super::own_address::OwnAddress;
use super::turns::Turns;
use crate::limits::ADDRESSES;
use crate::secure::Encryption;
use crate::{CloseReason, Config, DialError, Time};
use torrent_core::address::{AddressError, Namer, Network, Reach, reach};

/// All addresses that are known.
#[derive(Debug)]
pub(crate) struct AddressBook {
    entries: BTreeMap<SocketAddr, Entry>,
    /// Those that wait to be dialled.
    turns: Turns,
    /// What others than the user may name.
    namer: Namer,
    /// A link and local discovery may name peers in these networks, too.
    networks: Vec<Network>,
    private: bool,
    encryption: Encryption,
    /// Where others see us.
    pub(crate) own: OwnAddress,
    dialling: usize,
    fates: Fates,
    /// Addresses in private networks, named by something outside of these networks, which may not name them.
    passed_over: BTreeSet<SocketAddr>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    state: State,
    /// The most trusted of its namers.
    origin: Origin,
    /// The namer in whose turn it is dialled.
    namer: Origin,
    /// What a namer or the peer itself said of it.
    flags: PeerFlags,
    /// How many of the latest dials in succession led nowhere.
    failures: u32,
    /// The last connections, all of which gave us nothing.
    fruitless: u32,
    /// We closed the last connection for good: this address is never dialled again.
    done_with: bool,
    /// Its connection was closed, because another peer said the same peer id.
    was_duplicate: bool,
    /// It is dialled with an encrypted stream: it is said to prefer these, or only these led anywhere.
    encrypted: bool,
    /// It hung up, and is being dialled the other way.
    is_other_way: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Waiting,
    Dialling,
    Connected,
}

impl AddressBook {
    pub(crate) fn new(config: &Config, rng: fastrand::Rng) -> Self {
        Self {
            entries: BTreeMap::new(),
            turns: Turns::new(rng),
            namer: config.strangers,
            networks: config.networks.clone(),
            private: false,
            encryption: config.encryption,
            own: OwnAddress::new(config.listen_port),
            dialling: 0,
            fates: Fates::default(),
            passed_over: BTreeSet::new(),
        }
    }

    /// BEP 27. A magnet link cannot tell: what strangers named until then is forgotten.
    pub(crate) fn set_private(&mut self, private: bool) {
        self.private = private;
        if private {
            let entries = &self.entries;
            self.turns.retain(|address| {
                entries.get(&address).is_some_and(|entry| entry.origin.may_name_of_private())
            });
            self.entries
                .retain(|_, entry| entry.origin.may_name_of_private() || entry.state != State::Waiting);
        }
    }

    /// Whether nobody but the user and its trackers may name peers of the torrent.
    pub(crate) fn is_private(&self) -> bool {
        self.private
    }

    /// Whether we may be connected to an address that we have dialled: of a private torrent not if nobody but strangers named it.
    pub(crate) fn may_stay(&self, address: SocketAddr) -> bool {
        self.entries.get(&address).is_none_or(|entry| self.hears(entry.origin))
    }

    /// Takes in the peers that `origin` names, in the order of BEP 40 if it is known where we are; we are not one of them. Gives how many of their addresses are new and in private networks, which it may not name.
    pub(crate) fn add(&mut self, origin: Origin, peers: impl IntoIterator<Item: Into<NamedPeer>>) -> usize {
        let before = self.passed_over.len();
        let mut peers: Vec<NamedPeer> = peers.into_iter().map(Into::into).collect();
        if origin != Origin::User {
            peers.retain(|peer| !self.own.is(peer.address));
            peers.sort_by_cached_key(|peer| Reverse(self.own.priority(peer.address)));
        }
        for NamedPeer { address, flags } in peers {
            if self.admits(origin, address) {
                self.insert(address, origin);
                // Another peer may lie, so that those whom somebody better named are taken for seeds.
                let is_hearsay = origin == Origin::Exchange
                    && self.entries.get(&address).is_some_and(|entry| entry.origin < origin);
                self.learn(address, if is_hearsay { PeerFlags::NONE } else { flags });
            } else if self.hears(origin)
                && reach(address.ip()) == Reach::Site
                && self.passed_over.len() < ADDRESSES
                && !self.entries.contains_key(&address)
            {
                self.passed_over.insert(address);
            }
        }
        self.passed_over.len() - before
    }

    /// Something is known of a peer.
    pub(crate) fn learn(&mut self, address: SocketAddr, flags: PeerFlags) {
        let Some(entry) = self.entries.get_mut(&address) else { return };
        let is_news = flags.has(PeerFlags::ENCRYPTION) && !entry.flags.has(PeerFlags::ENCRYPTION);
        // Who is being dialled is not dialled otherwise by now, and how it went is known soon.
        entry.encrypted |= is_news && entry.state == State::Waiting;
        entry.flags = entry.flags | flags;
    }

    /// The connection with a caller that was of use is lost: the address where it said that it listens is dialled after a while, unless
    /// another namer has it. Only addresses that any stranger may name are: behind some routers and in containers, a caller from
    /// outside seems to be in the private network.
    pub(crate) fn lost_caller(&mut self, caller: NamedPeer, now: Time) {
        let NamedPeer { address, flags } = caller;
        let is_new = !self.entries.contains_key(&address) && self.admits(Origin::Caller, address);
        if is_new && self.has_room_for(Origin::Caller) {
            self.fates.named(address, Origin::Caller);
            self.entries.insert(address, Entry::named_by(Origin::Caller));
            self.turns.put_off(Origin::Caller, address, now + SHORTEST_WAIT);
        }
        self.learn(address, flags);
    }

    /// What became of each address.
    pub(crate) fn fates(&self) -> &Fates {
        &self.fates
    }

    /// Whether the user named an address, and nothing was ever wrong with it.
    pub(crate) fn is_users_first_failure(&self, address: SocketAddr) -> bool {
        let entry = self.entries.get(&address);
        entry.is_some_and(|entry| entry.origin == Origin::User && (entry.failures, entry.fruitless) == (0, 0))
    }

    /// The next address to dial, if it is time; from now on it is being dialled. Those that are unwanted are forgotten.
    pub(crate) fn next(
        &mut self,
        now: Time,
        is_unwanted: impl Fn(IpAddr, PeerFlags) -> bool,
    ) -> Option<SocketAddr> {
        while let Some(address) = self.turns.next(now) {
            let entry = self.entries.get_mut(&address)?;
            if is_unwanted(address.ip(), entry.flags) {
                self.entries.remove(&address);
                continue;
            }
            entry.state = State::Dialling;
            self.dialling += 1;
            self.fates.dialled(address);
            return Some(address);
        }
        None
    }

    /// Whether an address that is being dialled was never dialled in vain.
    pub(crate) fn is_first_dial(&self, address: SocketAddr) -> bool {
        self.entries.get(&address).is_some_and(|entry| entry.failures == 0)
    }

    /// Whether an address that is being dialled gets an encrypted stream.
    pub(crate) fn is_dialled_encrypted(&self, address: SocketAddr) -> bool {
        match self.encryption {
            Encryption::Allow => self.entries.get(&address).is_some_and(|entry| entry.encrypted),
            Encryption::Require => true,
            Encryption::Never => false,
        }
    }

    /// An address that is being dialled hung up. Gives whether it gets an encrypted stream now, if it is to be dialled once more at
    /// once: not if that was the second way already, or the only one.
    pub(crate) fn dial_the_other_way(&mut self, address: SocketAddr) -> Option<bool> {
        let may = |entry: &&mut Entry| entry.state == State::Dialling && !entry.is_other_way;
        if self.encryption != Encryption::Allow || !self.may_stay(address) {
            return None;
        }
        let entry = self.entries.get_mut(&address).filter(may)?;
        (entry.encrypted, entry.is_other_way) = (!entry.encrypted, true);
        if entry.encrypted {
            self.fates.dialled_encrypted(address);
        }
        Some(entry.encrypted)
    }

    /// How many are being dialled.
    pub(crate) fn dialling(&self) -> usize {
        self.dialling
    }

    /// Whether an address could be dialled now.
    pub(crate) fn is_somebody_waiting(&self, now: Time) -> bool {
        self.turns.is_somebody_ready(now)
    }

    /// When one can be dialled; that time may have passed.
    pub(crate) fn due(&self) -> Option<Time> {
        self.turns.due()
    }

    /// How many can be dialled, now or later.
    pub(crate) fn candidates(&self) -> usize {
        self.turns.count()
    }

    /// Whether the user named a peer of this host.
    pub(crate) fn is_named_by_user(&self, ip: IpAddr) -> bool {
        let mut of_user = self.entries.iter().filter(|(_, entry)| entry.origin == Origin::User);
        of_user.any(|(address, _)| host(address.ip()) == host(ip))
    }

    /// Whether nobody has named a peer that may be dialled.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether there is anything to be had from any of them, now or later.
    pub(crate) fn is_any_usable(&self) -> bool {
        self.entries.values().any(|entry| !entry.done_with)
    }

    pub(crate) fn connected(&mut self, address: SocketAddr) {
        let Some(entry) = self.entries.get_mut(&address) else { return };
        self.dialling -= usize::from(entry.state == State::Dialling);
        (entry.state, entry.failures, entry.is_other_way) = (State::Connected, 0, false);
        let encrypted = entry.encrypted;
        self.fates.connected(address, encrypted);
    }

    /// A dial led nowhere, or to a peer that we want nothing of.
    pub(crate) fn failed(&mut self, address: SocketAddr, why: DialError, now: Time) {
        self.fates.failed(address, why);
        let Some(entry) = self.entries.get_mut(&address).filter(|entry| entry.state == State::Dialling)
        else {
            return;
        };
        self.dialling -= 1;
        entry.failures += 1;
        // Neither way led anywhere, so nothing speaks against the first.
        entry.encrypted ^= std::mem::take(&mut entry.is_other_way);
        if why.held_against().is_some_and(CloseReason::is_offence) {
            self.entries.remove(&address);
        } else {
            self.again(address, now);
        }
    }

    /// We close a connection.
    pub(crate) fn closing(&mut self, address: SocketAddr, why: CloseReason) {
        self.fates.closing(address, why);
        let Some(entry) = self.entries.get_mut(&address) else { return };
        let is_for_now = matches!(
            why,
            CloseReason::NotNeeded | CloseReason::Silent | CloseReason::Stalled | CloseReason::Duplicate
        );
        entry.done_with |= !is_for_now;
        entry.was_duplicate |= why == CloseReason::Duplicate;
    }

    /// We ourselves are at this address.
    pub(crate) fn is_ours(&mut self, address: SocketAddr) {
        self.entries.get_mut(&address).into_iter().for_each(|entry| entry.done_with = true);
    }

    /// Whether the connection with this address was closed because of another one.
    pub(crate) fn was_duplicate(&self, address: SocketAddr) -> bool {
        self.entries.get(&address).is_some_and(|entry| entry.was_duplicate)
    }

    /// A connection ended; `useful` if it gave us something.
    pub(crate) fn closed(&mut self, address: SocketAddr, useful: bool, now: Time) {
        self.fates.closed(address, useful);
        let Some(entry) = self.entries.get_mut(&address).filter(|entry| entry.state == State::Connected)
        else {
            return;
        };
        entry.fruitless = if useful { 0 } else { entry.fruitless + 1 };
        if entry.done_with {
            self.entries.remove(&address);
        } else {
            self.again(address, now);
        }
    }

    /// Whether anything is to be heard of peers from there.
    fn hears(&self, origin: Origin) -> bool {
        !self.private || origin.may_name_of_private()
    }

    fn admits(&self, origin: Origin, address: SocketAddr) -> bool {
        match origin {
            Origin::User | Origin::NearTracker(_) => address.port() != 0,
            Origin::Tracker(_) => self.namer.may_name(address).is_ok(),
            _ if !self.hears(origin) => false,
            Origin::Link | Origin::Local if self.is_attached_to(address) => true,
            _ => self.namer.may_name(address).is_ok(),
        }
    }

    /// Why a link may not name a peer that nobody else named. Of a private torrent it names none anyway.
    pub(crate) fn refusal_of_linked(&self, address: SocketAddr) -> Option<AddressError> {
        let is_fine = !self.hears(Origin::Link)
            || self.admits(Origin::Link, address)
            || self.entries.contains_key(&address);
        if is_fine { None } else { self.namer.may_name(address).err() }
    }

    /// Whether an address is in a private network that this machine is part of.
    fn is_attached_to(&self, address: SocketAddr) -> bool {
        let ip = address.ip();
        address.port() != 0
            && reach(ip) == Reach::Site
            && self.networks.iter().any(|network| network.contains(ip))
    }

    fn insert(&mut self, address: SocketAddr, origin: Origin) {
        if let Some(entry) = self.entries.get_mut(&address) {
            entry.origin = entry.origin.min(origin);
            if entry.state == State::Waiting && self.turns.name(origin, address) {
                entry.namer = origin;
            }
        } else if self.has_room_for(origin) {
            self.turns.name(origin, address);
            self.fates.named(address, origin);
            self.entries.insert(address, Entry::named_by(origin));
        }
    }

    fn has_room_for(&mut self, origin: Origin) -> bool {
        if origin == Origin::User || self.entries.len() < ADDRESSES {
            return true;
        }
        let displaced = self.turns.displace(origin, ADDRESSES);
        displaced.into_iter().for_each(|address| {
            self.entries.remove(&address);
            self.fates.forget_untried(address);
        });
        displaced.is_some()
    }

    /// Puts an address back, to be dialled later: each time it leads nowhere, twice as late.
    fn again(&mut self, address: SocketAddr, now: Time) {
        let Some(entry) = self.entries.get(&address).copied() else { return };
        let is_hopeless = entry.origin != Origin::User && entry.failures >= TRIES;
        if is_hopeless || !self.hears(entry.origin) {
            self.entries.remove(&address);
            return;
        }
        let doubled = (entry.failures + entry.fruitless).min(10);
        let wait = (SHORTEST_WAIT * 2_u32.pow(doubled)).min(LONGEST_WAIT);
        self.turns.put_off(entry.namer, address, now + wait);
        self.entries.insert(address, Entry { state: State::Waiting, ..entry });
    }
}

impl Entry {
    fn named_by(origin: Origin) -> Self {
        Self {
            state: State::Waiting,
            origin,
            namer: origin,
            flags: PeerFlags::NONE,
            failures: 0,
            fruitless: 0,
            done_with: false,
            was_duplicate: false,
            encrypted: false,
            is_other_way: false,
        }
    }
}

/// How often an address that the user did not name is dialled in vain: nobody is to be flooded because a stranger says so.
const TRIES: u32 = 3;
const SHORTEST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests;
