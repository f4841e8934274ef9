//! Lines of the journal: JSON that ends in its own checksum.
//!
//! The checksum is the CRC-32 of gzip and zlib, of the line without it. It stands last, so that a person can see what it covers, and
//! take it off: a line that somebody wrote by hand needs none.

use std::io::Write;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::record::Record;

/// Adds one line with its checksum and its end.
///
/// # Errors
/// Only for what JSON has no words for.
pub(super) fn write(text: &mut Vec<u8>, record: &impl Serialize) -> serde_json::Result<()> {
    let start = text.len();
    serde_json::to_writer(&mut *text, record)?;
    let crc = crc32fast::hash(&text[start..]);
    // An object is never empty here, so a comma is right.
    text.pop();
    writeln!(text, "{KEY}{crc:08x}\"}}").map_err(serde_json::Error::io)
}

/// What a line says; `None` if it is not whole.
pub(super) fn read<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    serde_json::from_str(whole(line)?).ok()
}

/// The record that a line is; `None` if it is not whole, or not one of ours.
pub(super) fn record(line: &[u8]) -> Option<Record> {
    Record::read(whole(line)?).filter(Record::is_sane)
}

/// The text of a line, if its checksum is right. It says it itself, as the last of its keys.
fn whole(line: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(line).ok()?.trim_end();
    // Its place is known, unless a person has written behind it.
    let last = text.len().checked_sub(KEY.len() + DIGITS + END.len()).filter(|at| text.is_char_boundary(*at));
    let Some(at) = last.filter(|at| text[*at..].starts_with(KEY)).or_else(|| text.rfind(KEY)) else {
        return Some(text);
    };
    let mut crc = crc32fast::Hasher::new();
    crc.update(&text.as_bytes()[..at]);
    crc.update(b"}");
    let said = text[at + KEY.len()..].strip_suffix(END)?;
    (u32::from_str_radix(said, 16).ok()? == crc.finalize()).then_some(text)
}

const KEY: &str = ",\"crc\":\"";
const DIGITS: usize = 8;
const END: &str = "\"}";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_bit_that_flips_is_found() {
        let record = json!({"is": "item", "title": "a \"crc\" ü"});
        let mut line = b"before\n".to_vec();
        write(&mut line, &record).unwrap();
        let line = line.strip_prefix(b"before\n").unwrap();
        assert!(line.ends_with(b"\"}\n"));
        let mut found = read::<Value>(line).unwrap();
        assert!(found.as_object_mut().unwrap().remove("crc").is_some());
        assert_eq!(found, record);
        for bit in 0..(line.len() - 1) * 8 {
            let mut harmed = line.to_vec();
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
