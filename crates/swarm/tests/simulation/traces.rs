//! What the engines do with ten seeds, to the last message, beside what they did before.
//!
//! Moves and renames leave `traces.txt` as it is. A change of behaviour changes it, and should: the failing test says what
//! to put there.

use std::fmt::Write;

use test_kit::simulator::{Behaviour, Payload, Peer, WebFault, WebSeed, World};
use torrent_core::metainfo::Protocol;

use super::seconds;

/// Peers of all kinds, honest and hostile, with web seeds, lost connections, a restart and somebody who leaves.
fn motley(seed: u64) -> World {
    let protocol = [Protocol::V1, Protocol::V2, Protocol::Hybrid][seed as usize % 3];
    let payload = Payload::new(protocol, &[3_000_000, 17, 65_536, 900_001], 65_536, false);
    let mut world = World::new(seed, payload).losing_connections(seconds(40)).with_flaky_tracker();
    world.add(Peer { up: 0.5e6, ..Peer::seed() });
    for magnet in [false, true, false, true] {
        world.add(Peer { magnet, joins: seconds(seed % 4), ..Peer::leecher() });
    }
    for fault in [None, Some(WebFault::LacksFiles), Some(WebFault::NoRanges), Some(WebFault::Busy)] {
        let web_seeds = vec![WebSeed { rate: 0.3e6, fault }];
        world.add(Peer { budget: 8 << (seed % 5), web_seeds, ..Peer::leecher() });
    }
    for behaviour in [
        Behaviour::PoisonHalf { odd: false },
        Behaviour::PoisonHalf { odd: true },
        Behaviour::PoisonSome { percent: 20 },
        Behaviour::NeverAnswer,
        Behaviour::Flap,
        Behaviour::BadHashes,
        Behaviour::BadMetadata,
    ] {
        world.add(Peer::hostile(behaviour));
    }
    world.restart_at(seconds(3), 1, seconds(2));
    world.leave_at(seconds(30), 2);
    world
}

#[test]
fn ten_seeds_do_what_they_did_before() {
    let mut traces = String::new();
    for seed in 1..=10 {
        let mut world = motley(seed);
        world.run(seconds(60), |_| false);
        let (events, actions) = (world.events(), world.actions());
        writeln!(traces, "{seed} {events} events {actions} actions {:016x}", world.trace()).unwrap();
    }
    assert_eq!(traces, include_str!("traces.txt"), "\n{traces}");
}
