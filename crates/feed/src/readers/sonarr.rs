//! Sonarr: `TorrentRssSettingsDetector.cs`, which tries how a feed can be read, then `EzrssTorrentRssParser.cs` or
//! `TorrentRssParser.cs`, on .NET's XDocument behind `XmlCleaner.cs`.
//!
//! A feed that no way fits is refused as a whole. Of one item it loses what it cannot understand; what is missing or the same
//! twice costs all.

mod dates;
mod sizes;

use std::collections::HashSet;

use super::{Document, Outcome, Taken};
use crate::format::Format;
use crate::xml::{Element, FeedFaultKind};
use crate::{EZRSS, TORRENT_TYPE};

pub(super) fn read(document: &Document) -> Outcome {
    if document.format != Format::Rss {
        return Outcome::refused("format", "reads RSS 2.0 only");
    }
    if let Some(fault) = document.faults.iter().find(|fault| is_fatal(fault.kind)) {
        return Outcome::refused(
            "xml",
            format!("refuses XML that is not well-formed: line {}: {}", fault.line, fault.kind),
        );
    }
    let items: Vec<Numbered<'_>> = document
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

type Numbered<'e> = (usize, &'e Element);

/// Its XmlCleaner takes out raw characters that XML forbids and replaces entities that are named by letters; bytes that are
/// not of the encoding it never sees.
fn is_fatal(kind: FeedFaultKind) -> bool {
    let is_cleaned = matches!(
        kind,
        FeedFaultKind::ForbiddenCharacter
            | FeedFaultKind::HtmlEntity { letters: true }
            | FeedFaultKind::UnknownEntity { letters: true }
            | FeedFaultKind::Encoding(_)
    );
    kind.stops_strict_readers() && !is_cleaned
}

/// The root binds the prefix, the DOCTYPE says so, or an element has it as its namespace.
fn is_ezrss(document: &Document) -> bool {
    let bound = document.root.as_ref().and_then(|root| root.attribute("xmlns:torrent"));
    let mut is_used = document.has_ezrss_doctype;
    for part in &document.parts {
        is_used |= part.element.attribute("xmlns") == Some(EZRSS);
        part.element.descendants(&mut |element| is_used |= element.attribute("xmlns") == Some(EZRSS));
    }
    bound == Some(EZRSS) || is_used
}

/// Why an item, or the whole feed, is not taken: a rule and a sentence.
enum Trouble {
    Item(&'static str, String),
    Feed(&'static str, String),
}

fn ezrss(items: &[Numbered<'_>]) -> Result<Outcome, Outcome> {
    let outcome = parse(items, |item| {
        let url = enclosure(item).and_then(|(url, _)| url);
        let taken = release(item, url, size_named(item, "contentLength"))?;
        let hash = claim(item, "infoHash")?;
        claim(item, "magnetURI")?;
        seeds(item)?;
        Ok(Taken { hash: Some(hash).filter(|hash| !hash.is_empty()), ..taken })
    })?;
    let sizes = || outcome.taken.iter().filter_map(|taken| taken.size);
    if sizes().any(|size| size > 0 && size < LEAST) {
        return Err(sizes_refused("is smaller than 2 MiB"));
    }
    if sizes().any(|size| size == 0) {
        return Err(sizes_refused("has no size"));
    }
    Ok(outcome)
}

/// The text of the first element of that name, however deep, whatever its namespace and case.
fn claim(item: &Element, name: &str) -> Result<String, Trouble> {
    let found = named(item, name).first().map(|claim| claim.all_text());
    found.ok_or_else(|| Trouble::Item("P5", format!("loses an item of ezRSS without {name}")))
}

/// Two of them, or what is no number, cost the item.
fn seeds(item: &Element) -> Result<(), Trouble> {
    match named(item, "seeds").as_slice() {
        [] => Ok(()),
        [one] if one.all_text().parse::<i32>().is_ok() => Ok(()),
        [_] => Err(Trouble::Item("P4", "loses an item whose seeds are no number".to_owned())),
        _ => Err(Trouble::Item("P4", "loses an item with two of seeds".to_owned())),
    }
}

fn size_named(item: &Element, name: &str) -> Result<u64, Trouble> {
    match named(item, name).as_slice() {
        [] => Ok(0),
        [one] => sizes::of(&one.full_text()).ok_or_else(too_large),
        _ => Err(Trouble::Item("P4", format!("loses an item with two of {name}"))),
    }
}

fn too_large() -> Trouble {
    Trouble::Item("P6", "loses an item whose size has too many digits".to_owned())
}

/// Enclosure, or where the first item has none the link; the size from the first place where all are large enough, and of
/// descriptions more than half.
fn generic(items: &[Numbered<'_>]) -> Result<Outcome, Outcome> {
    let from_enclosure = items.first().is_some_and(|(_, item)| child(item, "enclosure").is_some());
    let with_sizes = |size: SizeOf| {
        parse(items, |item| {
            let link = || child(item, "link").map(Element::full_text);
            let url = if from_enclosure { enclosure(item).and_then(|(url, _)| url) } else { link() };
            release(item, url, size(item))
        })
    };
    for size in SIZES {
        let outcome = with_sizes(size)?;
        if outcome.taken.iter().all(|taken| taken.size >= Some(LEAST)) {
            return Ok(outcome);
        }
    }
    let outcome = with_sizes(described)?;
    let large = outcome.taken.iter().filter(|taken| taken.size >= Some(LEAST)).count();
    if large > outcome.taken.len() / 2 {
        return Ok(outcome);
    }
    let has_size = outcome.taken.iter().any(|taken| taken.size > Some(0));
    Err(sizes_refused(if has_size { "is smaller than 2 MiB" } else { "has no size" }))
}

/// One item is enough, unless descriptions make up for it.
fn sizes_refused(what: &str) -> Outcome {
    let else_taken = "not more than half of the descriptions say 2 MiB or more";
    Outcome::refused("P6", format!("refuses the feed: an item {what}, and {else_taken}"))
}

/// Reads every item one way, and looks whether the whole can be a feed.
fn parse(
    items: &[Numbered<'_>],
    read: impl Fn(&Element) -> Result<Taken, Trouble>,
) -> Result<Outcome, Outcome> {
    let mut outcome = Outcome::default();
    for &(number, item) in items {
        match read(item) {
            Ok(taken) => outcome.taken.push(Taken { item: number, ..taken }),
            Err(Trouble::Item(rule, why)) => outcome.lose(number, rule, why),
            Err(Trouble::Feed(rule, why)) => {
                return Err(Outcome::refused(rule, format!("refuses the feed: item {} {why}", number + 1)));
            }
        }
    }
    validate(&outcome, items)?;
    Ok(outcome)
}

fn release(item: &Element, url: Option<String>, size: Result<u64, Trouble>) -> Result<Taken, Trouble> {
    let date = child(item, "pubDate").map(Element::all_text).unwrap_or_default();
    if date.is_empty() {
        return Err(Trouble::Feed("P9", "has no pubDate".to_owned()));
    }
    if !dates::is_understood(&date) {
        return Err(Trouble::Item(
            "P9",
            format!("loses an item whose pubDate it does not understand: `{date}`"),
        ));
    }
    let title = child(item, "title").map_or_else(|| "Unknown".to_owned(), Element::all_text);
    let url = url.as_deref().and_then(parsed).unwrap_or_default();
    Ok(Taken { title: cleaned(&title), url: cleaned(url), size: Some(size?), ..Taken::default() })
}

/// Its XmlCleaner takes out everything beyond the basic plane.
fn cleaned(text: &str) -> String {
    text.chars().filter(|c| *c <= '\u{ffff}').collect()
}

/// What its `HttpUri` understands. What has no scheme is relative to the feed.
fn parsed(url: &str) -> Option<&str> {
    let url = url.trim();
    let scheme = url.split_once(':');
    let scheme = scheme.filter(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let authority = |rest: &str| {
        let rest = rest.strip_prefix("//")?;
        let host = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        (!host.is_empty() && host.bytes().all(is_host)).then_some(())
    };
    match scheme {
        _ if url.is_empty() => None,
        Some(("magnet", rest)) => rest.starts_with('?').then_some(url),
        Some((_, rest)) => authority(rest).map(|()| url),
        None if url.starts_with("//") => authority(url).map(|()| url),
        None => Some(url),
    }
}

fn validate(outcome: &Outcome, items: &[Numbered<'_>]) -> Result<(), Outcome> {
    if outcome.taken.is_empty() {
        return Err(Outcome { taken: Vec::new(), ..outcome.clone() });
    }
    if outcome.taken.iter().any(|taken| taken.title.is_empty()) {
        return Err(Outcome::refused("title", "refuses the feed: an item has no title"));
    }
    if let Some(taken) = outcome.taken.iter().find(|taken| !is_fetched(&taken.url)) {
        let why = format!(
            "refuses the feed: item {} has no enclosure of the right type, or no URL that it fetches",
            taken.item + 1
        );
        return Err(Outcome::refused("P1", why));
    }
    let mut seen = HashSet::new();
    let taken: HashSet<usize> = outcome.taken.iter().map(|taken| taken.item).collect();
    let guids =
        items.iter().filter(|(number, _)| taken.contains(number)).filter_map(|(_, item)| child(item, "guid"));
    match guids.into_iter().all(|guid| seen.insert(guid.full_text())) {
        true => Ok(()),
        false => Err(Outcome::refused("P8", "refuses the feed: two items have the same guid")),
    }
}

/// A scheme that it fetches, or none, for then it is the feed's.
fn is_fetched(url: &str) -> bool {
    let has_scheme = url.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    SCHEMES.iter().any(|scheme| url.starts_with(scheme)) || (!has_scheme && !url.is_empty())
}

/// The first enclosure of a type that it wants, and its length.
fn enclosure(item: &Element) -> Option<(Option<String>, u64)> {
    let enclosures =
        || item.children.iter().filter(|child| child.name == "enclosure" && child.namespace.is_none());
    let of_type = |mime: &str| enclosures().find(|one| one.attribute("type") == Some(mime));
    let found = of_type(TORRENT_TYPE).or_else(|| of_type(MAGNET_TYPE))?;
    let length = found.attribute("length").and_then(|length| length.trim().parse().ok());
    Some((found.attribute("url").map(str::to_owned), length.unwrap_or_default()))
}

fn child<'a>(item: &'a Element, name: &str) -> Option<&'a Element> {
    item.children.iter().find(|child| child.name == name && child.namespace.is_none())
}

fn named<'a>(item: &'a Element, name: &str) -> Vec<&'a Element> {
    let mut found = Vec::new();
    item.descendants(&mut |element: &'a Element| {
        if element.local().eq_ignore_ascii_case(name) {
            found.push(element);
        }
    });
    found
}

type SizeOf = fn(&Element) -> Result<u64, Trouble>;

/// Before the description. It looks for `size` and `Size`, but in any case each time.
const SIZES: [SizeOf; 2] =
    [|item| Ok(enclosure(item).map_or(0, |(_, length)| length)), |item| size_named(item, "size")];

fn described(item: &Element) -> Result<u64, Trouble> {
    child(item, "description").map_or(Ok(0), |text| sizes::of(&text.full_text()).ok_or_else(too_large))
}

const LEAST: u64 = 2 << 20;
const MAGNET_TYPE: &str = "application/x-bittorrent;x-scheme-handler/magnet";
const SCHEMES: [&str; 3] = ["magnet:", "http:", "https:"];
