//! Whose feed it is: the key that must sign it, and what the last version that it signed said.
//!
//! The first signed version pins its key, unless a person names one. From then on the list of items is that publisher's, whatever server,
//! mirror or redirect it came through: what is unsigned, signed otherwise, of another feed of the same publisher, or older than what
//! was seen, is refused. A key passes its place on to the one that it names (`next:`); anything else is for a person to say.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use signature::{BadSignature, Judgement, Statement};
use torrent_core::address::{Scheme, Url};

/// The key that a feed must be signed with. Keys stand as `minisign` prints them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Pin {
    /// The key that signs now.
    pub key: String,
    /// The key that a person named, from which that one follows; `None` if the first signed version was believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    /// The keys from which it follows, each of which has named the one behind it; the last 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// The key that the last version names as the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The last version; `None` as long as none has come since a person named the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
}

/// A signed version of a feed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Version {
    /// What its publisher calls the feed: its own URL, wherever a mirror is.
    pub feed: String,
    /// When it was built, in seconds since 1970.
    pub built: u64,
    /// SHA-256 of all its bytes, in hexadecimal digits.
    pub digest: String,
}

/// Why nothing is taken from a feed, each with its code.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// It was signed before, or should be.
    #[error("it is not signed [unsigned]")]
    Unsigned,
    /// Somebody has changed it.
    #[error("its signature does not count: {0} [bad-signature]")]
    Bad(BadSignature),
    /// It is signed, with this key.
    #[error("it is signed with another key, {0} [other-key]")]
    OtherKey(String),
    /// The same key signs this feed as well.
    #[error("it is another feed of the same publisher, {0} [other-feed]")]
    OtherFeed(String),
    /// A newer version was seen.
    #[error("it is older than what was seen: built at {}, not {} [rollback]", time(.built), time(.seen))]
    Older {
        /// When this one was built.
        built: u64,
        /// When the one was built that was seen.
        seen: u64,
    },
    /// Another version of the same time was seen.
    #[error("it is not what was seen, and says that it was built at the same time, {} [rollback]", time(.0))]
    Twin(u64),
}

/// Holds a feed against what is pinned, and gives what is pinned from now on: nothing, if nobody ever signed.
///
/// # Errors
/// Why nothing of it may be taken.
pub fn judge(pin: Option<&Pin>, body: &[u8]) -> Result<Option<Pin>, Refusal> {
    match (signature::judge(body), pin) {
        (Judgement::Unsigned, None) => Ok(None),
        (Judgement::Unsigned, Some(_)) => Err(Refusal::Unsigned),
        (Judgement::Bad(why), _) => Err(Refusal::Bad(why)),
        (Judgement::Good(statement), pin) => followed(pin, &statement, body).map(Some),
    }
}

/// Whether a page of older items is of the feed: by the same key, of the same feed or under its own URL. Such pages are old by nature.
pub(crate) fn is_page(pin: &Pin, url: &str, body: &[u8]) -> bool {
    let Judgement::Good(statement) = signature::judge(body) else { return false };
    let is_own = pin.version.as_ref().is_some_and(|version| version.feed == statement.feed);
    statement.key.to_string() == pin.key && (is_own || statement.feed == url)
}

fn followed(pin: Option<&Pin>, statement: &Statement, body: &[u8]) -> Result<Pin, Refusal> {
    let key = statement.key.to_string();
    let digest = HEXLOWER.encode(&Sha256::digest(body));
    let version = Version { feed: statement.feed.clone(), built: statement.built, digest };
    if let Some(pin) = pin {
        if pin.key != key && pin.next.as_ref() != Some(&key) {
            return Err(Refusal::OtherKey(key));
        }
        pin.version.as_ref().map_or(Ok(()), |last| last.admits(&version))?;
    }
    let next = statement.next.as_ref().map(ToString::to_string);
    let pin = pin.cloned().unwrap_or_default();
    Ok(Pin { before: predecessors(&pin, &key), key, named: pin.named, next, version: Some(version) })
}

/// The keys from which this one follows.
fn predecessors(pin: &Pin, key: &str) -> Vec<String> {
    let mut before = pin.before.clone();
    if pin.key != key && !pin.key.is_empty() {
        before.retain(|one| *one != key && *one != pin.key);
        before.push(pin.key.clone());
    }
    before.split_off(before.len().saturating_sub(PREDECESSORS))
}

/// Keys that are remembered of those before the one that signs: a publisher may name a new one in each version.
const PREDECESSORS: usize = 16;

impl Version {
    /// Whether another version may come when this one was seen.
    fn admits(&self, next: &Self) -> Result<(), Refusal> {
        match next {
            _ if next.feed != self.feed && !is_upgrade(&self.feed, &next.feed) => {
                Err(Refusal::OtherFeed(next.feed.clone()))
            }
            _ if next.built < self.built => Err(Refusal::Older { built: next.built, seen: self.built }),
            _ if next.built == self.built && next.digest != self.digest => Err(Refusal::Twin(self.built)),
            _ => Ok(()),
        }
    }
}

impl Pin {
    /// A key that a person names.
    pub fn of(key: &str) -> Self {
        Self { key: key.to_owned(), named: Some(key.to_owned()), ..Self::default() }
    }

    /// What is pinned once a person names a key, perhaps in each call: what was, if that is this key or follows from it, else this
    /// key alone.
    pub fn named(pin: Option<Self>, key: &str) -> Self {
        match pin {
            Some(pin) if pin.named.as_deref() == Some(key) => pin,
            Some(pin) if pin.key == key || pin.before.iter().any(|one| one == key) => {
                Self { named: Some(key.to_owned()), ..pin }
            }
            _ => Self::of(key),
        }
    }

    /// For how many seconds the publisher has built nothing.
    pub fn silence(&self, now: i64) -> Option<i64> {
        let built = i64::try_from(self.version.as_ref()?.built).unwrap_or(i64::MAX);
        Some(now.saturating_sub(built))
    }
}

/// The same host and path over TLS.
pub(crate) fn is_upgrade(asked: &str, to: &str) -> bool {
    let (Ok(asked), Ok(to)) = (Url::parse(asked.as_bytes()), Url::parse(to.as_bytes())) else { return false };
    let is_same = asked.host().eq_ignore_ascii_case(to.host()) && asked.target() == to.target();
    is_same && asked.scheme() == Scheme::Http && to.scheme() == Scheme::Https
}

fn time(seconds: &u64) -> String {
    feed::to_rfc_3339(i64::try_from(*seconds).unwrap_or(i64::MAX))
}
