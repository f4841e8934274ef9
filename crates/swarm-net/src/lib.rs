//! Runs swarms: sockets, timers, trackers, web seeds, hashing and disk around the engine of `swarm`.

pub mod disk;
pub mod job;
pub mod journal;
pub mod pool;

pub use job::{
    Failure, Job, JobId, News, Observer, Outcome, Patience, Progress, Select, SelectError, Settings, Source,
};
pub use pool::{Block, Pool};
