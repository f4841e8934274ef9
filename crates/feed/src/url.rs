//! URLs as they may stand in a feed.

use std::borrow::Cow;

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
            false => {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| text.push_str(&format!("%{byte:02X}")))
            }
        }
    }
    Cow::Owned(text)
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
}
