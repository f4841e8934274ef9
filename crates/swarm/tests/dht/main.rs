//! Networks of DHT nodes in a virtual world: no sockets, no clock, datagrams that take time.
//!
//! A failing run says its seed. `SIMULATION_SEED=n` runs the tests from another one.

mod hostile;
mod network;
mod world;

use std::time::Duration;

fn seed() -> u64 {
    std::env::var("SIMULATION_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
