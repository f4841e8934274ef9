//! Lines of JSON, as the files in `schema/` have them.

use std::collections::BTreeMap;

use follow::pin::Pin;
use follow::{Event, FeedState, OfferedBy};
use serde::Serialize;

/// A line of `schema/follow-feed-1.json`: something that happened.
#[derive(Serialize)]
pub(super) struct EventRecord<'a> {
    schema: &'static str,
    feed: &'a str,
    #[serde(flatten)]
    event: &'a Event,
}

impl<'a> EventRecord<'a> {
    pub(super) fn of(feed: &'a str, event: &'a Event) -> Self {
        Self { schema: "piecework/follow-feed/1", feed, event }
    }
}

/// A line of `schema/follow-feed-state-1.json`: where it stands with a feed.
#[derive(Serialize)]
pub(super) struct StateRecord {
    schema: &'static str,
    feed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ok_at: Option<String>,
    next_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    gone: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offered_by: Option<OfferedBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin: Option<PinRecord>,
    /// How many items are in each state.
    pub(super) items: BTreeMap<&'static str, usize>,
}

impl StateRecord {
    pub(super) fn of(feed: String, state: &FeedState) -> Self {
        let fetch = &state.fetch;
        let mut items = BTreeMap::new();
        for entry in &state.entries {
            *items.entry(entry.fate.stage.name()).or_default() += 1;
        }
        Self {
            schema: "piecework/follow-feed-state/1",
            feed,
            ok_at: fetch.ok_at.map(feed::to_rfc_3339),
            next_at: feed::to_rfc_3339(fetch.not_before),
            failing_since: fetch.failing_since.map(feed::to_rfc_3339),
            why: fetch.why.clone(),
            gone: fetch.gone,
            moved_to: fetch.url.clone(),
            offered_by: fetch.offerer(),
            refused: fetch.refused.as_ref().map(|refused| refused.why.clone()),
            pin: fetch.pin.as_ref().map(PinRecord::of),
            items,
        }
    }
}

/// Who must have signed a feed.
#[derive(Serialize)]
struct PinRecord {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    built: Option<String>,
}

impl PinRecord {
    fn of(pin: &Pin) -> Self {
        let version = pin.version.as_ref();
        let seconds = |built: u64| i64::try_from(built).unwrap_or(i64::MAX);
        Self {
            key: pin.key.clone(),
            next: pin.next.clone(),
            published_at: version.map(|version| version.feed.clone()),
            built: version.map(|version| feed::to_rfc_3339(seconds(version.built))),
        }
    }
}
