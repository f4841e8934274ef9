//! Runs swarms: sockets, timers, trackers, web seeds, hashing and disk around the engine of `swarm`.
//!
//! One thread, the loop (`event_loop`), owns the engines of all torrents and all sockets. What takes time is done by others,
//! who leave their answers in its `mailbox`: `hash` (complete pieces), [`disk`], and a few threads for names, `trackers` and
//! `web` seeds, which are started when there is something for them.
//!
//! # The way of a block
//!
//! 1. The engine asks for it, never for more than the [`Pool`] can hold (`event_loop/jobs.rs`, `share_budget`).
//! 2. `connection/read.rs` reads it from the socket straight into a [`Block`] of the pool. If the pool is empty, the socket is
//!    not read, and TCP makes the peer wait.
//! 3. `event_loop/sockets.rs` tells the engine, which keeps it until its piece is complete and then wants the piece hashed.
//! 4. `hash.rs` hashes it, with others that are complete; the engine compares. Who gave the last block is not read until 5 is done.
//! 5. If they fit, the [`disk`] writes them, and the blocks are back in the pool. Then the engine tells the peers.

mod attached;
mod connection;
mod crew;
mod descriptors;
pub mod disk;
mod ending;
mod event_loop;
mod hash;
mod http;
pub mod job;
mod job_id;
pub mod journal;
mod listen;
mod mailbox;
pub mod pool;
mod random;
mod rate;
mod shortfall;
mod tables;
mod torrent;
mod trackers;
mod web;

pub use descriptors::raise_descriptor_limit;
pub use event_loop::run;
pub use http::{BadProxy, Downloaded, Header, HttpError, Proxies, WebAccess, download};
pub use job::{
    Destination, Failure, Goal, Job, JobEvent, Observer, Outcome, Patience, Progress, Settings, Source,
};
pub use job_id::JobId;
pub use pool::{Block, Pool};
pub use shortfall::Shortfall;
pub use swarm::address::{AddressError, Namer, Url};
pub use swarm::{CloseReason, Contacts, DialError, TrackerId};
pub use tables::{memory_for_tables, room_for_tables, tables};
pub use torrent_core::data::{Select, SelectError};
pub use torrent_core::naming::{Names, Naming};
