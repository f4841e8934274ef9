//! Podcast apps and directories: what Apple's requirements for feeds say, and what apps such as AntennaPod need.
//!
//! An episode is the first enclosure of an item, known by its guid. What only directories want is a warning.

use std::collections::HashSet;

use super::{Document, Outcome, Taken};
use crate::date::from_rfc_2822;
use crate::format::Format;
use crate::item::{Enclosure, Item};
use crate::xml::Element;

pub(super) fn read(document: &Document) -> Outcome {
    if document.format != Format::Rss {
        return Outcome::refused("format", "podcast directories read RSS only");
    }
    if let Some(fault) = document.strict_fault() {
        let why = format!("refuses XML that is not well-formed: line {}: {}", fault.line, fault.kind);
        return Outcome::refused("xml", why);
    }
    let mut outcome = Outcome::default();
    channel(&mut outcome, document);
    let mut seen = HashSet::new();
    for (number, entry) in document.entries.iter().enumerate() {
        let item = &entry.item;
        if item.id.as_ref().is_some_and(|id| !seen.insert(id.as_str())) {
            outcome.lose(number, "P8", "shows no episode whose guid another has");
            continue;
        }
        episode(&mut outcome, number, item);
    }
    for (number, part) in document.items() {
        let date = part.element.children.iter().find(|child| child.is_core("pubDate"));
        if date.and_then(Element::trimmed).and_then(from_rfc_2822).is_none() {
            outcome.warn(Some(number), "P9", "has no pubDate of RFC 822 to sort the episode by");
        }
    }
    outcome
}

/// What a directory wants of the whole.
fn channel(outcome: &mut Outcome, document: &Document) {
    let parts = || document.parts.iter().filter(|part| !part.is_item()).map(|part| &part.element);
    let itunes = |name: &str| parts().find(|element| is_itunes(element, name));
    let says = |element: Option<&Element>, attribute: &str| {
        element.and_then(|element| element.attribute(attribute)).is_some_and(|value| !value.trim().is_empty())
    };
    let explicit = itunes("explicit").and_then(Element::trimmed).unwrap_or_default().to_ascii_lowercase();
    let language = parts().find(|element| element.is_core("language")).and_then(Element::trimmed);
    let wanted = [
        ("itunes:image", says(itunes("image"), "href")),
        ("itunes:category", says(itunes("category"), "text")),
        ("itunes:explicit", EXPLICIT.contains(&explicit.as_str())),
        ("language", language.is_some()),
    ];
    for (name, _) in wanted.iter().filter(|(_, is_there)| !is_there) {
        outcome.warn(None, "P19", format!("directories refuse a podcast without {name}"));
    }
}

fn episode(outcome: &mut Outcome, number: usize, item: &Item) {
    let Some(enclosure) = item.enclosures.first() else {
        return outcome.lose(number, "P18", "finds no enclosure: there is no episode");
    };
    if enclosure.is_torrent() || enclosure.is_other_torrent() {
        return outcome.lose(number, "P15", format!("would play the .torrent `{}`", enclosure.url));
    }
    if item.enclosures.len() > 1 {
        outcome.warn(Some(number), "P2", "takes the first of several enclosures");
    }
    if item.title.is_empty() {
        outcome.warn(Some(number), "title", "shows an episode without a title");
    }
    if item.id.is_none() {
        outcome.warn(Some(number), "P8", "finds no guid: the episode is new whenever its URL changes");
    }
    if enclosure.length.unwrap_or_default() == 0 {
        outcome.warn(Some(number), "P18", "finds no length of the enclosure");
    }
    if !is_media(enclosure) {
        let mime = enclosure.mime.as_deref().unwrap_or_default();
        outcome.warn(Some(number), "P18", format!("may not play an enclosure of the type `{mime}`"));
    }
    outcome.taken.push(Taken {
        item: number,
        title: item.title.clone(),
        url: enclosure.url.clone(),
        size: enclosure.length,
        ..Taken::default()
    });
}

/// Whether podcast apps are meant: media are attached, and nowhere a torrent.
pub(crate) fn is_podcast(document: &Document) -> bool {
    let enclosures = || document.entries.iter().flat_map(|entry| &entry.item.enclosures);
    enclosures().any(is_media) && !enclosures().any(|one| one.is_torrent() || one.is_other_torrent())
}

fn is_media(enclosure: &Enclosure) -> bool {
    let mime = enclosure.mime.as_deref().unwrap_or_default().to_ascii_lowercase();
    mime.starts_with("audio/") || mime.starts_with("video/")
}

fn is_itunes(element: &Element, name: &str) -> bool {
    element.local() == name
        && element.namespace.as_deref().is_some_and(|uri| uri.eq_ignore_ascii_case(ITUNES))
}

const ITUNES: &str = "http://www.itunes.com/dtds/podcast-1.0.dtd";
const EXPLICIT: [&str; 6] = ["true", "false", "yes", "no", "clean", "explicit"];
