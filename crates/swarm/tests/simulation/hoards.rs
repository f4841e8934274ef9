//! Peers that make others remember as much as they can. The world checks after every message that nothing is kept beyond its limit;
//! here it is seen that the limits are reached.

use swarm::limits::{EARLY_HAVES, HASH_REQUESTS, REQUEST_QUEUE};
use test_kit::simulator::{Behaviour, Payload, Peer, World};
use torrent_core::metainfo::Protocol;

use super::{seconds, world};

fn each_is_full(world: &World, limits: &[(&str, usize)]) {
    for (what, most) in limits {
        assert_eq!(world.most_kept(what), *most, "{what}");
    }
}

/// One hoarder has everything, and is all that a link leads to at first; the others fetch from the seed: one asks for blocks, and one, which
/// lacks layers, for hashes.
#[test]
fn what_a_hoarder_says_is_kept_up_to_its_limits() {
    let mut world = world(Payload::new(Protocol::V2, &[80_000_000], 32_768, false));
    world.add(Peer::hostile(Behaviour::Hoard));
    world.add(Peer { magnet: true, ..Peer::leecher() });
    world.add(Peer { joins: seconds(5), ..Peer::seed() });
    for magnet in [false, true] {
        world.add(Peer { magnet, behaviour: Behaviour::Hoard, ..Peer::leecher() });
    }
    world.run_to_completion(seconds(200));
    each_is_full(
        &world,
        &[
            ("requests", REQUEST_QUEUE),
            ("early haves", EARLY_HAVES),
            ("requests for layers in flight", HASH_REQUESTS),
        ],
    );
}
