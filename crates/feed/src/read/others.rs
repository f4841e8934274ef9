//! Torrents that an item names where few look: in links of any rel, in attributes of Torznab, in Media RSS, in texts.

use crate::item::{Enclosure, Item};
use crate::limits;
use crate::links::{is_magnet, is_misspelt, looks_like_torrent, magnet_in, magnet_of};
use crate::xml::Element;

/// What the rest of the item does not name already. Texts are searched only where nothing else says anything.
pub(super) fn other_links(element: &Element, item: &Item) -> Vec<String> {
    let torrents: Vec<String> = element.children.iter().flat_map(named_by).take(limits::ALTERNATES).collect();
    if torrents.is_empty() {
        return if has_any(item) { Vec::new() } else { in_texts(element) };
    }
    let known = item.torrent_links();
    torrents.into_iter().filter(|url| known.iter().all(|link| link.url != *url)).collect()
}

/// What an element of an item says of torrents.
fn named_by(child: &Element) -> Vec<String> {
    let local = child.local();
    let is_media = child.namespace.as_deref() == Some(MEDIA);
    if child.is_core("link") {
        link(child).into_iter().collect()
    } else if is_media && local == "group" {
        child.children.iter().filter_map(attached).collect()
    } else if is_media {
        attached(child).into_iter().collect()
    } else if local == "attr" {
        attribute(child).into_iter().collect()
    } else if local == "torrent" {
        child.children.iter().filter_map(claim).collect()
    } else {
        claim(child).into_iter().collect()
    }
}

/// What the block of a torrent claims, in whatever namespace it stands.
fn claim(child: &Element) -> Option<String> {
    let is = |name: &str| child.local().eq_ignore_ascii_case(name);
    match child.trimmed()? {
        hash if is("infoHash") || is("info_hash") => magnet_of(hash),
        link if is("magnetURI") => Some(link.to_owned()).filter(|url| is_magnet(url)),
        _ => None,
    }
}

/// A link of any rel: programs take the first or the last of several.
fn link(child: &Element) -> Option<String> {
    let url = child.url("href").or_else(|| child.trimmed())?;
    (looks_like_torrent(url) || is_torrent(child, url)).then(|| url.to_owned())
}

/// `media:content` and `media:peerLink`.
fn attached(child: &Element) -> Option<String> {
    let url = match child.local() {
        "content" => child.url("url")?,
        "peerLink" => child.url("href")?,
        _ => return None,
    };
    (looks_like_torrent(url) || is_torrent(child, url)).then(|| url.to_owned())
}

/// Whether it has the type of a torrent, or nearly so.
fn is_torrent(child: &Element, url: &str) -> bool {
    let mime = child.attribute("type").map(str::to_ascii_lowercase);
    let is_near = mime.as_deref().is_some_and(is_misspelt);
    is_near || Enclosure { url: url.to_owned(), mime, ..Enclosure::default() }.is_torrent()
}

/// `attr` of Torznab and Newznab.
fn attribute(child: &Element) -> Option<String> {
    let value = child.url("value")?;
    match child.attribute("name")?.to_ascii_lowercase().as_str() {
        "infohash" => magnet_of(value),
        "magneturl" => Some(value.to_owned()).filter(|url| is_magnet(url)),
        _ => None,
    }
}

fn has_any(item: &Item) -> bool {
    !item.enclosures.is_empty() || !item.torrent_links().is_empty()
}

/// A magnet link in another text than the description: `content:encoded`, a second description.
fn in_texts(element: &Element) -> Vec<String> {
    element.children.iter().find_map(|child| magnet_in(&child.text)).into_iter().collect()
}

/// The namespace of Media RSS.
pub(super) const MEDIA: &str = "http://search.yahoo.com/mrss/";
