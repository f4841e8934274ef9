//! Text and attribute values: entities resolved, forbidden characters taken out.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use quick_xml::escape::resolve_html5_entity;

use super::fault::FeedFaultKind;
use crate::limits;

/// What an entity stands for, and the fault that it is; an unknown one stands for itself.
pub(super) fn entity(name: &str) -> (Cow<'static, str>, Option<FeedFaultKind>) {
    if let Some(number) = name.strip_prefix('#') {
        return match numbered(number) {
            Some(c) if !is_forbidden(c) => (c.to_string().into(), None),
            _ => ("".into(), Some(FeedFaultKind::ForbiddenReference)),
        };
    }
    let letters = name.bytes().all(|byte| byte.is_ascii_alphabetic());
    match resolve_html5_entity(name) {
        Some(text) if PREDEFINED.contains(&name) => (text.into(), None),
        Some(text) => (text.into(), Some(FeedFaultKind::HtmlEntity { letters })),
        None => (format!("&{name};").into(), Some(FeedFaultKind::UnknownEntity { letters })),
    }
}

pub(super) fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |digits| (digits, 16));
    // `from_str_radix` would take a sign.
    let code = digits.starts_with(|c: char| c.is_digit(radix)).then(|| u32::from_str_radix(digits, radix));
    match code?.ok()? {
        // Nobody means the control character: it is what windows-1252 has there, as in HTML.
        code @ 0x80..0xa0 => WINDOWS_1252.decode(&[u8::try_from(code).ok()?]).0.chars().next(),
        code => char::from_u32(code),
    }
}

/// The value of an attribute. White space in it is spaces, unless it is written as a number (XML 1.0, section 3.3.3).
pub(super) fn unescape(raw: &str, mut fault: impl FnMut(FeedFaultKind)) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        push(&mut text, &rest[..at], &mut fault);
        rest = &rest[at + 1..];
        match entity_name(rest) {
            Some(name) => {
                let (value, wrong) = entity(name);
                text.push_str(&value);
                wrong.into_iter().for_each(&mut fault);
                rest = &rest[name.len() + 1..];
            }
            None => {
                text.push('&');
                fault(FeedFaultKind::BareAmpersand);
            }
        }
    }
    push(&mut text, rest, &mut fault);
    text
}

/// The name before the `;`, if it looks like one.
fn entity_name(after_ampersand: &str) -> Option<&str> {
    let end = after_ampersand.find(|c: char| !c.is_ascii_alphanumeric() && c != '#')?;
    let name = &after_ampersand[..end];
    (!name.is_empty() && name != "#" && after_ampersand[end..].starts_with(';')).then_some(name)
}

/// Appends what XML allows of a value.
fn push(text: &mut String, more: &str, mut fault: impl FnMut(FeedFaultKind)) {
    if more.contains(is_forbidden) {
        fault(FeedFaultKind::ForbiddenCharacter);
    }
    let is_space = |c| matches!(c, '\n' | '\r' | '\t');
    text.extend(more.chars().filter(|c| !is_forbidden(*c)).map(|c| if is_space(c) { ' ' } else { c }));
}

/// What XML 1.0 forbids (section 2.2).
pub(crate) fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// Appends a text or a value, escaped. Line breaks of an attribute are numbers: as they are they would be read as spaces.
pub(crate) fn escape(to: &mut String, text: &str, in_attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '"' => to.push_str("&quot;"),
            '\r' => to.push_str("&#13;"),
            '\n' if in_attribute => to.push_str("&#10;"),
            '\t' if in_attribute => to.push_str("&#9;"),
            c if is_forbidden(c) => to.push(char::REPLACEMENT_CHARACTER),
            c => to.push(c),
        }
    }
}

/// Whether it is a name of XML, with a prefix or without.
pub(crate) fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || "_-.\u{b7}".contains(c))
    };
    name.len() <= limits::TEXT && name.split(':').count() <= 2 && name.split(':').all(is_part)
}

/// Without XML's white space around it.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

pub(super) const PREDEFINED: [&str; 5] = ["amp", "lt", "gt", "quot", "apos"];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, text: &str, faults: &[FeedFaultKind]) {
        let mut found = Vec::new();
        assert_eq!(unescape(raw, |fault| found.push(fault)), text, "{raw}");
        assert_eq!(found, faults, "{raw}");
    }

    #[test]
    fn entities_are_resolved_and_nothing_else_is() {
        check("a&amp;b&lt;&#65;&#x42;&apos;&quot;&gt;", "a&b<AB'\">", &[]);
        check("?a=1&b=2", "?a=1&b=2", &[FeedFaultKind::BareAmpersand]);
        check("a & b", "a & b", &[FeedFaultKind::BareAmpersand]);
        check("a&nbsp;b&copy;", "a\u{a0}b©", &[FeedFaultKind::HtmlEntity { letters: true }; 2]);
        check("&frac12;", "½", &[FeedFaultKind::HtmlEntity { letters: false }]);
        check("a&#150;b&#x80;&#x81;", "a–b€\u{81}", &[]);
        check("&lol9;", "&lol9;", &[FeedFaultKind::UnknownEntity { letters: false }]);
        check("&#0;&#xd800;&#99999999999;", "", &[FeedFaultKind::ForbiddenReference; 3]);
        check("a\0b\x1b", "ab", &[FeedFaultKind::ForbiddenCharacter]);
        check("a\nb\tc&#10;d", "a b c\nd", &[]);
        check("&;&#;&", "&;&#;&", &[FeedFaultKind::BareAmpersand; 3]);
    }
}
