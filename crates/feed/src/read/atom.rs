//! Atom 1.0 and 0.3 (RFC 4287).

use super::rss::fill;
use super::shared::{enclosure, set};
use crate::date;
use crate::item::{Channel, Item};
use crate::limits;
use crate::xml::Element;

/// Takes what Atom says of a feed, also the links of Atom in RSS; false if the element is none of Atom.
pub(super) fn tell(channel: &mut Channel, element: &Element) -> bool {
    if !element.is_core(element.local()) {
        return false;
    }
    match element.local() {
        "link" => {
            let url = element.url("href");
            let owned = || url.map(str::to_owned);
            match rel(element) {
                "self" => channel.self_url = channel.self_url.take().or_else(owned),
                "hub" => channel.hub = channel.hub.take().or_else(owned),
                "alternate" => fill(&mut channel.link, url.unwrap_or_default()),
                _ => return false,
            }
        }
        "subtitle" | "tagline" => fill(&mut channel.description, element.trimmed().unwrap_or_default()),
        "updated" | "modified" => {
            channel.built = element.trimmed().and_then(date::from_any).or(channel.built)
        }
        // What the writer writes because Atom demands it.
        "id" | "author" => {}
        _ => return false,
    }
    true
}

/// Takes what Atom says of an entry; false if the element is none of Atom.
pub(super) fn take(item: &mut Item, child: &Element) -> bool {
    if !child.is_core(child.local()) {
        return false;
    }
    match child.local() {
        "link" => match rel(child) {
            "enclosure" if item.enclosures.len() < limits::ALTERNATES => {
                item.enclosures.extend(enclosure(child, "href"));
            }
            "alternate" if item.link.is_none() => item.link = child.url("href").map(str::to_owned),
            "enclosure" | "alternate" => {}
            _ => return false,
        },
        "id" => set(&mut item.id, child),
        "published" | "issued" => {
            item.published = child.trimmed().and_then(date::from_any).or(item.published)
        }
        // Only where nothing says when it was published.
        "updated" | "modified" => {
            item.published = item.published.or_else(|| date::from_any(child.trimmed()?))
        }
        "summary" | "content" if item.description.is_none() => {
            item.description = Some(child.all_text()).filter(|text| !text.is_empty());
        }
        "summary" | "content" => {}
        _ => return false,
    }
    true
}

fn rel(link: &Element) -> &str {
    link.attribute("rel").unwrap_or("alternate")
}
