//! How bytes appear in JSON: as text if they are text, else as `{"text": lossy, "hex": exact}`.

use std::io::{self, BufWriter, Write};

use data_encoding::HEXLOWER;
use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::escape::prints;

/// Bytes from outside, such as a file name, as a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonBytes<B>(pub B);

impl<B: AsRef<[u8]>> Serialize for JsonBytes<B> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.0.as_ref();
        if let Ok(text) = str::from_utf8(bytes) {
            return serializer.serialize_str(text);
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("text", &String::from_utf8_lossy(bytes))?;
        map.serialize_entry("hex", &hex(bytes))?;
        map.end()
    }
}

/// The bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// Writes one object as one line, piece by piece, so that a long one needs no memory of its own. The pieces are tiny, so
/// they are collected here: a call through `dyn Write` for each would cost more than the piece.
pub(crate) fn write_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let mut pieces = BufWriter::with_capacity(PIECES, out);
    value.serialize(&mut Serializer::with_formatter(&mut pieces, Printing))?;
    pieces.write_all(b"\n")?;
    pieces.flush()
}

/// One line that a terminal may see: what does not print is `\u` escaped, even where JSON would not ask for it.
struct Printing;

impl Formatter for Printing {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        // Every byte is looked at, wherever the first odd one is: so a compiler can take many at a time.
        let is_plain = fragment.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'));
        if is_plain || fragment.chars().all(prints) {
            return out.write_all(fragment.as_bytes());
        }
        let mut text = String::with_capacity(fragment.len() + 16);
        fragment.chars().for_each(|c| push_printing(&mut text, c));
        out.write_all(text.as_bytes())
    }
}

fn push_printing(json: &mut String, c: char) {
    if prints(c) {
        return json.push(c);
    }
    for unit in c.encode_utf16(&mut [0; 2]) {
        json.push_str(&format!("\\u{unit:04x}"));
    }
}

/// In bytes: as much as standard output takes at a time.
const PIECES: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        let mut line = Vec::new();
        write_line(&mut line, &JsonBytes(bytes)).unwrap();
        assert_eq!(String::from_utf8(line).unwrap(), format!("{expected}\n"));
        let back: serde_json::Value = serde_json::from_str(expected).unwrap();
        assert_eq!(serde_json::to_value(JsonBytes(bytes)).unwrap(), back);
    }

    #[test]
    fn bytes_are_text_or_text_and_hex() {
        check(b"", r#""""#);
        check("name – 日本.iso".as_bytes(), r#""name – 日本.iso""#);
        check(b"a\"\\\n", r#""a\"\\\n""#);
        check(b"a\xff", r#"{"text":"a�","hex":"61ff"}"#);
    }

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        check("\x1b\x7f\u{9b}\u{202e}".as_bytes(), r#""\u001b\u007f\u009b\u202e""#);
        check("\u{e0041}".as_bytes(), r#""\udb40\udc41""#);
    }

    #[test]
    fn hex_is_lower_case() {
        assert_eq!(hex(&[0x00, 0x9a, 0xff]), "009aff");
    }
}
