//! For tests only: a tool runner and file trees from short text.
//!
//! Everything here panics when something goes wrong: that is how a test fails.
//!
//! With the feature `torrents` also torrents of such trees; with `swarm` peers, honest and hostile, and trackers, over loopback sockets.

mod bencode;
mod capture;
#[cfg(feature = "swarm")]
mod content;
mod corpora;
mod folder;
mod generated;
#[cfg(feature = "swarm")]
mod honest;
#[cfg(feature = "swarm")]
pub mod hostile;
#[cfg(feature = "swarm")]
mod line;
pub mod minisign;
mod schema;
mod seeded;
#[cfg(feature = "swarm")]
mod service;
#[cfg(feature = "simulator")]
pub mod simulator;
mod tool;
#[cfg(feature = "torrents")]
mod torrent;
#[cfg(feature = "swarm")]
mod tracker;
mod tree_text;
pub mod web_server;

pub use bencode::{bytes, dict, int, list};
pub use capture::Capture;
#[cfg(feature = "swarm")]
pub use content::Content;
pub use corpora::corpora;
pub use folder::Folder;
pub use generated::{assert_generated, assert_habits_are_foreign, assert_man_page_is_whole, with_values};
#[cfg(feature = "swarm")]
pub use honest::{HonestPeer, Manners};
pub use rustix::process::Signal;
pub use schema::assert_matches_schema;
pub use seeded::seeded_bytes;
pub use tool::{Outcome, Running, Tool};
#[cfg(feature = "torrents")]
pub use torrent::{Recipe, torrent_of};
#[cfg(feature = "swarm")]
pub use tracker::{HttpTracker, UdpTracker};
