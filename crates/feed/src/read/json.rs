//! JSON Feed 1.0 and 1.1, read as a stream, so that what came before a fault is kept.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::shared::{without_repetition, without_urn};
use super::{NotAFeed, Trouble};
use crate::date;
use crate::item::{Channel, Enclosure, Format, Item, Torrent};
use crate::limits::{self, Limits};
use crate::xml::{Decoded, Fault, FaultKind};

/// Whether a text is JSON rather than XML.
pub(crate) fn is_json(decoded: &Decoded<'_>) -> bool {
    decoded.text.trim_start().starts_with('{')
}

pub(super) fn read(
    decoded: &Decoded<'_>,
    limits: Limits,
    visit: impl FnMut(Item),
) -> Result<(Format, Channel, Trouble), NotAFeed> {
    let mut state =
        State { visit, limits, count: 0, is_feed: false, channel: Channel::default(), fault: None };
    let mut json = serde_json::Deserializer::from_str(&decoded.text);
    let read = Top(&mut state).deserialize(&mut json).and_then(|()| json.end());
    let State { is_feed, channel, fault, .. } = state;
    if !is_feed {
        return Err(NotAFeed::Unknown);
    }
    let mut trouble = Trouble::default();
    trouble.faults.extend(decoded.fault.map(|kind| Fault { kind, line: 1 }));
    trouble.faults.extend(fault.map(|kind| Fault { kind, line: 1 }));
    if let Err(error) = read {
        let kind = if error.is_eof() { FaultKind::Truncated } else { FaultKind::Json };
        trouble.faults.push(Fault { kind, line: error.line() });
    }
    Ok((Format::Json, channel, trouble))
}

struct State<V> {
    visit: V,
    limits: Limits,
    count: usize,
    /// It says which version of JSON Feed it is, or has items.
    is_feed: bool,
    channel: Channel,
    fault: Option<FaultKind>,
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
            let channel = &mut self.0.channel;
            match key.as_str() {
                "version" => self.0.is_feed |= map.next_value::<Text>()?.0.is_some(),
                "title" => channel.title = map.next_value::<Text>()?.0.unwrap_or_default(),
                "home_page_url" => channel.link = map.next_value::<Text>()?.0.unwrap_or_default(),
                "description" => channel.description = map.next_value::<Text>()?.0.unwrap_or_default(),
                "feed_url" => channel.self_url = map.next_value::<Text>()?.0,
                "hubs" => channel.hub = map.next_value::<Few<Hub>>()?.0.into_iter().find_map(|hub| hub.url.0),
                "_feed" => {
                    let Maybe(ours) = map.next_value::<Maybe<Ours>>()?;
                    (channel.ttl, channel.built) = (
                        ours.ttl.0.and_then(|ttl| u32::try_from(ttl).ok()),
                        ours.built.0.as_deref().and_then(date::from_rfc_3339),
                    );
                }
                "items" => map.next_value_seed(Items(self.0))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
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
            let Some(Maybe(item)) = seq.next_element::<Maybe<JsonItem>>()? else { return Ok(()) };
            self.0.count += 1;
            (self.0.visit)(without_repetition(item.into()));
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            self.0.fault = Some(FaultKind::TooManyItems);
        }
        Ok(())
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct JsonItem {
    id: Text,
    url: Text,
    title: Text,
    content_text: Text,
    content_html: Text,
    summary: Text,
    date_published: Text,
    attachments: Few<Attachment>,
    _torrent: Maybe<JsonTorrent>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Attachment {
    url: Text,
    mime_type: Text,
    size_in_bytes: Number,
}

/// Our own extension, under the names that ezRSS has.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct JsonTorrent {
    file_name: Text,
    content_length: Number,
    info_hash: Text,
    #[serde(rename = "magnetURI")]
    magnet_uri: Text,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Hub {
    url: Text,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ours {
    ttl: Number,
    built: Text,
}

impl From<JsonItem> for Item {
    fn from(json: JsonItem) -> Self {
        let attached = |one: Attachment| {
            Some(Enclosure { url: one.url.0?, mime: one.mime_type.0, length: one.size_in_bytes.0 })
        };
        let Maybe(claims) = json._torrent;
        Self {
            id: json.id.0.map(without_urn),
            title: json.title.0.unwrap_or_default(),
            link: json.url.0,
            published: json.date_published.0.as_deref().and_then(date::from_any),
            description: json.content_text.0.or(json.summary.0).or(json.content_html.0),
            enclosures: json.attachments.0.into_iter().filter_map(attached).collect(),
            alternates: Vec::new(),
            torrent: Torrent {
                file_name: claims.file_name.0,
                content_length: claims.content_length.0,
                info_hash: claims.info_hash.0,
                magnet: claims.magnet_uri.0,
            },
        }
    }
}

/// For a visitor that has no use for numbers, texts and the like.
macro_rules! pass_over_scalars {
    ($($visit:ident($kind:ty)),+) => {
        $(fn $visit<E: Error>(self, _: $kind) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        })+

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    () => {
        pass_over_scalars!(visit_bool(bool), visit_u64(u64), visit_i64(i64), visit_f64(f64), visit_str(&str));
    };
}

/// A text that may be a number (ids of JSON Feed 1.0 are), or nothing that makes sense.
#[derive(Default)]
struct Text(Option<String>);

/// A number that may be a text.
#[derive(Default)]
struct Number(Option<u64>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(Lenient)?;
        Ok(Self(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(deserializer.deserialize_any(Lenient)?.and_then(|text| text.trim().parse().ok())))
    }
}

/// Takes texts and numbers as texts, and passes over the rest.
struct Lenient;

impl<'de> Visitor<'de> for Lenient {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let allowed = |c: char| !crate::xml::is_forbidden(c);
        Ok((text.len() <= limits::TEXT).then(|| text.chars().filter(|c| allowed(*c)).collect()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// An object; nothing that stands in its place is a reason to read no further.
#[derive(Default)]
struct Maybe<T>(T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MaybeVisitor(PhantomData))
    }
}

struct MaybeVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for MaybeVisitor<T> {
    type Value = Maybe<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Maybe<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Maybe)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Maybe<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Maybe::default())
    }

    pass_over_scalars!();
}

/// The first [`limits::ALTERNATES`] objects of a list; of anything else, none.
struct Few<T>(Vec<T>);

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FewVisitor(Vec::new()))
    }
}

struct FewVisitor<T>(Vec<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for FewVisitor<T> {
    type Value = Few<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Few<T>, A::Error> {
        while self.0.len() < limits::ALTERNATES {
            let Some(Maybe(one)) = seq.next_element()? else { return Ok(Few(self.0)) };
            self.0.push(one);
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Few(self.0))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Few<T>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Few::default())
    }

    pass_over_scalars!();
}
