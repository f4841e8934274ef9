//! The addresses of peers: who named them, what is known of them, and which are never dialled. `turns` knows which is next.
//!
//! This is the one gate for addresses: of a private torrent only the user and its trackers name peers (BEP 27), and nobody
//! but the user leads us to this machine or into a local network (`address`); a link may into one that we are attached to.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::fates::Fates;
use super::origin::Origin;
use super::turns::Turns;
use crate::limits::ADDRESSES;
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
    /// The same for a link, beside peers in these networks.
    link: Namer,
    networks: Vec<Network>,
    private: bool,
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
    /// How many of the latest dials in succession led nowhere.
    failures: u32,
    /// The last connections, all of which gave us nothing.
    fruitless: u32,
    /// We closed the last connection for good: this address is never dialled again.
    done_with: bool,
    /// Its connection was closed, because another peer said the same peer id.
    was_duplicate: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Waiting,
    Dialling,
    Connected,
}

impl AddressBook {
    pub(crate) fn new(config: &Config, rng: fastrand::Rng) -> Self {
        let local = Namer::at(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let (namer, link) = match config.local_allowed {
            true => (local, local),
            false => (Namer::STRANGER, config.link_namer),
        };
        Self {
            entries: BTreeMap::new(),
            turns: Turns::new(rng),
            namer,
            link,
            networks: config.networks.clone(),
            private: false,
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
            self.turns
                .retain(|address| entries.get(&address).is_some_and(|entry| entry.origin < Origin::Link));
            self.entries.retain(|_, entry| entry.origin < Origin::Link || entry.state == State::Dialling);
        }
    }

    /// Takes in the addresses that `origin` names. Gives how many of them are new and in private networks, which it may not name.
    pub(crate) fn add(&mut self, origin: Origin, addresses: Vec<SocketAddr>) -> usize {
        let before = self.passed_over.len();
        for address in addresses {
            if self.admits(origin, address) {
                self.insert(address, origin);
            } else if reach(address.ip()) == Reach::Site
                && self.passed_over.len() < ADDRESSES
                && !self.entries.contains_key(&address)
            {
                self.passed_over.insert(address);
            }
        }
        self.passed_over.len() - before
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

    /// The next address to dial, if it is time; from now on it is being dialled.
    pub(crate) fn next(&mut self, now: Time, banned: impl Fn(IpAddr) -> bool) -> Option<SocketAddr> {
        while let Some(address) = self.turns.next(now) {
            if banned(address.ip()) {
                self.entries.remove(&address);
                continue;
            }
            self.entries.get_mut(&address)?.state = State::Dialling;
            self.dialling += 1;
            self.fates.dialled(address);
            return Some(address);
        }
        None
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
        (entry.state, entry.failures) = (State::Connected, 0);
        self.fates.connected(address);
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

    fn admits(&self, origin: Origin, address: SocketAddr) -> bool {
        match origin {
            Origin::User | Origin::NearTracker(_) => address.port() != 0,
            Origin::Link | Origin::Stranger if self.private => false,
            Origin::Link if self.is_attached_to(address) => true,
            Origin::Link => self.link.may_name(address).is_ok(),
            Origin::Tracker(_) | Origin::Stranger => self.namer.may_name(address).is_ok(),
        }
    }

    /// Why a link may not name a peer that nobody else named. Of a private torrent it names none anyway.
    pub(crate) fn refusal_of_linked(&self, address: SocketAddr) -> Option<AddressError> {
        let is_fine =
            self.private || self.admits(Origin::Link, address) || self.entries.contains_key(&address);
        if is_fine { None } else { self.link.may_name(address).err() }
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
            self.fates.named(address);
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
        if entry.origin != Origin::User && entry.failures >= TRIES {
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
            failures: 0,
            fruitless: 0,
            done_with: false,
            was_duplicate: false,
        }
    }
}

/// How often an address that the user did not name is dialled in vain: nobody is to be flooded because a stranger says so.
const TRIES: u32 = 3;
const SHORTEST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TrackerId;

    const A: Origin = Origin::Tracker(TrackerId(0));
    const B: Origin = Origin::Tracker(TrackerId(1));
    const NEAR: Origin = Origin::NearTracker(TrackerId(0));

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn book() -> AddressBook {
        AddressBook::new(&Config::new(0, [0; 20]), fastrand::Rng::with_seed(1))
    }

    fn dialled(book: &mut AddressBook) -> Vec<SocketAddr> {
        std::iter::from_fn(|| book.next(Time::ZERO, |_| false)).collect()
    }

    #[test]
    fn strangers_name_no_local_addresses() {
        let local = vec![at("127.0.0.1:80"), at("192.168.1.1:1"), at("[::1]:80"), at("169.254.169.254:80")];
        let mut book = book();
        book.add(A, local.clone());
        book.add(Origin::Stranger, local.clone());
        assert_eq!(dialled(&mut book), []);
        book.add(Origin::User, local.clone());
        assert_eq!(dialled(&mut book).len(), local.len());
        let config = Config { local_allowed: true, ..Config::new(0, [0; 20]) };
        let mut book = AddressBook::new(&config, fastrand::Rng::with_seed(1));
        book.add(A, vec![at("127.0.0.1:80")]);
        assert_eq!(dialled(&mut book).len(), 1);
    }

    #[test]
    fn a_link_names_peers_in_networks_that_this_machine_is_attached_to() {
        let networks = ["192.168.7.9/24", "10.1.2.3/16", "127.0.0.1/8", "169.254.3.3/16", "fd00:7::5/64"];
        let network = |text: &str| {
            let (address, bits) = text.split_once('/').unwrap();
            Network::new(address.parse().unwrap(), bits.parse().unwrap())
        };
        let config = Config { networks: networks.map(network).to_vec(), ..Config::new(0, [0; 20]) };
        for (link_namer, address, is_dialled) in [
            (Namer::STRANGER, "192.168.7.1:80", true),
            (Namer::STRANGER, "192.168.8.1:80", false),
            (Namer::STRANGER, "192.168.7.1:0", false),
            (Namer::STRANGER, "10.1.255.1:80", true),
            (Namer::STRANGER, "10.2.0.1:80", false),
            (Namer::STRANGER, "172.16.0.1:80", false),
            (Namer::STRANGER, "127.0.0.1:80", false),
            (Namer::STRANGER, "127.9.9.9:80", false),
            (Namer::STRANGER, "[::1]:80", false),
            (Namer::STRANGER, "[::ffff:127.0.0.1]:80", false),
            (Namer::STRANGER, "[::ffff:10.1.2.9]:80", true),
            (Namer::STRANGER, "169.254.169.254:80", false),
            (Namer::STRANGER, "169.254.3.4:80", false),
            (Namer::STRANGER, "[fe80::1]:80", false),
            (Namer::STRANGER, "[fd00:7::1]:80", true),
            (Namer::STRANGER, "[fd00:8::1]:80", false),
            (Namer::STRANGER, "0.0.0.0:80", false),
            (Namer::STRANGER, "8.8.8.8:80", true),
            (Namer::at([127, 0, 0, 1].into()), "127.0.0.1:80", true),
            (Namer::at([127, 0, 0, 1].into()), "169.254.169.254:80", false),
            (Namer::at([192, 168, 9, 9].into()), "192.168.8.1:80", true),
            (Namer::at([192, 168, 9, 9].into()), "127.0.0.1:80", false),
        ] {
            let config = Config { link_namer, ..config.clone() };
            let mut book = AddressBook::new(&config, fastrand::Rng::with_seed(1));
            book.add(Origin::Link, vec![at(address)]);
            assert_eq!(dialled(&mut book).len(), usize::from(is_dialled), "{address} by {link_namer:?}");
            book.set_private(true);
            book.add(Origin::Link, vec![at("8.8.4.4:80")]);
            assert_eq!(dialled(&mut book), [], "a private torrent");
        }
    }

    #[test]
    fn peers_of_a_private_torrent_come_from_its_trackers_and_the_user() {
        let mut book = book();
        book.set_private(true);
        book.add(Origin::Stranger, vec![at("1.1.1.1:1")]);
        assert_eq!(dialled(&mut book), []);
        book.add(A, vec![at("1.1.1.2:1")]);
        book.add(Origin::User, vec![at("1.1.1.3:1")]);
        assert_eq!(dialled(&mut book).len(), 2);
    }

    #[test]
    fn what_strangers_named_is_forgotten_when_a_torrent_turns_out_to_be_private() {
        let mut book = book();
        book.add(Origin::Stranger, vec![at("1.1.1.1:1"), at("1.1.1.2:1")]);
        book.add(A, vec![at("1.1.1.2:1")]);
        book.set_private(true);
        assert_eq!(dialled(&mut book), [at("1.1.1.2:1")]);
    }

    #[test]
    fn an_address_that_leads_nowhere_is_tried_three_times() {
        let (mut book, address) = (book(), at("1.1.1.1:1"));
        book.add(A, vec![address]);
        let mut now = Time::ZERO;
        for _ in 0..TRIES {
            assert_eq!(book.next(now, |_| false), Some(address));
            assert_eq!(book.dialling(), 1);
            book.failed(address, DialError::Refused, now);
            assert_eq!(book.next(now, |_| false), None, "not at once");
            now += LONGEST_WAIT;
        }
        assert_eq!((book.next(now, |_| false), book.candidates(), book.dialling()), (None, 0, 0));
    }

    #[test]
    fn nobody_fills_the_book() {
        let mut book = book();
        book.add(
            A,
            (0..10_000_u32)
                .map(|n| SocketAddr::from((0x0808_0000_u32.to_be_bytes(), 1 + n as u16)))
                .collect(),
        );
        assert_eq!(book.candidates(), ADDRESSES);
        book.add(Origin::User, vec![at("1.1.1.1:1")]);
        assert_eq!(book.candidates(), ADDRESSES + 1);
    }

    fn many(count: u32) -> Vec<SocketAddr> {
        (0..count).map(|n| SocketAddr::from((Ipv4Addr::from_bits(0x0808_0000 + n), 1))).collect()
    }

    fn is_next(book: &mut AddressBook, now: Time, tries: usize, wanted: &str) -> bool {
        (0..tries).any(|_| book.next(now, |_| false) == Some(at(wanted)))
    }

    #[test]
    fn few_addresses_do_not_wait_for_the_many_of_somebody_else() {
        for (others, namer) in [
            (A, B),
            (B, A),
            (A, Origin::Link),
            (Origin::Link, A),
            (A, Origin::Stranger),
            (A, Origin::User),
            (NEAR, B),
            (B, NEAR),
            (NEAR, Origin::NearTracker(TrackerId(1))),
        ] {
            let mut book = book();
            book.add(others, many(2000));
            assert!(!is_next(&mut book, Time::ZERO, 30, "1.1.1.1:1"));
            book.add(namer, vec![at("1.1.1.1:1")]);
            assert!(is_next(&mut book, Time::ZERO, 2, "1.1.1.1:1"), "{others:?} and {namer:?}");
            // Nor when it is tried again; another may have the turn that it had.
            book.failed(at("1.1.1.1:1"), DialError::Refused, Time::ZERO);
            assert!(is_next(&mut book, LONGEST_WAIT, 3, "1.1.1.1:1"), "{others:?} and {namer:?}, again");
        }
    }

    /// The others named it, too, so that it would be the last of theirs.
    #[test]
    fn an_address_that_several_name_goes_by_the_earliest_turn() {
        for first in [A, B] {
            let mut book = book();
            let add = |book: &mut AddressBook, namer| {
                let good = vec![at("1.1.1.1:1")];
                book.add(namer, if namer == A { [many(2000), good].concat() } else { good });
            };
            add(&mut book, first);
            add(&mut book, if first == A { B } else { A });
            assert!(is_next(&mut book, Time::ZERO, 2, "1.1.1.1:1"), "{first:?} first");
        }
    }

    #[test]
    fn whoever_comes_late_finds_room_in_a_full_book() {
        let mut book = book();
        book.add(A, many(10_000));
        let late = |n: u8| SocketAddr::from(([1, 1, 1, n], 1));
        book.add(B, (0..200).map(late).collect());
        book.add(Origin::Link, vec![at("1.1.2.1:1")]);
        assert_eq!((book.candidates(), book.entries.len()), (ADDRESSES, ADDRESSES));
        assert!((0..200).all(|n| book.entries.contains_key(&late(n))));
        // All of the others have failed once: they wait, and there is still room.
        while let Some(address) = book.next(Time::ZERO, |_| false) {
            book.failed(address, DialError::Unanswered, Time::ZERO);
        }
        assert_eq!(book.candidates(), ADDRESSES);
        book.add(Origin::Stranger, vec![at("1.1.3.1:1")]);
        assert!(is_next(&mut book, Time::ZERO, 1, "1.1.3.1:1"));
        // No namer gets more than its share by it.
        book.add(B, many(20_000).split_off(10_000));
        let of =
            |book: &AddressBook, namer| book.entries.values().filter(|entry| entry.namer == namer).count();
        assert!(
            of(&book, B).abs_diff(of(&book, A)) <= 2 + ADDRESSES / 3,
            "{} {}",
            of(&book, A),
            of(&book, B)
        );
        assert!(of(&book, A) >= ADDRESSES / 3);
    }
}
