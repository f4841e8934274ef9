//! Masks what nobody else should see: passkeys and credentials in URLs. Every tool asks this one function.
//!
//! Trackers put a user's key before `announce`, behind it, into the query, or into a host name; the tests are a table of
//! their forms. In an announce URL whatever is not the word `announce` goes; elsewhere what looks like a key rather than a
//! word does. Rather a word too many is masked than a key too few.

use std::borrow::Cow;

use percent_encoding::percent_encode;

use crate::address::VALUE;
use crate::magnet::percent_decoded;

/// The text with the secrets of every URL in it replaced by `***`: user and password, values of the query, and parts of
/// the path that are or look like a key; and what follows `passkey=` and the like, in a URL or not.
pub fn redact(text: &[u8]) -> Cow<'_, [u8]> {
    let words = || text.split_inclusive(|byte| byte.is_ascii_whitespace());
    if !words().any(|word| url_of(word).is_some() || is_link(word)) {
        return masked_assignments(text).map_or(Cow::Borrowed(text), Cow::Owned);
    }
    let masked: Vec<u8> = words().flat_map(masked_word).collect();
    Cow::Owned(masked_assignments(&masked).unwrap_or(masked))
}

/// Whether something of this name is a secret, such as a key of a dictionary; `passkey`, `Torrent_Pass`.
pub fn is_secret_name(name: &[u8]) -> bool {
    let name: Vec<u8> = name.iter().filter(|byte| byte.is_ascii_alphanumeric()).copied().collect();
    let name = name.to_ascii_lowercase();
    let holds = |word: &&[u8]| memchr::memmem::find(&name, word).is_some();
    name.len() <= LONGEST_NAME && (SECRET_PARTS.iter().any(holds) || SECRET_NAMES.contains(&&*name))
}

const LONGEST_NAME: usize = 32;

/// They make a secret of whatever name they are in.
const SECRET_PARTS: [&[u8]; 7] =
    [b"passkey", b"authkey", b"torrentpass", b"rsskey", b"apikey", b"password", b"passwd"];

/// Words that are part of harmless names too.
const SECRET_NAMES: [&[u8]; 6] = [b"token", b"accesstoken", b"authtoken", b"secret", b"pass", b"pwd"];

/// `passkey=…` and `"passkey": "…"`, if there is one. Behind a colon may be a sentence: only a word with a digit goes.
fn masked_assignments(text: &[u8]) -> Option<Vec<u8>> {
    let is_between = |byte: &u8| b" \"'".contains(byte);
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"&\"'<>`".contains(byte);
    let (mut masked, mut kept) = (Vec::new(), 0);
    for at in memchr::memchr2_iter(b'=', b':', text) {
        if at < kept || !is_secret_name(name_before(&text[..at])) {
            continue;
        }
        let rest = &text[at + 1..];
        let rest = &rest[rest.iter().position(|byte| !is_between(byte)).unwrap_or(rest.len())..];
        let value = &rest[..rest.iter().position(is_end).unwrap_or(rest.len())];
        let is_said = text[at] == b'=' || value.iter().any(u8::is_ascii_digit);
        if is_said && !value.is_empty() {
            masked.extend([&text[kept..text.len() - rest.len()], b"***"].concat());
            kept = text.len() - rest.len() + value.len();
        }
    }
    masked.extend_from_slice(&text[kept..]);
    (kept > 0).then_some(masked)
}

/// The name that stands at the end of a text, perhaps in quotes.
fn name_before(text: &[u8]) -> &[u8] {
    let text = &text[text.len().saturating_sub(LONGEST_NAME)..];
    let end = text.iter().rposition(|byte| !b" \"'".contains(byte)).map_or(0, |last| last + 1);
    let is_mark = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"_-".contains(byte);
    let start = text[..end].iter().rposition(is_mark).map_or(0, |last| last + 1);
    &text[start..end]
}

fn masked_word(word: &[u8]) -> Vec<u8> {
    if is_link(word) {
        return masked_link(word);
    }
    let Some(at) = url_of(word) else { return word.to_vec() };
    let (scheme, rest) = word.split_at(at);
    let end = rest.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |last| last + 1);
    let (rest, space) = rest.split_at(end);
    let (rest, fragment) = halves(rest, b'#');
    let (place, query) = halves(rest, b'?');
    let is_announce = place.split(|byte| *byte == b'/').skip(1).any(|segment| announce_in(segment) > 0);
    let (query, fragment) = (masked_query(query, is_announce), masked_query(fragment, is_announce));
    [scheme, &masked_place(place, is_announce), &query, &fragment, space].concat()
}

/// Where the host of a URL starts; people leave out the scheme of announce URLs.
fn url_of(word: &[u8]) -> Option<usize> {
    let place = |mark: &[u8]| memchr::memmem::find(word, mark);
    let is_bare =
        || place(b"/announce").is_some() || place(b"/ann/").is_some() || place(b"passkey=").is_some();
    place(b"://").map(|at| at + 3).or_else(|| is_bare().then_some(0))
}

/// Whether a word is a magnet link, or has the values of one.
fn is_link(word: &[u8]) -> bool {
    holds_encoded_url(word) || word.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"magnet:?"))
}

/// Percent-encoded, as in magnet links.
fn holds_encoded_url(word: &[u8]) -> bool {
    let mut colons = memchr::memmem::find_iter(word, b"%3").map(|at| &word[at + 2..]);
    colons.any(|rest| rest.get(..7).is_some_and(|rest| rest.eq_ignore_ascii_case(b"a%2f%2f")))
}

/// The values of a link that are URLs, decoded, masked and encoded again.
fn masked_link(link: &[u8]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = link.split(|byte| *byte == b'&').map(masked_parameter).collect();
    parts.join(&b'&')
}

fn masked_parameter(part: &[u8]) -> Vec<u8> {
    let at = part.iter().position(|byte| *byte == b'=').map_or(0, |at| at + 1);
    let (key, value) = part.split_at(at);
    match std::str::from_utf8(value).ok().map(percent_decoded) {
        _ if !holds_encoded_url(value) => [key, &redact(value)].concat(),
        // The value as it is to be shown: encoded, but for the mask.
        Some(Some(url)) => {
            let encoded = percent_encode(&redact(&url), VALUE).to_string();
            [key, encoded.replace("%2A%2A%2A", "***").as_bytes()].concat()
        }
        _ => [key, b"***"].concat(),
    }
}

/// Before the first `mark`, and from it on.
fn halves(text: &[u8], mark: u8) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| *byte == mark).unwrap_or(text.len()))
}

/// Masks what stands in `user:password@host/path`.
fn masked_place(place: &[u8], is_announce: bool) -> Vec<u8> {
    let (authority, path) = halves(place, b'/');
    let host = authority.iter().rposition(|byte| *byte == b'@').map_or(0, |at| at + 1);
    let user: &[u8] = if host > 0 { b"***@" } else { b"" };
    let labels: Vec<&[u8]> = authority[host..]
        .split(|byte| *byte == b'.')
        .map(|label| masked_if(looks_like_a_key(label), label))
        .collect();
    let mut path_masked = Vec::with_capacity(path.len());
    let mut before: &[u8] = b"";
    for (number, segment) in path.split(|byte| *byte == b'/').enumerate() {
        if number > 0 {
            path_masked.push(b'/');
        }
        let is_beside = is_announce && !PLAIN.contains(&segment) || KEY_BEHIND.contains(&before);
        let is_key = !segment.is_empty() && (is_beside || holds_a_key(segment));
        path_masked.extend(masked_segment(segment, is_key));
        before = segment;
    }
    [user, &labels.join(&b'.'), &path_masked].concat()
}

/// Folders in which trackers stand: whose URL has no more than these is everybody's, and may go into a public feed.
const PLAIN: [&[u8]; 6] = [b"bt", b"public", b"torrent", b"torrents", b"tracker", b"tracker.php"];

/// Behind these a segment is a key, whatever it is made of.
const KEY_BEHIND: [&[u8]; 7] =
    [b"passkey", b"authkey", b"torrent_pass", b"token", b"tracker.php", b"rss.php", b"download.php"];

/// The word `announce` stays, and punctuation behind it; whatever else a segment holds goes if it is a key.
fn masked_segment(segment: &[u8], is_key: bool) -> Vec<u8> {
    let (word, rest) = segment.split_at(announce_in(segment));
    let is_key = is_key && rest.iter().any(u8::is_ascii_alphanumeric);
    [word, masked_if(is_key, rest)].concat()
}

fn masked_if(is_key: bool, text: &[u8]) -> &[u8] {
    if is_key { b"***" } else { text }
}

/// How long the word is with which a segment begins that says where a tracker is asked: 0 if it does not.
fn announce_in(segment: &[u8]) -> usize {
    let name = segment.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(segment.len());
    if !ANNOUNCE.iter().any(|word| segment[..name].eq_ignore_ascii_case(word)) {
        return 0;
    }
    let extension = segment[name..].strip_prefix(b".").unwrap_or_default();
    let letters = extension.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(extension.len());
    if (1..=4).contains(&letters) { name + 1 + letters } else { name }
}

const ANNOUNCE: [&[u8]; 3] = [b"announce", b"ann", b"scrape"];

/// Whether a segment, or a part of it between dots and the like, looks like a key.
fn holds_a_key(segment: &[u8]) -> bool {
    let is_mark = |byte: &u8| b".,;=:@!$*'()".contains(byte);
    let is_token = segment.starts_with(b"eyJ") && segment.len() >= 16;
    let is_part = |part: &[u8]| {
        part.iter().all(u8::is_ascii_alphanumeric) && part.len() >= 16 && looks_like_a_key(part)
    };
    is_token || looks_like_a_key(segment) || segment.split(is_mark).any(is_part)
}

/// Nothing but letters and digits, and either both of them, letters of both cases, or too many for a word: words are of
/// one case, short, and have no digits; file names have a dot.
fn looks_like_a_key(segment: &[u8]) -> bool {
    let end = segment.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let segment = &segment[..end];
    let is_plain =
        segment.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'%' | b'~'));
    let has = |class: fn(&u8) -> bool| segment.iter().any(class);
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_of_both_cases = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let is_number = segment.len() >= LONG_NUMBER && has(u8::is_ascii_digit);
    let is_endless = segment.len() >= LONG_WORD && segment.iter().all(u8::is_ascii_alphabetic);
    let is_odd = is_mixed && segment.len() >= SHORTEST_KEY || is_of_both_cases && segment.len() >= 16;
    is_plain && (is_odd || is_number || is_endless)
}

const SHORTEST_KEY: usize = 8;
const LONG_NUMBER: usize = 20;
const LONG_WORD: usize = 24;

/// Keys of a query are names, unless they look like a key themselves; values may be anything.
fn masked_query(query: &[u8], is_announce: bool) -> Vec<u8> {
    let Some((mark, rest)) = query.split_first() else { return Vec::new() };
    let pairs: Vec<Vec<u8>> =
        rest.split(|byte| *byte == b'&').map(|pair| masked_pair(pair, is_announce)).collect();
    [&[*mark], pairs.join(&b'&').as_slice()].concat()
}

fn masked_pair(pair: &[u8], is_announce: bool) -> Vec<u8> {
    let (name, value) = halves(pair, b'=');
    let is_word = name.len() <= LONGEST_WORD && name.iter().all(u8::is_ascii_lowercase);
    let is_key = looks_like_a_key(name) || is_announce && value.is_empty() && !is_word;
    let value: &[u8] = if value.is_empty() { b"" } else { b"=***" };
    [masked_if(is_key, name), value].concat()
}

/// Letters of a word that stands alone in the query of an announce URL, such as `magnet`.
const LONGEST_WORD: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&redact(text.as_bytes())), expected);
    }

    /// Forms of keys that trackers give out.
    const KEYS: &[&str] = &[
        "0123456789abcdef0123456789abcdef",
        "QWERTYUIOPASDFGHJKLZXCVBNMQWERTY",
        "qwhdkfjgrpslvbncmxzaoqwieurtyqpzz",
        "AbCdEfGh-IjKl_MnOpQr",
        "1234567890",
        "abcdef",
        "42",
        "passkey=0123456789abcd04",
        "eyJhbGciOiJI.eyJzdWIiOiIx.c2VjcmV005",
        "QWxhZGRpbjpvcGVuIHNlc2FtZ06==",
        "0123456789abcdef0123456789abcd07.php",
        "a;key=0123456789abcd08",
        "0123456789abcd10,x",
        "%30%31%32%33",
        "{0123-4567}",
    ];

    #[test]
    fn whatever_stands_beside_announce_goes() {
        for key in KEYS {
            check(&format!("http://t.example/{key}/announce"), "http://t.example/***/announce");
            check(&format!("http://t.example/announce/{key}"), "http://t.example/announce/***");
            check(&format!("https://t:443/announce.php/{key}"), "https://t:443/announce.php/***");
            check(&format!("http://t/ann/{key}"), "http://t/ann/***");
            check(&format!("udp://t:80/{key}/announce/"), "udp://t:80/***/announce/");
            check(&format!("http://t/tracker.php/{key}/announce"), "http://t/tracker.php/***/announce");
            check(&format!("http://t/a/{key}/Scrape.php"), "http://t/***/***/Scrape.php");
            check(
                &format!("http://t/announce.php?passkey={key}&x=1"),
                "http://t/announce.php?passkey=***&x=***",
            );
            check(&format!("http://t/ann?uk={key}"), "http://t/ann?uk=***");
            check(&format!("http://t/announce;pid={key}"), "http://t/announce***");
            check(&format!("t.example/{key}/announce"), "t.example/***/announce");
            check(&format!("http://me:{key}@t/announce"), "http://***@t/announce");
            check(&format!("http://t/tracker.php/{key}"), "http://t/tracker.php/***");
        }
    }

    #[test]
    fn secrets_are_masked() {
        check("https://me:secret@t.example:1/a", "https://***@t.example:1/a");
        check("http://t/a?0123456789abcdef", "http://t/a?***");
        check("http://t/a?0123456789abcdef=1", "http://t/a?***=***");
        check("http://t/announce?ABCDEFGHIJKL", "http://t/announce?***");
        check("http://t/announce#passkey=abcd", "http://t/announce#passkey=***");
        check("http://0123456789abcdef.t.org/announce", "http://***.t.org/announce");
        check("http://t:80/abcd1234/x", "http://t:80/***/x");
        check("http://t/QWERTYUIOPASDFGHJKLZXCVBNMQWERTY", "http://t/***");
        check("http://t/torrents/download/123.0123456789abcdef0123", "http://t/torrents/download/***");
        check("http://t/eyJhbGciOiJI.eyJzdWIiOiIx.c2VjcmV005", "http://t/***");
        check("see http://u:p@h/ and\nhttp://t/?k=v .", "see http://***@h/ and\nhttp://t/?k=*** .");
        check("http://t/abc/announce: refused", "http://t/***/announce: refused");
        check("`http://t/abc/announce`", "`http://t/***/announce`");
        check(
            "magnet:?xt=urn:btih:ab&tr=http%3A%2F%2Ft%2Fabc%2Fannounce&dn=x%20y",
            "magnet:?xt=urn:btih:ab&tr=http%3A%2F%2Ft%2F***%2Fannounce&dn=x%20y",
        );
    }

    #[test]
    fn what_is_called_a_secret_is_masked_in_a_url_or_not() {
        for key in ["abcdef0123456789", "x", "QWx/hZ==", "a,b;c"] {
            for name in ["passkey", "authkey", "torrent_pass", "PassKey", "my-api_key", "token", "password"] {
                check(&format!("{name}={key}"), &format!("{name}=***"));
                check(&format!("use {name}={key}&uid=5 now"), &format!("use {name}=***&uid=5 now"));
                check(&format!("{{\"{name}\": \"{key}1\"}}"), &format!("{{\"{name}\": \"***\"}}"));
            }
        }
        check("your passkey: abc123 (http://t/?k=v)", "your passkey: *** (http://t/?k=***");
        for text in ["passkey: keep it", "passkey=", "tokens=5", "bypass: 5", "compass=n", "the password"] {
            check(text, text);
        }
        let link = |xs: &str, kept: &str| {
            let start = "magnet:?xt=urn:btih:ab&tr=http://a/";
            check(&format!("{start}&xs={xs}&dn=n"), &format!("{start}&xs={kept}&dn=n"));
        };
        link("http://t/dl?passkey=abcd", "http://t/dl?passkey=***");
        link("http://me:pw@t/x.torrent", "http://***@t/x.torrent");
        link("http%3A%2F%2Ft%2Fdl%3Fpasskey%3Dabcd", "http%3A%2F%2Ft%2Fdl%3Fpasskey%3D***");
    }

    #[test]
    fn what_is_masked_stays_as_it_is() {
        for key in KEYS {
            for text in [format!("http://t/{key}/announce?uk={key}"), format!("passkey={key}")] {
                let once = redact(text.as_bytes()).into_owned();
                assert_eq!(redact(&once), once, "{text}");
            }
        }
    }

    #[test]
    fn the_rest_stays() {
        for text in [
            "udp://tracker.example:6969/announce",
            "http://t.example/tracker/announce.php",
            "http://t.example/announce.php",
            "http://bt.example/ann?magnet",
            "https://mirror.example/debian-12.5.0-amd64-netinst.iso",
            "https://mirror.example/Fedora-Server-dvd-x86_64-40-1.14.iso",
            "https://example.org/releases/2026/files/",
            "http://[::1]:6881/announce#top",
            "no url, 0123456789abcdef",
            "it was announced on x/y",
            "",
        ] {
            check(text, text);
        }
    }
}
