//! Private torrents, web seeds.

use swarm::Progress;
use test_kit::simulator::{Have, Payload, Peer, WebFault, WebSeed, World};
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
        WebFault::LacksFiles,
        WebFault::NoRanges,
        WebFault::NoRangesAndCuts,
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

#[test]
fn a_mirror_gives_the_files_that_it_has_and_a_slow_peer_the_others() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        let lengths: Vec<u64> = (0..10).map(|file| if file % 2 == 0 { 2_500_000 } else { 50_000 }).collect();
        let mut world = world(Payload::new(protocol, &lengths, 65_536, false));
        world.add(Peer { up: 200e3, ..Peer::seed() });
        let peer = world.add(Peer { web_seeds: web(3e6, Some(WebFault::LacksFiles)), ..Peer::leecher() });
        world.run_to_completion(seconds(40));
        let progress = world.nodes()[peer].progress();
        assert_eq!(progress.bad, 0);
        assert!(progress.duplicate < progress.total / 10, "{protocol:?}: {progress:?}");
    }
}

const WITHOUT_RANGES: Option<WebFault> = Some(WebFault::NoRanges);
const BREAKS_OFF: Option<WebFault> = Some(WebFault::NoRangesAndCuts);

/// One that asks no tracker and has nobody but its web seeds.
fn hermit(web_seeds: Vec<WebSeed>) -> Peer {
    Peer { web_seeds, tracked: false, ..Peer::leecher() }
}

fn alone(peer: Peer) -> (World, Progress) {
    let mut world = world(payload(300));
    world.add(peer);
    world.run_to_completion(seconds(120));
    let progress = world.nodes()[0].progress();
    (world, progress)
}

#[test]
fn a_web_seed_without_ranges_is_read_once() {
    for count in [1, 2] {
        let (world, progress) = alone(hermit(web(5e6, WITHOUT_RANGES).repeat(count)));
        // The second one may pass over the piece that the first one gave before it was found out.
        let most = progress.total + (count as u64 - 1) * 65_536;
        assert!(progress.downloaded <= most, "{} of {most}", progress.downloaded);
        let (took, ideal) = (world.now().as_secs_f64(), 300.0 * 65_536.0 / 5e6);
        assert!(took < ideal * 1.6 + 2.0, "{took:.1} s at the rate of the server are {ideal:.1} s");
    }
}

#[test]
fn a_web_seed_without_ranges_is_read_up_to_what_lacks() {
    let (first_half, middle) = ((0..300).map(|piece| piece < 150), (0..300).map(|piece| piece / 10 == 20));
    let (_, progress) =
        alone(Peer { have: Have::These(first_half.collect()), ..hermit(web(5e6, WITHOUT_RANGES)) });
    assert_eq!((progress.downloaded, progress.duplicate), (progress.total, 150 * 65_536));
    let (_, progress) = alone(Peer { wanted: Some(middle.collect()), ..hermit(web(5e6, WITHOUT_RANGES)) });
    assert_eq!((progress.downloaded, progress.duplicate), (210 * 65_536, 200 * 65_536));
}

#[test]
fn a_web_seed_without_ranges_rests_while_peers_give_and_does_what_they_leave() {
    let mut world = world(payload(300));
    let seed = world.add(Peer { up: 1e6, ..Peer::seed() });
    world.add(Peer { web_seeds: web(5e6, WITHOUT_RANGES), ..Peer::leecher() });
    world.leave_at(seconds(12), seed);
    let half = |world: &World| world.now() > seconds(11);
    assert!(world.run(seconds(60), half));
    let progress = world.nodes()[1].progress();
    let by_peer = world.nodes()[seed].progress().uploaded;
    assert!(by_peer > 6_000_000 && progress.downloaded < by_peer + 500_000, "{progress:?} {by_peer}");
    assert!(
        world.run(seconds(60), |world| world.nodes()[1].is_complete()),
        "{:?}",
        world.nodes()[1].progress()
    );
    let skipped = world.nodes()[1].progress().duplicate;
    assert!(skipped < by_peer + 2_000_000, "{skipped} skipped, {by_peer} were there");
}

/// However slow they are.
#[test]
fn a_web_seed_without_ranges_is_no_source_beside_peers() {
    let mut world = world(payload(300));
    let seed = world.add(Peer { up: 60e3, ..Peer::seed() });
    world.add(Peer { web_seeds: web(5e6, WITHOUT_RANGES), ..Peer::leecher() });
    world.run(seconds(60), |_| false);
    let (by_peer, progress) = (world.nodes()[seed].progress().uploaded, world.nodes()[1].progress());
    assert!(by_peer > 2_000_000 && progress.downloaded < by_peer + 500_000, "{progress:?} {by_peer}");
}

#[test]
fn a_web_seed_that_always_breaks_off_is_given_up() {
    let mut world = world(payload(300));
    world.add(hermit(web(5e6, BREAKS_OFF)));
    let ends = |world: &World| world.nodes()[0].engine().is_some_and(|engine| engine.has_no_source_left());
    assert!(world.run(seconds(180), ends));
    let progress = world.nodes()[0].progress();
    assert!((progress.total * 4 / 10..=progress.total / 2).contains(&progress.done), "{progress:?}");
    assert!(progress.downloaded < progress.total * 4, "{progress:?}");
}
