//! Sonarr: `TorrentRssSettingsDetector.cs`, which tries how a feed can be read, then `EzrssTorrentRssParser.cs` or
//! `TorrentRssParser.cs`, on .NET's XDocument.
//!
//! A feed that no way fits is refused as a whole, so most faults of one item cost all.

use std::collections::HashSet;

use super::{Document, Outcome, Taken};
use crate::date::from_any;
use crate::item::Format;
use crate::xml::Element;
use crate::{EZRSS, TORRENT_TYPE};

pub(super) fn read(document: &Document) -> Outcome {
    if document.format != Format::Rss {
        return Outcome::refused("format", "reads RSS 2.0 only");
    }
    if let Some(fault) = document.strict_fault() {
        return Outcome::refused(
            "xml",
            format!("refuses XML that is not well-formed: line {}: {}", fault.line, fault.kind),
        );
    }
    let items: Vec<(usize, &Element)> = document
        .items()
        .filter_map(|(number, part)| {
            let is_plain = part.element.name == "item" && part.element.namespace.is_none();
            (is_plain && !part.in_root).then_some((number, &part.element))
        })
        .collect();
    if items.is_empty() {
        return Outcome::refused("format", "finds no item in the channel");
    }
    let as_ezrss = is_ezrss(document).then(|| ezrss(&items));
    match as_ezrss {
        Some(Ok(outcome)) => outcome,
        // A feed that looks like ezRSS is tried the other way as well.
        Some(Err(first)) => generic(&items).unwrap_or(first),
        None => generic(&items).unwrap_or_else(|refusal| refusal),
    }
}

/// The root binds the prefix, or an element has it as its namespace.
fn is_ezrss(document: &Document) -> bool {
    let bound = document.root.as_ref().and_then(|root| root.attribute("xmlns:torrent"));
    let mut is_used = false;
    for part in &document.parts {
        part.element.descendants(&mut |element| is_used |= element.attribute("xmlns") == Some(EZRSS));
    }
    bound == Some(EZRSS) || is_used
}

fn ezrss(items: &[(usize, &Element)]) -> Result<Outcome, Outcome> {
    let mut outcome = Outcome::default();
    for &(number, item) in items {
        let claims = Claims::of(item);
        if let Some((code, why)) = claims.fault() {
            outcome.lose(number, code, why);
            continue;
        }
        let size = claims.size()?;
        let url = enclosure(item).map(|(url, _)| url);
        let hash = claims.first("infoHash").and_then(Element::trimmed).map(str::to_owned);
        outcome.taken.push(Taken { hash, ..release(number, item, url, size)? });
    }
    validate(&outcome, items)?;
    let sizes = || outcome.taken.iter().filter_map(|taken| taken.size);
    if sizes().any(|size| size > 0 && size < LEAST) {
        return Err(Outcome::refused("P6", "refuses the feed: an item is smaller than 2 MiB"));
    }
    if sizes().any(|size| size == 0) {
        return Err(Outcome::refused("P6", "refuses the feed: an item has no size"));
    }
    Ok(outcome)
}

/// What an item says in ezRSS: in itself, or in blocks called `torrent`.
struct Claims<'a>(Vec<&'a Element>);

impl<'a> Claims<'a> {
    fn of(item: &'a Element) -> Self {
        let (blocks, own): (Vec<&Element>, Vec<&Element>) =
            item.children.iter().partition(|child| child.local() == "torrent");
        let blocks = blocks.into_iter().flat_map(|block| &block.children);
        Self(own.into_iter().chain(blocks).collect())
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &'a Element> {
        self.0.iter().copied().filter(move |claim| claim.local().eq_ignore_ascii_case(name))
    }

    fn first(&self, name: &str) -> Option<&'a Element> {
        self.named(name).next()
    }

    /// The code of what costs the item, and a sentence.
    fn fault(&self) -> Option<(&'static str, String)> {
        if self.named("contentLength").count() > 1 {
            return Some(("P4", "loses an item with two of contentLength".to_owned()));
        }
        let missing = ["infoHash", "magnetURI"].into_iter().find(|name| self.first(name).is_none())?;
        Some(("P5", format!("loses an item of ezRSS without {missing}")))
    }

    /// 0 if it is not said.
    fn size(&self) -> Result<u64, Outcome> {
        let Some(length) = self.first("contentLength") else { return Ok(0) };
        length.text.trim().parse().map_err(|_| Outcome::refused("P6", "contentLength is no number"))
    }
}

/// Enclosure, or where the first item has none the link; the size from the first place where all are large enough.
fn generic(items: &[(usize, &Element)]) -> Result<Outcome, Outcome> {
    let from_enclosure = items.first().is_some_and(|(_, item)| child(item, "enclosure").is_some());
    let mut last = Outcome::default();
    for size in SIZES {
        let mut outcome = Outcome::default();
        for &(number, item) in items {
            let url = match from_enclosure {
                true => enclosure(item).map(|(url, _)| url),
                false => child(item, "link").and_then(Element::trimmed),
            };
            outcome.taken.push(release(number, item, url, size(item))?);
        }
        validate(&outcome, items)?;
        if outcome.taken.iter().all(|taken| taken.size >= Some(LEAST)) {
            return Ok(outcome);
        }
        last = outcome;
    }
    let why = match last.taken.iter().any(|taken| taken.size > Some(0)) {
        true => "refuses the feed: an item is smaller than 2 MiB",
        false => "refuses the feed: an item has no size",
    };
    Err(Outcome::refused("P6", why))
}

fn release(number: usize, item: &Element, url: Option<&str>, size: u64) -> Result<Taken, Outcome> {
    let date = child(item, "pubDate").and_then(Element::trimmed);
    if date.and_then(from_any).is_none() {
        return Err(Outcome::refused(
            "P9",
            format!("refuses the feed: item {} has no valid pubDate", number + 1),
        ));
    }
    let title = child(item, "title").map_or("Unknown", |title| title.text.trim());
    let url = url.unwrap_or_default().trim();
    Ok(Taken {
        item: number,
        title: title.to_owned(),
        url: url.to_owned(),
        size: Some(size),
        ..Taken::default()
    })
}

fn validate(outcome: &Outcome, items: &[(usize, &Element)]) -> Result<(), Outcome> {
    if outcome.taken.is_empty() {
        return Err(Outcome { taken: Vec::new(), ..outcome.clone() });
    }
    if outcome.taken.iter().any(|taken| taken.title.is_empty()) {
        return Err(Outcome::refused("title", "refuses the feed: an item has no title"));
    }
    if let Some(taken) =
        outcome.taken.iter().find(|taken| !SCHEMES.iter().any(|scheme| taken.url.starts_with(scheme)))
    {
        let why = format!(
            "refuses the feed: item {} has no enclosure of the right type with an absolute URL",
            taken.item + 1
        );
        return Err(Outcome::refused("P1", why));
    }
    let mut seen = HashSet::new();
    let taken: HashSet<usize> = outcome.taken.iter().map(|taken| taken.item).collect();
    let guids =
        items.iter().filter(|(number, _)| taken.contains(number)).filter_map(|(_, item)| child(item, "guid"));
    match guids.into_iter().all(|guid| seen.insert(guid.text.trim())) {
        true => Ok(()),
        false => Err(Outcome::refused("P8", "refuses the feed: two items have the same guid")),
    }
}

/// The first enclosure of a type that it wants, and its length.
fn enclosure(item: &Element) -> Option<(&str, u64)> {
    let enclosures = || item.children.iter().filter(|child| child.name == "enclosure");
    let of_type = |mime: &str| enclosures().find(|one| one.attribute("type") == Some(mime));
    let found = of_type(TORRENT_TYPE).or_else(|| of_type(MAGNET_TYPE))?;
    let length = found.attribute("length").and_then(|length| length.trim().parse().ok());
    Some((found.attribute("url")?, length.unwrap_or_default()))
}

fn child<'a>(item: &'a Element, name: &str) -> Option<&'a Element> {
    item.children.iter().find(|child| child.name == name && child.namespace.is_none())
}

type SizeOf = fn(&Element) -> u64;

const SIZES: [SizeOf; 4] = [
    |item| enclosure(item).map_or(0, |(_, length)| length),
    |item| child(item, "size").map_or(0, |size| size_in(&size.text)),
    |item| child(item, "Size").map_or(0, |size| size_in(&size.text)),
    |item| child(item, "description").map_or(0, |text| size_in(&text.text)),
];

/// A number alone is bytes; else the first number with a unit.
pub(super) fn size_in(text: &str) -> u64 {
    if let Ok(bytes) = text.trim().parse() {
        return bytes;
    }
    let units = text.match_indices(['k', 'K', 'm', 'M', 'g', 'G']);
    let mut sizes = units.filter_map(|(at, unit)| {
        let rest = text[at + 1..].strip_prefix('i').unwrap_or(&text[at + 1..]);
        let after = rest.strip_prefix(['b', 'B'])?;
        if after.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '/') {
            return None;
        }
        let before = text[..at].trim_end_matches([' ', '\u{a0}']);
        let digits = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ',').len();
        let number: f64 = before[digits..].replace(',', "").parse().ok()?;
        let shift = match unit.to_ascii_lowercase().as_str() {
            "k" => 10,
            "m" => 20,
            _ => 30,
        };
        // A size in a text has three or four digits that count.
        Some((number * f64::from(1_u32 << shift)) as u64)
    });
    sizes.next().unwrap_or_default()
}

const LEAST: u64 = 2 << 20;
const MAGNET_TYPE: &str = "application/x-bittorrent;x-scheme-handler/magnet";
const SCHEMES: [&str; 3] = ["magnet:", "http:", "https:"];
