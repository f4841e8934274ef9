//! Whole swarms of engines in a virtual world (`test_kit::simulator`).
//!
//! A failing run says its seed. `SIMULATION_SEED=n` runs the tests with another one.

mod hoards;
mod hostile;
mod life;
mod origin;
mod reach;
mod special;
mod swarming;
mod traces;

use std::time::Duration;

use test_kit::simulator::{Payload, World};
use torrent_core::metainfo::Protocol;

/// A torrent of one file, with pieces of 64 KiB: 4 blocks.
fn payload(pieces: u64) -> Payload {
    Payload::new(Protocol::V1, &[pieces * 65_536 - 5000], 65_536, false)
}

fn world(payload: Payload) -> World {
    let seed = std::env::var("SIMULATION_SEED").ok().and_then(|seed| seed.parse().ok());
    World::new(seed.unwrap_or(1), payload)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
