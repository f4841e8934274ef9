//! Atom 1.0 and 0.3 (RFC 4287).

use super::rss::fill;
use super::shared::{enclosure, set, set_date};
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
        "id" => set(&mut channel.id, element),
        "author" if channel.author.is_none() => {
            let name = element.children.iter().find(|child| child.is_core("name"));
            channel.author = name.and_then(Element::trimmed).map(str::to_owned);
            return element.children.len() == 1 && channel.author.is_some();
        }
        _ => return false,
    }
    true
}

/// Without what the writer only writes because Atom demands it.
pub(super) fn without_defaults(mut channel: Channel) -> Channel {
    let place = channel.self_url.as_ref().unwrap_or(&channel.link);
    channel.id = channel.id.take_if(|id| id != place);
    channel.author = channel.author.take_if(|author| *author != channel.title);
    channel
}

/// Takes what Atom says of an entry; false if the element is none of Atom, or cannot be kept as it is.
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
            let mut published = None;
            let is_understood = set_date(&mut published, child);
            item.published = published.or(item.published);
            return is_understood;
        }
        // Only where nothing says when it was published.
        "updated" | "modified" => return set_date(&mut item.published, child),
        "summary" | "content" if item.description.is_none() => {
            item.description = Some(child.all_text()).filter(|text| !text.is_empty());
            let is_html = child.attribute("type").is_some_and(|kind| ["html", "text/html"].contains(&kind));
            item.is_html = is_html && item.description.is_some();
            // Of XHTML there is only the text.
            return child.children.is_empty();
        }
        _ => return false,
    }
    true
}

fn rel(link: &Element) -> &str {
    link.attribute("rel").unwrap_or("alternate")
}
