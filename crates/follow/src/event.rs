//! What happens in a pass, to be told.

use serde::Serialize;

use crate::entry::{Entry, Proof};
use crate::fetch_state::{FetchState, OfferedBy};

/// Something that happened to a feed or an item.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The feed was asked, or was not because it is too early.
    Feed(FeedEvent),
    /// Another run works on it.
    Busy,
    /// Where it stands with an item; `--dry-run`, `--explain` and `--list-state` say so.
    Item(ItemEvent),
    /// An item has arrived.
    Taken(ItemEvent),
    /// An item has another torrent than before.
    Revised(ItemEvent),
    /// Somebody has the torrent already, by another feed or name.
    Duplicate(ItemEvent),
    /// A rule leaves an item.
    Skipped(ItemEvent),
    /// An item is wanted, and not possible now.
    Waiting(ItemEvent),
    /// An item is given up.
    Failed(ItemEvent),
    /// Items of the first run were left.
    Baseline {
        /// How many those are.
        left: usize,
    },
    /// Nothing that was known is in the feed any more: items may have been missed.
    Gap {
        /// When it was last read; RFC 3339.
        since: String,
    },
    /// Many items have new names that look like known ones: they wait for a person.
    Surge {
        /// How many wait.
        items: usize,
    },
    /// The feed is asked at another place from now on.
    Moved {
        /// Where that is.
        to: String,
    },
    /// The feed is gone for good, its server says; it is asked no more.
    Gone,
    /// Another host answers than before.
    OffererChanged {
        /// Who answered the last time.
        before: OfferedBy,
        /// Who answers now.
        offered_by: OfferedBy,
    },
    /// The feed is signed for the first time, or with a key that a person named: it must be signed with that key from now on.
    KeyPinned {
        /// The key, as `minisign` prints it.
        key: String,
        /// What its publisher calls the feed: its own URL.
        published_at: String,
        /// Who answered with the version that pins it.
        #[serde(skip_serializing_if = "Option::is_none")]
        offered_by: Option<OfferedBy>,
    },
    /// The feed is signed with the key that the one before has named.
    KeyChanged {
        /// The key until now.
        before: String,
        /// The key from now on.
        key: String,
    },
    /// What came is not what it should be, or was not the last time: nothing is taken.
    Refused {
        /// Why not, with a code.
        why: String,
        /// Since when; RFC 3339.
        since: String,
        /// Who answered with it.
        #[serde(skip_serializing_if = "Option::is_none")]
        offered_by: Option<OfferedBy>,
    },
    /// Its publisher has signed nothing for longer than a person has allowed: perhaps somebody keeps newer versions back.
    Stale {
        /// When the last version was built; RFC 3339.
        built: String,
    },
    /// The feed does not answer as a feed does, for longer than one may be patient.
    Down {
        /// Since when; RFC 3339.
        since: String,
        /// Why it does not.
        why: String,
        /// It answers, but not with a feed.
        is_no_feed: bool,
    },
    /// The server said that nothing had changed when something had.
    ValidatorLies,
    /// Lines of the journal were harmed and set aside.
    Harmed {
        /// How many were harmed.
        lines: usize,
        /// The file with the journal.
        path: String,
    },
}

/// A feed was looked at.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct FeedEvent {
    /// The status, if it was asked and answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there is no feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Bytes of the feed.
    pub bytes: usize,
    /// What is known is all there is: it was not asked, or nothing has changed.
    pub from_cache: bool,
    /// Items in it.
    pub items: usize,
    /// Those of them that were unknown.
    pub new: usize,
    /// Its end was missing.
    pub truncated: bool,
    /// Who offers what is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered_by: Option<OfferedBy>,
    /// When it may be asked again; RFC 3339.
    pub next_at: String,
}

/// An item and where it stands.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct ItemEvent {
    /// What it is called for ever.
    pub id: String,
    /// What its feed calls it.
    pub title: String,
    /// What became of it.
    pub state: &'static str,
    /// Since when; RFC 3339.
    pub since: String,
    /// The rule or the fault behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How often it was tried.
    #[serde(skip_serializing_if = "is_zero")]
    pub attempt: u32,
    /// When it is tried again; RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<String>,
    /// The old info hash, 40 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info_hash_v1: Option<String>,
    /// The new info hash, 64 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info_hash_v2: Option<String>,
    /// Where its .torrent is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A magnet link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub magnet: Option<String>,
    /// Which part of the item said where the torrent is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Bytes of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// When it was published; RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// The item whose torrent it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revises: Option<String>,
    /// Where it was put.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Who offers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered_by: Option<OfferedBy>,
    /// Its feed is signed, and claims no hash of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unproven: bool,
}

impl ItemEvent {
    /// Where it stands with an item of a feed.
    pub fn of(entry: &Entry, fetch: &FetchState) -> Self {
        let hash = |length: usize| entry.hashes.iter().find(|hash| hash.len() == length).cloned();
        let way = entry.ways.first();
        let url = entry.ways.iter().map(|way| &way.url).find(|url| !crate::entry::is_magnet(url));
        Self {
            id: entry.id.clone(),
            title: entry.title.clone(),
            state: entry.fate.stage.name(),
            since: feed::to_rfc_3339(entry.fate.since),
            why: entry.fate.why.clone(),
            attempt: entry.fate.attempts,
            retry_at: entry.fate.retry_at.map(feed::to_rfc_3339),
            info_hash_v1: hash(40),
            info_hash_v2: hash(64),
            url: url.cloned(),
            magnet: entry.magnet().map(str::to_owned),
            rule: way.map(|way| way.rule.clone()),
            size: entry.size,
            published: entry.published.map(feed::to_rfc_3339),
            revises: entry.revises.clone(),
            path: entry.fate.path.clone(),
            offered_by: fetch.offerer_of(entry),
            unproven: entry.proof == Proof::Unproven,
        }
    }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}
