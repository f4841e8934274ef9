//! Finds the link in what somebody typed or put into a file, as shells, mails, chats and web pages dress it.

use super::SCHEME;
use super::read::percent_decoded;
use crate::limits;

/// The link that a text is: a magnet link, whole or without its `magnet:?`, percent-encoded or not, or an info hash as the link
/// that says no more. White space and quotes around it are none of it.
pub fn link_of(text: &str) -> Option<String> {
    let text = bare(text);
    let starts = |start: &str| text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    let is_alphanumeric = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match text.len() {
        _ if starts("magnet%3a") || starts("magnet:%3f") => {
            one(String::from_utf8(percent_decoded(&text.replace('+', "%2B"))?).ok()?)
        }
        _ if starts("magnet:") => one(text.to_owned()),
        _ if starts("xt=urn:bt") => one(format!("{SCHEME}{text}")),
        _ if starts("urn:btih:") || starts("urn:btmh:") => one(format!("{SCHEME}xt={text}")),
        32 | 40 if is_alphanumeric => Some(format!("{SCHEME}xt=urn:btih:{text}")),
        64 if is_alphanumeric => Some(format!("{SCHEME}xt=urn:btmh:1220{text}")),
        68 if is_alphanumeric => Some(format!("{SCHEME}xt=urn:btmh:{text}")),
        _ => None,
    }
}

/// Several links are a list, not a link.
fn one(link: String) -> Option<String> {
    (links_of(&link.to_ascii_lowercase()) < 2).then_some(link)
}

/// How many links stand in a text in lower case; one that is a value of another is none of them.
pub(crate) fn links_of(text: &str) -> usize {
    text.match_indices(SCHEME).filter(|(at, _)| !text[..*at].ends_with('=')).count()
}

/// [`link_of`] what a file or standard input holds.
pub fn link_in(bytes: &[u8]) -> Option<String> {
    let is_short = bytes.len() <= limits::MAGNET;
    is_short.then(|| std::str::from_utf8(bytes).ok().and_then(link_of)).flatten()
}

/// A text without white space, and without the quotes around it. What ends it may be its own, unless something opens it, or it is
/// none of what a URL may hold (RFC 3986).
pub(crate) fn bare(text: &str) -> &str {
    let is_space = |c: char| c.is_whitespace() || c == '\u{feff}';
    let text = text.trim_matches(is_space);
    let opened = text.trim_start_matches(QUOTES);
    let closing = if opened.len() < text.len() { QUOTES } else { NOT_IN_URLS };
    let text = opened.trim_end_matches(closing).trim_matches(is_space);
    // What ends a sentence is no part of a hash. Of a link it may be a part.
    let hash = text.trim_end_matches(['.', ',', ';', ':', '!', '?']);
    if !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_alphanumeric()) { hash } else { text }
}

/// What stands around links in mails, in chats and on web pages.
const QUOTES: &[char] = &[
    '"', '\'', '`', '<', '>', '(', ')', '[', ']', '\u{ab}', '\u{bb}', '\u{201c}', '\u{201d}', '\u{201e}',
    '\u{2018}', '\u{2019}',
];

/// Those that no URL holds.
const NOT_IN_URLS: &[char] = &['"', '`', '<', '>'];
