//! What lines of the journal say.

use std::borrow::Cow;

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
#[derive(Clone, PartialEq, Debug, Serialize)]
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
        #[serde(skip_serializing_if = "Vec::is_empty")]
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

impl Record {
    /// Whether times and counts are such that something can be added to them. Others are no work of ours.
    pub(super) fn is_sane(&self) -> bool {
        match self {
            Self::Item(entry) => {
                let counts = entry.left.map_or(0, |(_, fetches)| fetches);
                let times = [entry.published, entry.updated, entry.left.map(|(at, _)| at)];
                is_count(counts) && is_time(entry.seen) && are_times(&times) && is_sane_fate(&entry.fate)
            }
            Self::State { fate, .. } => is_sane_fate(fate),
            Self::Fetched(fetch) => is_sane_fetch(fetch),
            Self::Begun { at } | Self::Harmed { at, .. } => is_time(*at),
            Self::Hashes { .. } => true,
        }
    }

    /// Reads a record. What derived code would gather in maps before it knows what it is, is read by what it says that it is, twice where
    /// the fate of an item stands among its other keys: that costs a tenth, and journals have a hundred thousand lines.
    pub(super) fn read(text: &str) -> Option<Self> {
        Some(match &*kind(text)? {
            "item" => Self::Item(Box::new(Entry { fate: from(text)?, ..from(text)? })),
            "state" => {
                let State { id, hashes } = from(text)?;
                Self::State { id, fate: from(text)?, hashes }
            }
            "fetched" => Self::Fetched(from(text)?),
            "begun" => Self::Begun { at: from::<Begun>(text)?.at },
            "hashes" => Self::Hashes { hashes: from::<Hashes>(text)?.hashes },
            "harmed" => {
                let Harmed { at, lines } = from(text)?;
                Self::Harmed { at, lines }
            }
            _ => return None,
        })
    }
}

fn is_sane_fate(fate: &Fate) -> bool {
    is_time(fate.since) && are_times(&[fate.retry_at, fate.tried]) && is_count(fate.attempts.into())
}

fn is_sane_fetch(fetch: &FetchState) -> bool {
    let often = [fetch.at, fetch.not_before, fetch.unconditional_at, fetch.pace];
    let until = fetch.host_until.as_ref().map(|(_, until)| *until);
    let since = fetch.moved.as_ref().map(|moved| moved.since);
    let refused = fetch.refused.as_ref().map(|refused| refused.since);
    let times = [fetch.ok_at, fetch.failing_since, fetch.told_at, fetch.stale_told_at, until, since, refused];
    often.into_iter().all(is_time) && are_times(&times) && is_count(fetch.fetches)
}

fn are_times(times: &[Option<i64>]) -> bool {
    times.iter().flatten().all(|time| is_time(*time))
}

/// In seconds; a duration is one as well.
fn is_time(seconds: i64) -> bool {
    seconds.unsigned_abs() < 1 << 48
}

fn is_count(count: u64) -> bool {
    count < 1 << 31
}

/// Which record a line is. What we write says so at once.
fn kind(text: &str) -> Option<Cow<'_, str>> {
    let ours = text.strip_prefix("{\"is\":\"").and_then(|text| text.split_once('"'));
    ours.map_or_else(|| Some(from::<Kind<'_>>(text)?.is), |(kind, _)| Some(Cow::Borrowed(kind)))
}

fn from<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    serde_json::from_str(text).ok()
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow)]
    is: Cow<'a, str>,
}

#[derive(Deserialize)]
struct State {
    id: String,
    #[serde(default)]
    hashes: Vec<String>,
}

#[derive(Deserialize)]
struct Begun {
    at: i64,
}

#[derive(Deserialize)]
struct Hashes {
    hashes: Vec<String>,
}

#[derive(Deserialize)]
struct Harmed {
    at: i64,
    lines: usize,
}
