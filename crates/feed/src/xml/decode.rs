//! Bytes to text, whatever the encoding.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::fault::FeedFaultKind;

/// A text, and what was wrong with its bytes.
pub(crate) struct FeedText<'b> {
    pub(crate) text: Cow<'b, str>,
    pub(crate) fault: Option<FeedFaultKind>,
}

/// The bytes of a feed in UTF-8, where its server alone says what they are in: `content_type`, as it stands. The feed itself knows better where
/// it says anything that its bytes bear out, for servers say the same of all files.
pub fn recoded<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Cow<'b, [u8]> {
    let says_nothing = || Encoding::for_bom(bytes).is_none() && std::str::from_utf8(bytes).is_err();
    let charset = || content_type?.to_ascii_lowercase().split_once("charset=").map(|(_, it)| it.to_owned());
    let Some(charset) = charset().filter(|_| says_nothing() && guess(bytes) == UTF_8) else {
        return Cow::Borrowed(bytes);
    };
    let label = charset
        .split(';')
        .next()
        .unwrap_or_default()
        .trim_matches(|c: char| c.is_whitespace() || "\"'".contains(c));
    match Encoding::for_label(label.as_bytes()).map(Encoding::output_encoding) {
        // With a mark what it says of itself does not count.
        Some(encoding) if encoding != UTF_8 => {
            Cow::Owned(format!("\u{feff}{}", encoding.decode_without_bom_handling(bytes).0).into_bytes())
        }
        _ => Cow::Borrowed(bytes),
    }
}

/// Decodes by byte order mark, else by the look of the first bytes (XML 1.0, appendix F), else by the XML declaration,
/// else as UTF-8. Bytes that make no sense become U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> FeedText<'_> {
    if let Some(text) = utf_32(bytes) {
        return text;
    }
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None => (guess(bytes), bytes),
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    FeedText { text, fault: had_errors.then(|| FeedFaultKind::Encoding(encoding.name())) }
}

/// UTF-32, which browsers know no more and some programs still read.
fn utf_32(bytes: &[u8]) -> Option<FeedText<'static>> {
    let (number, bytes): (fn([u8; 4]) -> u32, _) = match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => (u32::from_le_bytes, rest),
        [0, 0, 0xfe, 0xff, rest @ ..] => (u32::from_be_bytes, rest),
        [b'<', 0, 0, 0, ..] => (u32::from_le_bytes, bytes),
        [0, 0, 0, b'<', ..] => (u32::from_be_bytes, bytes),
        _ => return None,
    };
    let (whole, rest) = bytes.as_chunks();
    let chars = || whole.iter().map(|four| char::from_u32(number(*four)));
    let text = chars().map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into();
    let is_broken = !rest.is_empty() || chars().any(|c| c.is_none());
    Some(FeedText { text, fault: is_broken.then_some(FeedFaultKind::Encoding("UTF-32")) })
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    match bytes {
        [0, b'<', 0, _, ..] => UTF_16BE,
        [b'<', 0, _, 0, ..] => UTF_16LE,
        _ => declared(bytes).unwrap_or(UTF_8),
    }
}

/// What `<?xml … encoding="…"?>` says. A declaration that can be read as ASCII is not in UTF-16, whatever it says.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.trim_ascii_start().strip_prefix(b"<?xml")?;
    let head = &head[..head.len().min(DECLARATION)];
    let head = &head[..head.iter().position(|byte| *byte == b'>')?];
    let at = head.windows(KEY.len()).position(|window| window == KEY)?;
    let value = head[at + KEY.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let label = value.split(|byte| byte == quote).next()?;
    // What is more than ASCII there is UTF-8 as a rule; the standard of the web has windows-1252.
    let is_ascii = label.eq_ignore_ascii_case(b"us-ascii") || label.eq_ignore_ascii_case(b"ascii");
    if is_ascii { Some(UTF_8) } else { Encoding::for_label(label).map(Encoding::output_encoding) }
}

const KEY: &[u8] = b"encoding";

/// No declaration is longer.
const DECLARATION: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], text: &str, fault: Option<FeedFaultKind>) {
        let decoded = decode(bytes);
        assert_eq!((&*decoded.text, decoded.fault), (text, fault));
    }

    #[test]
    fn encodings_are_found() {
        check("é".as_bytes(), "é", None);
        check("\u{feff}é".as_bytes(), "é", None);
        check(b"\xff\xfe<\0a\0", "<a", None);
        check(b"\xfe\xff\0<\0a", "<a", None);
        check(b"<\0?\0", "<?", None);
        check(b"\0<\0?", "<?", None);
        let cp1251 = b"<?xml version='1.0' encoding='windows-1251'?>\xcf";
        check(cp1251, "<?xml version='1.0' encoding='windows-1251'?>П", None);
        check(b"<?xml encoding = \"UTF-16\"?>a", "<?xml encoding = \"UTF-16\"?>a", None);
        check(b"<?xml encoding='nonsense'?>a", "<?xml encoding='nonsense'?>a", None);
        check("<?xml encoding='US-ASCII'?>é".as_bytes(), "<?xml encoding='US-ASCII'?>é", None);
        check(b"\xff\xfe\0\0<\0\0\0\xe9\0\0\0", "<é", None);
        check(b"\0\0\xfe\xff\0\0\0<", "<", None);
        check(b"<\0\0\0a\0\0\0", "<a", None);
        check(b"\0\0\0<\0\x11\0\0", "<\u{fffd}", Some(FeedFaultKind::Encoding("UTF-32")));
        check(b"\0\0\0<\0", "<", Some(FeedFaultKind::Encoding("UTF-32")));
        check(b"a\xffb", "a\u{fffd}b", Some(FeedFaultKind::Encoding("UTF-8")));
    }

    /// Servers say the same of all files, but what nobody else says they know.
    #[test]
    fn what_a_server_says_of_the_encoding_counts_where_the_feed_says_nothing_better() {
        let cyrillic = b"<?xml version='1.0'?>\xf0";
        let said = "application/rss+xml; Charset=\"KOI8-R\" ; x";
        for (bytes, content_type, text) in [
            (&cyrillic[..], said, "<?xml version='1.0'?>П"),
            (b"<?xml version='1.0' encoding='UTF-8'?>\xf0", said, "<?xml version='1.0' encoding='UTF-8'?>П"),
            (b"<?xml encoding='windows-1251'?>\xcf", said, "<?xml encoding='windows-1251'?>П"),
            ("é".as_bytes(), "text/xml; charset=iso-8859-1", "é"),
            (b"\xff\xfe<\0", said, "<"),
            (b"\xf0", "text/xml; charset=nonsense", "\u{fffd}"),
            (b"\xf0", "text/xml; charset=utf-8", "\u{fffd}"),
            (b"\xf0", "text/xml", "\u{fffd}"),
        ] {
            assert_eq!(decode(&recoded(bytes, Some(content_type))).text, text, "{content_type} {text}");
        }
        assert_eq!(decode(&recoded(cyrillic, None)).text, "<?xml version='1.0'?>\u{fffd}");
    }
}
