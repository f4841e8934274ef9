//! Runs swarms: sockets, timers, trackers, web seeds, hashing and disk around the engine of `swarm`.
//!
//! One thread, the loop (`session`), owns the engines of all torrents and all sockets. What takes time is done by other
//! threads, which leave their answers in its `mailbox`: `hash` (complete pieces), [`disk`], and a few threads for names, `trackers` over HTTP
//! and `web` seeds, which are started when there is something for them.
//! ARCHITECTURE.md follows a block from a peer to its file.
//!
//! A torrent is fetched like this:
//!
//! ```no_run
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use swarm_net::{Job, JobEvent, Session, Settings, Source};
//! use torrent_core::metainfo::Metainfo;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let torrent = Metainfo::parse(std::fs::read("debian.torrent")?)?.metainfo;
//! let mut session = Session::new(Settings::default())?;
//! session.add(Job::new(Source::Torrent(Arc::new(torrent)), "downloads"));
//! while !session.is_empty() {
//!     for (_, event) in session.turn(Duration::from_millis(100)) {
//!         match event {
//!             JobEvent::Progress(progress) => println!("{} of {} bytes", progress.done, progress.wanted),
//!             JobEvent::Ended(outcome) => outcome.result?,
//!             _ => {}
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Others may be added, paused and removed between two calls of [`Session::turn`]; `JobId`s tell whose events come.

mod attached;
mod connection;
mod crew;
mod descriptors;
mod dht_settings;
pub mod disk;
mod economy;
mod ending;
mod hash;
mod hashed;
pub mod job;
mod job_id;
pub mod journal;
mod local_groups;
mod mailbox;
mod named;
pub mod pool;
mod random;
mod rate;
mod reached_at;
mod record;
mod serve;
mod session;
mod shortfall;
mod stage;
mod tables;
mod torrent;
mod trackers;
mod transport;
mod turn_queue;
mod udp_sockets;
mod web;

pub use descriptors::raise_descriptor_limit;
pub use dht_settings::{
    DhtAnswers, DhtSettings, NotANode, NotSavedNodes, SAVED_NODES_MAX, read_saved_nodes, saved_nodes,
    typed_node,
};
pub use disk::{Check, Damage};
pub use economy::Economy;
pub use job::{
    Destination, Failure, Goal, Job, JobEvent, JobOutcome, JobProgress, Patience, Settings, Source,
};
pub use job_id::JobId;
pub use pool::{Block, Pool};
pub use record::{MakeJob, RecordError, RecordReader, TorrentRecord};
pub use serve::Serve;
pub use session::{AlreadyOffered, Holdings, Session, SleepTimes};
pub use shortfall::{DhtShortfall, Shortfall};
pub use swarm::secure::Encryption;
pub use swarm::{Bill, CloseReason, Contacts, DialError, Origin, OriginConfig, PeerSource, TrackerId};
pub use tables::{memory_for_files, memory_for_tables, tables, tables_limit};
pub use torrent_core::data::{Select, SelectError};
pub use torrent_core::naming::{Names, Naming};
