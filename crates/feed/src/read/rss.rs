//! RSS 0.9x, 1.0 and 2.0.

use super::shared::{enclosure, set, set_date};
use crate::date;
use crate::item::{Channel, Item};
use crate::limits;
use crate::xml::Element;

/// Takes what RSS says of a channel; false if the element is none of RSS.
pub(super) fn tell(channel: &mut Channel, element: &Element) -> bool {
    let text = element.trimmed().unwrap_or_default();
    if !element.is_core(element.local()) {
        return false;
    }
    match element.local().to_ascii_lowercase().as_str() {
        "title" => fill(&mut channel.title, text),
        "link" if !element.attributes.iter().any(|attribute| attribute.name == "href") => {
            fill(&mut channel.link, text)
        }
        "description" => fill(&mut channel.description, text),
        "ttl" => channel.ttl = text.parse().ok(),
        "lastbuilddate" => channel.built = date::from_any(text).or(channel.built),
        "pubdate" => channel.built = channel.built.or_else(|| date::from_any(text)),
        "generator" | "docs" => {}
        _ => return false,
    }
    true
}

/// The first of several counts.
pub(super) fn fill(place: &mut String, text: &str) {
    if place.is_empty() {
        text.clone_into(place);
    }
}

/// Takes what RSS says of an item; false if the element is none of RSS, or cannot be kept as it is.
pub(super) fn take(item: &mut Item, child: &Element) -> bool {
    if child.is("http://purl.org/dc/elements/1.1/", "date") {
        return set_date(&mut item.published, child);
    }
    if !child.is_core(child.local()) {
        return false;
    }
    match child.local().to_ascii_lowercase().as_str() {
        "title" if item.title.is_empty() => {
            item.title = child.all_text();
            return child.attribute("type") != Some("html") || !item.title.contains(['<', '&']);
        }
        "title" => {}
        "link" if child.attribute("href").is_none() => set(&mut item.link, child),
        "guid" => set(&mut item.id, child),
        "pubdate" => return set_date(&mut item.published, child),
        "description" => {
            set(&mut item.description, child);
            return child.children.is_empty();
        }
        "enclosure" if item.enclosures.len() < limits::ALTERNATES => {
            item.enclosures.extend(enclosure(child, "url"))
        }
        "enclosure" => {}
        _ => return false,
    }
    true
}
