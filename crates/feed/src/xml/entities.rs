//! Entities that a document declares itself, put into its text: a feed that we write has no such declarations.
//!
//! What is declared outside the document is never fetched, and what would grow without measure is not put in.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::Event;

use super::text::{PREDEFINED, is_forbidden, numbered};
use crate::limits;

/// The text with all entities that its DOCTYPE declares, and references to which nothing leads. Without a DOCTYPE nothing is
/// looked at.
pub(crate) fn expanded<'t>(text: &'t str) -> (Cow<'t, str>, BTreeSet<String>) {
    let mut expansion =
        Expansion { text: String::new(), lost: BTreeSet::new(), entities: Entities::default() };
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let (mut at, mut has_doctype) = (0, false);
    while let Ok(event) = reader.read_event() {
        let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).min(text.len());
        let source = text.get(at..end).unwrap_or_default();
        match event {
            Event::Eof => break,
            Event::DocType(_) if !has_doctype => {
                has_doctype = true;
                expansion.entities.declare(source);
                expansion.text.push_str(source);
            }
            Event::Start(_) | Event::Empty(_) if !has_doctype => {
                return (Cow::Borrowed(text), BTreeSet::new());
            }
            Event::Start(_) | Event::Empty(_) => expansion.tag(source),
            Event::GeneralRef(name) => expansion.reference(&name, source, false),
            _ => expansion.text.push_str(source),
        }
        at = end;
    }
    if !has_doctype {
        return (Cow::Borrowed(text), BTreeSet::new());
    }
    expansion.text.push_str(&text[at..]);
    (Cow::Owned(expansion.text), expansion.lost)
}

struct Expansion {
    text: String,
    lost: BTreeSet<String>,
    entities: Entities,
}

impl Expansion {
    /// A start tag, whose values may hold references.
    fn tag(&mut self, tag: &str) {
        let mut rest = tag;
        while let Some(at) = rest.find('&') {
            self.text.push_str(&rest[..at]);
            rest = &rest[at..];
            let source = referred_to(&rest[1..]).map_or("&", |name| &rest[..name.len() + 2]);
            match source.len() {
                1 => self.text.push('&'),
                end => self.reference(&source[1..end - 1], source, true),
            }
            rest = &rest[source.len()..];
        }
        self.text.push_str(rest);
    }

    fn reference(&mut self, name: &str, source: &str, in_tag: bool) {
        if name.is_empty() || name.starts_with('#') || PREDEFINED.contains(&name) {
            return self.text.push_str(source);
        }
        let has_room = |more: &str| (self.text.len() + more.len()) as u64 <= limits::BODY;
        match self.entities.replacement(name, 0).filter(|more| has_room(more)) {
            Some(more) if in_tag => more.chars().for_each(|c| match c {
                '<' => self.text.push_str("&lt;"),
                '"' => self.text.push_str("&quot;"),
                '\'' => self.text.push_str("&apos;"),
                c => self.text.push(c),
            }),
            Some(more) => self.text.push_str(&more),
            None => {
                self.text.push_str(source);
                let is_of_html =
                    !self.entities.declared.contains_key(name) && resolve_html5_entity(name).is_some();
                if !is_of_html && self.lost.len() < limits::ALTERNATES {
                    self.lost.insert(source[..source.floor_char_boundary(LONGEST_NAME)].to_owned());
                }
            }
        }
    }
}

/// What a DOCTYPE declares.
#[derive(Default)]
struct Entities {
    /// The value as written, with numbers resolved; `None` if it is elsewhere.
    declared: HashMap<String, Option<String>>,
    /// What has been put together of it.
    known: HashMap<String, Option<Rc<str>>>,
}

impl Entities {
    /// Takes the declarations; of two with the same name the first counts (XML 1.0, section 4.2).
    fn declare(&mut self, doctype: &str) {
        let mut rest = doctype.split_once('[').map_or("", |(_, inside)| inside);
        while let Some(at) = rest.find('<') {
            rest = &rest[at..];
            let end = if rest.starts_with("<!--") {
                rest.find("-->").map(|end| end + 3)
            } else if rest.starts_with("<?") {
                rest.find("?>").map(|end| end + 2)
            } else {
                declaration(rest)
            };
            let (source, behind) = rest.split_at(end.unwrap_or(rest.len()));
            rest = behind;
            let declared = source.strip_prefix("<!ENTITY").and_then(named);
            if let Some((name, value)) = declared.filter(|_| self.declared.len() < limits::ENTITIES) {
                self.declared.entry(name).or_insert(value);
            }
        }
    }

    /// What a name stands for, with all that is named in it. `None` if that is elsewhere, in itself, or too long.
    fn replacement(&mut self, name: &str, depth: usize) -> Option<Rc<str>> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let found = if depth < limits::ENTITY_DEPTH { self.put_together(name, depth) } else { None };
        self.known.insert(name.to_owned(), found.clone());
        found
    }

    fn put_together(&mut self, name: &str, depth: usize) -> Option<Rc<str>> {
        let value = self.declared.get(name)?.clone()?;
        let (mut text, mut rest) = (String::new(), value.as_str());
        while let Some(at) = rest.find('&') {
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let inner = referred_to(rest).filter(|inner| self.declared.contains_key(*inner));
            match inner {
                Some(inner) => {
                    text.push_str(&self.replacement(inner, depth + 1)?);
                    rest = &rest[inner.len() + 1..];
                }
                None => text.push('&'),
            }
            if text.len() > limits::TEXT {
                return None;
            }
        }
        text.push_str(rest);
        (text.len() <= limits::TEXT).then(|| text.into())
    }
}

/// The name before the `;`.
fn referred_to(after_ampersand: &str) -> Option<&str> {
    let is_part = |c: char| c.is_alphanumeric() || "_-.:#".contains(c);
    let end = after_ampersand.find(|c| !is_part(c))?;
    (end > 0 && after_ampersand[end..].starts_with(';')).then(|| &after_ampersand[..end])
}

/// Where a declaration ends: at the first `>` that is in no quotes.
fn declaration(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// The name of an entity and its value, which is elsewhere if it does not stand there. Not of parameters, which only
/// declarations may name.
fn named(declaration: &str) -> Option<(String, Option<String>)> {
    let (name, value) = declaration.trim_start().split_once(|c: char| c.is_ascii_whitespace())?;
    if name == "%" || PREDEFINED.contains(&name) {
        return None;
    }
    let value = value.trim_start();
    let quote = value.chars().next().filter(|c| ['"', '\''].contains(c));
    let value = quote.and_then(|quote| value[1..].split(quote).next()).map(with_numbers);
    Some((name.to_owned(), value))
}

/// Characters that are written as numbers are resolved where they are declared (XML 1.0, section 4.5).
fn with_numbers(value: &str) -> String {
    let (mut text, mut rest) = (String::new(), value);
    while let Some((before, behind)) = rest.split_once("&#") {
        text.push_str(before);
        let number = behind.split_once(';').map(|(number, _)| number).filter(|number| number.len() < 10);
        match number.and_then(|number| Some((number.len(), numbered(number)?))) {
            Some((length, c)) => {
                text.extend(Some(c).filter(|c| !is_forbidden(*c)));
                rest = &behind[length + 1..];
            }
            None => {
                text.push_str("&#");
                rest = behind;
            }
        }
    }
    text + rest
}

/// Real ones have 10 bytes.
const LONGEST_NAME: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(subset: &str, inside: &str, expected: &str, lost: &[&str]) {
        let doctype = format!("<!DOCTYPE rss [{subset}]>");
        let text = format!("<?xml version='1.0'?>{doctype}<rss>{inside}</rss>");
        let (found, names) = expanded(&text);
        assert_eq!(found, text.replace(&format!("<rss>{inside}"), &format!("<rss>{expected}")), "{subset}");
        assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>(), lost, "{subset}");
    }

    #[test]
    fn what_a_document_declares_stands_in_its_text() {
        let publisher = "<!ENTITY pub \"A &amp; <b>B</b>\">";
        check(publisher, "&pub;!", "A &amp; <b>B</b>!", &[]);
        check(publisher, "<x a='&pub;'/>", "<x a='A &amp; &lt;b>B&lt;/b>'/>", &[]);
        check(publisher, "<![CDATA[&pub;]]><!-- &pub; -->", "<![CDATA[&pub;]]><!-- &pub; -->", &[]);
        check("<!ENTITY a 'x'><!ENTITY a 'y'>", "&a;", "x", &[]);
        check("<!-- <!ENTITY a 'x'> --><!ENTITY a 'y'>", "&a;", "y", &[]);
        check(
            "<!ENTITY a '&b;&b;'> <!ENTITY b \"'z'\">",
            "<x y='&a;'>&a;</x>",
            "<x y='&apos;z&apos;&apos;z&apos;'>'z''z'</x>",
            &[],
        );
        check("<!ENTITY nbsp '&#160;'><!ENTITY lower \"&#38;#60;\">", "&nbsp;&lower;", "\u{a0}&#60;", &[]);
        check("<!ENTITY a 'x > y'>", "&a;", "x > y", &[]);
        check(
            "<!ENTITY % p 'x'><!ELEMENT rss ANY>",
            "&amp;&#65;&eacute; & &;",
            "&amp;&#65;&eacute; & &;",
            &[],
        );
        check("<!ENTITY my-pub.1 'x'>", "<x a='&my-pub.1;'/>&my-pub.1;", "<x a='x'/>x", &[]);
        check("<!ENTITY amp 'x'>", "&amp;", "&amp;", &[]);
    }

    #[test]
    fn what_is_elsewhere_or_without_measure_is_reported() {
        check("<!ENTITY a SYSTEM 'http://x/a.txt'>", "&a;", "&a;", &["&a;"]);
        check("<!ENTITY a PUBLIC 'p' \"file:///etc/passwd\">", "<x a='&a;'/>", "<x a='&a;'/>", &["&a;"]);
        check("<!ENTITY copy SYSTEM 'x'>", "&copy;", "&copy;", &["&copy;"]);
        check("", "&nobody;", "&nobody;", &["&nobody;"]);
        check("<!ENTITY a '&b;'><!ENTITY b '&a;'>", "&a;", "&a;", &["&a;"]);
        let laughs: String =
            (1..10).map(|n| format!("<!ENTITY lol{n} '{}'>", format!("&lol{};", n - 1).repeat(10))).collect();
        check(
            &format!("<!ENTITY lol0 'lol'>{laughs}"),
            "&lol9;&lol1;",
            &format!("&lol9;{}", "lol".repeat(10)),
            &["&lol9;"],
        );
        // One long entity, many times: no more than a feed may have.
        let long =
            format!("<!DOCTYPE rss [<!ENTITY a '{}'>]><rss>{}</rss>", "x".repeat(60_000), "&a;".repeat(1000));
        let (text, lost) = expanded(&long);
        assert!(text.len() as u64 <= limits::BODY + long.len() as u64);
        assert_eq!(lost, ["&a;".to_owned()].into());
    }

    #[test]
    fn without_a_doctype_everything_stays() {
        for text in ["<rss>&a;</rss>", "<?xml version='1.0'?><!-- c --><rss a='&b;'/>", "&a;", ""] {
            assert!(
                matches!(expanded(text), (Cow::Borrowed(same), lost) if same == text && lost.is_empty()),
                "{text}"
            );
        }
    }
}
