//! Bytes to text, whatever the encoding.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::fault::FeedFaultKind;

/// A text, and what was wrong with its bytes.
pub(crate) struct FeedText<'b> {
    pub(crate) text: Cow<'b, str>,
    pub(crate) fault: Option<FeedFaultKind>,
}

/// Decodes by byte order mark, else by the look of the first bytes (XML 1.0, appendix F), else by the XML declaration,
/// else as UTF-8. Bytes that make no sense become U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> FeedText<'_> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None => (guess(bytes), bytes),
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    FeedText { text, fault: had_errors.then(|| FeedFaultKind::Encoding(encoding.name())) }
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
    Encoding::for_label(label).map(Encoding::output_encoding)
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
        check(b"a\xffb", "a\u{fffd}b", Some(FeedFaultKind::Encoding("UTF-8")));
    }
}
