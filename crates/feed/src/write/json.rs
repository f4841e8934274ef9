//! JSON Feed 1.1.

use serde::Serialize;

use super::{attached, id, link};
use crate::date;
use crate::item::{Enclosure, Feed, Item};

pub(super) fn write(feed: &Feed) -> String {
    let channel = &feed.channel;
    let json = JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: &channel.title,
        home_page_url: &channel.link,
        feed_url: channel.self_url.as_deref(),
        description: &channel.description,
        hubs: channel.hub.iter().map(|url| Hub { kind: "WebSub", url }).collect(),
        _feed: Ours { ttl: channel.ttl, built: channel.built.map(date::to_rfc_3339) },
        items: feed.items.iter().map(JsonItem::of).collect(),
    };
    // Texts and numbers are all JSON can be asked for.
    let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<&'a str>,
    description: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    _feed: Ours,
    items: Vec<JsonItem<'a>>,
}

/// What JSON Feed has no words for.
#[derive(Serialize)]
struct Ours {
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    built: Option<String>,
}

#[derive(Serialize)]
struct Hub<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    attachments: Vec<Attachment<'a>>,
    _torrent: JsonTorrent<'a>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
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
        let description = item.description.as_deref().unwrap_or_default();
        Self {
            id: id(item),
            url: link(item),
            title: &item.title,
            content_text: (!item.is_html).then_some(description),
            content_html: item.is_html.then_some(description),
            date_published: item.published.map(date::to_rfc_3339),
            attachments: attached(item).map(Attachment::of).collect(),
            _torrent: JsonTorrent {
                file_name: torrent.file_name.as_deref(),
                content_length: torrent.content_length,
                info_hash: torrent.info_hash.as_deref(),
                magnet_uri: torrent.magnet.as_deref(),
            },
        }
    }
}

impl<'a> Attachment<'a> {
    fn of(one: &'a Enclosure) -> Self {
        let mime_type = one.mime.as_deref().unwrap_or("application/octet-stream");
        Self { url: &one.url, mime_type, size_in_bytes: one.length }
    }
}
