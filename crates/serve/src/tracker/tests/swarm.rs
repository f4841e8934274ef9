//! Who is told of whom, for how long, and how much is kept.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;

use super::*;
use crate::tracker::swarm_peers::{PeerAddress, SwarmPeers};
use crate::tracker::swarms::Swarms;

fn public(host: u32) -> String {
    format!("{}:6881", Ipv4Addr::from(0x0808_0000 + host))
}

#[test]
fn an_asker_is_told_of_others_and_not_of_itself() {
    let mut tracker = tracker();
    assert!(ask(&mut tracker, "8.8.8.8:1", "", 0).is(&[]));
    assert!(ask(&mut tracker, "8.8.8.8:1", "", 0).is(&[]));
    assert!(ask(&mut tracker, "8.8.8.8:2", "", 0).is(&["8.8.8.8:1"]));
    assert!(ask(&mut tracker, "8.8.8.8:1", "&event=stopped", 0).is(&[]));
    assert!(ask(&mut tracker, "8.8.4.4:1", "", 0).is(&["8.8.8.8:2"]));
    // Only at its own address does anybody stop.
    ask(&mut tracker, "8.8.4.4:2", "&event=stopped", 0);
    assert!(ask(&mut tracker, "8.8.4.5:0", "", 0).is(&["8.8.8.8:2", "8.8.4.4:1"]));
    // Port 0 is not listed.
    assert!(ask(&mut tracker, "8.8.4.6:1", "", 0).is(&["8.8.8.8:2", "8.8.4.4:1"]));
}

#[test]
fn seeds_are_not_told_of_seeds() {
    let mut tracker = tracker();
    tracker.set_own_addresses([address("9.9.9.9:9")]);
    let seed = |tracker: &mut Tracker, from, event| ask_of(tracker, OURS, from, 0, event, 0);
    assert!(seed(&mut tracker, "8.8.8.8:1", "").is(&[]));
    assert!(seed(&mut tracker, "8.8.8.8:2", "").is(&[]));
    assert!(ask(&mut tracker, "8.8.8.8:3", "", 0).is(&["8.8.8.8:1", "8.8.8.8:2", "9.9.9.9:9"]));
    assert!(seed(&mut tracker, "8.8.8.8:1", "").is(&["8.8.8.8:3"]));
    // Who completes is a seed from then on, and counted once.
    assert!(seed(&mut tracker, "8.8.8.8:3", "&event=completed").is(&[]));
    assert!(seed(&mut tracker, "8.8.8.8:3", "&event=completed").is(&[]));
    let counts = SwarmCounts { seeds: 4, leechers: 0, completions: 1 };
    assert_eq!(tracker.counts(&OURS), Some(counts));
    // Nobody makes the count rise who was not here before.
    seed(&mut tracker, "8.8.8.8:4", "&event=completed");
    assert_eq!(tracker.counts(&OURS), Some(SwarmCounts { seeds: 5, ..counts }));
}

/// At a private address another would find somebody else, perhaps something of its own.
#[test]
fn nobody_is_told_of_what_reaches_less_far_than_itself() {
    let peers = [
        "127.0.0.1:1",
        "192.168.1.2:2",
        "10.0.0.3:3",
        "8.8.8.4:4",
        "[::1]:5",
        "[fd00::6]:6",
        "[2606:4700::7]:7",
    ];
    let rows: [(&str, &[usize]); 7] = [
        ("127.0.0.1:9", &[0, 1, 2, 3, 4, 5, 6]),
        ("[::1]:9", &[0, 1, 2, 3, 4, 5, 6]),
        ("192.168.1.9:9", &[1, 2, 3, 5, 6]),
        ("[fd00::9]:9", &[1, 2, 3, 5, 6]),
        ("8.8.8.9:9", &[3, 6]),
        ("[2606:4700::9]:9", &[3, 6]),
        // Neither here nor there.
        ("169.254.1.2:9", &[3, 6]),
    ];
    for (from, expected) in rows {
        let mut tracker = tracker();
        peers.iter().for_each(|peer| drop(ask(&mut tracker, peer, "", 0)));
        let expected: Vec<&str> = expected.iter().map(|peer| peers[*peer]).collect();
        assert!(ask(&mut tracker, from, "", 0).is(&expected), "{from}");
    }
    let mut tracker = tracker();
    for nowhere in ["169.254.1.2:1", "0.0.0.0:1", "224.0.0.1:1", "[fe80::1]:1", "[ff02::1]:1", "[::]:1"] {
        ask(&mut tracker, nowhere, "", 0);
        assert_eq!(tracker.size(), (0, 0), "{nowhere}");
    }
}

#[test]
fn an_asker_is_told_of_us_where_it_finds_us() {
    let own = [
        "127.0.0.1:9",
        "192.168.1.1:9",
        "10.0.0.1:9",
        "8.8.8.8:99",
        "[::1]:9",
        "[2606:4700::9]:9",
        "8.8.8.9:0",
    ];
    let rows: [(&str, &[usize]); 6] = [
        ("127.0.0.1:1", &[0, 4]),
        ("192.168.1.2:1", &[1, 2, 5]),
        ("8.8.4.4:1", &[3, 5]),
        ("[2606:4700::1]:1", &[3, 5]),
        ("[fd00::1]:1", &[1, 2, 5]),
        // It is ourselves.
        ("8.8.8.8:99", &[5]),
    ];
    for (from, expected) in rows {
        let mut tracker = tracker();
        tracker.set_own_addresses(own.iter().map(|own| address(own)));
        let expected: Vec<&str> = expected.iter().map(|place| own[*place]).collect();
        assert!(ask(&mut tracker, from, "", 0).is(&expected), "{from}");
        // We are a seed, and not listed twice.
        assert_eq!(tracker.counts(&OURS).unwrap().seeds, 1);
        assert_eq!(tracker.size().1, usize::from(from != "8.8.8.8:99"));
    }
    // Of torrents that are not ours we are no peer.
    let mut tracker = of_config(open());
    tracker.set_own_addresses([address("8.8.8.8:99")]);
    assert!(ask_of(&mut tracker, THEIRS, "8.8.4.4:1", 1, "", 0).is(&[]));
}

#[test]
fn in_a_crowd_one_of_four_is_told_of_us() {
    let mut tracker = tracker();
    tracker.set_own_addresses([address("9.9.9.9:9")]);
    let mut is_told = |host: u32, more: &str| {
        let told = ask(&mut tracker, &public(host), more, 0);
        told.peers().contains(&address("9.9.9.9:9"))
    };
    let told = |hosts: std::ops::Range<u32>, is_told: &mut dyn FnMut(u32, &str) -> bool, more| {
        hosts.filter(|host| is_told(*host, more)).count()
    };
    // With us there are 50.
    assert_eq!(told(0..48, &mut is_told, "&event=started"), 48);
    let later = told(48..1_048, &mut is_told, "&event=started");
    assert!((150..350).contains(&later), "{later}");
    // Who comes back empty-handed is told; seeds never are.
    assert_eq!(told(0..100, &mut is_told, ""), 100);
}

#[test]
fn intervals_grow_with_the_swarm_and_who_misses_two_announces_is_gone() {
    let mut tracker = tracker();
    assert_eq!(ask(&mut tracker, "9.9.9.1:1", "", 0).number("interval"), 60);
    assert!(ask(&mut tracker, "9.9.9.2:2", "", 149).is(&["9.9.9.1:1"]));
    assert!(ask(&mut tracker, "9.9.9.2:2", "", 150).is(&[]));
    (0..48).for_each(|host| {
        assert_eq!(
            ask(&mut tracker, &public(host), "", 200).number("interval"),
            if host == 47 { 900 } else { 60 }
        )
    });
    ask(&mut tracker, "9.9.9.3:3", "", 200);
    assert_eq!(tracker.size().1, 50);
    assert_eq!(tracker.next_deadline(), Some(at(60)));
    tracker.on_time(at(60));
    assert_eq!((tracker.size().1, tracker.next_deadline()), (50, Some(at(120))));
    tracker.on_time(at(350));
    let left = tracker.size().1;
    assert!((1..=3).contains(&left), "{left}");
    tracker.on_time(at(200 + 1_830));
    assert_eq!((tracker.size(), tracker.next_deadline()), ((0, 0), None));
    assert_eq!(tracker.counts(&OURS), Some(SwarmCounts { seeds: 1, leechers: 0, completions: 0 }));
}

#[test]
fn torrents_come_and_go() {
    let mut tracker = tracker();
    assert_eq!(
        ask_of(&mut tracker, THEIRS, "8.8.8.8:1", 1, "", 0).refusal(),
        Some("this tracker does not know that torrent")
    );
    tracker.offer(THEIRS);
    ask_of(&mut tracker, THEIRS, "8.8.8.8:1", 1, "", 0);
    tracker.offer(THEIRS);
    assert_eq!(tracker.size(), (1, 1));
    tracker.withdraw(THEIRS);
    assert_eq!((tracker.size(), tracker.counts(&THEIRS)), ((0, 0), None));
    tracker.withdraw(THEIRS);
    assert!(ask_of(&mut tracker, THEIRS, "8.8.8.8:1", 1, "", 0).refusal().is_some());
}

#[test]
fn one_network_fills_no_list() {
    let mut tracker = tracker();
    ask(&mut tracker, "9.9.9.9:9", "", 0);
    for (now, port) in (1..=200_u16).enumerate() {
        ask(&mut tracker, &format!("8.8.8.8:{port}"), "", now as u64 / 10);
        ask(&mut tracker, &format!("[2606:4700::{port:x}]:1"), "", now as u64 / 10);
    }
    assert_eq!(tracker.size().1, 1 + 64 + 64);
    let told = ask(&mut tracker, "8.8.4.4:0", "&numwant=200", 20).peers();
    assert!(told.contains(&address("9.9.9.9:9")) && told.contains(&address("8.8.8.8:200")));
    assert!(!told.contains(&address("8.8.8.8:1")), "the oldest went");
}

fn peer(number: u32) -> PeerAddress {
    PeerAddress { ip: IpAddr::from(Ipv4Addr::from(0x0808_0000 + number)), port: 1 }
}

#[test]
fn the_largest_swarm_makes_room() {
    let mut swarms = Swarms::new(3, 100);
    (0..98).for_each(|number| _ = swarms.list([1; 20], peer(number), false, 0, number + 1_000));
    (0..60).for_each(|number| _ = swarms.list([2; 20], peer(number), false, 0, 1_000));
    assert_eq!((swarms.counts(), swarms.get(&[1; 20]).unwrap().len()), ((2, 100), 50));
    // Of the smaller ones the one that was asked for longest ago goes, but never the one that has just come.
    swarms.list([3; 20], peer(0), false, 1, 2_000);
    swarms.list([4; 20], peer(0), false, 2, 2_000);
    assert_eq!(
        (swarms.get(&[3; 20]).map(SwarmPeers::len), swarms.get(&[4; 20]).map(SwarmPeers::len)),
        (None, Some(1))
    );
    assert_eq!(swarms.counts().0, 3);
}

#[test]
fn every_peer_is_given_as_often() {
    let mut swarm = SwarmPeers::default();
    let mut rng = fastrand::Rng::with_seed(5);
    (0..20).for_each(|number| _ = swarm.list(peer(number), number % 2 == 0, 10));
    let mut counts: BTreeMap<PeerAddress, i32> = BTreeMap::new();
    for _ in 0..20_000 {
        let chosen = swarm.choose(peer(0), false, false, 5, &mut rng);
        assert_eq!(chosen.len(), 5);
        chosen.into_iter().for_each(|chosen| *counts.entry(chosen).or_default() += 1);
    }
    // 20,000 times 5 of 19.
    assert!(counts.len() == 19 && counts.values().all(|count| (count - 5_263).abs() < 400), "{counts:?}");
}

#[derive(Clone, Debug)]
enum Step {
    List { host: u8, port: u8, is_seed: bool, lasts: u8 },
    Remove { host: u8, port: u8 },
    Pass(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..6_u8, 0..20_u8, any::<bool>(), 1..60_u8).prop_map(|(host, port, is_seed, lasts)| Step::List { host, port, is_seed, lasts }),
        2 => (0..6_u8, 0..20_u8).prop_map(|(host, port)| Step::Remove { host, port }),
        1 => (0..40_u8).prop_map(Step::Pass),
    ]
}

fn host(number: u8, port: u8) -> PeerAddress {
    let ip: IpAddr = match number {
        0 => [127, 0, 0, 1].into(),
        1 => [192, 168, 1, 1].into(),
        2 | 3 => [8, 8, 8, number].into(),
        _ => [0x2606, 0x4700, 0, 0, 0, 0, 0, number.into()].into(),
    };
    PeerAddress { ip, port: port.into() }
}

proptest! {
    /// The lists say what a plain map would say.
    #[test]
    fn a_swarm_is_what_was_listed_and_did_not_expire(steps in prop::collection::vec(step(), 0..200)) {
        let (mut swarm, mut model) = (SwarmPeers::default(), BTreeMap::new());
        let (mut now, mut rng) = (0, fastrand::Rng::with_seed(1));
        for step in steps {
            match step {
                Step::List { host: number, port, is_seed, lasts } => {
                    let end = now + u32::from(lasts);
                    let before = swarm.list(host(number, port), is_seed, end);
                    let known: Option<(bool, u32)> = model.insert(host(number, port), (is_seed, end));
                    prop_assert_eq!(before, known.map(|(is_seed, _)| is_seed));
                }
                Step::Remove { host: number, port } => {
                    let peer = host(number, port);
                    prop_assert_eq!(swarm.remove(&peer), model.remove(&peer).is_some());
                }
                Step::Pass(time) => {
                    now += u32::from(time);
                    swarm.remove_expired(now);
                    model.retain(|_, (_, end)| *end > now);
                }
            }
            prop_assert_eq!(swarm.len(), model.len());
            prop_assert_eq!(swarm.seeds(), model.values().filter(|(is_seed, _)| *is_seed).count());
            for is_ipv6 in [false, true] {
                let mut all = swarm.choose(host(0, 99), false, is_ipv6, 1_000, &mut rng);
                all.sort();
                prop_assert!(all.iter().eq(model.keys().filter(|peer| peer.ip.is_ipv6() == is_ipv6)));
            }
        }
    }
}
