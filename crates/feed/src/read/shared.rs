//! What RSS and Atom have in common: items, and the blocks that both may hold.

use std::collections::BTreeSet;

use super::{atom, note, rss};
use crate::item::{Enclosure, Item, Torrent};
use crate::links::looks_like_torrent;
use crate::xml::Element;
use crate::{EZRSS, PODCAST, date, limits};

/// An item or entry. Elements of both formats are taken from both: feeds mix them.
pub(crate) fn item_of(element: &Element, unknown: &mut BTreeSet<String>) -> Item {
    let mut item = Item::default();
    for child in &element.children {
        if !(rss::take(&mut item, child) || atom::take(&mut item, child) || take(&mut item, child)) {
            note(unknown, &child.name);
        }
    }
    item.id = item.id.map(without_urn);
    item.other_links = other_links(element, &item);
    without_repetition(item)
}

/// What only programs find that take the last link, as qBittorrent does, or the first, as transmission-rss does.
fn other_links(element: &Element, item: &Item) -> Vec<String> {
    let links = element.children.iter().filter(|child| child.is_core("link"));
    let urls = links.filter_map(|link| link.url("href").or_else(|| link.trimmed()));
    let torrents: Vec<&str> = urls.filter(|url| looks_like_torrent(url)).take(limits::ALTERNATES).collect();
    if torrents.is_empty() {
        return Vec::new();
    }
    let known = item.torrent_links();
    let others = torrents.into_iter().filter(|url| known.iter().all(|link| link.url != *url));
    others.map(str::to_owned).collect()
}

/// A link that only repeats the torrent, as the writer puts it, says nothing.
pub(super) fn without_repetition(mut item: Item) -> Item {
    let mut attached = item.enclosures.iter().chain(&item.alternates);
    if item.link.as_ref().is_some_and(|link| attached.any(|one| one.url == *link)) {
        item.link = None;
    }
    item
}

/// The blocks that stand in items of either format.
fn take(item: &mut Item, child: &Element) -> bool {
    match child.local() {
        "torrent" if child.namespace.is_none() || child.is(EZRSS, "torrent") => {
            child.children.iter().for_each(|claim| {
                take_claim(&mut item.torrent, claim);
            });
        }
        "alternateEnclosure" if child.is(PODCAST, "alternateEnclosure") => {
            let sources = child.children.iter().filter(|source| source.is(PODCAST, "source"));
            sources.for_each(|source| alternate(item, source_of(child, source)));
        }
        "content" if child.is(MEDIA, "content") => media(item, child),
        "group" if child.is(MEDIA, "group") => child.children.iter().for_each(|content| media(item, content)),
        _ => return take_claim(&mut item.torrent, child),
    }
    true
}

/// `infoHash` and the like, in any case (BEP 36 has them in lower case), inside the block or directly in the item.
fn take_claim(torrent: &mut Torrent, claim: &Element) -> bool {
    if claim.namespace.as_deref().is_some_and(|namespace| namespace != EZRSS && !namespace.contains("nyaa")) {
        return false;
    }
    let text = || claim.trimmed().map(str::to_owned);
    match claim.local().to_ascii_lowercase().as_str() {
        "filename" => torrent.file_name = torrent.file_name.take().or_else(text),
        "infohash" | "info_hash" => torrent.info_hash = torrent.info_hash.take().or_else(text),
        "magneturi" => torrent.magnet = torrent.magnet.take().or_else(text),
        "contentlength" => {
            torrent.content_length = torrent.content_length.or_else(|| claim.trimmed()?.parse().ok())
        }
        _ => return false,
    }
    true
}

fn source_of(alternate: &Element, source: &Element) -> Option<Enclosure> {
    let mime = source.attribute("contentType").or_else(|| alternate.attribute("type"));
    let length = alternate.attribute("length").and_then(|length| length.trim().parse().ok());
    Some(Enclosure { url: source.url("uri")?.to_owned(), mime: mime.map(str::to_owned), length })
}

fn media(item: &mut Item, content: &Element) {
    let url = content.url("url").map(str::to_owned);
    let mime = content.attribute("type").map(str::to_owned);
    let length = content.attribute("fileSize").and_then(|length| length.parse().ok());
    alternate(item, url.map(|url| Enclosure { url, mime, length }));
}

/// Keeps it if it is a torrent.
fn alternate(item: &mut Item, found: Option<Enclosure>) {
    if item.alternates.len() < limits::ALTERNATES {
        item.alternates.extend(found.filter(Enclosure::is_torrent));
    }
}

/// An attached file from the attributes that its format has for URL, type and length.
pub(super) fn enclosure(element: &Element, url: &str) -> Option<Enclosure> {
    let url = element.url(url)?.to_owned();
    let mime = element.attribute("type").map(|mime| mime.trim().to_owned()).filter(|mime| !mime.is_empty());
    let length = element.attribute("length").and_then(|length| length.trim().parse().ok());
    Some(Enclosure { url, mime, length })
}

/// Sets a text once: where an element stands twice, the first counts.
pub(super) fn set(text: &mut Option<String>, element: &Element) {
    if text.is_none() {
        *text = element.trimmed().map(str::to_owned);
    }
}

/// Sets a date once. False if it is none that anyone understands.
pub(super) fn set_date(date: &mut Option<i64>, element: &Element) -> bool {
    let Some(text) = element.trimmed() else { return true };
    let found = date::from_any(text);
    *date = date.or(found);
    found.is_some()
}

/// The info hash of `urn:btih:…`, which is how Atom has to say it; anything else as it stands.
pub(super) fn without_urn(id: String) -> String {
    match id.strip_prefix("urn:btih:") {
        Some(hash) if crate::links::is_info_hash(hash) => hash.to_owned(),
        _ => id,
    }
}

/// Media RSS.
const MEDIA: &str = "http://search.yahoo.com/mrss/";
