//! Web seeds (BEP 17, BEP 19).

use std::collections::HashSet;

use super::findings::Findings;
use super::keys::Keys;
use super::trackers::check_place;
use super::url::WrittenUrl;
use crate::bencode::Value;
use crate::metainfo::Metainfo;

pub(super) fn check(torrent: &Metainfo, keys: &Keys<'_>, findings: &mut Findings) {
    check_list(keys.root("url-list"), "web seed", findings, |place, url, findings| {
        check_slash(place, url, torrent.is_single_file(), findings);
    });
    check_list(keys.root("httpseeds"), "HTTP seed", findings, |_, _, _| {});
    if !torrent.advisory().http_seeds.is_empty() {
        findings.torrent("I-http-seed", "`httpseeds` is of BEP 17, which few clients know");
    }
}

/// A list of URLs, or a single one; empty ones say nothing.
fn check_list(
    value: Option<Value<'_>>,
    what: &str,
    findings: &mut Findings,
    mut also: impl FnMut(&str, &[u8], &mut Findings),
) {
    let Some(value) = value else { return };
    let single = value.as_bytes();
    let urls = value.as_list().into_iter().flatten().filter_map(Value::as_bytes).chain(single);
    let mut seen = HashSet::new();
    for (number, url) in (1..).zip(urls) {
        let place = format!("{what} {number}");
        if url.trim_ascii().is_empty() {
            findings.torrent("I-empty-web-seed", format_args!("{place} is empty"));
            continue;
        }
        check_url(&place, url, findings);
        if !seen.insert(url.trim_ascii()) {
            findings.torrent("W-duplicate-web-seed", format_args!("{place} stands there twice"));
        }
        also(&place, url.trim_ascii(), findings);
    }
}

pub(super) fn check_url(place: &str, url: &[u8], findings: &mut Findings) {
    match WrittenUrl::parse(url).and_then(|url| url.demand_scheme(&["http", "https", "ftp"])) {
        Ok(url) => check_place(place, &url, findings),
        Err(why) => findings.torrent("W-web-seed-url", format_args!("{place} {why}")),
    }
}

/// A URL that ends with a slash is a folder, to which clients append the torrent's name.
fn check_slash(place: &str, url: &[u8], single_file: bool, findings: &mut Findings) {
    match (single_file, url.ends_with(b"/")) {
        (false, false) => {
            let message = format_args!("{place} does not end with `/`, but the torrent is a folder");
            findings.torrent("W-web-seed-folder", message);
        }
        (true, true) => {
            let message = format_args!("{place} ends with `/`: clients append the name of the file");
            findings.torrent("I-web-seed-slash", message);
        }
        _ => {}
    }
}
