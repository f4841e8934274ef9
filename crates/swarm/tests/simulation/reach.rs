//! Peers that cannot be dialled, and no tracker: they find each other by what peers and the DHT say, and by dialling those that can be.

use std::time::Duration;

use test_kit::simulator::{Node, Peer, World};

use super::{payload, seconds, world};

/// What a swarm took.
#[derive(Debug)]
struct Taken {
    time: Duration,
    /// When every second peer was complete.
    median: Duration,
    /// How often the first seed gave the torrent.
    copies: f64,
}

/// A seed, and so many peers that come in the first ten seconds; every second of them cannot be dialled if it is `half_shut`. Each knows two
/// that came before it and can be dialled. There is no tracker.
fn by_exchange(peers: usize, pieces: u64, half_shut: bool) -> Taken {
    let mut world = world(payload(pieces));
    world.add(Peer { tracked: false, ..origin() });
    for number in 1..=peers {
        let dialable = !half_shut || number % 2 == 0;
        let known = vec![number / 4 * 2, number / 6 * 2];
        let joins = Duration::from_millis((number * 10_000 / peers) as u64);
        world.add(Peer { tracked: false, dialable, knows: known, joins, ..Peer::leecher() });
    }
    finish(world, pieces)
}

/// The same, but who cannot be dialled knows nobody, nor do the others: all have a node of the DHT. Where UDP does not pass, a peer knows one.
fn by_dht(peers: usize, pieces: u64) -> Taken {
    let mut world = world(payload(pieces));
    world.add(Peer { tracked: false, dht: true, ..origin() });
    for number in 1..=peers {
        let udp = number % 10 != 0;
        let knows = if udp { Vec::new() } else { vec![number - 1] };
        let joins = Duration::from_millis((number * 10_000 / peers) as u64);
        let magnet = number % 3 == 0;
        world.add(Peer {
            tracked: false,
            dht: true,
            dialable: number % 2 == 1,
            udp,
            knows,
            joins,
            magnet,
            ..Peer::leecher()
        });
    }
    finish(world, pieces)
}

fn origin() -> Peer {
    Peer { up: 10e6, ..Peer::seed() }
}

fn finish(mut world: World, pieces: u64) -> Taken {
    world.run_to_completion(seconds(600));
    let copies = world.nodes()[0].progress().uploaded as f64 / (pieces * 65_536) as f64;
    let mut times: Vec<Duration> = world.honest().filter_map(Node::completed_at).collect();
    times.sort_unstable();
    Taken { time: times[times.len() - 1], median: times[times.len() / 2], copies }
}

fn assert_as_good_as_open(peers: usize, pieces: u64) {
    let (open, shut) = (by_exchange(peers, pieces, false), by_exchange(peers, pieces, true));
    println!("{peers} peers, {pieces} pieces: all can be dialled: {open:.1?}; half of them: {shut:.1?}");
    // Who comes to peers that have no place waits and dials again: the last one says little.
    assert!(shut.median < open.median * 3 / 2 && shut.time < seconds(120), "{open:?} {shut:?}");
    // Those whom only half can call take more from the seed, which all can.
    assert!(shut.copies < open.copies * 2.0, "{open:?} {shut:?}");
}

#[test]
fn where_half_cannot_be_dialled_all_are_complete_by_exchange() {
    assert_as_good_as_open(100, 128);
}

/// `cargo test --release -p swarm --test simulation -- --ignored a_thousand_of_which --nocapture`
#[test]
#[ignore = "minutes without optimisation"]
fn a_thousand_of_which_half_cannot_be_dialled() {
    assert_as_good_as_open(1_000, 24);
}

#[test]
fn who_knows_nobody_finds_all_in_the_dht() {
    let taken = by_dht(60, 64);
    println!("60 peers that know a node of the DHT: {taken:.1?}");
    assert!(taken.time < seconds(60), "{taken:?}");
}
