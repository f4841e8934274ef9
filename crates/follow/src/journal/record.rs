//! What lines of the journal say.

use serde::{Deserialize, Serialize};

use crate::entry::{Entry, Fate};
use crate::fetch_state::FetchState;

/// The first line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Header {
    /// The version of the format.
    #[serde(rename = "piecework/follow-feed")]
    pub(super) version: u32,
    /// The URL as the user typed it, secrets and all.
    pub(super) feed: String,
    pub(super) created: i64,
}

/// Any other line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum Record {
    /// An item: new, or with something new about it.
    Item(Box<Entry>),
    /// What became of an item since.
    State {
        /// The id of the item.
        id: String,
        /// What became of it.
        #[serde(flatten)]
        fate: Fate,
        /// The info hashes of the torrent itself, once it is known.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hashes: Vec<String>,
    },
    /// The feed was asked. Never before the items that it had.
    Fetched(Box<FetchState>),
    /// What to do with the items of the first run is decided.
    Begun {
        /// When that was.
        at: i64,
    },
    /// Info hashes of what was taken and is otherwise forgotten.
    Hashes {
        /// In hexadecimal digits.
        hashes: Vec<String>,
    },
    /// Lines were harmed: new items are looked at twice until the next good fetch.
    Harmed {
        /// When that was found.
        at: i64,
        /// How many lines were set aside.
        lines: usize,
    },
}
