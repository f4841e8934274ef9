//! Atom 1.0 (RFC 4287).

use super::rss::enclosure;
use super::xml::Xml;
use super::{attached, id};
use crate::item::{Channel, Feed, Item};
use crate::links::is_info_hash;
use crate::{ATOM, date};

pub(super) fn write(feed: &Feed) -> String {
    let mut xml = Xml::new();
    xml.open("feed", &[("xmlns", ATOM)]);
    channel(&mut xml, &feed.channel);
    feed.items.iter().for_each(|item| entry(&mut xml, item));
    xml.finish()
}

fn channel(xml: &mut Xml, channel: &Channel) {
    xml.element("id", &[], channel.identity());
    xml.element("title", &[], &channel.title);
    xml.element("subtitle", &[], &channel.description);
    xml.element("updated", &[], &date::to_rfc_3339(channel.built.unwrap_or_default()));
    xml.open("author", &[]);
    xml.element("name", &[], channel.author.as_ref().unwrap_or(&channel.title));
    xml.close();
    xml.empty("link", &[("rel", "alternate"), ("href", &channel.link)]);
    if let Some(url) = &channel.self_url {
        xml.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", url)]);
    }
    if let Some(url) = &channel.hub {
        xml.empty("link", &[("rel", "hub"), ("href", url)]);
    }
}

/// The torrent is the last link, which qBittorrent takes (P11), and where there is no page also the first, which
/// transmission-rss takes. An entry may go without another link if it has `content`.
fn entry(xml: &mut Xml, item: &Item) {
    let published = date::to_rfc_3339(item.published.unwrap_or_default());
    xml.open("entry", &[]);
    xml.element("id", &[], &uri(item));
    xml.element("title", &[], &item.title);
    xml.element("published", &[], &published);
    xml.element("updated", &[], &published);
    let kind = if item.is_html { "html" } else { "text" };
    xml.element("content", &[("type", kind)], item.description.as_deref().unwrap_or_default());
    xml.torrent(item);
    if let Some(url) = &item.link {
        xml.empty("link", &[("rel", "alternate"), ("href", url)]);
    }
    for one in attached(item) {
        let length = one.length.unwrap_or_default().to_string();
        let attributes = enclosure(one, ("href", &one.url), &length);
        xml.empty("link", &[[("rel", "enclosure")].as_slice(), &attributes].concat());
    }
    xml.close();
}

/// A URI, as Atom demands.
fn uri(item: &Item) -> String {
    let id = id(item);
    if is_info_hash(id) { format!("urn:btih:{id}") } else { id.to_owned() }
}
