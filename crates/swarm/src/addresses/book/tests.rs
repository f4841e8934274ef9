//! Who may name which address, whose turn it is, and which address goes when the list is full.

use std::net::Ipv4Addr;

use super::*;
use crate::TrackerId;
use crate::addresses::Witness;

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
    std::iter::from_fn(|| book.next(Time::ZERO, |_, _| false)).collect()
}

const DISCOVERY: Origin = Origin::Local;
const EXCHANGE: Origin = Origin::Exchange;

fn network(text: &str) -> Network {
    let (address, bits) = text.split_once('/').unwrap();
    Network::new(address.parse().unwrap(), bits.parse().unwrap())
}

/// Who may name which address: nobody but the user what is reserved; what is on this machine and in private networks those who are as near, and of
/// private networks those who the user lets do so. This machine is attached to 192.168.7.0/24.
#[test]
fn each_source_names_what_it_may() {
    let everybody = [A, Origin::Link, Origin::Caller, DISCOVERY, EXCHANGE, Origin::Dht];
    let outside = [A, Origin::Caller, EXCHANGE, Origin::Dht];
    let (public, attached, site) = ("8.8.8.8:1", "192.168.7.2:1", "10.0.0.1:1");
    let (machine, secrets) = ("127.0.0.1:80", "169.254.169.254:80");
    let local = Namer::at([127, 0, 0, 1].into());
    let rows: [(Namer, &[Origin], &[&str], bool); 9] = [
        (Namer::STRANGER, &everybody, &[public], true),
        (Namer::STRANGER, &outside, &[attached], false),
        (Namer::STRANGER, &[Origin::Link, DISCOVERY], &[attached], true),
        (
            Namer::STRANGER,
            &everybody,
            &[site, "198.18.0.1:1", machine, "[::1]:80", secrets, "8.8.8.8:0"],
            false,
        ),
        (Namer::ALLOWED, &everybody, &[public, attached, site, "[fd00::1]:1", "100.64.0.1:1"], true),
        (Namer::ALLOWED, &everybody, &[machine, "[::1]:80", secrets, "[fe80::1]:1", "10.0.0.1:0"], false),
        (local, &everybody, &[public, attached, site, machine], true),
        (local, &everybody, &[secrets, "0.0.0.0:1"], false),
        (Namer::STRANGER, &[Origin::User, NEAR], &[public, attached, site, machine], true),
    ];
    for (strangers, origins, addresses, is_dialled) in rows {
        for (origin, address) in origins.iter().flat_map(|origin| addresses.iter().map(move |a| (*origin, a)))
        {
            let networks = vec![network("192.168.7.9/24")];
            let config = Config { strangers, networks, ..Config::new(0, [0; 20]) };
            let mut book = AddressBook::new(&config, fastrand::Rng::with_seed(1));
            match origin {
                Origin::Caller => book.lost_caller(at(address).into(), Time::ZERO),
                origin => drop(book.add(origin, vec![at(address)])),
            }
            let found = book.next(LONGEST_WAIT, |_, _| false);
            assert_eq!(found, is_dialled.then_some(at(address)), "{address} by {origin:?}, {strangers:?}");
        }
    }
}

#[test]
fn a_link_and_local_discovery_name_peers_in_networks_that_this_machine_is_attached_to() {
    let networks = ["192.168.7.9/24", "10.1.2.3/16", "127.0.0.1/8", "169.254.3.3/16", "fd00:7::5/64"];
    let config = Config { networks: networks.map(network).to_vec(), ..Config::new(0, [0; 20]) };
    for (strangers, address, is_dialled) in [
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
        let config = Config { strangers, ..config.clone() };
        let mut book = AddressBook::new(&config, fastrand::Rng::with_seed(1));
        book.add(Origin::Link, vec![at(address)]);
        assert_eq!(dialled(&mut book).len(), usize::from(is_dialled), "{address} by {strangers:?}");
        let mut local = AddressBook::new(&config, fastrand::Rng::with_seed(1));
        local.add(DISCOVERY, vec![at(address)]);
        assert_eq!(dialled(&mut local).len(), usize::from(is_dialled), "{address} by local discovery");
        book.set_private(true);
        book.add(Origin::Link, vec![at("8.8.4.4:80")]);
        assert_eq!(dialled(&mut book), [], "a private torrent");
    }
}

#[test]
fn peers_of_a_private_torrent_come_from_its_trackers_and_the_user() {
    for (origin, is_heard) in [
        (Origin::User, true),
        (NEAR, true),
        (A, true),
        (Origin::Link, false),
        (Origin::Caller, false),
        (DISCOVERY, false),
        (EXCHANGE, false),
        (Origin::Dht, false),
    ] {
        let mut book = book();
        book.set_private(true);
        assert_eq!(book.add(origin, vec![at("1.1.1.1:1"), at("10.0.0.1:1")]), usize::from(origin == A));
        book.lost_caller(at("1.1.1.2:1").into(), Time::ZERO);
        assert_eq!(dialled(&mut book).contains(&at("1.1.1.1:1")), is_heard, "{origin:?}");
        assert_eq!(book.next(LONGEST_WAIT, |_, _| false), None, "not the caller");
    }
}

#[test]
fn what_strangers_named_is_forgotten_when_a_torrent_turns_out_to_be_private() {
    let mut book = book();
    book.add(Origin::Dht, vec![at("1.1.1.1:1"), at("1.1.1.2:1")]);
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
        assert_eq!(book.next(now, |_, _| false), Some(address));
        assert_eq!(book.dialling(), 1);
        book.failed(address, DialError::Refused, now);
        assert_eq!(book.next(now, |_, _| false), None, "not at once");
        now += LONGEST_WAIT;
    }
    assert_eq!((book.next(now, |_, _| false), book.candidates(), book.dialling()), (None, 0, 0));
}

#[test]
fn nobody_fills_the_book() {
    let mut book = book();
    book.add(A, (0..10_000_u32).map(|n| SocketAddr::from((0x0808_0000_u32.to_be_bytes(), 1 + n as u16))));
    assert_eq!(book.candidates(), ADDRESSES);
    book.add(Origin::User, vec![at("1.1.1.1:1")]);
    assert_eq!(book.candidates(), ADDRESSES + 1);
}

fn many(count: u32) -> Vec<SocketAddr> {
    (0..count).map(|n| SocketAddr::from((Ipv4Addr::from_bits(0x0808_0000 + n), 1))).collect()
}

fn is_next(book: &mut AddressBook, now: Time, tries: usize, wanted: &str) -> bool {
    (0..tries).any(|_| book.next(now, |_, _| false) == Some(at(wanted)))
}

#[test]
fn few_addresses_do_not_wait_for_the_many_of_somebody_else() {
    for (others, namer) in [
        (A, B),
        (B, A),
        (A, Origin::Link),
        (Origin::Link, A),
        (A, Origin::Dht),
        (A, Origin::User),
        (EXCHANGE, A),
        (Origin::Dht, DISCOVERY),
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
    book.add(B, (0..200).map(late));
    book.add(Origin::Link, vec![at("1.1.2.1:1")]);
    assert_eq!((book.candidates(), book.entries.len()), (ADDRESSES, ADDRESSES));
    assert!((0..200).all(|n| book.entries.contains_key(&late(n))));
    // All of the others have failed once: they wait, and the list is not full.
    while let Some(address) = book.next(Time::ZERO, |_, _| false) {
        book.failed(address, DialError::Unanswered, Time::ZERO);
    }
    assert_eq!(book.candidates(), ADDRESSES);
    book.add(Origin::Dht, vec![at("1.1.3.1:1")]);
    assert!(is_next(&mut book, Time::ZERO, 1, "1.1.3.1:1"));
    // No namer gets more than its share by it.
    book.add(B, many(20_000).split_off(10_000));
    let of = |book: &AddressBook, namer| book.entries.values().filter(|entry| entry.namer == namer).count();
    assert!(of(&book, B).abs_diff(of(&book, A)) <= 2 + ADDRESSES / 3, "{} {}", of(&book, A), of(&book, B));
    assert!(of(&book, A) >= ADDRESSES / 3);
}

#[test]
fn who_knows_where_it_is_dials_by_priority_and_not_itself() {
    let config = Config { listen_port: Some(6881), ..Config::new(0, [0; 20]) };
    let mut book = AddressBook::new(&config, fastrand::Rng::with_seed(1));
    let own = at("123.213.32.10:6881");
    book.own.says(Witness::Tracker(TrackerId(0)), own.ip());
    // By BEP 40's hash: 0xec2d7224 and 0x99568189 are its examples.
    let [first, second] = ["98.76.54.32:1", "123.213.32.234:1"].map(at);
    for origin in [A, Origin::Exchange] {
        book.add(origin, vec![own, second, first]);
        assert_eq!(dialled(&mut book), [first, second], "{origin:?}");
        book.entries.clear();
    }
    book.add(Origin::User, vec![second, own, first]);
    assert_eq!(dialled(&mut book), [second, own, first], "in the order that the user wants");
}

/// Every caller names only its own host, with the port where it listens, and all callers together have one share.
#[test]
fn callers_who_are_lost_fill_no_book_and_keep_nobody_waiting() {
    let mut book = book();
    for address in many(10_000) {
        book.lost_caller(address.into(), Time::ZERO);
    }
    assert_eq!(book.candidates(), ADDRESSES);
    book.add(A, vec![at("1.1.1.1:1")]);
    assert!(is_next(&mut book, LONGEST_WAIT, 2, "1.1.1.1:1"));
}

#[test]
fn what_several_say_of_a_peer_is_put_together() {
    let (mut book, address) = (book(), at("1.1.1.1:1"));
    for flags in [PeerFlags::UTP, PeerFlags::NONE, PeerFlags::ENCRYPTION] {
        book.add(A, [NamedPeer { address, flags }]);
    }
    let seen = std::cell::Cell::new(None);
    book.next(Time::ZERO, |_, flags| {
        seen.set(Some(flags));
        false
    });
    assert_eq!(seen.get(), Some(PeerFlags::UTP | PeerFlags::ENCRYPTION));
    assert!(!PeerFlags::UTP.has(PeerFlags::UTP | PeerFlags::ENCRYPTION));
}

/// A seed dials no seeds.
#[test]
fn peers_say_of_others_only_what_nobody_better_named() {
    for (first, is_believed) in [(Some(A), false), (Some(Origin::Local), false), (None, true)] {
        let (mut book, address) = (book(), at("1.1.1.1:1"));
        if let Some(origin) = first {
            book.add(origin, [address]);
        }
        book.add(Origin::Exchange, [NamedPeer { address, flags: PeerFlags::SEED }]);
        let is_dialled = book.next(Time::ZERO, |_, flags| flags.has(PeerFlags::SEED)).is_some();
        assert_eq!(is_dialled, !is_believed, "{first:?}");
    }
}
