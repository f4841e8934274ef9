//! What RSS and Atom have in common: items, and the blocks that both may hold.

use std::collections::BTreeSet;

use super::extras::{Absorbed, Keeper};
use super::others::{is_media, other_links};
use super::{atom, note, rss};
use crate::extra::{Extra, Extras, Field};
use crate::item::{Enclosure, Item, Torrent};
use crate::xml::Element;
use crate::{EZRSS, PODCAST, date, limits, write};

/// An item or entry, without what has no field. Elements of both formats are taken from both: feeds mix them.
pub(crate) fn item_of(element: &Element, unknown: &mut BTreeSet<String>) -> Item {
    let mut item = Item::default();
    for child in &element.children {
        if take_child(&mut item, child, is_entry(element)).is_none_or(|taken| !taken.is_whole) {
            note(unknown, &child.name);
        }
    }
    item.other_links = other_links(element, &item);
    without_repetition(item)
}

/// What else an enclosure says, and what stands in it. Prefixes that it declares itself are not kept, so neither is what needs them.
fn beside_enclosure(child: &Element, keeper: &mut Keeper<'_, '_>) -> (Vec<Extra>, Option<Extra>) {
    let declares = child.attributes.iter().any(|one| one.name.starts_with("xmlns:"));
    if child.is_short || declares {
        keeper.lose(child);
    }
    if declares {
        return (Vec::new(), None);
    }
    (keeper.attributes(child, &["rel", "href", "url", "type", "length"]), keeper.inside(child))
}

/// The same with everything that is in it.
pub(super) fn whole_item(element: &Element, keeper: &mut Keeper<'_, '_>) -> Item {
    let mut item = Item::default();
    let (mut elements, mut claims) = (Vec::new(), Vec::new());
    for child in &element.children {
        if child.is_aside() {
            elements.extend(keeper.aside(child));
            continue;
        }
        let before = (item.enclosures.len(), item.alternates.len());
        let taken = take_child(&mut item, child, is_entry(element));
        match taken {
            Some(Absorbed { is_whole: true, field }) => match field {
                Some(Field::Enclosures) => {
                    let (extras, inside) = beside_enclosure(child, keeper);
                    if let Some(one) = item.enclosures.get_mut(before.0) {
                        (one.extras, one.inside) = (extras, inside.map(Box::new));
                    }
                }
                Some(Field::Torrent | Field::Alternates) => claims.push((child, field)),
                _ => {}
            },
            taken => elements.extend(keeper.element(child, taken.and_then(|taken| taken.field))),
        }
    }
    // What several elements say is written by us, or else as all of them stand.
    let is_kept = |field| elements.iter().any(|extra: &Extra| extra.field == field);
    let claims: Vec<_> = claims.into_iter().filter(|(_, field)| is_kept(*field)).collect();
    elements.extend(claims.into_iter().filter_map(|(child, field)| keeper.element(child, field)));
    item.other_links = other_links(element, &item);
    item.extras = Extras { elements, attributes: keeper.attributes(element, &[]), ..Extras::default() };
    let item = without_update(without_repetition(item));
    let whole = keeper.whole(element).filter(|whole| !write::is_written_as(&item, whole.format, &whole.text));
    with_whole(item, whole)
}

/// The item with all of it as it stands, which is what is written as long as nothing of it changes.
pub(super) fn with_whole(mut item: Item, whole: Option<Extra>) -> Item {
    item.extras.whole = whole.map(Box::new);
    item
}

fn is_entry(element: &Element) -> bool {
    element.local().eq_ignore_ascii_case("entry")
}

fn take_child(item: &mut Item, child: &Element, is_atom: bool) -> Option<Absorbed> {
    let taken = attach(item, child).or_else(|| rss::take(item, child));
    let taken = taken.or_else(|| atom::take(item, child, is_atom)).or_else(|| take(item, child));
    if taken.is_some_and(|taken| taken.field == Some(Field::Id)) {
        item.id = item.id.take().map(without_urn);
    }
    taken
}

/// An enclosure of either format.
fn attach(item: &mut Item, child: &Element) -> Option<Absorbed> {
    if !child.is_core(child.local()) || item.enclosures.len() >= limits::ALTERNATES {
        return None;
    }
    let url = match child.local() {
        "link" if atom::rel(child).eq_ignore_ascii_case("enclosure") => "href",
        name if name.eq_ignore_ascii_case("enclosure") => "url",
        _ => return None,
    };
    item.enclosures.push(enclosure(child, url)?);
    Some(Absorbed { field: Some(Field::Enclosures), is_whole: true })
}

/// The writer says that an entry was updated when it was published.
fn without_update(mut item: Item) -> Item {
    item.updated = item.updated.filter(|updated| item.published != Some(*updated));
    let published = item.published.map(date::to_rfc_3339);
    item.extras.elements.retain(|extra| {
        let value = extra.text.split(['<', '>']).nth(2).unwrap_or_default();
        extra.field != Some(Field::Updated) || extra.name != "updated" || published.as_deref() != Some(value)
    });
    item
}

/// A link that only repeats the torrent, as the writer puts it, says nothing.
pub(super) fn without_repetition(mut item: Item) -> Item {
    let mut attached = item.enclosures.iter().chain(&item.alternates);
    if item.link.as_ref().is_some_and(|link| attached.any(|one| one.url == *link)) {
        item.link = None;
    }
    item
}

/// The blocks that stand in items of either format.
fn take(item: &mut Item, child: &Element) -> Option<Absorbed> {
    match child.local() {
        "torrent" if child.namespace.is_none() || child.is(EZRSS, "torrent") => {
            let is_first = item.torrent == Torrent::default();
            let taken = child.children.iter().filter(|claim| take_claim(&mut item.torrent, claim)).count();
            let is_ours =
                child.namespace.is_some() && child.has_only(&[]) && !child.is_short && !child.has_markup;
            let is_all = is_first && taken == child.children.len() && taken == item.torrent.claims();
            Some(Absorbed { field: Some(Field::Torrent), is_whole: is_ours && is_all })
        }
        "alternateEnclosure" if child.namespace.as_deref().is_some_and(is_podcast) => {
            let before = item.alternates.len();
            let sources = child.children.iter().filter(|source| source.local() == "source");
            sources.for_each(|source| alternate(item, source_of(child, source)));
            (item.alternates.len() > before).then(|| alternate_as_ours(child))
        }
        "content" | "group" if child.namespace.as_deref().is_some_and(is_media) => {
            let before = item.alternates.len();
            let contents =
                if child.local() == "content" { std::slice::from_ref(child) } else { &child.children };
            contents.iter().for_each(|content| media(item, content));
            (item.alternates.len() > before).then(|| Absorbed::partly(Field::Alternates))?
        }
        _ => take_claim(&mut item.torrent, child).then(|| Absorbed::partly(Field::Torrent))?,
    }
}

/// Whether it is the namespace of podcasts: the page where it is laid down is its other name.
fn is_podcast(namespace: &str) -> bool {
    namespace == PODCAST || namespace == PODCAST_PAGE
}

/// Whether it says no more than the writer does.
fn alternate_as_ours(child: &Element) -> Absorbed {
    let is_plain = |source: &Element| source.has_only(&["uri", "contentType"]) && source.children.is_empty();
    let is_ours = child.namespace.as_deref() == Some(PODCAST)
        && child.has_only(&["type", "length", "default"])
        && child.attribute("default") == Some("true")
        && child.attribute("length").is_some()
        && !child.has_markup
        && matches!(child.children.as_slice(), [source] if is_plain(source));
    Absorbed { field: Some(Field::Alternates), is_whole: is_ours }
}

/// `infoHash` and the like, in any case (BEP 36 has them in lower case), inside the block or directly in the item.
fn take_claim(torrent: &mut Torrent, claim: &Element) -> bool {
    if claim.namespace.as_deref().is_some_and(|namespace| namespace != EZRSS && !namespace.contains("nyaa")) {
        return false;
    }
    let text = || claim.trimmed().map(str::to_owned);
    match claim.local().to_ascii_lowercase().as_str() {
        "filename" => torrent.file_name = torrent.file_name.take().or_else(text),
        "infohash" | "info_hash" => torrent.info_hash = torrent.info_hash.take().or_else(text),
        "magneturi" => torrent.magnet = torrent.magnet.take().or_else(text),
        "contentlength" => {
            torrent.content_length = torrent.content_length.or_else(|| claim.trimmed()?.parse().ok())
        }
        _ => return false,
    }
    true
}

fn source_of(alternate: &Element, source: &Element) -> Option<Enclosure> {
    let mime = source.attribute("contentType").or_else(|| alternate.attribute("type"));
    let length = alternate.attribute("length").and_then(|length| length.trim().parse().ok());
    let url = source.url("uri")?.to_owned();
    Some(Enclosure { url, mime: mime.map(str::to_owned), length, ..Enclosure::default() })
}

fn media(item: &mut Item, content: &Element) {
    let url = content.url("url").map(str::to_owned);
    let mime = content.attribute("type").map(str::to_owned);
    let length = content.attribute("fileSize").and_then(|length| length.parse().ok());
    alternate(item, url.map(|url| Enclosure { url, mime, length, ..Enclosure::default() }));
}

/// Keeps it if it is a torrent.
fn alternate(item: &mut Item, found: Option<Enclosure>) {
    if item.alternates.len() < limits::ALTERNATES {
        item.alternates.extend(found.filter(Enclosure::is_torrent));
    }
}

/// An attached file from the attributes that its format has for URL, type and length.
fn enclosure(element: &Element, url: &str) -> Option<Enclosure> {
    let url = element.url(url)?.to_owned();
    let mime = element.attribute("type").map(|mime| mime.trim().to_owned()).filter(|mime| !mime.is_empty());
    let length = element.attribute("length").and_then(|length| length.trim().parse().ok());
    Some(Enclosure { url, mime, length, ..Enclosure::default() })
}

/// The info hash of `urn:btih:…`, which is how Atom has to say it; anything else as it stands.
pub(super) fn without_urn(id: String) -> String {
    match id.strip_prefix("urn:btih:") {
        Some(hash) if crate::links::is_info_hash(hash) => hash.to_owned(),
        _ => id,
    }
}

const PODCAST_PAGE: &str = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md";
