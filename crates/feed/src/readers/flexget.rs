//! FlexGet: `flexget/plugins/input/rss.py`, on feedparser.
//!
//! Broken XML is read by feedparser's loose parser, so that hardly anything is lost. Every enclosure makes an entry.

use super::{Document, Outcome, Taken};
use crate::format::Format;
use crate::xml::{Element, FeedPart};

pub(super) fn read(document: &Document) -> Outcome {
    if document.format == Format::Json {
        return Outcome::refused("format", "reads no JSON Feed");
    }
    let mut outcome = Outcome::default();
    for (number, part) in document.items() {
        item(&mut outcome, part, number);
    }
    outcome
}

fn item(outcome: &mut Outcome, part: &FeedPart, number: usize) {
    let element = &part.element;
    let Some(title) = text(element, "title") else {
        return outcome.lose(number, "title", "skips an item without a title");
    };
    let hash = hash(element);
    if hash.is_none() {
        let prefixed = find(element, |child| child.local().eq_ignore_ascii_case("infohash")).is_some();
        let why = if prefixed { "does not see infoHash with a prefix" } else { "finds no infoHash" };
        outcome.warn(Some(number), "P3", why);
    }
    let title = title.replace('\u{200b}', "");
    let entry = Taken { item: number, title, hash, ..Taken::default() };
    let enclosures: Vec<&Element> = element.children.iter().filter(|child| is_enclosure(child)).collect();
    match enclosures.as_slice() {
        several @ [_, _, ..] => {
            let why = format!("makes an entry of each of {} enclosures", several.len());
            outcome.warn(Some(number), "P2", why);
            let found = several.iter().filter_map(|one| Some(with(&entry, url(one)?, size(one))));
            outcome.taken.extend(found);
        }
        one_or_none => match single(element, one_or_none.first().copied()) {
            Some((url, size)) => outcome.taken.push(with(&entry, url, size)),
            None => outcome.lose(number, "link", "finds neither enclosure, link nor guid"),
        },
    }
}

/// The entry as it is for that URL.
fn with(entry: &Taken, url: &str, size: Option<u64>) -> Taken {
    Taken { url: url.to_owned(), size, ..entry.clone() }
}

/// The URL and size of the only enclosure, else the link.
fn single<'a>(item: &'a Element, enclosure: Option<&'a Element>) -> Option<(&'a str, Option<u64>)> {
    let enclosed = enclosure.and_then(|only| Some((url(only)?, size(only))));
    enclosed.or_else(|| Some((link(item)?, None)))
}

/// Of RSS, and of Atom a link that says so.
fn is_enclosure(child: &Element) -> bool {
    child.is_core("enclosure") || (child.is_core("link") && child.attribute("rel") == Some("enclosure"))
}

fn url(enclosure: &Element) -> Option<&str> {
    let url = enclosure.last_attribute("url").or_else(|| enclosure.last_attribute("href"))?.trim();
    Some(url).filter(|url| !url.is_empty())
}

/// What is no number counts as 0.
fn size(enclosure: &Element) -> Option<u64> {
    enclosure.attribute("length").map(|length| length.trim().parse().unwrap_or_default())
}

/// The link, else a guid that says it is one or does not say otherwise, else the guid as it is.
fn link(item: &Element) -> Option<&str> {
    let page = |child: &&Element| {
        child.is_core("link") && matches!(child.attribute("rel"), None | Some("alternate"))
    };
    let links = item.children.iter().filter(page);
    let link = links.filter_map(|child| child.attribute("href").or_else(|| child.trimmed())).next_back();
    let guid = item.children.iter().rfind(|child| child.is_core("guid") || child.is_core("id"));
    link.or_else(|| guid.and_then(Element::trimmed)).filter(|url| !url.is_empty())
}

/// The last one counts, if it was closed.
fn text<'a>(item: &'a Element, name: &str) -> Option<&'a str> {
    item.children.iter().rfind(|child| child.is_core(name) && !child.is_cut)?.trimmed()
}

/// feedparser leaves the prefix out only of namespaces without one.
fn hash(item: &Element) -> Option<String> {
    let bare =
        |element: &Element| element.prefix().is_empty() && element.local().eq_ignore_ascii_case("infohash");
    find(item, bare)?.trimmed().map(str::to_owned)
}

fn find(item: &Element, wanted: impl Fn(&Element) -> bool) -> Option<&Element> {
    let mut found = None;
    item.descendants(&mut |element| {
        if wanted(element) {
            found = Some(element);
        }
    });
    found
}
