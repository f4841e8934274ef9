//! Texts and dates of elements, of which the first counts.

use super::extras::Absorbed;
use crate::date;
use crate::extra::Field;
use crate::xml::Element;

/// Plain text: neither other types of Atom nor elements in it.
pub(super) fn text_of(field: Field, element: &Element) -> Option<Absorbed> {
    let is_plain = element.attribute("type").is_none_or(|kind| kind == "text") && element.children.is_empty();
    if is_plain { Absorbed::of(field, element, &["type"]) } else { Absorbed::partly(field) }
}

/// The first of several counts; whether this is it.
pub(super) fn fill(place: &mut String, text: &str) -> bool {
    let is_first = place.is_empty();
    if is_first {
        text.clone_into(place);
    }
    is_first
}

/// Sets a text once: where an element stands twice, the first counts. Whether this is it.
pub(super) fn set(text: &mut Option<String>, element: &Element) -> bool {
    let is_first = text.is_none();
    if is_first {
        *text = element.trimmed().map(str::to_owned);
    }
    is_first
}

/// Sets a date once. False if it is none that anyone understands.
pub(super) fn set_date(date: &mut Option<i64>, element: &Element) -> bool {
    let Some(text) = element.trimmed() else { return true };
    let found = date::from_any(text);
    *date = date.or(found);
    found.is_some()
}
