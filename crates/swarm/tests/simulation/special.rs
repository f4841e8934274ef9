//! Private torrents, web seeds.

use test_kit::simulator::{Payload, Peer, WebFault, WebSeed};
use torrent_core::metainfo::Protocol;

use super::{payload, seconds, world};

fn web(rate: f64, fault: Option<WebFault>) -> Vec<WebSeed> {
    vec![WebSeed { rate, fault }]
}

#[test]
fn peers_of_a_private_torrent_come_from_its_tracker_only() {
    for private in [true, false] {
        let mut world = world(Payload::new(Protocol::V1, &[4_000_000], 65_536, private));
        world.add(Peer::seed());
        let peer = world.add(Peer { up: 1e5, down: 1e5, ..Peer::leecher() });
        let named = ["9.9.9.9:9".parse().unwrap(), "127.0.0.1:80".parse().unwrap()];
        named.iter().for_each(|address| world.name_at(seconds(2), peer, *address));
        world.run_to_completion(seconds(120));
        assert_eq!(world.dialled().contains(&named[0]), !private);
        assert!(!world.dialled().contains(&named[1]), "strangers name no local addresses");
    }
}

#[test]
fn a_web_seed_alone_is_enough() {
    let mut world = world(payload(300));
    let peer = world.add(Peer { web_seeds: web(5e6, None), ..Peer::leecher() });
    world.run_to_completion(seconds(60));
    let ideal = 300.0 * 65_536.0 / 5e6;
    let took = world.nodes()[peer].completed_at().unwrap().as_secs_f64();
    assert!(took < ideal * 1.6 + 2.0, "{took:.1} s at the rate of the server are {ideal:.1} s");
}

#[test]
fn a_web_seed_takes_the_tail_from_slow_peers() {
    let took = |web_seeds: Vec<WebSeed>| {
        let mut world = world(payload(40));
        (0..3).for_each(|_| {
            world.add(Peer { up: 20e3, ..Peer::seed() });
        });
        world.add(Peer { web_seeds, ..Peer::leecher() });
        world.run_to_completion(seconds(200));
        world.now()
    };
    let (with, without) = (took(web(2e6, None)), took(Vec::new()));
    assert!(with * 4 < without, "{with:?} with, {without:?} without");
}

#[test]
fn a_web_seed_with_any_fault_is_found_out_and_peers_do_the_rest() {
    let faults = [
        WebFault::Gone,
        WebFault::NoRanges,
        WebFault::Stale,
        WebFault::Short,
        WebFault::Busy,
        WebFault::Stalls,
    ];
    for fault in faults {
        let mut world = world(payload(100));
        world.add(Peer { up: 0.5e6, ..Peer::seed() });
        let peer = world.add(Peer { web_seeds: web(3e6, Some(fault)), ..Peer::leecher() });
        world.run_to_completion(seconds(120));
        let bad = world.nodes()[peer].progress().bad;
        assert!(bad <= 2 * 65_536, "{fault:?}: {bad} bad bytes");
    }
}
