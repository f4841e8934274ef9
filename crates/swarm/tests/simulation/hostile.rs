//! Peers that lie, stall and break the rules: with one honest seed, everybody completes.

use swarm::CloseReason;
use test_kit::simulator::{Behaviour, Payload, Peer, World};
use torrent_core::metainfo::Protocol;

use super::{payload, seconds, world};

/// One seed, nine of a kind, and some honest peers.
fn among_nine(world: &mut World, behaviour: Behaviour, peers: usize) {
    world.add(Peer::seed());
    (0..9).for_each(|_| {
        world.add(Peer::hostile(behaviour));
    });
    (0..peers).for_each(|_| {
        world.add(Peer::leecher());
    });
}

fn closed(world: &World, why: CloseReason) -> u64 {
    world.honest().map(|node| node.progress().closed.get(&why).copied().unwrap_or_default()).sum()
}

#[test]
fn nine_poisoners_in_ten_are_cut_off_after_two_pieces() {
    let mut world = world(payload(100));
    among_nine(&mut world, Behaviour::Poison, 6);
    world.run_to_completion(seconds(200));
    assert!((1..=2).contains(&world.worst_poisoning()), "{}", world.worst_poisoning());
    assert!(closed(&world, CloseReason::Poison) >= 9);
}

#[test]
fn halves_of_pieces_from_two_liars_convict_both() {
    let mut world = world(payload(100));
    world.add(Peer::seed());
    for index in 0..8 {
        world.add(Peer::hostile(Behaviour::PoisonHalf { odd: index % 2 == 1 }));
    }
    (0..6).for_each(|_| {
        world.add(Peer::leecher());
    });
    world.run_to_completion(seconds(200));
    assert!((1..=2).contains(&world.worst_poisoning()), "{}", world.worst_poisoning());
}

#[test]
fn poison_now_and_then_does_not_stop_a_download() {
    for protocol in [Protocol::V1, Protocol::V2] {
        let mut world = world(Payload::new(protocol, &[6_500_000], 65_536, false));
        among_nine(&mut world, Behaviour::PoisonSome { percent: 10 }, 6);
        world.run_to_completion(seconds(300));
        assert!(closed(&world, CloseReason::Poison) > 0);
    }
}

/// Memory for one piece of 64 blocks makes all peers work at the same piece.
#[test]
fn who_spoils_shared_pieces_is_found_and_nobody_else_is_blamed() {
    for protocol in [Protocol::V1, Protocol::V2] {
        let mut world = world(Payload::new(protocol, &[20 << 20], 1 << 20, false));
        world.add(Peer::seed());
        let liar = world.add(Peer::hostile(Behaviour::PoisonSome { percent: 50 }));
        (0..4).for_each(|index| {
            world.add(Peer { budget: 64, joins: seconds(index * 3), ..Peer::leecher() });
        });
        world.run_to_completion(seconds(400));
        for node in world.honest().skip(1) {
            let banned = node.banned_hosts();
            assert!(banned <= 1, "{protocol:?}: {banned} hosts banned, and only peer {liar} lies");
        }
        assert!(closed(&world, CloseReason::Poison) > 0);
    }
}

/// Both give good pieces until they are trusted, and the budget makes them work at the same ones. Then one lies; when it has
/// left, the seed, which had a part in what it spoiled, is all that there is.
#[test]
fn the_only_honest_seed_outlasts_a_liar_that_shares_pieces_with_it() {
    for stays in 0..10 {
        let mut world = world(Payload::new(Protocol::V1, &[20 << 20], 1 << 20, false));
        world.add(Peer { up: 40e3, ..Peer::seed() });
        let liar = world.add(Peer { up: 45e3, ..Peer::seed() });
        world.add(Peer { budget: 3 * 64, ..Peer::leecher() });
        world.turn_at(seconds(100), liar, Behaviour::Poison);
        world.leave_at(seconds(100 + stays * 3), liar);
        world.run_to_completion(seconds(900));
    }
}

#[test]
fn who_breaks_the_protocol_is_cut_off_and_the_rest_go_on() {
    for behaviour in [Behaviour::WrongHave, Behaviour::Unasked, Behaviour::OutOfRange] {
        let mut world = world(payload(60));
        among_nine(&mut world, behaviour, 3);
        world.run_to_completion(seconds(120));
        assert!(closed(&world, CloseReason::Protocol) >= 9, "{behaviour:?}");
    }
}

#[test]
fn who_gives_nothing_is_cut_off_within_a_minute_and_the_rest_go_on() {
    for behaviour in [Behaviour::NeverAnswer, Behaviour::NeverUnchoke] {
        let mut world = world(payload(600));
        world.add(Peer { up: 0.3e6, ..Peer::seed() });
        (0..9).for_each(|_| {
            world.add(Peer::hostile(behaviour));
        });
        let victim = world.add(Peer::leecher());
        let cut_off = |world: &World| {
            let closed = world.nodes()[victim].progress().closed;
            [CloseReason::Stalled, CloseReason::NotNeeded]
                .iter()
                .filter_map(|why| closed.get(why))
                .sum::<u64>()
                >= 9
        };
        assert!(world.run(seconds(75), cut_off), "{behaviour:?}: {:?}", world.nodes()[victim].progress());
        world.run_to_completion(seconds(400));
    }
}

#[test]
fn a_crowd_of_the_useless_does_not_keep_the_honest_out() {
    for behaviour in [Behaviour::NeverUnchoke, Behaviour::NeverAnswer] {
        let mut world = world(payload(40));
        (0..60).for_each(|_| {
            world.add(Peer { connections: 200, ..Peer::hostile(behaviour) });
        });
        let victim = world.add(Peer { connections: 8, ..Peer::leecher() });
        let late = world.add(Peer { joins: seconds(20), ..Peer::seed() });
        assert!(
            world.run(seconds(900), |world| world.nodes()[victim].is_complete()),
            "{:?}",
            world.nodes()[victim].progress()
        );
        assert!(world.nodes()[late].progress().uploaded > 0);
    }
}

/// They come first, are asked first, and hold what little there is to ask for: who is honest is tried within seconds all the same.
#[test]
fn a_silent_crowd_does_not_keep_the_only_pieces() {
    for (pieces, magnet, budget) in [
        (1, false, 2048),
        (1, true, 2048),
        (4, false, 2048),
        (20, true, 2048),
        (60, false, 2048),
        (4, false, 8),
    ] {
        let mut world = world(payload(pieces));
        (0..60).for_each(|_| {
            world.add(Peer { connections: 200, ..Peer::hostile(Behaviour::NeverAnswer) });
        });
        let victim = world.add(Peer { connections: 100, magnet, budget, ..Peer::leecher() });
        world.add(Peer { joins: seconds(5), ..Peer::seed() });
        let is_complete = |world: &World| world.nodes()[victim].is_complete();
        let what = (pieces, magnet, budget);
        assert!(world.run(seconds(45), is_complete), "{what:?}: {:?}", world.nodes()[victim].progress());
        let progress = world.nodes()[victim].progress();
        assert_eq!((progress.duplicate, progress.bad), (0, 0), "{what:?}");
    }
}

#[test]
fn slow_drips_do_not_keep_the_last_pieces() {
    let mut world = world(payload(60));
    world.add(Peer::seed());
    (0..9).for_each(|_| {
        world.add(Peer { up: 900.0, ..Peer::seed() });
    });
    world.add(Peer::leecher());
    world.run_to_completion(seconds(60));
}

#[test]
fn nine_liars_about_metadata_cost_no_more_than_twice_the_time() {
    let time = |behaviours: &[Behaviour]| {
        // Metadata of about 200 KB.
        let mut world = world(Payload::new(Protocol::V1, &[10_000 * 16_384], 16_384, false));
        world.add(Peer::seed());
        behaviours.iter().for_each(|behaviour| {
            world.add(Peer::hostile(*behaviour));
        });
        let peer = world.add(Peer { magnet: true, ..Peer::leecher() });
        assert!(world.run(seconds(60), |world| world.nodes()[peer].knows_since().is_some()));
        world.nodes()[peer].knows_since().unwrap()
    };
    let honest = time(&[]);
    for behaviour in [Behaviour::BadMetadata, Behaviour::HugeMetadata] {
        let among_liars = time(&[behaviour; 9]);
        assert!(among_liars <= honest * 2, "{behaviour:?}: {among_liars:?}, alone {honest:?}");
    }
}

#[test]
fn false_hashes_are_seen_through() {
    let mut world = world(Payload::new(Protocol::V2, &[40_000_000, 5_000_000], 16_384, false));
    world.add(Peer::seed());
    (0..4).for_each(|_| {
        world.add(Peer::hostile(Behaviour::BadHashes));
    });
    world.add(Peer { magnet: true, ..Peer::leecher() });
    world.run_to_completion(seconds(120));
    assert!(closed(&world, CloseReason::BadHashes) > 0);
}

/// A peer that has just fetched everything has the leaves in memory. Memory for one piece makes it work at the same piece as the liar, and
/// what it tells shows which blocks are bad: the others stay.
#[test]
fn peers_tell_from_memory_which_blocks_are_bad() {
    for protocol in [Protocol::V2, Protocol::Hybrid] {
        let mut world = world(Payload::new(protocol, &[20 << 20], 1 << 20, false));
        let seed = world.add(Peer::seed());
        world.add(Peer { up: 1e6, ..Peer::leecher() });
        world.leave_at(seconds(100), seed);
        let victim = world.add(Peer { joins: seconds(110), budget: 64, ..Peer::leecher() });
        let liar = Peer::hostile(Behaviour::PoisonSome { percent: 50 });
        world.add(Peer { joins: seconds(111), ..liar });
        assert!(world.run(seconds(400), |world| world.nodes()[victim].is_complete()));
        let (node, progress) = (&world.nodes()[victim], world.nodes()[victim].progress());
        assert!(
            node.banned_hosts() == 1 && progress.closed.contains_key(&CloseReason::Poison),
            "{protocol:?}"
        );
        assert!((1..1 << 20).contains(&progress.bad), "{protocol:?}: {} bad bytes", progress.bad);
    }
}

/// They choke and unchoke all the time, and send blocks that nobody asked them for. The world checks that none of these counts, and
/// that nobody is made to send a window of requests for each choke.
#[test]
fn flapping_peers_bring_nothing_that_they_were_not_asked_for() {
    let mut world = world(payload(100));
    among_nine(&mut world, Behaviour::Flap, 6);
    world.run_to_completion(seconds(200));
    assert!(closed(&world, CloseReason::Protocol) > 0);
}
