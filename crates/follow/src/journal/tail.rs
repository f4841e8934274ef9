//! The end of a journal alone: what is remembered of asking a feed, for those who do not want its items.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::record::Record;
use super::{line, plain};
use crate::fetch_state::FetchState;

/// How it went to ask the feed of a journal the last time.
pub fn last_fetch(path: &Path) -> Option<FetchState> {
    let mut file = plain::open(path).ok()?;
    let mut at = file.seek(SeekFrom::End(0)).ok()?;
    // The beginning of a line whose end was read.
    let (mut rest, mut step) = (Vec::new(), STEP);
    while at > 0 {
        step = at.min(step);
        at -= step;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(at)).ok()?;
        file.by_ref().take(step).read_to_end(&mut bytes).ok()?;
        bytes.extend(rest);
        let is_all = at == 0;
        let first_end = || bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let whole = if is_all { 0 } else { first_end() };
        let fetched = bytes[whole..].rsplit(|byte| *byte == b'\n').find_map(fetched);
        if fetched.is_some() {
            return fetched;
        }
        bytes.truncate(whole);
        // Of a line without an end no byte is read more than twice.
        (rest, step) = (bytes, step * 2);
    }
    None
}

fn fetched(text: &[u8]) -> Option<FetchState> {
    // Of a person's lines all are looked at.
    let is_other = text.starts_with(OURS) && !text.starts_with(FETCHED);
    match (!is_other).then(|| line::record(text))?? {
        Record::Fetched(fetch) => Some(*fetch),
        _ => None,
    }
}

const OURS: &[u8] = b"{\"is\":\"";
const FETCHED: &[u8] = b"{\"is\":\"fetched\"";

const STEP: u64 = 64 << 10;
