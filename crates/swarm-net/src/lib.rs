//! Runs swarms: sockets, timers, trackers, web seeds, hashing and disk around the engine of `swarm`.

pub mod pool;

pub use pool::{Block, Pool};
