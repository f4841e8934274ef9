//! Torrents that an item names where few look: in links of any rel, in attributes of Torznab, in Media RSS, in texts.

use crate::item::Item;
use crate::limits;
use crate::links::{is_magnet, is_misspelt, looks_like_torrent, magnet_in, magnet_of};
use crate::xml::{Element, local};

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
    let is_media = child.namespace.as_deref().is_some_and(is_media);
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
    } else if local == "alternateEnclosure" {
        child.children.iter().filter_map(|source| resource(source, "uri")).collect()
    } else if child.is_core("content") {
        resource(child, "src").into_iter().collect()
    } else {
        claim(child).into_iter().chain(enclosures(child)).collect()
    }
}

/// Enclosures that are none of their format: in another element, with names in other cases, with `href`, or of RSS 1.0, whose `mod_enclosure`
/// has `rdf:resource` and `enc:type`.
fn enclosures(child: &Element) -> Vec<String> {
    let mut found = Vec::new();
    let mut visit = |element: &Element| {
        if element.local().eq_ignore_ascii_case("enclosure") {
            let names = ["url", "href", "resource"];
            found.extend(names.iter().find_map(|name| resource(element, name)));
        }
    };
    visit(child);
    child.descendants(&mut visit);
    found
}

/// A torrent that an attribute of this local name leads to, by its own look or by the type beside it.
fn resource(element: &Element, name: &str) -> Option<String> {
    let value = |name: &str| {
        let is_it = |written: &str| local(written).eq_ignore_ascii_case(name);
        element.attributes.iter().find(|one| is_it(&one.name)).map(|one| one.value.trim())
    };
    let url = value(name).filter(|url| !url.is_empty())?;
    let mime = value("type").or_else(|| value("contentType")).unwrap_or_default();
    (looks_like_torrent(url) || is_of_torrent(mime)).then(|| url.to_owned())
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
    (looks_like_torrent(url) || is_of_torrent(child.attribute("type").unwrap_or_default()))
        .then(|| url.to_owned())
}

/// `media:content` and `media:peerLink`.
fn attached(child: &Element) -> Option<String> {
    let url = match child.local() {
        "content" => child.url("url")?,
        "peerLink" => child.url("href")?,
        _ => return None,
    };
    (looks_like_torrent(url) || is_of_torrent(child.attribute("type").unwrap_or_default()))
        .then(|| url.to_owned())
}

/// Whether a type is that of a torrent, or nearly so.
fn is_of_torrent(mime: &str) -> bool {
    is_misspelt(&mime.to_ascii_lowercase())
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
    let mut found = None;
    element.descendants(&mut |inside| {
        let links = inside.attributes.iter().filter(|one| one.name == "href").map(|one| &one.value);
        found =
            found.take().or_else(|| [&inside.text].into_iter().chain(links).find_map(|text| magnet_in(text)));
    });
    found.into_iter().collect()
}

/// Whether it is the namespace of Media RSS, which many write without its last character.
pub(super) fn is_media(namespace: &str) -> bool {
    namespace.strip_suffix('/').unwrap_or(namespace) == "http://search.yahoo.com/mrss"
}
