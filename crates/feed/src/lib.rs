//! Feeds of torrents as values: RSS, Atom and JSON Feed, read within limits, written the same each time.
//!
//! [`read`] makes a [`Feed`] of any bytes and keeps what is whole of a broken one; [`write()`] writes it. [`Feed::merge`]
//! brings new items into an old feed. [`check`] says what five programs would take from a feed, and what they would
//! miss. There is no network here, no clock and no file.

mod about;
mod check;
mod date;
mod extra;
mod format;
mod item;
pub mod limits;
mod links;
mod merge;
mod quiet;
mod read;
mod readers;
mod rules;
mod url;
mod write;
mod xml;

pub use about::About;
pub use check::{FeedCheck, Finding, FindingFields, Severity, check};
pub use date::{from_rfc_2822, from_rfc_3339, to_rfc_2822, to_rfc_3339};
pub use extra::{Extra, Extras, Field};
pub use format::Format;
pub use item::{Channel, Enclosure, Feed, Item, Torrent};
pub use limits::FeedLimits;
pub use links::{Link, LinkRule};
pub use merge::{Change, ChosenWords, FeedWindow, Given, Merged, Tie};
pub use quiet::QuietTimes;
pub use read::{NotAFeed, Reading, Trouble, items, read};
pub use readers::{FeedReader, Outcome, Taken};
pub use rules::{RULES, Rule, rule};
pub use url::{percent_encoded, resolved};
pub use write::write;
pub use xml::{FeedFault, FeedFaultKind, recoded};

/// The MIME type of a .torrent.
pub const TORRENT_TYPE: &str = "application/x-bittorrent";
/// The namespace of the `<torrent>` block, as ezRSS made it.
pub const EZRSS: &str = "http://xmlns.ezrss.it/0.1/";
/// The namespace of `<podcast:alternateEnclosure>`.
pub const PODCAST: &str = "https://podcastindex.org/namespace/1.0";
/// The namespace of Atom (RFC 4287).
pub const ATOM: &str = "http://www.w3.org/2005/Atom";
