//! JSON Feed 1.0 and 1.1, read as a stream, so that what came before a fault is kept.

mod keys;
mod value;

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use self::keys::KeyKeeper;
use self::value::Entries;
use super::shared::{with_whole, without_repetition, without_urn};
use super::{NotAFeed, Trouble};
use crate::date;
use crate::extra::{Extras, Field};
use crate::format::Format;
use crate::item::{Channel, Item};
use crate::limits::{self, FeedLimits};
use crate::links::looks_like_torrent;
use crate::write;
use crate::xml::{FeedFault, FeedFaultKind, FeedText};

/// Whether a text is JSON rather than XML.
pub(crate) fn is_json(decoded: &FeedText<'_>) -> bool {
    decoded.text.trim_start().starts_with('{')
}

pub(super) fn read(
    decoded: &FeedText<'_>,
    limits: FeedLimits,
    visit: impl FnMut(Item),
) -> Result<(Format, Channel, Trouble), NotAFeed> {
    let mut state = State {
        visit,
        limits,
        count: 0,
        left: limits::NODES,
        is_feed: false,
        channel: Channel::default(),
        fault: None,
        lost: BTreeSet::new(),
    };
    let mut json = serde_json::Deserializer::from_str(&decoded.text);
    let read = Top(&mut state).deserialize(&mut json).and_then(|()| json.end());
    let State { is_feed, channel, fault, lost, .. } = state;
    if !is_feed {
        return Err(NotAFeed::Unknown);
    }
    let mut trouble = Trouble { unknown: lost, ..Trouble::default() };
    trouble.faults.extend(decoded.fault.map(|kind| FeedFault { kind, line: 1 }));
    trouble.faults.extend(fault.map(|kind| FeedFault { kind, line: 1 }));
    if let Err(error) = read {
        let kind = if error.is_eof() { FeedFaultKind::Truncated } else { FeedFaultKind::Json };
        trouble.faults.push(FeedFault { kind, line: error.line() });
    }
    Ok((Format::Json, channel, trouble))
}

struct State<V> {
    visit: V,
    limits: FeedLimits,
    count: usize,
    /// It says which version of JSON Feed it is, or has items.
    is_feed: bool,
    channel: Channel,
    fault: Option<FeedFaultKind>,
    /// How much more is kept of what has no field.
    left: usize,
    lost: BTreeSet<String>,
}

impl<V> State<V> {
    fn keys(&mut self) -> KeyKeeper<'_> {
        KeyKeeper { extras: Vec::new(), left: &mut self.left, lost: &mut self.lost }
    }
}

/// The object that is the feed.
struct Top<'s, V>(&'s mut State<V>);

impl<'de, V: FnMut(Item)> DeserializeSeed<'de> for Top<'_, V> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, V: FnMut(Item)> Visitor<'de> for Top<'_, V> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON feed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "items" => map.next_value_seed(Items(self.0))?,
                _ => tell(self.0, &key, map.next_value()?),
            }
        }
        Ok(())
    }
}

/// Takes what stands beside the items.
fn tell<V>(state: &mut State<V>, key: &str, value: Box<RawValue>) {
    let mut channel = std::mem::take(&mut state.channel);
    let mut keys = state.keys();
    let mut is_feed = false;
    match key {
        "version" => is_feed = keys::text(&value).is_some(),
        "title" => channel.title = keys.text(key, &value, Field::Title).unwrap_or_default(),
        "home_page_url" => channel.link = keys.text(key, &value, Field::Link).unwrap_or_default(),
        "description" => {
            channel.description = keys.text(key, &value, Field::Description).unwrap_or_default();
        }
        "feed_url" => channel.self_url = keys.text(key, &value, Field::SelfUrl),
        "hubs" => channel.hub = keys.hub(key, &value),
        "next_url" => {
            channel.older = keys::text(&value);
            keys.keep(key, &value, None);
        }
        "_feed" => keys.ours(&value, &mut channel),
        _ => keys.keep(key, &value, None),
    }
    let extras = keys.extras;
    channel.extras.elements.extend(extras);
    state.channel = channel;
    state.is_feed |= is_feed;
}

/// The list of items.
struct Items<'s, V>(&'s mut State<V>);

impl<'de, V: FnMut(Item)> DeserializeSeed<'de> for Items<'_, V> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, V: FnMut(Item)> Visitor<'de> for Items<'_, V> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.is_feed = true;
        while self.0.count < self.0.limits.items {
            let Some(value) = seq.next_element::<Box<RawValue>>()? else { return Ok(()) };
            self.0.count += 1;
            let entries = serde_json::from_str(value.get()).map_err(A::Error::custom)?;
            let item = without_repetition(item(entries, self.0.keys()));
            let whole = self
                .0
                .keys()
                .whole(&value)
                .filter(|whole| !write::is_written_as(&item, Format::Json, &whole.text));
            (self.0.visit)(with_whole(item, whole));
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            self.0.fault = Some(FeedFaultKind::TooManyItems);
        }
        Ok(())
    }
}

fn item(Entries(entries): Entries, mut keys: KeyKeeper<'_>) -> Item {
    let mut item = Item::default();
    let mut texts = Vec::new();
    for (key, value) in &entries {
        match key.as_str() {
            "id" => item.id = keys.text(key, value, Field::Id).map(without_urn),
            "url" => item.link = keys.text(key, value, Field::Link),
            "external_url" => {
                item.other_links.extend(keys::text(value).filter(|url| looks_like_torrent(url)));
                keys.keep(key, value, None);
            }
            "title" => item.title = keys.text(key, value, Field::Title).unwrap_or_default(),
            "content_text" | "content_html" | "summary" => texts.push((key.as_str(), &**value)),
            "date_published" => {
                item.published = keys::text(value).as_deref().and_then(date::from_any);
                if item.published.is_none() {
                    keys.keep(key, value, Some(Field::Published));
                }
            }
            "date_modified" => {
                item.updated = keys::text(value).as_deref().and_then(date::from_any);
                keys.keep(key, value, Some(Field::Updated));
            }
            "attachments" => item.enclosures = keys.attachments(key, value),
            "_torrent" => item.torrent = keys.torrent(key, value),
            _ => keys.keep(key, value, None),
        }
    }
    describe(&mut item, texts, &mut keys);
    item.extras = Extras { elements: keys.extras, ..Extras::default() };
    item
}

/// The description is the best of the texts; the others are kept.
fn describe(item: &mut Item, mut texts: Vec<(&str, &RawValue)>, keys: &mut KeyKeeper<'_>) {
    texts.sort_by_key(|(key, _)| *key != "content_text" && *key != "content_html");
    for (key, value) in texts {
        match key {
            _ if item.description.is_some() => keys.keep(key, value, None),
            "summary" => {
                item.description = keys::text(value);
                keys.keep(key, value, Some(Field::Description));
            }
            _ => {
                item.description = keys.text(key, value, Field::Description);
                item.is_html = key == "content_html" && item.description.is_some();
            }
        }
    }
}
