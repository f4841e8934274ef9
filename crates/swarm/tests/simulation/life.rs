//! Peers that come, go, crash and come back; disks that are slow or full.

use std::time::Duration;

use test_kit::simulator::{Peer, World};

use super::{payload, seconds, world};

fn swarm_of(peers: usize) -> World {
    let mut world = world(payload(150));
    world.add(Peer::seed());
    (0..peers).for_each(|_| {
        world.add(Peer::leecher());
    });
    world
}

#[test]
fn restarts_at_any_time_lose_nothing_that_was_written() {
    let mut world = swarm_of(15);
    let mut rng = fastrand::Rng::with_seed(5);
    for node in 0..=15 {
        for _ in 0..2 {
            let at = Duration::from_millis(rng.u64(500..40_000));
            world.restart_at(at, node, Duration::from_millis(rng.u64(100..8000)));
        }
    }
    world.run_to_completion(seconds(400));
}

#[test]
fn connections_that_do_not_last_are_made_anew() {
    let mut world = world(payload(150)).losing_connections(seconds(12)).with_flaky_tracker();
    world.add(Peer::seed());
    (0..15).for_each(|_| {
        world.add(Peer::leecher());
    });
    world.run_to_completion(seconds(600));
}

#[test]
fn leavers_take_nothing_with_them() {
    let mut world = swarm_of(20);
    for node in 1..=8 {
        world.leave_at(Duration::from_millis(1000 + 700 * node as u64), node);
    }
    let stay = |world: &World| world.nodes()[9..].iter().all(|node| node.is_complete());
    assert!(world.run(seconds(300), stay));
    assert!(world.nodes()[1..=8].iter().all(|node| node.engine().is_none()), "who says goodbye is let go");
}

/// The world checks after every event that what an engine keeps because of a peer stays within its limits.
#[test]
fn torrents_that_come_and_go_at_random_under_load_leave_nothing_with_those_that_stay() {
    const STAYING: usize = 9;
    let mut rng = fastrand::Rng::with_seed(11);
    let mut world = swarm_of(STAYING - 1);
    for _ in 0..30 {
        let joins = Duration::from_millis(rng.u64(0..40_000));
        let magnet = rng.bool();
        let node = world.add(Peer { joins, magnet, ..Peer::leecher() });
        world.leave_at(joins + Duration::from_millis(rng.u64(10..15_000)), node);
    }
    let (all_have_gone, limit) = (seconds(60), seconds(400));
    let stayers_are_complete = |world: &World| world.nodes()[..STAYING].iter().all(|node| node.is_complete());
    assert!(world.run(limit, |world| world.now() > all_have_gone && stayers_are_complete(world)));
    let (stay, went) = world.nodes().split_at(STAYING);
    assert!(went.iter().all(|node| node.engine().is_none()), "who says goodbye is let go");
    for node in stay {
        let progress = node.progress();
        assert!(progress.peers < STAYING && progress.committed == 0, "{progress:?}");
    }
}

#[test]
fn when_the_only_seed_is_gone_what_is_there_is_shared_until_it_comes_back() {
    let mut world = swarm_of(8);
    world.restart_at(seconds(5), 0, seconds(60));
    assert!(!world.run(seconds(60), |world| world.honest().skip(1).any(|node| node.is_complete())));
    let union: Vec<bool> =
        (0..150).map(|piece| world.nodes()[1..].iter().any(|node| node.disk()[piece])).collect();
    assert!(world.nodes()[1..].iter().all(|node| node.disk() == union), "everybody has what anybody has");
    world.run_to_completion(seconds(300));
}

#[test]
fn a_slow_disk_slows_the_download_and_nothing_else() {
    let mut world = world(payload(100));
    world.add(Peer { up: 20e6, ..Peer::seed() });
    world.add(Peer { disk: 0.5e6, budget: 64, ..Peer::leecher() });
    world.run_to_completion(seconds(60));
}

#[test]
fn a_full_disk_ends_a_peer_and_more_room_lets_it_go_on() {
    let mut world = world(payload(100));
    world.add(Peer::seed());
    let peer = world.add(Peer { disk_pieces: 40, ..Peer::leecher() });
    assert!(world.run(seconds(60), |world| world.nodes()[peer].disk_was_full()));
    assert_eq!(world.nodes()[peer].has(), 40);
    world.make_room(peer, 100);
    world.run_to_completion(seconds(120));
    let again = world.nodes()[peer].progress().downloaded - 100 * 65_536 + 5000;
    assert!(again < 30 * 65_536, "only what was on its way comes again: {again} bytes");
}
