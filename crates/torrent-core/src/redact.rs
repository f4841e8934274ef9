//! Masks what nobody else should see: passkeys and credentials in URLs.

use std::borrow::Cow;

/// The text with the secrets of every URL in it replaced by `***`: user and password, values of the query, and parts of
/// the path that look like a key rather than a word.
pub fn redact(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.windows(3).any(|window| window == b"://") {
        return Cow::Borrowed(text);
    }
    let words = text.split_inclusive(|byte| byte.is_ascii_whitespace());
    Cow::Owned(words.flat_map(word).collect())
}

fn word(word: &[u8]) -> Vec<u8> {
    let Some(at) = word.windows(3).position(|window| window == b"://") else { return word.to_vec() };
    let (scheme, rest) = word.split_at(at + 3);
    let end = rest.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |last| last + 1);
    let (rest, space) = rest.split_at(end);
    let (rest, fragment) = halves(rest, b'#');
    let (place, query) = halves(rest, b'?');
    [scheme, &masked_place(place), &masked_query(query), &masked_query(fragment), space].concat()
}

/// Before the first `mark`, and from it on.
fn halves(text: &[u8], mark: u8) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| *byte == mark).unwrap_or(text.len()))
}

/// `user:password@host/path`
fn masked_place(place: &[u8]) -> Vec<u8> {
    let (authority, path) = halves(place, b'/');
    let host = authority.iter().rposition(|byte| *byte == b'@').map_or(0, |at| at + 1);
    let user: &[u8] = if host > 0 { b"***@" } else { b"" };
    let segments: Vec<&[u8]> = path.split(|byte| *byte == b'/').map(masked_segment).collect();
    let labels: Vec<&[u8]> = authority[host..].split(|byte| *byte == b'.').map(masked_segment).collect();
    [user, &labels.join(&b'.'), &segments.join(&b'/')].concat()
}

fn masked_segment(segment: &[u8]) -> &[u8] {
    if looks_like_a_key(segment) { b"***" } else { segment }
}

/// Nothing but letters and digits, and either both of them or letters of both cases: words are of one case and have no
/// digits, file names have a dot. Rather a word too many is masked than a key too few.
fn looks_like_a_key(segment: &[u8]) -> bool {
    let is_plain =
        segment.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'%' | b'~'));
    let has = |class: fn(&u8) -> bool| segment.iter().any(class);
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_of_both_cases = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let is_number = segment.len() >= LONG_NUMBER && has(u8::is_ascii_digit);
    is_plain
        && (is_mixed && segment.len() >= SHORTEST_KEY || is_of_both_cases && segment.len() >= 16 || is_number)
}

const SHORTEST_KEY: usize = 8;
const LONG_NUMBER: usize = 20;

/// Keys of a query are names; values may be anything.
fn masked_query(query: &[u8]) -> Vec<u8> {
    let pairs: Vec<Vec<u8>> = query.split(|byte| *byte == b'&').map(masked_pair).collect();
    pairs.join(&b'&')
}

fn masked_pair(pair: &[u8]) -> Vec<u8> {
    match pair.iter().position(|byte| *byte == b'=') {
        Some(at) => [&pair[..=at], b"***"].concat(),
        None if pair.len() > 1 && looks_like_a_key(&pair[1..]) => [&pair[..1], b"***"].concat(),
        None => pair.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&redact(text.as_bytes())), expected);
    }

    #[test]
    fn secrets_are_masked() {
        check("http://t.example/announce/0123456789abcdef0123456789abcdef", "http://t.example/announce/***");
        check("http://t.example/0123456789abcdef/announce", "http://t.example/***/announce");
        check("https://me:secret@t.example:1/a", "https://***@t.example:1/a");
        check("http://t/announce.php?passkey=abc&x=1", "http://t/announce.php?passkey=***&x=***");
        check("http://t/a?0123456789abcdef", "http://t/a?***");
        check("http://t/announce#passkey=abcd", "http://t/announce#passkey=***");
        check("http://0123456789abcdef.t.org/announce", "http://***.t.org/announce");
        check("http://t/AbCdEfGh-IjKl_MnOpQr/announce", "http://t/***/announce");
        check("http://t:80/abcd1234/announce", "http://t:80/***/announce");
        check("see http://u:p@h/ and\nhttp://t/?k=v .", "see http://***@h/ and\nhttp://t/?k=*** .");
    }

    #[test]
    fn the_rest_stays() {
        for text in [
            "udp://tracker.example:6969/announce",
            "https://mirror.example/debian-12.5.0-amd64-netinst.iso",
            "https://example.org/releases/2026/files/",
            "http://[::1]:6881/announce#top",
            "no url, 0123456789abcdef",
            "",
        ] {
            check(text, text);
        }
    }
}
