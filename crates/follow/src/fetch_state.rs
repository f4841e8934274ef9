//! What is remembered of asking a feed.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use torrent_core::address::{Scheme, Url};

use crate::entry::{Entry, Proof};
use crate::pin::Pin;

/// How it went to ask for a feed, and when it may be asked again.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FetchState {
    /// When it was asked last.
    pub at: i64,
    /// It is not asked before.
    pub not_before: i64,
    /// When it last answered as a feed does, changed or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ok_at: Option<i64>,
    /// Good, whole answers with items so far: retention counts these alone.
    pub fetches: u64,
    /// The status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Where it is, if it has moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it said of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validators: Option<Validators>,
    /// When all of it was last asked for, whatever was said of its content.
    pub unconditional_at: i64,
    /// It said that nothing had changed when something had: its validators are not used any more.
    #[serde(skip_serializing_if = "is_false")]
    pub lies: bool,
    /// Since when it does not answer as a feed does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<i64>,
    /// How often since then.
    #[serde(skip_serializing_if = "is_zero")]
    pub failures: u32,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When that was said to a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_at: Option<i64>,
    /// A host that wants to be left alone, and until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_until: Option<(String, i64)>,
    /// It says that it has moved for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// It said that it is gone for good (410).
    #[serde(skip_serializing_if = "is_false")]
    pub gone: bool,
    /// Who answered last as the feed does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered_by: Option<OfferedBy>,
    /// Who must have signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    /// What came last is not to be believed, and nothing is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// When a person was told that its publisher is silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_told_at: Option<i64>,
    /// From which address: what it names may be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
    /// Seconds between two looks that the feed itself asks for: a 304 does not say so again.
    #[serde(skip_serializing_if = "is_nothing")]
    pub pace: i64,
    /// Of each of the last good fetches that brought any, how many items were new, and how many there were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<(u32, u32)>,
}

/// What a server said of a content, byte for byte (RFC 9110, section 8.8). Bytes stand as the characters of the same number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Validators {
    /// The URL that was asked for.
    pub asked: String,
    /// The URL that answered in the end.
    pub url: String,
    /// `ETag` as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified` as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// Where a feed says it has moved to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Moved {
    /// The URL in the end.
    pub to: String,
    /// Since when it says so each time.
    pub since: i64,
}

/// What was not believed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refused {
    /// Why it was not, with a code.
    pub why: String,
    /// Since when, in seconds since 1970.
    pub since: i64,
    /// Who answered with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_by: Option<OfferedBy>,
}

/// Who offers the items of a feed: whoever holds the key that signed it, if it is signed; else whoever has the host.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OfferedBy {
    /// The key, as `minisign` prints it. It is remembered as what is pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The host that answered last, not the one that was typed.
    pub host: String,
    /// Whether it was asked over TLS.
    pub tls: bool,
}

impl OfferedBy {
    /// Who is at a URL.
    pub fn at(url: &str) -> Option<Self> {
        let url = Url::parse(url.as_bytes()).ok()?;
        let tls = url.scheme() == Scheme::Https;
        Some(Self { key: None, host: url.host().to_ascii_lowercase(), tls })
    }
}

impl FetchState {
    /// Who offers what the feed has.
    pub fn offerer(&self) -> Option<OfferedBy> {
        let key = self.pin.as_ref().filter(|pin| pin.version.is_some()).map(|pin| pin.key.clone());
        self.offered_by.clone().map(|by| OfferedBy { key, ..by })
    }

    /// Who offers an item: the key, only if it signed a version that had the item.
    pub fn offerer_of(&self, entry: &Entry) -> Option<OfferedBy> {
        let by = self.offerer()?;
        Some(if entry.proof == Proof::None { OfferedBy { key: None, ..by } } else { by })
    }

    /// Whether anything may be taken: what came last is believed, and by the key that a person named, if one has.
    pub fn is_believed(&self) -> bool {
        self.refused.is_none() && self.pin.as_ref().is_none_or(|pin| pin.version.is_some())
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn is_nothing(seconds: &i64) -> bool {
    *seconds == 0
}
