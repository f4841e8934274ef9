//! Atom 1.0 (RFC 4287).

use super::rss::{borrowed, enclosure};
use super::xml::Xml;
use super::{attached, id, others};
use crate::extra::Field;
use crate::format::Format;
use crate::item::{Channel, Feed, Item};
use crate::links::is_info_hash;
use crate::url::percent_encoded;
use crate::{ATOM, date};

pub(super) fn write(feed: &Feed) -> String {
    let mut xml = Xml::new(Format::Atom);
    xml.bind(&feed.channel.extras.attributes);
    channel(&mut xml, &feed.channel);
    let built = feed.channel.built;
    feed.items.iter().for_each(|item| xml.whole_or(&item.extras, |xml| entry(xml, item, built)));
    xml.finish("feed", &[("xmlns", ATOM)], &feed.channel.extras)
}

/// An entry without what is around it.
pub(super) fn alone(item: &Item) -> String {
    let mut xml = Xml::new(Format::Atom);
    entry(&mut xml, item, None);
    xml.last().to_owned()
}

fn channel(xml: &mut Xml, channel: &Channel) {
    let ours = |field| !channel.extras.have(field, Format::Atom);
    xml.optional("id", Some(channel.identity()).filter(|_| ours(Field::Id)));
    xml.optional("title", Some(channel.title.as_str()).filter(|_| ours(Field::Title)));
    xml.optional(
        "subtitle",
        Some(channel.description.as_str()).filter(|text| ours(Field::Description) && !text.is_empty()),
    );
    xml.optional("updated", channel.built.map(date::to_rfc_3339).as_deref());
    if ours(Field::Author) {
        xml.open("author", &[]);
        xml.element("name", &[], channel.author.as_ref().unwrap_or(&channel.title));
        xml.close();
    }
    if ours(Field::Link) && !channel.link.is_empty() {
        xml.empty("link", &[("rel", "alternate"), ("href", &percent_encoded(&channel.link))]);
    }
    if let Some(url) = channel.self_url.as_ref().filter(|_| ours(Field::SelfUrl)) {
        xml.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", url)]);
    }
    if let Some(url) = channel.hub.as_ref().filter(|_| ours(Field::Hub)) {
        xml.empty("link", &[("rel", "hub"), ("href", url)]);
    }
    others(&channel.extras, Format::Atom).for_each(|extra| xml.extra(extra));
}

/// The torrent is the last link, which qBittorrent takes (P11), and where there is no page also the first, which
/// transmission-rss takes. An entry may go without another link if it has `content`.
///
/// Where nothing says when it was published, it was updated when the feed was built, because Atom demands a date.
fn entry(xml: &mut Xml, item: &Item, built: Option<i64>) {
    let ours = |field| !item.extras.have(field, Format::Atom);
    let published = item.published.map(date::to_rfc_3339);
    let updated = item.published.or(built).map(date::to_rfc_3339);
    let attributes = xml.attributes(&item.extras.attributes);
    xml.open("entry", &borrowed(&attributes));
    xml.optional("id", Some(uri(item).as_str()).filter(|_| ours(Field::Id)));
    xml.optional("title", Some(item.title.as_str()).filter(|_| ours(Field::Title)));
    xml.optional("published", published.as_deref().filter(|_| ours(Field::Published)));
    xml.optional("updated", updated.as_deref().filter(|_| ours(Field::Updated)));
    if ours(Field::Description) && (item.description.is_some() || item.link.is_none()) {
        let kind = if item.is_html { "html" } else { "text" };
        xml.element("content", &[("type", kind)], item.description.as_deref().unwrap_or_default());
    }
    if ours(Field::Torrent) {
        xml.torrent(item);
    }
    if let Some(url) = item.link.as_ref().filter(|_| ours(Field::Link)) {
        xml.empty("link", &[("rel", "alternate"), ("href", &percent_encoded(url))]);
    }
    others(&item.extras, Format::Atom).for_each(|extra| xml.extra(extra));
    let has_alternates = ours(Field::Alternates);
    for one in attached(item).take(if has_alternates { usize::MAX } else { item.enclosures.len() }) {
        let (url, length) = (percent_encoded(&one.url), one.length.map(|length| length.to_string()));
        let attributes = enclosure(one, ("href", &url), length.as_deref());
        xml.enclosure("link", [vec![("rel", "enclosure")], attributes].concat(), one);
    }
    xml.close();
}

/// A URI, as Atom demands.
fn uri(item: &Item) -> String {
    let id = id(item);
    if is_info_hash(id) { format!("urn:btih:{id}") } else { id.to_owned() }
}
