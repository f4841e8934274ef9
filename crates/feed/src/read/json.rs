//! JSON Feed 1.0 and 1.1, read as a stream, so that what came before a fault is kept.

mod value;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::value::{Few, Lost, Maybe, Object, Text};
use super::shared::{without_repetition, without_urn};
use super::{NotAFeed, Trouble, note};
use crate::date;
use crate::item::{Channel, Enclosure, Format, Item, Torrent};
use crate::limits::Limits;
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
    let mut state = State {
        visit,
        limits,
        count: 0,
        is_feed: false,
        channel: Channel::default(),
        fault: None,
        lost: Lost::new(),
    };
    let mut json = serde_json::Deserializer::from_str(&decoded.text);
    let read = Top(&mut state).deserialize(&mut json).and_then(|()| json.end());
    let State { is_feed, channel, fault, lost, .. } = state;
    if !is_feed {
        return Err(NotAFeed::Unknown);
    }
    let mut trouble = Trouble { unknown: lost, ..Trouble::default() };
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
    lost: Lost,
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
            let State { channel, lost, .. } = &mut *self.0;
            match key.as_str() {
                "version" => self.0.is_feed |= map.next_value::<Text>()?.value.is_some(),
                "title" => channel.title = text(&mut map, &key, lost)?.unwrap_or_default(),
                "home_page_url" => channel.link = text(&mut map, &key, lost)?.unwrap_or_default(),
                "description" => channel.description = text(&mut map, &key, lost)?.unwrap_or_default(),
                "feed_url" => channel.self_url = text(&mut map, &key, lost)?,
                "hubs" => channel.hub = list::<Hub, _>(&mut map, lost)?.into_iter().find_map(|hub| hub.url),
                "_feed" => {
                    let ours = object::<Ours, _>(&mut map, lost)?;
                    channel.ttl = ours.ttl.and_then(|ttl| u32::try_from(ttl).ok());
                    channel.built = ours.built.as_deref().and_then(date::from_rfc_3339);
                }
                "items" => map.next_value_seed(Items(self.0))?,
                _ => lose(&mut map, &key, lost)?,
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
            let Some(Maybe { object, lost }) = seq.next_element::<Maybe<JsonItem>>()? else { return Ok(()) };
            self.0.count += 1;
            lost.iter().for_each(|name| note(&mut self.0.lost, name));
            let item = object.into_item(&mut self.0.lost);
            (self.0.visit)(without_repetition(item));
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            self.0.fault = Some(FaultKind::TooManyItems);
        }
        Ok(())
    }
}

#[derive(Default)]
struct JsonItem {
    id: Option<String>,
    url: Option<String>,
    title: Option<String>,
    content_text: Option<String>,
    content_html: Option<String>,
    summary: Option<String>,
    date_published: Option<String>,
    attachments: Vec<Attachment>,
    torrent: JsonTorrent,
}

impl Object for JsonItem {
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        lost: &mut Lost,
    ) -> Result<(), A::Error> {
        match key {
            "id" => self.id = text(map, key, lost)?,
            "url" => self.url = text(map, key, lost)?,
            "title" => self.title = text(map, key, lost)?,
            "content_text" => self.content_text = text(map, key, lost)?,
            "content_html" => self.content_html = text(map, key, lost)?,
            "summary" => self.summary = text(map, key, lost)?,
            "date_published" => self.date_published = text(map, key, lost)?,
            "attachments" => self.attachments = list(map, lost)?,
            "_torrent" => self.torrent = object(map, lost)?,
            _ => lose(map, key, lost)?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Attachment {
    url: Option<String>,
    mime_type: Option<String>,
    size_in_bytes: Option<u64>,
}

impl Object for Attachment {
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        lost: &mut Lost,
    ) -> Result<(), A::Error> {
        match key {
            "url" => self.url = text(map, key, lost)?,
            "mime_type" => self.mime_type = text(map, key, lost)?,
            "size_in_bytes" => self.size_in_bytes = number(map)?,
            _ => lose(map, key, lost)?,
        }
        Ok(())
    }
}

/// Our own extension, under the names that ezRSS has.
#[derive(Default)]
struct JsonTorrent(Torrent);

impl Object for JsonTorrent {
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        lost: &mut Lost,
    ) -> Result<(), A::Error> {
        match key {
            "fileName" => self.0.file_name = text(map, key, lost)?,
            "contentLength" => self.0.content_length = number(map)?,
            "infoHash" => self.0.info_hash = text(map, key, lost)?,
            "magnetURI" => self.0.magnet = text(map, key, lost)?,
            _ => lose(map, key, lost)?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Hub {
    url: Option<String>,
}

impl Object for Hub {
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        lost: &mut Lost,
    ) -> Result<(), A::Error> {
        match key {
            "url" => self.url = text(map, key, lost)?,
            "type" => drop(map.next_value::<IgnoredAny>()?),
            _ => lose(map, key, lost)?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Ours {
    ttl: Option<u64>,
    built: Option<String>,
}

impl Object for Ours {
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        lost: &mut Lost,
    ) -> Result<(), A::Error> {
        match key {
            "ttl" => self.ttl = number(map)?,
            "built" => self.built = text(map, key, lost)?,
            _ => lose(map, key, lost)?,
        }
        Ok(())
    }
}

impl JsonItem {
    /// The item, with one of its texts: what it has beside that is lost, and a date that nobody understands.
    fn into_item(self, lost: &mut Lost) -> Item {
        let published = self.date_published.as_deref().and_then(date::from_any);
        if published.is_none() && self.date_published.is_some() {
            note(lost, "date_published");
        }
        let texts = [
            ("content_text", self.content_text),
            ("content_html", self.content_html),
            ("summary", self.summary),
        ];
        let mut texts = texts.into_iter().filter_map(|(key, text)| Some((key, text?)));
        let description = texts.next();
        texts.for_each(|(key, _)| note(lost, key));
        let attached = |one: Attachment| {
            Some(Enclosure { url: one.url?, mime: one.mime_type, length: one.size_in_bytes })
        };
        Item {
            id: self.id.map(without_urn),
            title: self.title.unwrap_or_default(),
            link: self.url,
            published,
            is_html: description.as_ref().is_some_and(|(key, _)| *key == "content_html"),
            description: description.map(|(_, text)| text),
            enclosures: self.attachments.into_iter().filter_map(attached).collect(),
            alternates: Vec::new(),
            other_links: Vec::new(),
            torrent: self.torrent.0,
        }
    }
}

/// A value that is a text.
fn text<'de, A: MapAccess<'de>>(map: &mut A, key: &str, lost: &mut Lost) -> Result<Option<String>, A::Error> {
    let Text { value, is_lost } = map.next_value()?;
    if is_lost {
        note(lost, key);
    }
    Ok(value)
}

fn number<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<u64>, A::Error> {
    Ok(map.next_value::<Text>()?.value.and_then(|text| text.parse().ok()))
}

fn object<'de, T: Object, A: MapAccess<'de>>(map: &mut A, lost: &mut Lost) -> Result<T, A::Error> {
    let maybe: Maybe<T> = map.next_value()?;
    maybe.lost.iter().for_each(|name| note(lost, name));
    Ok(maybe.object)
}

fn list<'de, T: Object, A: MapAccess<'de>>(map: &mut A, lost: &mut Lost) -> Result<Vec<T>, A::Error> {
    let few: Few<T> = map.next_value()?;
    few.lost.iter().for_each(|name| note(lost, name));
    Ok(few.objects)
}

/// A value that nobody has a place for.
fn lose<'de, A: MapAccess<'de>>(map: &mut A, key: &str, lost: &mut Lost) -> Result<(), A::Error> {
    note(lost, key);
    map.next_value::<IgnoredAny>().map(drop)
}
