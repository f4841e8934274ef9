//! How bytes appear in JSON: as text if they are text, else as `{"text": lossy, "hex": exact}`.

use std::fmt::Write as _;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::escape::prints;
use crate::exit::Exit;
use crate::failure::Failure;

/// Bytes from outside, such as a file name, as a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonBytes<B>(pub B);

impl<B: AsRef<[u8]>> Serialize for JsonBytes<B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
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

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(HEX_DIGITS[usize::from(digit)])).collect()
}

/// One object as one line, which a terminal may see: what does not print is `\u` escaped, even where JSON would not
/// ask for it.
pub(crate) fn line(value: &impl Serialize) -> Result<String, Failure> {
    let mut json = serde_json::to_string(value)
        .map_err(|error| Failure::of(Exit::Unacceptable, "cannot write as JSON", error))?;
    if !json.chars().all(prints) {
        json = json.chars().fold(String::with_capacity(json.len() + 16), push_printing);
    }
    json.push('\n');
    Ok(json)
}

/// Outside strings JSON has nothing that does not print, so an escape is always in place.
fn push_printing(mut json: String, c: char) -> String {
    if prints(c) {
        json.push(c);
        return json;
    }
    for unit in c.encode_utf16(&mut [0; 2]) {
        write!(json, "\\u{unit:04x}").expect("a String takes everything");
    }
    json
}

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(line(&JsonBytes(bytes)), Ok(format!("{expected}\n")));
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
