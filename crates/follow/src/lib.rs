//! What a subscriber remembers of a feed, and what follows from it: politely, once, and never forgotten.
//!
//! [`Pass`] is one look at one feed. It asks the [`web`], holds what came against what is known ([`identity`]), writes it into the
//! [`journal`], decides by [`choice`] and hands items to a [`sink`]. What is remembered is a [`FeedState`]; when a feed may be asked
//! again is [`polite`]'s. Of passes that run at a time [`Hosts`] says whom they may ask, and [`Shared`] which torrents they have in common. Time,
//! chance, the web and the sink are given from outside, so that a month of a feed is a test of a second.

pub mod book;
pub mod choice;
mod entry;
mod event;
mod feed_state;
mod fetch_state;
mod hosts;
pub mod identity;
pub mod journal;
mod moves;
pub mod parcel;
mod pass;
pub mod pin;
pub mod polite;
pub mod preview;
mod shared;
pub mod sink;
pub mod web;

pub use entry::{Entry, Fate, Proof, Stage, Way};
pub use event::{Event, FeedEvent, ItemEvent};
pub use feed_state::{FETCHES, FeedState, REMEMBERED};
pub use fetch_state::{FetchState, Moved, OfferedBy, Refused, Validators};
pub use hosts::{Hosts, host_of};
pub use pass::{OnRevision, Pass, PassError, Settings};
pub use shared::Shared;
