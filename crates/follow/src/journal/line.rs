//! Lines of the journal: JSON that ends in its own checksum.
//!
//! The checksum is the CRC-32 of gzip and zlib, of the line without it. It stands last, so that a person can see what it covers, and
//! take it off: a line that somebody wrote by hand needs none.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// One line with its checksum and its end.
///
/// # Errors
/// Only for what JSON has no words for.
pub(super) fn written(record: &impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string(record)?;
    let crc = crc32fast::hash(text.as_bytes());
    // An object is never empty here, so a comma is right.
    let open = text.strip_suffix('}').unwrap_or(&text);
    Ok(format!("{open}{KEY}{crc:08x}\"}}\n"))
}

/// What a line says; `None` if it is not whole.
pub(super) fn read<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(line).ok()?.trim_end();
    let Some(at) = text.rfind(KEY) else { return serde_json::from_str(text).ok() };
    let whole = format!("{}}}", &text[..at]);
    let said = text[at + KEY.len()..].strip_suffix("\"}")?;
    let is_right = u32::from_str_radix(said, 16).ok()? == crc32fast::hash(whole.as_bytes());
    is_right.then(|| serde_json::from_str(&whole).ok())?
}

const KEY: &str = ",\"crc\":\"";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_bit_that_flips_is_found() {
        let record = json!({"is": "item", "title": "a \"crc\" ü"});
        let line = written(&record).unwrap();
        assert!(line.ends_with("\"}\n") && line.contains(KEY));
        assert_eq!(read::<Value>(line.as_bytes()), Some(record));
        for bit in 0..(line.len() - 1) * 8 {
            let mut harmed = line.clone().into_bytes();
            harmed[bit / 8] ^= 1 << (bit % 8);
            // A flip in the case of a digit of the checksum says the same; one in its key leaves a line with another checksum in it.
            let found = read::<Value>(&harmed);
            let is_same = found.as_ref().is_none_or(|found| found["title"] == "a \"crc\" ü");
            assert!(is_same, "bit {bit}: {found:?}");
        }
    }

    #[test]
    fn lines_of_people_need_no_checksum() {
        assert_eq!(read::<Value>(br#"{"is":"begun"}"#), Some(json!({"is": "begun"})));
        assert_eq!(read::<Value>(br#"{"is":"begun"} "#), Some(json!({"is": "begun"})));
        for line in
            [&b"\0\0\0"[..], b"{\"is\":", b"", b"{\"a\":1,\"crc\":\"0\"}", b"{\"a\":1,\"crc\":\"00000000\"}x"]
        {
            assert_eq!(read::<Value>(line), None, "{line:?}");
        }
    }
}
