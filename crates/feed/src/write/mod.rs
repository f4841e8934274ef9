//! From a feed to bytes: always the same ones, and never a character that XML forbids.
//!
//! The rules P1 to P15 ([`crate::RULES`]) say why it is written like this and not otherwise.

mod atom;
mod json;
mod rss;
#[cfg(test)]
mod tests;
mod xml;

use crate::extra::{Extra, Extras};
use crate::format::Format;
use crate::item::{Enclosure, Feed, Item};
use crate::limits;
use crate::links::is_info_hash;

/// The feed as text, in the format that it names.
pub fn write(feed: &Feed) -> String {
    match feed.format {
        Format::Rss => rss::write(feed),
        Format::Atom => atom::write(feed),
        Format::Json => json::write(feed),
    }
}

/// Whether an item that was read of a text is written as the same text.
pub(crate) fn is_written_as(item: &Item, format: Format, text: &str) -> bool {
    // What has no lines is not of us, and need not be written to know it.
    text.contains("\n  ")
        && text
            == match format {
                Format::Rss => rss::alone(item),
                Format::Atom => atom::alone(item),
                Format::Json => json::alone(item),
            }
}

/// Elements that others wrote, of a feed of this format.
fn others(extras: &Extras, format: Format) -> impl Iterator<Item = &Extra> {
    extras.elements.iter().filter(move |extra| extra.format == format)
}

/// All that is attached, where the format knows no difference; no more than is read.
fn attached(item: &Item) -> impl Iterator<Item = &Enclosure> {
    item.enclosures.iter().chain(&item.alternates).take(limits::ALTERNATES)
}

/// The id of an item where the format demands one: its own, else what says which torrent it is.
fn id(item: &Item) -> &str {
    let hash = item.torrent.info_hash.as_deref().filter(|hash| is_info_hash(hash));
    let place = || attached(item).next().map(|one| one.url.as_str()).or(item.link.as_deref());
    item.id.as_deref().or(hash).or_else(place).unwrap_or(&item.title)
}

/// The title of an item. An empty one is none.
fn title(item: &Item) -> Option<&str> {
    Some(item.title.as_str()).filter(|title| !title.is_empty())
}

/// The link of an item, which readers fall back to: its own, else the torrent.
fn link(item: &Item) -> Option<&str> {
    let torrents = item.enclosures.iter().chain(&item.alternates).filter(|one| one.is_torrent());
    let mut fallback = torrents.chain(&item.enclosures).map(|one| one.url.as_str());
    item.link.as_deref().or_else(|| fallback.next())
}
