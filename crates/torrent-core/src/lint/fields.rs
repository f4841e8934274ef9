//! Dates, texts and the keys of the smaller BEPs (30, 35, 38, 39).

use super::findings::Findings;
use super::keys::Keys;
use super::url::WrittenUrl;
use crate::bencode::Value;
use crate::metainfo::Metainfo;

pub(super) fn check(torrent: &Metainfo, keys: &Keys<'_>, findings: &mut Findings) {
    check_date(torrent.advisory().creation_date, findings);
    check_encoding(keys.root("encoding"), findings);
    for key in TEXTS {
        check_text(key, keys.root(key), findings);
    }
    check_text("source", keys.info("source"), findings);
    check_similar(keys, findings);
    check_update_url(torrent, findings);
    if keys.root("signatures").is_some() {
        findings.torrent("I-signatures", "the torrent is signed; nothing here checks signatures");
    }
    if keys.info("root hash").is_some() {
        findings.torrent("W-root-hash", "`root hash` is of BEP 30, which BEP 52 replaces");
    }
}

fn check_date(date: Option<i64>, findings: &mut Findings) {
    match date {
        Some(date @ MILLISECONDS..) => {
            let message = format_args!("`creation date` {date} is far off; are these milliseconds?");
            findings.torrent("W-creation-date", message);
        }
        Some(date @ (..FIRST_TORRENT | YEAR_2100..)) => {
            let message = format_args!("`creation date` {date} is not between 2001 and 2100");
            findings.torrent("W-creation-date", message);
        }
        _ => {}
    }
}

fn check_encoding(encoding: Option<Value<'_>>, findings: &mut Findings) {
    let Some(encoding) = encoding else { return };
    let name = encoding.as_bytes().unwrap_or_default().to_ascii_lowercase();
    if !matches!(name.as_slice(), b"utf-8" | b"utf8") {
        findings.torrent("W-encoding", "`encoding` is not `UTF-8`");
    }
}

fn check_text(key: &str, text: Option<Value<'_>>, findings: &mut Findings) {
    let bytes = text.and_then(Value::as_bytes).unwrap_or_default();
    if std::str::from_utf8(bytes).is_err() {
        findings.torrent("W-text-not-utf8", format_args!("`{key}` is not UTF-8"));
    }
}

/// BEP 38 has `similar` in the info dictionary, beside it, or both. Other types than strings are the parser's to tell.
fn check_similar(keys: &Keys<'_>, findings: &mut Findings) {
    for similar in [keys.root("similar"), keys.info("similar")].into_iter().flatten() {
        let mut hashes = similar.as_list().into_iter().flatten().filter_map(Value::as_bytes);
        if hashes.any(|hash| !matches!(hash.len(), 20 | 32)) {
            findings.torrent("W-similar", "`similar` holds a string that is no hash of 20 or 32 bytes");
        }
    }
}

fn check_update_url(torrent: &Metainfo, findings: &mut Findings) {
    let Some(url) = &torrent.advisory().update_url else { return };
    if let Err(why) = WrittenUrl::parse(url).and_then(|url| url.demand_scheme(&["http", "https"])) {
        findings.torrent("W-update-url", format_args!("`update-url` {why}"));
    }
}

const TEXTS: [&str; 5] = ["comment", "created by", "publisher", "title", "website"];

/// 2001-01-01: BitTorrent is of that year.
const FIRST_TORRENT: i64 = 978_307_200;

/// Seconds from 1970 to 2100-01-01.
const YEAR_2100: i64 = 4_102_444_800;

/// 2001 in milliseconds.
const MILLISECONDS: i64 = FIRST_TORRENT * 1000;
