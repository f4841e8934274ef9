//! URLs as they may stand in a feed.

use std::borrow::Cow;

use fluent_uri::{Iri, IriRef};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The URL with spaces, and what else must be escaped in URLs, percent-encoded (RFC 3986). What is escaped stays as it is, and so
/// does what is not ASCII: hosts may have such names, and every program knows what to do with it.
pub fn percent_encoded(url: &str) -> Cow<'_, str> {
    let is_fine = |(at, c): (usize, char)| if c == '%' { is_escape(&url[at..]) } else { stands_in_urls(c) };
    if url.char_indices().all(is_fine) {
        return Cow::Borrowed(url);
    }
    let mut text = String::with_capacity(url.len() + 8);
    for (at, c) in url.char_indices() {
        match is_fine((at, c)) {
            true => text.push(c),
            false => text.extend(utf8_percent_encode(&url[at..at + c.len_utf8()], NON_ALPHANUMERIC)),
        }
    }
    Cow::Owned(text)
}

/// What a reference means on a page (RFC 3986, section 5): the reference itself, if it is a URL or cannot be read.
pub fn resolved(page: &str, reference: &str) -> String {
    let (page, reference) = (percent_encoded(page.trim()), percent_encoded(reference.trim()));
    let whole = match (Iri::parse(&*page), IriRef::parse(&*reference)) {
        (Ok(page), Ok(reference)) => reference.resolve_against(&page.strip_fragment()).ok(),
        _ => None,
    };
    whole.map_or_else(|| reference.into_owned(), |iri| iri.into_string())
}

/// One spelling of all that lead to the same place (RFC 3986, section 6.2): hosts and schemes in lower case, no port that is
/// meant anyway, no `.` and `..`, a `/` behind the host, and nothing escaped that need not be.
pub(crate) fn place(url: &str) -> String {
    let url = percent_encoded(url.trim());
    let Ok(iri) = Iri::parse(&*url) else { return url.into_owned() };
    let mut text = iri.normalize().into_string();
    let host = text.find("://").map(|at| at + 3);
    let end = host.map(|host| text[host..].find(['/', '?', '#']).map_or(text.len(), |end| host + end));
    if let Some(end) = end.filter(|end| !text[*end..].starts_with('/')) {
        text.insert(end, '/');
    }
    text
}

/// `%` and two hexadecimal digits.
fn is_escape(text: &str) -> bool {
    text.as_bytes().get(1..3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

fn stands_in_urls(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_graphic() && !"<>\"`\\{}|^".contains(c)
    } else {
        !c.is_whitespace() && !c.is_control()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_against_their_page() {
        let page = "https://pub.example/a/feed.xml?x#y";
        let cases = [
            ("https://other.example/1.torrent", "https://other.example/1.torrent"),
            ("magnet:?xt=urn:btih:0", "magnet:?xt=urn:btih:0"),
            ("/1.torrent", "https://pub.example/1.torrent"),
            ("1 a.torrent", "https://pub.example/a/1%20a.torrent"),
            ("../t/1.torrent?k=v", "https://pub.example/t/1.torrent?k=v"),
            ("//cdn.example/1", "https://cdn.example/1"),
            ("", "https://pub.example/a/feed.xml?x"),
        ];
        for (reference, expected) in cases {
            assert_eq!(resolved(page, reference), expected, "{reference}");
        }
        assert_eq!(resolved("no page", "1.torrent"), "1.torrent");
    }

    #[test]
    fn what_must_be_escaped_is() {
        let cases = [
            ("http://x/a b.torrent", "http://x/a%20b.torrent"),
            ("http://x/a%20b.torrent", "http://x/a%20b.torrent"),
            ("http://x/100% {a}|b.torrent", "http://x/100%25%20%7Ba%7D%7Cb.torrent"),
            ("http://пример.рф/образ 1", "http://пример.рф/образ%201"),
            ("http://x/a\u{a0}b\t", "http://x/a%C2%A0b%09"),
            ("magnet:?xt=urn:btih:00&dn=a b", "magnet:?xt=urn:btih:00&dn=a%20b"),
            ("http://[::1]/?a=1&b=[2]#c", "http://[::1]/?a=1&b=[2]#c"),
            ("", ""),
        ];
        for (url, expected) in cases {
            assert_eq!(percent_encoded(url), expected);
            assert_eq!(percent_encoded(expected), expected);
        }
    }

    #[test]
    fn one_place_has_one_spelling() {
        let place_of = "https://pub.example/t/a-1.torrent";
        for url in [
            place_of,
            "https://pub.example:443/t/a-1.torrent",
            "https://pub.example:/t/a-1.torrent",
            "HTTPS://Pub.EXAMPLE/t/a-1.torrent",
            "https://pub.example/%74/a%2D1.torrent",
            "https://pub.example/x/../t/./a-1.torrent",
            " https://pub.example/t/a-1.torrent",
        ] {
            assert_eq!(place(url), place_of, "{url}");
        }
        let same = [
            ("http://h", "http://h:80/"),
            ("http://h?a=b", "http://H/?%61=b"),
            ("http://h/a b", "http://h/a%20b"),
            ("http://h/%c3%a9", "http://h/é"),
            ("http://[::1]:80/", "http://[0:0::1]"),
            ("http://h/a%2fb", "http://h/a%2Fb"),
        ];
        for (one, other) in same {
            assert_eq!(place(one), place(other));
        }
        let different = [
            ("http://h/", "https://h/"),
            ("http://h:443/", "http://h/"),
            ("http://h/a", "http://h/A"),
            ("http://h/a%2fb", "http://h/a/b"),
            ("http://h/a", "http://h/a/"),
            ("http://h/?a=[1]", "http://h/?a=[2]"),
            ("a.torrent", "b.torrent"),
        ];
        for (one, other) in different {
            assert_ne!(place(one), place(other));
        }
    }
}
