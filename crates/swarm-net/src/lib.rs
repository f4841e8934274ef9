//! Runs swarms: sockets, timers, trackers, web seeds, hashing and disk around the engine of `swarm`.

mod connection;
mod crew;
pub mod disk;
mod event_loop;
mod hash;
mod http;
pub mod job;
pub mod journal;
mod listen;
mod mailbox;
pub mod pool;
mod random;
mod rate;
mod torrent;
mod trackers;
mod web;

pub use event_loop::run;
pub use http::{Downloaded, HttpError, download};
pub use job::{
    Failure, Job, JobId, News, Observer, Outcome, Patience, Progress, Select, SelectError, Settings, Source,
};
pub use pool::{Block, Pool};
pub use swarm::CloseReason;
