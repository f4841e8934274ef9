//! autobrr: `internal/feed/rss.go`, on gofeed, whose XML parser forgives much but not a missing end.
//!
//! Of all sizes that an item says it takes the largest. Newer versions look at every enclosure, older ones at one.

mod sizes;

use std::collections::HashSet;

use super::{Document, Outcome, PlacedItem, Taken};
use crate::TORRENT_TYPE;
use crate::format::Format;
use crate::item::Item;
use crate::xml::{Element, FeedFaultKind};

pub(super) fn read(document: &Document) -> Outcome {
    let fatal = |kind: FeedFaultKind| {
        matches!(kind, FeedFaultKind::Truncated | FeedFaultKind::Markup | FeedFaultKind::Json)
    };
    if let Some(fault) = document.faults.iter().find(|fault| fatal(fault.kind)) {
        return Outcome::refused(
            "xml",
            format!("refuses a feed that is cut off or cannot be read: line {}", fault.line),
        );
    }
    let mut outcome = Outcome::default();
    let mut seen = HashSet::new();
    let elements: Vec<&Element> = document.items().map(|(_, part)| &part.element).collect();
    for (number, PlacedItem { item, .. }) in document.entries.iter().enumerate() {
        let page = elements.get(number).map_or_else(|| item.link.clone(), |element| link(element));
        let title = || Some(item.title.clone()).filter(|title| !title.is_empty());
        let key = item.id.clone().or(page).or_else(title);
        match key.map(|key| seen.insert(key)) {
            None => outcome.lose(number, "P8", "skips an item with neither guid, link nor title"),
            Some(false) => outcome.lose(number, "P8", "takes an item for seen whose guid another has"),
            Some(true) => release(&mut outcome, document, item, elements.get(number).copied(), number),
        }
    }
    outcome
}

fn release(
    outcome: &mut Outcome,
    document: &Document,
    item: &Item,
    element: Option<&Element>,
    number: usize,
) {
    let enclosure = match document.format {
        // Of several it sees the last one.
        Format::Rss => item.enclosures.last(),
        Format::Atom | Format::Json => item.enclosures.first(),
    };
    let torrent = enclosure.filter(|one| one.mime.as_deref() == Some(TORRENT_TYPE) && !one.url.is_empty());
    if let (Some(other), None) = (enclosure, torrent) {
        let mime = other.mime.as_deref().unwrap_or_default();
        outcome.warn(Some(number), "P1", format!("passes over an enclosure of the type `{mime}`"));
    }
    let page = element.map_or_else(|| item.link.clone(), link);
    let Some(url) = torrent.map(|one| one.url.clone()).or(page) else {
        return outcome.lose(number, "link", "finds neither enclosure nor link");
    };
    let length = enclosure.and_then(|one| one.length).filter(|_| document.format != Format::Json);
    let (claimed, hash) = element.map(claims).unwrap_or_default();
    let custom = element.and_then(size_element);
    let described = item.description.as_deref().and_then(sizes::in_text);
    let sizes = [claimed, length.filter(|length| !BOGUS.contains(length)), custom, described];
    let size = sizes.into_iter().flatten().max().filter(|size| *size > 0);
    let title = item.title.clone();
    outcome.taken.push(Taken { item: number, title, url, size, hash, before: None });
}

/// The text of RSS's `link`, the `href` of Atom's.
fn link(item: &Element) -> Option<String> {
    let is_page = |child: &&Element| {
        child.is_core("link")
            && matches!(child.attribute("rel"), None | Some("alternate"))
            && child.prefix().is_empty()
    };
    let link = item.children.iter().rfind(is_page)?;
    link.attribute("href").or_else(|| link.trimmed()).map(str::to_owned)
}

/// Size and info hash of the block, or with the literal prefix `torrent`.
fn claims(item: &Element) -> (Option<u64>, Option<String>) {
    let (mut size, mut hash) = (None, None);
    item.descendants(&mut |claim| match claim.local() {
        "contentLength" => size = claim.text.trim().parse().ok().or(size),
        "infoHash" => hash = claim.trimmed().map(str::to_owned).or(hash.take()),
        _ => {}
    });
    (size, hash)
}

/// An element `size` of no namespace; the last one counts.
fn size_element(item: &Element) -> Option<u64> {
    let is_size = |child: &&Element| child.prefix().is_empty() && child.local().eq_ignore_ascii_case("size");
    sizes::of(item.children.iter().rfind(is_size)?.trimmed()?)
}

/// Lengths that trackers write into every enclosure.
const BOGUS: [u64; 2] = [1, 39399];
