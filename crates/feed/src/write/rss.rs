//! RSS 2.0.

use super::link;
use super::xml::{Attribute, Xml};
use crate::item::{Channel, Enclosure, Feed, Item};
use crate::{ATOM, PODCAST, date};

pub(super) fn write(feed: &Feed) -> String {
    let is_podcast = feed.items.iter().any(|item| !item.alternates.is_empty());
    let podcast = is_podcast.then_some(("xmlns:podcast", PODCAST));
    let attributes = [("version", "2.0"), ("xmlns:atom", ATOM)].into_iter().chain(podcast);
    let mut xml = Xml::new();
    xml.open("rss", &attributes.collect::<Vec<_>>());
    xml.open("channel", &[]);
    channel(&mut xml, &feed.channel);
    feed.items.iter().for_each(|one| item(&mut xml, one));
    xml.finish()
}

fn channel(xml: &mut Xml, channel: &Channel) {
    xml.element("title", &[], &channel.title);
    xml.element("link", &[], &channel.link);
    xml.element("description", &[], &channel.description);
    // Before any item: where it is what it was, qBittorrent stops reading (P7).
    xml.optional("lastBuildDate", channel.built.map(date::to_rfc_2822).as_deref());
    xml.optional("ttl", channel.ttl.map(|minutes| minutes.to_string()).as_deref());
    if let Some(url) = &channel.self_url {
        xml.empty("atom:link", &[("rel", "self"), ("type", "application/rss+xml"), ("href", url)]);
    }
    if let Some(url) = &channel.hub {
        xml.empty("atom:link", &[("rel", "hub"), ("href", url)]);
    }
}

fn item(xml: &mut Xml, item: &Item) {
    xml.open("item", &[]);
    xml.element("title", &[], &item.title);
    xml.optional("link", link(item));
    if let Some(id) = &item.id {
        xml.element("guid", &[("isPermaLink", "false")], id);
    }
    xml.optional("pubDate", item.published.map(date::to_rfc_2822).as_deref());
    xml.optional("description", item.description.as_deref());
    for one in &item.enclosures {
        let length = one.length.unwrap_or_default().to_string();
        xml.empty("enclosure", &enclosure(one, ("url", &one.url), &length));
    }
    item.alternates.iter().for_each(|one| alternate(xml, item, one));
    xml.torrent(item);
    xml.close();
}

/// The same content another way (P15): the media's type and length, and where the torrent is.
fn alternate(xml: &mut Xml, item: &Item, torrent: &Enclosure) {
    let media = item.enclosures.first();
    let mime = media.and_then(|media| media.mime.as_deref()).unwrap_or("application/octet-stream");
    let length = torrent.length.unwrap_or_default().to_string();
    xml.open("podcast:alternateEnclosure", &[("type", mime), ("length", &length), ("default", "true")]);
    xml.empty("podcast:source", &[("uri", &torrent.url), ("contentType", crate::TORRENT_TYPE)]);
    xml.close();
}

/// The attributes of an enclosure. RSS 2.0 wants a length; Atom may leave it out.
pub(super) fn enclosure<'a>(one: &'a Enclosure, url: Attribute<'a>, length: &'a str) -> Vec<Attribute<'a>> {
    let mime = one.mime.as_deref().map(|mime| ("type", mime));
    [url].into_iter().chain(mime).chain([("length", length)]).collect()
}
