//! Lines of JSON, as the files in `schema/` have them.

use std::os::unix::ffi::OsStrExt;

use cli_kit::JsonBytes;
use feed::{FeedCheck, Finding, FindingFields, Merged, Taken};
use serde::Serialize;
use signature::Statement;

use super::path_of;
use crate::plan::{Input, Make};

/// A line of `schema/make-feed-1.json`: what was made.
#[derive(Serialize)]
pub(super) struct MadeRecord<'a> {
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<JsonBytes<&'a [u8]>>,
    format: &'static str,
    items: usize,
    added: &'a [String],
    changed: &'a [String],
    removed: &'a [String],
    replaced: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    built: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
    written: bool,
}

impl<'a> MadeRecord<'a> {
    pub(super) fn of(
        plan: &'a Make,
        merged: &'a Merged,
        statement: Option<&Statement>,
        written: bool,
    ) -> Self {
        Self {
            schema: "piecework/make-feed/1",
            feed: path_of(&plan.output).map(JsonBytes),
            format: merged.feed.format.name(),
            items: merged.feed.items.len(),
            added: &merged.added,
            changed: &merged.changed,
            removed: &merged.removed,
            replaced: &merged.replaced,
            built: merged.feed.channel.built.map(feed::to_rfc_3339),
            signed_by: statement.map(|statement| statement.key.to_string()),
            written,
        }
    }
}

/// A line of `schema/make-feed-check-1.json`: what a check found.
#[derive(Serialize)]
pub(super) struct FindingRecord<'a> {
    schema: &'static str,
    feed: JsonBytes<&'a [u8]>,
    #[serde(flatten)]
    finding: FindingFields<'a>,
}

impl<'a> FindingRecord<'a> {
    pub(super) fn of(input: &'a Input, finding: &'a Finding, check: &'a FeedCheck) -> Self {
        Self {
            schema: "piecework/make-feed-check/1",
            feed: JsonBytes(path(input)),
            finding: FindingFields::of(finding, check),
        }
    }
}

/// A line of `schema/make-feed-seen-1.json`: what a program would see.
#[derive(Serialize)]
pub(super) struct SeenRecord<'a> {
    schema: &'static str,
    feed: JsonBytes<&'a [u8]>,
    reader: &'static str,
    item: usize,
    title: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'static str>,
}

impl<'a> SeenRecord<'a> {
    pub(super) fn of(input: &'a Input, reader: &'static str, taken: &'a Taken) -> Self {
        Self {
            schema: "piecework/make-feed-seen/1",
            feed: JsonBytes(path(input)),
            reader,
            item: taken.item + 1,
            title: &taken.title,
            url: &taken.url,
            size: taken.size,
            info_hash: taken.hash.as_deref(),
            before: taken.before,
        }
    }
}

fn path(input: &Input) -> &[u8] {
    match input {
        Input::Path(path) => path.as_os_str().as_bytes(),
        Input::Stdin => b"-",
    }
}
