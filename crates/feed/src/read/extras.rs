//! Elements and attributes that no field holds, as they stand in the text.

use std::collections::BTreeSet;

use super::{asides, note};
use crate::ATOM;
use crate::extra::{Extra, Field};
use crate::format::Format;
use crate::xml::{Attribute, Element, FeedFaultKind, Parts, escape, is_forbidden, is_name};

/// What an element of a channel or an item has become.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Absorbed {
    /// The field that it is, if it is any.
    pub(crate) field: Option<Field>,
    /// The field, and what is always written, say all of it.
    pub(crate) is_whole: bool,
}

impl Absorbed {
    /// It need not be kept.
    pub(super) const NOTHING: Self = Self { field: None, is_whole: true };

    /// All of an element, unless it has attributes that are not written again.
    pub(super) fn of(field: Field, element: &Element, attributes: &[&str]) -> Option<Self> {
        let is_plain = !element.is_short && !element.has_markup;
        Some(Self { field: Some(field), is_whole: element.has_only(attributes) && is_plain })
    }

    pub(super) fn partly(field: Field) -> Option<Self> {
        Some(Self { field: Some(field), is_whole: false })
    }
}

/// Keeps what is worth it, and remembers the names of what cannot be kept.
pub(super) struct Keeper<'k, 't> {
    pub(super) parts: &'k Parts<'t>,
    pub(super) format: Format,
    /// What is around it and may declare prefixes, beside what is open.
    pub(super) around: Option<&'k Element>,
    /// How many more are held.
    pub(super) left: &'k mut usize,
    pub(super) lost: &'k mut BTreeSet<String>,
}

impl Keeper<'_, '_> {
    /// The element as it stands; where it is broken, as it is understood.
    pub(super) fn element(&mut self, element: &Element, field: Option<Field>) -> Option<Extra> {
        let text = match element.fault {
            None if !element.is_cut => Some(self.parts.source(element).to_owned()),
            _ => mended(element),
        };
        self.keep(element, &element.name, text.filter(|_| has_names(element)), field)
    }

    /// Something of an element is missing.
    pub(super) fn lose(&mut self, element: &Element) {
        note(self.lost, &element.name);
    }

    /// Attributes of the root, an item or an enclosure, without those that are `known`.
    pub(super) fn attributes(&mut self, element: &Element, known: &[&str]) -> Vec<Extra> {
        let mut kept = Vec::new();
        for attribute in &element.attributes {
            // One without a prefix is in no namespace, whatever the default is.
            let alone = Element {
                name: "xml:x".to_owned(),
                attributes: vec![attribute.clone()],
                ..Element::default()
            };
            if !alone.has_only(known) {
                let value = Some(attribute.value.clone()).filter(|_| is_name(&attribute.name));
                kept.extend(self.keep(&alone, &attribute.name, value, None));
            }
        }
        kept
    }

    /// What stands in an element whose attributes are all that we have fields for.
    pub(super) fn inside(&mut self, element: &Element) -> Option<Extra> {
        let text = inside(self.parts.source(element));
        if text.trim().is_empty() {
            return None;
        }
        let is_sound = element.fault.is_none() && !element.is_cut && has_names(element);
        self.keep(element, &element.name, is_sound.then(|| text.to_owned()), None)
    }

    /// All of an item as it stands, if it can stand so in what we write.
    pub(super) fn whole(&self, element: &Element) -> Option<Extra> {
        let (name, namespace) =
            if self.format == Format::Atom { ("entry", Some(ATOM)) } else { ("item", None) };
        let is_sound = element.fault.is_none() && !element.is_cut && !element.is_short && *self.left > 0;
        let is_ours = element.local() == name && element.namespace.as_deref() == namespace;
        let text = self.parts.source(element);
        let are_fine = || {
            let attributes = element.attributes.iter().all(|one| is_name(&one.name));
            attributes && element.children.iter().all(|child| child.is_aside() || has_names(child))
        };
        if !is_sound || !is_ours || !are_fine() || text.contains(is_forbidden) {
            return None;
        }
        let namespaces = self.namespaces(element)?;
        Some(Extra {
            format: self.format,
            name: element.name.clone(),
            text: text.to_owned(),
            namespaces,
            field: None,
        })
    }

    /// A comment, an instruction or a DOCTYPE, which no field holds.
    pub(super) fn aside(&mut self, aside: &Element) -> Option<Extra> {
        let source = self.parts.source(aside);
        let text = if aside.name == "!DOCTYPE" {
            // What it declares is in the text already, but for defaults of attributes.
            source.contains("<!ATTLIST").then(|| note(self.lost, "!ATTLIST"));
            asides::doctype(source)?
        } else {
            let text = asides::text(source).filter(|_| *self.left > 0);
            text.or_else(|| {
                note(self.lost, &aside.name);
                None
            })?
        };
        *self.left = self.left.saturating_sub(1);
        Some(Extra::new(self.format, &aside.name, text))
    }

    fn keep(
        &mut self,
        element: &Element,
        name: &str,
        text: Option<String>,
        field: Option<Field>,
    ) -> Option<Extra> {
        let kept = text.zip(self.namespaces(element)).filter(|_| *self.left > 0);
        let Some((text, namespaces)) = kept else {
            note(self.lost, name);
            return None;
        };
        *self.left -= 1;
        Some(Extra { format: self.format, name: name.to_owned(), text, namespaces, field })
    }

    /// Prefixes that an element needs, and what they stand for. `None` if one stands for nothing.
    fn namespaces(&self, element: &Element) -> Option<Vec<(String, String)>> {
        let mut prefixes = BTreeSet::new();
        prefixes_of(element, &mut Vec::new(), &mut prefixes);
        let namespaces: Option<Vec<_>> = prefixes.into_iter().map(|prefix| self.namespace(prefix)).collect();
        // An element that stood in one without an end may have lost what declared its prefix.
        let is_bound = |(prefix, uri): &(String, String)| {
            prefix != element.prefix() || element.namespace.as_deref().unwrap_or_default() == uri
        };
        namespaces.filter(|all| element.namespace.is_none() || all.iter().all(is_bound))
    }

    /// What a prefix stands for where the element is. Only the empty one may stand for nothing.
    fn namespace(&self, prefix: &str) -> Option<(String, String)> {
        let key = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        let own = self.around.and_then(|around| around.attribute(&key)).map(str::to_owned);
        let outer = || self.parts.namespace(prefix).map(|uri| uri.to_string());
        // Where the channel has ended without its items, nothing but the root is left to ask.
        let root = || self.parts.root.as_ref()?.attribute(&key).map(str::to_owned);
        let uri = own.or_else(outer).or_else(root);
        if uri.is_none() && !prefix.is_empty() {
            return None;
        }
        Some((prefix.to_owned(), uri.unwrap_or_default()))
    }
}

/// What is between the tags of an element.
fn inside(source: &str) -> &str {
    let mut quote = None;
    let is_end = |c: char| {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        quote.is_none() && c == '>'
    };
    let behind = source.find(is_end).map_or("", |at| &source[at + 1..]);
    behind.rfind("</").map_or("", |end| &behind[..end])
}

/// Prefixes that are used in an element and not declared in it.
fn prefixes_of<'e>(element: &'e Element, declared: &mut Vec<&'e str>, found: &mut BTreeSet<&'e str>) {
    let before = declared.len();
    let names = element.attributes.iter().map(|attribute| attribute.name.as_str());
    declared.extend(names.clone().filter_map(|name| match name {
        "xmlns" => Some(""),
        _ => name.strip_prefix("xmlns:"),
    }));
    let of_attributes = names.filter_map(|name| Some(name.split_once(':')?.0));
    let used = of_attributes.filter(|prefix| *prefix != "xmlns").chain([element.prefix()]);
    found.extend(used.filter(|prefix| *prefix != "xml" && !declared.contains(prefix)));
    element.children.iter().for_each(|child| prefixes_of(child, declared, found));
    declared.truncate(before);
}

/// The element written anew. Not one in which text and elements are mixed, or of which something is missing.
fn mended(element: &Element) -> Option<String> {
    let is_lost = |one: &Element| {
        let is_mixed = !one.children.is_empty() && one.trimmed().is_some();
        let is_unbound = one.fault.is_some_and(|fault| fault.kind == FeedFaultKind::UnboundPrefix);
        one.is_cut || one.is_short || is_mixed || is_unbound
    };
    let mut any_lost = is_lost(element);
    element.descendants(&mut |inner| any_lost |= is_lost(inner));
    let mut text = String::new();
    (!any_lost).then(|| write(element, &mut text)).map(|()| text)
}

fn write(element: &Element, text: &mut String) {
    text.extend(["<", &element.name]);
    for (at, Attribute { name, value }) in element.attributes.iter().enumerate() {
        if element.attributes[..at].iter().all(|before| before.name != *name) {
            text.extend([" ", name, "=\""]);
            escape(text, value, true);
            text.push('"');
        }
    }
    text.push('>');
    escape(text, &element.text, false);
    element.children.iter().for_each(|child| write(child, text));
    text.extend(["</", &element.name, ">"]);
}

/// Whether all names are names of XML, which are read more leniently, and none begins an item.
fn has_names(element: &Element) -> bool {
    let is_item = |name: &str| ["item", "entry"].iter().any(|item| name.eq_ignore_ascii_case(item));
    let are_names = |one: &Element| {
        !is_item(&one.name) && is_name(&one.name) && one.attributes.iter().all(|one| is_name(&one.name))
    };
    let mut all = are_names(element);
    element.descendants(&mut |inner| all &= are_names(inner));
    all
}
