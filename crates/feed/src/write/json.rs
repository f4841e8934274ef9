//! Writes a feed as JSON Feed 1.1.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{attached, id, link, title};
use crate::date;
use crate::extra::{Extra, Field};
use crate::format::Format;
use crate::item::{Enclosure, Feed, Item, Torrent};
use crate::url::percent_encoded;
use std::borrow::Cow;

pub(super) fn write(feed: &Feed) -> String {
    let channel = &feed.channel;
    let ours = |field| !channel.extras.have(field, Format::Json);
    let hub = channel.hub.iter().filter(|_| ours(Field::Hub));
    let json = JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: ours(Field::Title).then_some(&channel.title),
        home_page_url: Some(channel.link.as_str()).filter(|link| ours(Field::Link) && !link.is_empty()),
        feed_url: channel.self_url.as_deref().filter(|_| ours(Field::SelfUrl)),
        description: Some(channel.description.as_str())
            .filter(|text| ours(Field::Description) && !text.is_empty()),
        hubs: hub.map(|url| Hub { kind: "WebSub", url }).collect(),
        others: Others(&channel.extras.elements),
        _feed: Ours { ttl: channel.ttl, built: channel.built.map(date::to_rfc_3339) },
        items: feed.items.iter().map(WholeOr::of).collect(),
    };
    // Texts and numbers are all JSON can be asked for.
    let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
    text.push('\n');
    text
}

/// An item without what is around it.
pub(super) fn alone(item: &Item) -> String {
    let text = serde_json::to_string_pretty(&JsonItem::of(item)).unwrap_or_default();
    // As deep as it stands in a feed.
    text.replace('\n', "\n    ")
}

/// An item as somebody wrote it, else as we do.
#[derive(Serialize)]
#[serde(untagged)]
enum WholeOr<'a> {
    Whole(&'a RawValue),
    Ours(Box<JsonItem<'a>>),
}

impl<'a> WholeOr<'a> {
    fn of(item: &'a Item) -> Self {
        let whole = item.extras.whole_in(Format::Json);
        match whole.and_then(|whole| serde_json::from_str(&whole.text).ok()) {
            Some(whole) => Self::Whole(whole),
            None => Self::Ours(Box::new(JsonItem::of(item))),
        }
    }
}

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    home_page_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    #[serde(flatten)]
    others: Others<'a>,
    #[serde(skip_serializing_if = "Ours::is_empty")]
    _feed: Ours,
    items: Vec<WholeOr<'a>>,
}

/// What others wrote, key by key.
struct Others<'a>(&'a [Extra]);

impl Serialize for Others<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for extra in self.0.iter().filter(|extra| extra.format == Format::Json) {
            if let Ok(value) = serde_json::from_str::<&RawValue>(&extra.text) {
                map.serialize_entry(&extra.name, value)?;
            }
        }
        map.end()
    }
}

/// What JSON Feed has no words for.
#[derive(Serialize)]
struct Ours {
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    built: Option<String>,
}

impl Ours {
    fn is_empty(&self) -> bool {
        self.ttl.is_none() && self.built.is_none()
    }
}

#[derive(Serialize)]
struct Hub<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachments: Option<Vec<Attachment<'a>>>,
    #[serde(flatten)]
    others: Others<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    _torrent: Option<JsonTorrent<'a>>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: Cow<'a, str>,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(flatten)]
    others: Others<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonTorrent<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash: Option<&'a str>,
    #[serde(rename = "magnetURI", skip_serializing_if = "Option::is_none")]
    magnet_uri: Option<&'a str>,
}

impl<'a> JsonItem<'a> {
    fn of(item: &'a Item) -> Self {
        let torrent = &item.torrent;
        let ours = |field| !item.extras.have(field, Format::Json);
        let description = item.description.as_deref().filter(|_| ours(Field::Description));
        let attachments: Vec<Attachment<'_>> = attached(item).map(Attachment::of).collect();
        Self {
            id: ours(Field::Id).then(|| id(item)),
            url: link(item).filter(|_| ours(Field::Link)).map(percent_encoded),
            title: title(item).filter(|_| ours(Field::Title)),
            content_text: description.filter(|_| !item.is_html),
            content_html: description.filter(|_| item.is_html),
            date_published: item.published.map(date::to_rfc_3339).filter(|_| ours(Field::Published)),
            attachments: Some(attachments).filter(|all| ours(Field::Enclosures) && !all.is_empty()),
            others: Others(&item.extras.elements),
            _torrent: (ours(Field::Torrent) && *torrent != Torrent::default()).then_some(JsonTorrent {
                file_name: torrent.file_name.as_deref(),
                content_length: torrent.content_length,
                info_hash: torrent.info_hash.as_deref(),
                magnet_uri: torrent.magnet.as_deref(),
            }),
        }
    }
}

impl<'a> Attachment<'a> {
    fn of(one: &'a Enclosure) -> Self {
        let mime_type = one.mime.as_deref().unwrap_or("application/octet-stream");
        Self {
            url: percent_encoded(&one.url),
            mime_type,
            size_in_bytes: one.length,
            others: Others(&one.extras),
        }
    }
}
