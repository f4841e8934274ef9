//! Atom 1.0 and 0.3 (RFC 4287).

use super::extras::Absorbed;
use super::texts::{fill, set, set_date, text_of};
use crate::date;
use crate::extra::Field;
use crate::item::{Channel, Item};
use crate::xml::Element;

/// Takes what Atom says of a feed, of RSS only the links; `None` if the element is none of Atom, or there twice.
pub(super) fn tell(channel: &mut Channel, element: &Element, is_atom: bool) -> Option<Absorbed> {
    if !element.is_core(element.local()) {
        return None;
    }
    match element.local() {
        "link" => tell_link(channel, element, is_atom),
        _ if !is_atom => None,
        "subtitle" | "tagline" => {
            let text = element.trimmed().unwrap_or_default();
            fill(&mut channel.description, text).then(|| text_of(Field::Description, element))?
        }
        "updated" | "modified" => {
            channel.built = element.trimmed().and_then(date::from_any).or(channel.built);
            Some(Absorbed { field: Some(Field::Built), is_whole: true })
        }
        "id" => set(&mut channel.id, element).then(|| Absorbed::of(Field::Id, element, &[]))?,
        "author" if channel.author.is_none() => {
            let [name] = element.children.as_slice() else { return Absorbed::partly(Field::Author) };
            channel.author = name.trimmed().filter(|_| name.is_core("name")).map(str::to_owned);
            let is_plain = name.is_core("name") && name.has_only(&[]) && name.children.is_empty();
            if is_plain { Absorbed::of(Field::Author, element, &[]) } else { Absorbed::partly(Field::Author) }
        }
        _ => None,
    }
}

fn tell_link(channel: &mut Channel, element: &Element, is_atom: bool) -> Option<Absorbed> {
    let place = match rel(element) {
        "self" => &mut channel.self_url,
        "hub" => &mut channel.hub,
        "alternate" => {
            let url = element.url("href").unwrap_or_default();
            let is_first = fill(&mut channel.link, url);
            return (is_first && is_atom).then(|| Absorbed::of(Field::Link, element, &["rel", "href"]))?;
        }
        // Kept as it stands as well, for it may be of several.
        "next" | "prev-archive" => {
            channel.older = channel.older.take().or_else(|| element.url("href").map(str::to_owned));
            return None;
        }
        _ => return None,
    };
    if place.is_some() {
        return None;
    }
    *place = element.url("href").map(str::to_owned);
    let field = if rel(element) == "hub" { Field::Hub } else { Field::SelfUrl };
    let known: &[&str] = if field == Field::Hub { &["rel", "href"] } else { &["rel", "href", "type"] };
    Absorbed::of(field, element, known)
}

/// Without what the writer only writes because Atom demands it.
pub(super) fn without_defaults(mut channel: Channel) -> Channel {
    let place = channel.self_url.as_ref().unwrap_or(&channel.link);
    channel.id = channel.id.take_if(|id| id != place);
    channel.author = channel.author.take_if(|author| *author != channel.title);
    channel
}

/// Takes what Atom says of an entry; `None` if the element is none of Atom, or there twice. In an item of RSS it stands in
/// for what RSS does not say, and is kept.
pub(super) fn take(item: &mut Item, child: &Element, is_atom: bool) -> Option<Absorbed> {
    if !child.is_core(child.local()) {
        return None;
    }
    take_core(item, child).filter(|_| is_atom)
}

fn take_core(item: &mut Item, child: &Element) -> Option<Absorbed> {
    match child.local() {
        "link" if rel(child) == "alternate" && item.link.is_none() => {
            item.link = child.url("href").map(str::to_owned);
            Absorbed::of(Field::Link, child, &["rel", "href"])
        }
        "id" => set(&mut item.id, child).then(|| Absorbed::of(Field::Id, child, &[]))?,
        "published" | "issued" => {
            let mut published = None;
            let is_date = set_date(&mut published, child);
            item.published = published.or(item.published);
            if is_date {
                Absorbed::of(Field::Published, child, &[])
            } else {
                Absorbed::partly(Field::Published)
            }
        }
        // It is the date only where nothing says when it was published.
        "updated" | "modified" => {
            set_date(&mut item.published, child);
            set_date(&mut item.updated, child);
            Absorbed::partly(Field::Updated)
        }
        "summary" | "content" if item.description.is_none() => {
            item.description = Some(child.all_text()).filter(|text| !text.is_empty());
            let is_html = child.attribute("type").is_some_and(|kind| ["html", "text/html"].contains(&kind));
            item.is_html = is_html && item.description.is_some();
            let is_plain = ["text", "html"].contains(&child.attribute("type").unwrap_or("text"));
            // Of XHTML there is only the text.
            match child.local() == "content" && is_plain && child.children.is_empty() {
                true => Absorbed::of(Field::Description, child, &["type"]),
                false => Absorbed::partly(Field::Description),
            }
        }
        _ => None,
    }
}

pub(super) fn rel(link: &Element) -> &str {
    link.attribute("rel").unwrap_or("alternate")
}
