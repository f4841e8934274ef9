//! An item of a feed as it is remembered: what it said, and what became of it.

use serde::{Deserialize, Serialize};

/// What became of an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// It was seen, and nothing is decided.
    #[default]
    New,
    /// Something was begun with it that may not have come to its end.
    Taking,
    /// It is where it should be.
    Taken,
    /// It is not wanted.
    Skipped,
    /// It is wanted, and not possible now.
    Waiting,
    /// It was tried as often as it may be.
    Failed,
}

impl Stage {
    /// Its name, as it stands in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Taking => "taking",
            Self::Taken => "taken",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}

/// A way to the torrent: a URL, or a magnet link.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Way {
    /// A whole URL.
    pub url: String,
    /// Which part of the item says so ([`feed::LinkRule::name`]).
    pub rule: String,
}

/// An item and what became of it. This is also how it stands in the journal, from which what became of it is read by itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Entry {
    /// What it is called for ever: the info hash where the feed says it, else made of its guid or URL.
    pub id: String,
    /// Its title, which decides nothing.
    pub title: String,
    /// Info hashes, in hexadecimal digits: those that the feed claims, later those of the torrent itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<String>,
    /// `guid` or `id`, which is unique in its feed only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// Where its torrent is, the best way first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Way>,
    /// Bytes of the content, as the feed claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The length of what is attached, whatever the feed means by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<i64>,
    /// When it was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<i64>,
    /// The id of the item whose torrent this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revises: Option<String>,
    /// When it was first seen.
    pub seen: i64,
    /// Its place in the feed then, from the top.
    #[serde(default)]
    pub place: u32,
    /// When it was missed in the feed for the first time, and in which good fetch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<(i64, u64)>,
    /// How far the signature of its feed covers it.
    #[serde(default, skip_serializing_if = "Proof::is_none")]
    pub proof: Proof,
    /// What became of it.
    #[serde(flatten, skip_deserializing)]
    pub fate: Fate,
}

/// How far the signature of a feed covers an item.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// No signed version of the feed had it.
    #[default]
    None,
    /// It stood in a signed version that claims no hash: what is behind its URL is not covered.
    Unproven,
    /// A signed version claims its hash: its publisher offers this torrent and no other.
    Hash,
}

impl Proof {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// What became of an item, since when, and why.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Fate {
    /// The one state that it is in.
    #[serde(rename = "state")]
    pub stage: Stage,
    /// Since when, in seconds since 1970.
    pub since: i64,
    /// The rule or the fault behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How often it was tried.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempts: u32,
    /// When it was tried first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<i64>,
    /// Not before this time again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<i64>,
    /// Where it was put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Entry {
    /// When it was published, as far as anybody knows: the order in which items are taken.
    pub fn age_key(&self) -> (i64, i64, i64) {
        // Of those without a date, the lower one in the feed is the older.
        (self.published.unwrap_or(self.seen), self.seen, -i64::from(self.place))
    }

    /// Whether it is in none of the states in which something may still happen by itself.
    pub fn is_settled(&self) -> bool {
        matches!(self.fate.stage, Stage::Taken | Stage::Skipped | Stage::Failed)
    }

    /// The magnet link among its ways.
    pub fn magnet(&self) -> Option<&str> {
        self.ways.iter().map(|way| way.url.as_str()).find(|url| is_magnet(url))
    }
}

/// Whether a way is a magnet link.
pub(crate) fn is_magnet(url: &str) -> bool {
    url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("magnet:"))
}
