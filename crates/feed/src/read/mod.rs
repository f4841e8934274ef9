//! From any bytes to a feed: what is whole is kept, what is wrong is reported.

mod asides;
mod atom;
mod extras;
mod json;
mod others;
mod rss;
mod shared;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::BTreeSet;

use crate::format::Format;
use crate::item::{Channel, Feed, Item};
use crate::limits::{self, FeedLimits};
use crate::xml::{Element, FeedFault, FeedFaultKind, FeedPart, FeedText, Parts, decode, expanded};

use self::asides::Asides;
use self::extras::Keeper;
use self::shared::whole_item;
pub(crate) use json::is_json;
pub(crate) use shared::item_of;

/// A feed that was read.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    /// The feed. Items whose end was missing are not in it: half a URL is worse than none.
    pub feed: Feed,
    /// What was wrong or is not in the feed.
    pub trouble: Trouble,
}

/// What was wrong with a feed, or is in it but not in its value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trouble {
    /// What was wrong with the text, in its order.
    pub faults: Vec<FeedFault>,
    /// Items that were left out because their end was missing.
    pub cut_items: usize,
    /// Names of elements or keys that a [`Feed`] does not hold as they are, a few of them.
    pub unknown: BTreeSet<String>,
    /// What it is, if it is read as, and would be written as, a later form: RSS 0.90 or 1.0, Atom 0.3.
    pub older: Option<&'static str>,
}

impl Trouble {
    /// The fault that has cost items, if one has.
    pub fn loss(&self) -> Option<&FeedFault> {
        self.faults.iter().find(|fault| fault.kind.loses_items())
    }
}

/// Why there is no feed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotAFeed {
    /// It has more bytes than [`limits::BODY`].
    #[error("larger than {} MiB", limits::BODY >> 20)]
    TooLarge,
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// A web page: perhaps a login.
    #[error("it is a web page")]
    WebPage,
    /// Neither RSS, Atom nor JSON Feed.
    #[error("it is neither RSS, Atom nor JSON Feed")]
    Unknown,
}

/// Reads a feed.
///
/// # Errors
/// If it is none at all. A broken one is a [`Reading`] with trouble.
pub fn read(bytes: &[u8], limits: FeedLimits) -> Result<Reading, NotAFeed> {
    let mut items = Vec::new();
    let (format, channel, trouble) = items_of(bytes, limits, |item| items.push(item))?;
    Ok(Reading { feed: Feed { format, channel, items }, trouble })
}

/// Reads a feed item by item; no more than one is held beside the text. Gives what is said of the whole, and what was wrong.
///
/// # Errors
/// If it is none at all.
pub fn items(
    bytes: &[u8],
    limits: FeedLimits,
    visit: impl FnMut(Item),
) -> Result<(Channel, Trouble), NotAFeed> {
    items_of(bytes, limits, visit).map(|(_, channel, trouble)| (channel, trouble))
}

fn items_of(
    bytes: &[u8],
    limits: FeedLimits,
    mut visit: impl FnMut(Item),
) -> Result<(Format, Channel, Trouble), NotAFeed> {
    let decoded = decoded(bytes)?;
    if is_json(&decoded) {
        return json::read(&decoded, limits, visit);
    }
    let (text, lost) = expanded(&decoded.text);
    let decoded = FeedText { text, fault: decoded.fault };
    let mut trouble = Trouble { unknown: lost, ..Trouble::default() };
    let mut channel = Channel::default();
    let mut left = limits::NODES;
    let mut parts = Parts::new(&decoded, limits).with_asides();
    let mut asides = Asides::default();
    while let Some(part) = parts.next() {
        let FeedPart { element, .. } = &part;
        match part.is_item() {
            _ if element.is_aside() => {
                let aside = keeper(&parts, None, &mut left, &mut trouble).aside(element);
                asides.place(aside, &mut channel, parts.root.is_some());
            }
            true if element.is_cut => trouble.cut_items += 1,
            true => {
                if element.is_short {
                    note(&mut trouble.unknown, &element.name);
                }
                let mut item =
                    whole_item(element, &mut keeper(&parts, Some(element), &mut left, &mut trouble));
                item.extras.before = asides.of_item();
                visit(item);
            }
            false => {
                tell_part(&mut channel, part.element, &mut keeper(&parts, None, &mut left, &mut trouble))
            }
        }
    }
    let format = format_of(parts.root.as_ref(), &parts.faults)?;
    channel.extras.behind = asides.of_item();
    asides::settle(&mut channel.extras.before, format);
    tell_attributes(&mut channel, &parts, &mut left, &mut trouble);
    trouble.older = parts.root.as_ref().and_then(older);
    trouble.faults = parts.faults;
    Ok((format, atom::without_defaults(channel), trouble))
}

fn keeper<'k, 't>(
    parts: &'k Parts<'t>,
    around: Option<&'k Element>,
    left: &'k mut usize,
    trouble: &'k mut Trouble,
) -> Keeper<'k, 't> {
    let format = if is_atom(parts.root.as_ref()) { Format::Atom } else { Format::Rss };
    Keeper { parts, format, around, left, lost: &mut trouble.unknown }
}

fn is_atom(root: Option<&Element>) -> bool {
    root.is_some_and(|root| root.local().eq_ignore_ascii_case("feed"))
}

/// The format that a root stands for.
pub(crate) fn format_of(root: Option<&Element>, faults: &[FeedFault]) -> Result<Format, NotAFeed> {
    let root = root.ok_or(NotAFeed::Unknown)?;
    match root.local().to_ascii_lowercase().as_str() {
        "html" => Err(NotAFeed::WebPage),
        _ if faults.iter().any(|fault| fault.kind == FeedFaultKind::Root) => Err(NotAFeed::Unknown),
        "feed" => Ok(Format::Atom),
        _ => Ok(Format::Rss),
    }
}

/// What a root is that we would not write.
fn older(root: &Element) -> Option<&'static str> {
    match root.local().to_ascii_lowercase().as_str() {
        "rdf" => Some("RSS 0.90 or 1.0"),
        "feed" if root.namespace.as_deref() == Some("http://purl.org/atom/ns#") => Some("Atom 0.3"),
        _ => None,
    }
}

/// The text of a feed, if it is one at all.
pub(crate) fn decoded(bytes: &[u8]) -> Result<FeedText<'_>, NotAFeed> {
    if bytes.len() as u64 > limits::BODY {
        return Err(NotAFeed::TooLarge);
    }
    let decoded = decode(bytes);
    if decoded.text.trim().is_empty() { Err(NotAFeed::Empty) } else { Ok(decoded) }
}

/// What the tags around all items say, beside what is written anyway.
fn tell_attributes(channel: &mut Channel, parts: &Parts<'_>, left: &mut usize, trouble: &mut Trouble) {
    let mut attributes = |element: &Element, known: &[&str]| {
        keeper(parts, Some(element), left, trouble).attributes(element, known)
    };
    if let Some(root) = &parts.root {
        let is_versioned = !is_atom(Some(root)) || older(root).is_some();
        channel.extras.attributes = attributes(root, if is_versioned { &["version"] } else { &[] });
    }
    if let Some(element) = &parts.channel {
        channel.extras.of_channel = attributes(element, &[]);
    }
}

/// What is in an element without an end was meant to stand behind it.
fn tell_part(channel: &mut Channel, mut element: Element, keeper: &mut Keeper<'_, '_>) {
    let behind = if element.is_cut { std::mem::take(&mut element.children) } else { Vec::new() };
    [element].iter().chain(&behind).for_each(|element| tell(channel, element, keeper));
}

/// Takes what stands beside the items: of RSS 1.0 and 2.0 in the channel, of Atom in the root.
fn tell(channel: &mut Channel, element: &Element, keeper: &mut Keeper<'_, '_>) {
    let is_atom = keeper.format == Format::Atom;
    let taken = rss::tell(channel, element).or_else(|| atom::tell(channel, element, is_atom));
    if taken.is_none_or(|taken| !taken.is_whole) {
        let field = taken.and_then(|taken| taken.field);
        channel.extras.elements.extend(keeper.element(element, field));
    }
}

/// Remembers the name of something that is lost.
fn note(unknown: &mut BTreeSet<String>, name: &str) {
    if unknown.len() < limits::ALTERNATES {
        unknown.insert(name[..name.floor_char_boundary(LONGEST_NAME)].to_owned());
    }
}

/// Real ones have 30 bytes.
const LONGEST_NAME: usize = 80;
