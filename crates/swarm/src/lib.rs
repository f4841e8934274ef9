//! The BitTorrent protocol as pure state machines: no sockets, no clock, no threads, no files.
//!
//! A driver tells a [`Swarm`] what happened and what time it is ([`Swarm::handle`]), and asks it what to do next
//! ([`Swarm::poll`], [`Swarm::next_deadline`]); [`duties`] tells what it has to do and when. Blocks of payload are opaque
//! (`B`), so that a simulation can run a thousand peers without a byte of it. Randomness comes from a seed: the same seed
//! and events give the same actions.
//!
//! What never happens here: a piece is announced before it is verified and written; more is asked for than the budget
//! can hold; an address that a stranger named is dialled against the rules of [`torrent_core::address`].

mod action;
mod addresses;
mod choke;
mod compact;
mod config;
mod connection;
pub mod dht;
pub mod duties;
mod engine;
mod event;
pub mod extension;
mod geometry;
mod hash_tree;
pub mod limits;
pub mod local_discovery;
mod origin;
mod peer;
mod picker;
mod piece_set;
mod progress;
pub mod secure;
pub mod tracker;
pub mod wire;

pub use action::{Action, Announce, AnnounceEvent, Report};
pub use addresses::{BannedHosts, Contacts, NamedPeer, Origin, PeerFlags, PeerSource, caller_network, host};
pub use config::{Config, OriginConfig};
pub use connection::{CloseReason, DialError, Direction};
pub use engine::{Kept, Swarm};
pub use event::{Announced, Event, PieceDigests, Torrent, TrackerError, WebError};
pub use geometry::blocks_of;
pub use piece_set::PieceSet;
pub use progress::{Bill, Progress};

use std::time::Duration;

/// Time since some moment before the swarm began. Only differences count; it never goes back.
pub type Time = Duration;

/// A connection, by a number that the driver gives and never gives again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId(pub u64);

/// A tracker, by its place in the list of all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TrackerId(pub usize);

/// A request to a web seed, by a number that the swarm gives and never gives again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WebJob(pub u64);
