//! Runs swarms: sockets, timers, trackers, web seeds, hashing and disk around the engine of `swarm`.
//!
//! One thread, the loop (`session`), owns the engines of all torrents and all sockets. What takes time is done by other
//! threads, which leave their answers in its `mailbox`: `hash` (complete pieces), [`disk`], and a few threads for names, `trackers` and
//! `web` seeds, which are started when there is something for them.
//! ARCHITECTURE.md follows a block from a peer to its file.

mod attached;
mod connection;
mod crew;
mod descriptors;
pub mod disk;
mod ending;
mod hash;
mod hashed;
pub mod job;
mod job_id;
pub mod journal;
mod mailbox;
pub mod pool;
mod random;
mod rate;
mod session;
mod shortfall;
mod stage;
mod tables;
mod torrent;
mod trackers;
mod transport;
mod turn_queue;
mod web;

pub use descriptors::raise_descriptor_limit;
pub use job::{
    Destination, Failure, Goal, Job, JobEvent, JobOutcome, JobProgress, Patience, Settings, Source,
};
pub use job_id::JobId;
pub use pool::{Block, Pool};
pub use session::Session;
pub use shortfall::Shortfall;
pub use swarm::{CloseReason, Contacts, DialError, TrackerId};
pub use tables::{memory_for_files, memory_for_tables, tables, tables_limit};
pub use torrent_core::data::{Select, SelectError};
pub use torrent_core::naming::{Names, Naming};
