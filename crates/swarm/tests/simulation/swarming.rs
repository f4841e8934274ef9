//! Many honest peers.

use test_kit::simulator::{Behaviour, Payload, Peer, World};
use torrent_core::metainfo::Protocol;

use super::{payload, seconds, world};

/// A seed, and so many peers that have nothing and come in the first ten seconds.
fn swarm_of(peers: u64, pieces: u64) -> World {
    let mut world = world(payload(pieces));
    world.add(Peer { up: 10e6, ..Peer::seed() });
    for peer in 0..peers {
        world.add(Peer { joins: seconds(peer % 10), ..Peer::leecher() });
    }
    world
}

fn assert_swarms(peers: u64, pieces: u64) {
    let mut world = swarm_of(peers, pieces);
    world.run_to_completion(seconds(300));
    let given = world.nodes()[0].progress().uploaded as f64 / (pieces * 65_536) as f64;
    eprintln!(
        "{peers} peers, {pieces} pieces: {:.1} s, {:.2} % duplicates, {given:.1} copies from the seed, {} events, {} actions",
        world.now().as_secs_f64(),
        world.duplicate_share() * 100.0,
        world.events(),
        world.actions()
    );
    assert!(world.duplicate_share() < 0.02);
    assert!(given < peers as f64 / 4.0, "most comes from each other");
}

#[test]
fn one_peer_from_one_seed() {
    let mut world = world(payload(300));
    world.add(Peer::seed());
    let peer = world.add(Peer::leecher());
    world.run_to_completion(seconds(60));
    let ideal = 300.0 * 65_536.0 / 2e6;
    let took = world.nodes()[peer].completed_at().unwrap().as_secs_f64();
    assert!(took < ideal * 1.15, "{took:.1} s at the rate of the line are {ideal:.1} s");
    assert_eq!(world.duplicate_share(), 0.0);
}

#[test]
fn who_stops_in_the_middle_holds_the_end_up_no_longer_than_two_seconds() {
    let took = |stops: bool| {
        let mut world = world(payload(300));
        world.add(Peer { up: 4e6, ..Peer::seed() });
        let other = world.add(Peer { up: 2e6, ..Peer::seed() });
        let peer = world.add(Peer::leecher());
        match stops {
            true => world.turn_at(seconds(2), other, Behaviour::NeverAnswer),
            false => world.leave_at(seconds(2), other),
        }
        assert!(world.run(seconds(60), |world| world.nodes()[peer].is_complete()));
        world.now()
    };
    let (stopped, left) = (took(true), took(false));
    assert!(stopped < left + seconds(2), "{stopped:?} if it stops, {left:?} if it leaves");
}

#[test]
fn a_hundred_peers() {
    assert_swarms(100, 256);
}

/// `cargo test --release -p swarm --test simulation -- --ignored a_thousand_peers --nocapture`
#[test]
#[ignore = "minutes without optimisation"]
fn a_thousand_peers() {
    assert_swarms(1000, 512);
}

/// What the engine costs for 4 GiB in pieces of 1 MiB, both ends and the simulator's own work counted:
/// `cargo test --release -p swarm --test simulation -- --ignored four_gibibytes --nocapture`
#[test]
#[ignore = "a measurement"]
fn four_gibibytes_from_one_seed() {
    let payload = Payload::new(Protocol::V1, &[4 << 30], 1 << 20, false);
    let mut world = world(payload).with_delays(100..200);
    world.add(Peer { up: 1e9, ..Peer::seed() });
    world.add(Peer { down: 1e9, disk: 3e9, ..Peer::leecher() });
    let began = std::time::Instant::now();
    world.run_to_completion(seconds(100));
    let (took, virtual_time) =
        (began.elapsed().as_secs_f64(), world.nodes()[1].completed_at().unwrap().as_secs_f64());
    eprintln!(
        "262144 blocks: {took:.2} s, {:.0} events/s; {virtual_time:.2} s in the world",
        world.events() as f64 / took
    );
}

/// 500 Mbit/s, 50 milliseconds each way: half a second to reach the rate, then nine tenths of it.
#[test]
fn a_long_fat_line_is_filled() {
    let payload = Payload::new(Protocol::V1, &[1 << 30], 1 << 20, false);
    let mut world = world(payload).with_delays(50_000..50_001);
    world.add(Peer { up: 62.5e6, ..Peer::seed() });
    let peer = world.add(Peer { down: 62.5e6, disk: 500e6, ..Peer::leecher() });
    world.run_to_completion(seconds(60));
    let took = world.nodes()[peer].completed_at().unwrap().as_secs_f64();
    let ideal = f64::from(1 << 30) / 62.5e6;
    assert!(took < ideal / 0.9 + 0.5, "{took:.1} s at the rate of the line are {ideal:.1} s");
}

#[test]
fn every_kind_of_torrent_swarms() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        let lengths = [3_000_000, 17, 65_536, 900_001];
        let mut world = world(Payload::new(protocol, &lengths, 65_536, false));
        world.add(Peer::seed());
        (0..6).for_each(|_| {
            world.add(Peer::leecher());
        });
        (0..6).for_each(|_| {
            world.add(Peer { magnet: true, ..Peer::leecher() });
        });
        world.run_to_completion(seconds(120));
    }
}

#[test]
fn a_budget_of_one_piece_is_enough() {
    let mut world = world(payload(60));
    world.add(Peer::seed());
    for budget in [1, 4, 5, 9] {
        world.add(Peer { budget, ..Peer::leecher() });
    }
    world.run_to_completion(seconds(300));
}

/// One that gives a block in sixteen seconds is asked for blocks of every piece.
#[test]
fn a_budget_below_one_piece_does_not_make_all_wait_for_the_slowest() {
    let mut world = world(Payload::new(Protocol::V1, &[8 << 20], 1 << 20, false));
    world.add(Peer { up: 1e3, ..Peer::seed() });
    (0..9).for_each(|_| {
        world.add(Peer { up: 0.2e6, ..Peer::seed() });
    });
    world.add(Peer { budget: 32, ..Peer::leecher() });
    world.run_to_completion(seconds(40));
}

#[test]
fn only_what_is_wanted_is_fetched() {
    let mut world = world(payload(100));
    world.add(Peer::seed());
    let wanted: Vec<bool> = (0..100).map(|piece| piece % 3 == 0).collect();
    let peer = world.add(Peer { wanted: Some(wanted.clone()), ..Peer::leecher() });
    world.run_to_completion(seconds(120));
    assert_eq!(world.nodes()[peer].disk(), wanted);
}

#[test]
fn the_same_seed_is_the_same_run_and_another_is_not() {
    let run = |seed| {
        let mut world = World::new(seed, payload(40)).losing_connections(seconds(20)).with_flaky_tracker();
        world.add(Peer::seed());
        (0..10).for_each(|_| {
            world.add(Peer::leecher());
        });
        world.run_to_completion(seconds(300));
        world.trace()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}
