//! RSS 0.9x, 1.0 and 2.0.

use super::extras::Absorbed;
use super::texts::{fill, set, set_date, text_of};
use crate::date;
use crate::extra::Field;
use crate::item::{Channel, Item};
use crate::xml::Element;

/// Takes what RSS says of a channel; `None` if the element is none of RSS, or there twice.
pub(super) fn tell(channel: &mut Channel, element: &Element) -> Option<Absorbed> {
    let text = element.trimmed().unwrap_or_default();
    if !element.is_core(element.local()) {
        return None;
    }
    match element.local().to_ascii_lowercase().as_str() {
        "title" => fill(&mut channel.title, &element.all_text()).then(|| text_of(Field::Title, element))?,
        "link" if !element.attributes.iter().any(|attribute| attribute.name == "href") => {
            fill(&mut channel.link, text).then(|| Absorbed::of(Field::Link, element, &[]))?
        }
        "description" => {
            fill(&mut channel.description, text).then(|| text_of(Field::Description, element))?
        }
        "ttl" => {
            channel.ttl = text.parse().ok();
            if channel.ttl.is_some() {
                Absorbed::of(Field::Ttl, element, &[])
            } else {
                Absorbed::partly(Field::Ttl)
            }
        }
        "lastbuilddate" => {
            channel.built = date::from_any(text).or(channel.built);
            Some(Absorbed { field: Some(Field::Built), is_whole: true })
        }
        "pubdate" => {
            channel.built = channel.built.or_else(|| date::from_any(text));
            None
        }
        "skiphours" | "skipdays" => {
            element.children.iter().for_each(|child| channel.quiet.add(child.local(), &child.text));
            None
        }
        // A table of what follows anyway.
        "items" if element.namespace.is_some() => Some(Absorbed::NOTHING),
        _ => None,
    }
}

/// Takes what RSS says of an item; `None` if the element is none of RSS, or there twice.
pub(super) fn take(item: &mut Item, child: &Element) -> Option<Absorbed> {
    if child.is("http://purl.org/dc/elements/1.1/", "date") {
        set_date(&mut item.published, child);
        return None;
    }
    if !child.is_core(child.local()) {
        return None;
    }
    match child.local().to_ascii_lowercase().as_str() {
        "title" if item.title.is_empty() => {
            item.title = child.all_text();
            text_of(Field::Title, child)
        }
        "link" if child.attribute("href").is_none() => {
            set(&mut item.link, child).then(|| Absorbed::of(Field::Link, child, &[]))?
        }
        "guid" => set(&mut item.id, child).then(|| guid(child))?,
        "pubdate" if item.published.is_some() => None,
        "pubdate" => {
            let is_date = set_date(&mut item.published, child);
            if is_date {
                Absorbed::of(Field::Published, child, &[])
            } else {
                Absorbed::partly(Field::Published)
            }
        }
        "description" => set(&mut item.description, child).then(|| text_of(Field::Description, child))?,
        _ => None,
    }
}

/// We write ids that are no links, whatever they look like.
fn guid(child: &Element) -> Option<Absorbed> {
    match child.attribute("isPermaLink") {
        Some("false") => Absorbed::of(Field::Id, child, &["isPermaLink"]),
        _ => Absorbed::partly(Field::Id),
    }
}
