//! The items of one answer, in the form in which they are remembered.

use std::borrow::Cow;
use std::net::IpAddr;

use feed::{Channel, FeedLimits, NotAFeed, Trouble};
use torrent_core::address::Namer;

use crate::entry::{Entry, Proof};
use crate::identity::{offered, shared_guids, without_guid};
use crate::web::Answer;

/// What a body has.
pub(crate) struct Page {
    pub(super) channel: Channel,
    /// Its items, from the top.
    pub(crate) entries: Vec<Entry>,
    /// How many those are without those of older pages.
    pub(super) items: usize,
    /// Its end was missing.
    pub(super) is_truncated: bool,
    pub(super) from: Option<IpAddr>,
}

impl Page {
    pub(crate) fn of(answer: &Answer, now: i64) -> Result<Self, NotAFeed> {
        let limits = FeedLimits { items: feed::limits::PUBLISHED };
        let body = feed::recoded(&answer.body, answer.content_type.as_deref());
        // What the whole feed says of its URLs may be known at its end only; few say anything.
        let says_base = body.windows(BASE.len()).any(|window| window == BASE.as_bytes());
        let base = match says_base {
            true => base_of(&answer.url, &feed::items(&body, limits, |_| {})?.0),
            false => answer.url.clone(),
        };
        let mut entries: Vec<Entry> = Vec::new();
        let (mut channel, trouble) = feed::items(&body, limits, |item| {
            let place = u32::try_from(entries.len()).unwrap_or(u32::MAX);
            entries.push(offered(&item, &base, now, place));
        })?;
        channel.older = channel.older.map(|older| feed::resolved(&base, &older));
        let is_truncated = is_cut(&trouble);
        Ok(Self { channel, items: entries.len(), entries, is_truncated, from: answer.from })
    }

    /// Its items from the bottom, which is the oldest as a rule, each with a guid only if that is its own.
    pub(crate) fn oldest_first(&self) -> impl Iterator<Item = Cow<'_, Entry>> {
        let shared = shared_guids(&self.entries);
        self.entries.iter().rev().map(move |entry| {
            let is_shared = entry.guid.as_deref().is_some_and(|guid| shared.contains(guid));
            if is_shared { Cow::Owned(without_guid(entry)) } else { Cow::Borrowed(entry) }
        })
    }

    /// The same, signed as a whole.
    pub(crate) fn signed(mut self) -> Self {
        for entry in &mut self.entries {
            entry.proof = if entry.hashes.is_empty() { Proof::Unproven } else { Proof::Hash };
        }
        self
    }
}

/// What URLs of a feed are relative to.
fn base_of(url: &str, channel: &Channel) -> String {
    let declared = channel.extras.attributes.iter().chain(&channel.extras.of_channel);
    let bases = declared.filter(|one| one.name == BASE);
    bases.fold(url.to_owned(), |base, own| feed::resolved(&base, &own.text))
}

fn is_cut(trouble: &Trouble) -> bool {
    trouble.cut_items > 0 || trouble.loss().is_some()
}

/// What a feed names may be where it came from, or farther.
pub(super) fn namer_of(from: &Option<IpAddr>) -> Namer {
    from.map_or(Namer::STRANGER, Namer::at)
}

/// What says what URLs are relative to; encodings of two bytes a character have it not.
const BASE: &str = "xml:base";
