//! Networks of 1,000 nodes of which a fifth has died: how soon the first peer is found, and who is told of us.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use swarm::dht::{DhtAction, DhtMode, InfoHash, LookupFigures};

use crate::world::{DhtWorld, Time};
use crate::{seconds, seed};

/// Nodes of a network.
const NODES: usize = 1_000;

/// A network in which everybody has come to know somebody.
pub(crate) fn network(seed: u64, nodes: usize) -> DhtWorld {
    let mut world = DhtWorld::new(seed);
    world.add(DhtMode::Full);
    for node in 1..nodes {
        world.add(DhtMode::Full);
        let known = world.any_address(node);
        world.with(node, |dht, now| dht.add_node(now, known));
        world.run_for(Duration::from_millis(50));
    }
    world.run_for(seconds(120));
    world
}

/// What a newcomer found.
pub(crate) struct Found {
    pub(crate) first: Option<Time>,
    ended: Time,
    pub(crate) figures: LookupFigures,
    /// Of the eight live nodes nearest to the info hash, how many were told of it.
    pub(crate) nearest: usize,
}

/// Somebody new, who knows eight nodes of which some are dead, looks for peers and announces itself.
pub(crate) fn newcomer(world: &mut DhtWorld, info_hash: InfoHash) -> Found {
    let node = world.add(DhtMode::ReadOnly);
    let nodes = NODES.min(node);
    let known: Vec<SocketAddr> = (0..8).map(|_| world.any_address(nodes)).collect();
    let start = world.now;
    world.with(node, |dht, now| {
        known.iter().for_each(|known| dht.add_node(now, *known));
        dht.look_up(now, info_hash, Some(7000));
    });
    let (ended, figures) = ended(world, node, start + seconds(60));
    let peers = |action: &DhtAction| matches!(action, DhtAction::Peers { .. });
    let first = world.told.iter().find(|(_, by, action)| *by == node && peers(action));
    let told: BTreeSet<SocketAddr> = world.announced_to(node).collect();
    let nearest = world.nearest(info_hash, 8).iter().filter(|address| told.contains(address)).count();
    Found { first: first.map(|(at, ..)| *at - start), ended: ended - start, figures, nearest }
}

/// When the lookup of a node ended, and how.
fn ended(world: &mut DhtWorld, node: usize, until: Time) -> (Time, LookupFigures) {
    let end = |world: &DhtWorld| {
        world.told.iter().find_map(|(at, by, action)| match action {
            DhtAction::Ended { figures, .. } if *by == node => Some((*at, *figures)),
            _ => None,
        })
    };
    world.run_until(until, |world| end(world).is_some());
    end(world).expect("it ends")
}

#[test]
fn the_first_peer_comes_in_two_seconds_and_the_nearest_hear_of_us() {
    let mut found = Vec::new();
    for seed in seed()..seed() + 3 {
        let mut world = network(seed, NODES);
        let hashes: Vec<InfoHash> = (0..10).map(|_| std::array::from_fn(|_| world.rng.u8(..))).collect();
        for (sharer, hash) in hashes.iter().enumerate() {
            world.with(sharer, |dht, now| dht.look_up(now, *hash, Some(6881)));
        }
        world.run_for(seconds(30));
        (0..NODES).filter(|node| node % 5 == 0).for_each(|node| world.kill(node));
        found.extend(hashes.into_iter().map(|hash| newcomer(&mut world, hash)));
        let nodes: u32 =
            (0..NODES).filter(|node| node % 5 > 0).map(|node| world.dht(node).figures().nodes).sum();
        println!(
            "seed {seed}: {} datagrams, {} nodes in a table",
            world.sent,
            nodes as usize / (NODES * 4 / 5)
        );
    }
    let middle = |mut times: Vec<Time>| {
        times.sort_unstable();
        (times[times.len() / 2], times[times.len() - 1])
    };
    let firsts = middle(found.iter().map(|found| found.first.unwrap_or(Time::MAX)).collect());
    let ends = middle(found.iter().map(|found| found.ended).collect());
    let asked: u32 = found.iter().map(|found| found.figures.asked).sum();
    let nearest: usize = found.iter().map(|found| found.nearest).sum();
    println!("{} lookups, median and worst: first peer {firsts:?}, end {ends:?}", found.len());
    println!("asked {} nodes each; {nearest} of {} nearest nodes told", asked / 30, found.len() * 8);
    assert!(firsts.0 < seconds(1) && firsts.1 < seconds(2), "{firsts:?}");
    assert!(found.iter().all(|found| found.figures.announced >= 7));
    assert!(nearest * 100 >= found.len() * 8 * 95, "{nearest}");
}
