//! What was given to `--from-raw` and is nothing that `--raw` writes.

use serde::Deserialize;
use serde::de::IgnoredAny;
use torrent_core::bencode::json::RawFile;
use torrent_core::metainfo::Refusal;

/// What bytes are that are no JSON of `--raw` at all.
pub(crate) fn foreign(bytes: &[u8]) -> Option<String> {
    let scanned = RawFile::new(bytes, None);
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii();
    match scanned {
        Ok(_) if bytes.starts_with(b"d") => Some("it is a torrent, or bencode like it".to_owned()),
        Ok(_) => Some("it is bencode".to_owned()),
        Err(_) if is_record(text) => Some("it is what `--json` prints".to_owned()),
        Err(_) if matches!(text.first(), Some(b'{' | b'[' | b'"')) => None,
        Err(_) if serde_json::from_slice::<IgnoredAny>(text).is_ok() => None,
        Err(error) => Refusal::of_scan(bytes, error).kind().map(|kind| kind.words().to_owned()),
    }
}

/// Whether it begins with a record of any of our tools.
fn is_record(text: &[u8]) -> bool {
    let first = serde_json::Deserializer::from_slice(text).into_iter::<Record>().next();
    matches!(first, Some(Ok(Record { schema: Some(schema) })) if schema.starts_with("piecework/"))
}

/// What all records have.
#[derive(Deserialize)]
struct Record {
    schema: Option<String>,
}
