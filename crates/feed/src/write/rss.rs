//! Writes a feed as RSS 2.0.

use super::xml::{NameValue, Xml};
use super::{link, others, title};
use crate::extra::{Extra, Field};
use crate::format::Format;
use crate::item::{Channel, Enclosure, Feed, Item};
use crate::url::percent_encoded;
use crate::{ATOM, PODCAST, date};

pub(super) fn write(feed: &Feed) -> String {
    let mut xml = Xml::new(Format::Rss);
    xml.bind(&feed.channel.extras.attributes);
    let attributes = xml.attributes(&feed.channel.extras.of_channel);
    xml.open("channel", &borrowed(&attributes));
    channel(&mut xml, &feed.channel);
    feed.items.iter().for_each(|one| xml.whole_or(&one.extras, |xml| item(xml, one)));
    xml.finish("rss", &[("version", "2.0"), ("xmlns:atom", ATOM)], &feed.channel.extras)
}

/// An item without what is around it.
pub(super) fn alone(one: &Item) -> String {
    let mut xml = Xml::new(Format::Rss);
    xml.open("channel", &[]);
    item(&mut xml, one);
    xml.last().to_owned()
}

fn channel(xml: &mut Xml, channel: &Channel) {
    let ours = |field| !channel.extras.have(field, Format::Rss);
    xml.optional("title", Some(channel.title.as_str()).filter(|_| ours(Field::Title)));
    xml.optional("link", Some(&*percent_encoded(&channel.link)).filter(|_| ours(Field::Link)));
    xml.optional("description", Some(channel.description.as_str()).filter(|_| ours(Field::Description)));
    // Before any item: where it is what it was, qBittorrent stops reading (P7).
    xml.optional("lastBuildDate", channel.built.map(date::to_rfc_2822).as_deref());
    let ttl = channel.ttl.filter(|_| ours(Field::Ttl));
    xml.optional("ttl", ttl.map(|minutes| minutes.to_string()).as_deref());
    if let Some(url) = channel.self_url.as_ref().filter(|_| ours(Field::SelfUrl)) {
        xml.empty("atom:link", &[("rel", "self"), ("type", "application/rss+xml"), ("href", url)]);
    }
    if let Some(url) = channel.hub.as_ref().filter(|_| ours(Field::Hub)) {
        xml.empty("atom:link", &[("rel", "hub"), ("href", url)]);
    }
    others(&channel.extras, Format::Rss).for_each(|extra| xml.extra(extra));
}

fn item(xml: &mut Xml, item: &Item) {
    let ours = |field| !item.extras.have(field, Format::Rss);
    let attributes = xml.attributes(&item.extras.attributes);
    xml.open("item", &borrowed(&attributes));
    // Whoever ignores prefixes takes the last of a name (P10).
    others(&item.extras, Format::Rss).filter(|extra| is_namesake(extra)).for_each(|extra| xml.extra(extra));
    xml.optional("title", title(item).filter(|_| ours(Field::Title)));
    xml.optional("link", link(item).filter(|_| ours(Field::Link)).map(percent_encoded).as_deref());
    if let Some(id) = item.id.as_ref().filter(|_| ours(Field::Id)) {
        xml.element("guid", &[("isPermaLink", "false")], id);
    }
    let published = item.published.filter(|_| ours(Field::Published));
    xml.optional("pubDate", published.map(date::to_rfc_2822).as_deref());
    xml.optional("description", item.description.as_deref().filter(|_| ours(Field::Description)));
    for one in &item.enclosures {
        let (url, length) = (percent_encoded(&one.url), one.length.unwrap_or_default().to_string());
        let attributes = enclosure(one, ("url", &url), Some(&length));
        xml.enclosure("enclosure", attributes, one);
    }
    if ours(Field::Alternates) {
        item.alternates.iter().for_each(|one| alternate(xml, item, one));
    }
    if ours(Field::Torrent) {
        xml.torrent(item);
    }
    others(&item.extras, Format::Rss).filter(|extra| !is_namesake(extra)).for_each(|extra| xml.extra(extra));
    xml.close();
}

fn is_namesake(extra: &Extra) -> bool {
    let names = ["title", "link", "description", "author", "guid", "pubDate", "enclosure"];
    extra.name.contains(':') && names.contains(&extra.local())
}

/// The same content another way (P15): the media's type and length, and where the torrent is.
fn alternate(xml: &mut Xml, item: &Item, torrent: &Enclosure) {
    let media = item.enclosures.first();
    let mime = media.and_then(|media| media.mime.as_deref()).unwrap_or("application/octet-stream");
    let length = torrent.length.unwrap_or_default().to_string();
    let mut attributes = vec![("type", mime), ("length", &length), ("default", "true")];
    if !xml.binds("podcast", PODCAST) {
        attributes.push(("xmlns:podcast", PODCAST));
    }
    xml.open("podcast:alternateEnclosure", &attributes);
    let url = percent_encoded(&torrent.url);
    xml.empty("podcast:source", &[("uri", &url), ("contentType", crate::TORRENT_TYPE)]);
    xml.close();
}

/// The attributes of an enclosure. RSS 2.0 wants a length; Atom may leave it out.
pub(super) fn enclosure<'a>(
    one: &'a Enclosure,
    url: NameValue<'a>,
    length: Option<&'a str>,
) -> Vec<NameValue<'a>> {
    let mime = one.mime.as_deref().map(|mime| ("type", mime));
    [url].into_iter().chain(mime).chain(length.map(|length| ("length", length))).collect()
}

pub(super) fn borrowed(attributes: &[(String, String)]) -> Vec<NameValue<'_>> {
    attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
