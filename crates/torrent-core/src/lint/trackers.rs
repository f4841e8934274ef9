//! Trackers (BEP 3, 12, 15), DHT nodes (BEP 5) and the private flag (BEP 27).

use std::collections::HashSet;

use super::findings::Findings;
use super::keys::Keys;
use super::url::WrittenUrl;
use crate::bencode::Value;
use crate::metainfo::Metainfo;

pub(super) fn check(torrent: &Metainfo, keys: &Keys<'_>, findings: &mut Findings) {
    let announce = keys.root("announce").and_then(Value::as_bytes);
    if let Some(url) = announce {
        check_url("`announce`", url, findings);
    }
    if let Some(tiers) = keys.root("announce-list").and_then(Value::as_list) {
        check_tiers(announce, tiers.map(strings), findings);
    }
    check_nodes(torrent, findings);
    check_private(torrent, findings);
    check_sources(torrent, findings);
}

/// The strings of a list, or a string that stands alone, white space around them kept; none of anything else.
fn strings(list: Value<'_>) -> Vec<&[u8]> {
    list.as_list().into_iter().flatten().filter_map(Value::as_bytes).chain(list.as_bytes()).collect()
}

fn check_tiers<'a>(
    announce: Option<&'a [u8]>,
    tiers: impl Iterator<Item = Vec<&'a [u8]>>,
    findings: &mut Findings,
) {
    let mut seen = HashSet::new();
    for (tier, urls) in (1..).zip(tiers) {
        if urls.is_empty() {
            findings.torrent("W-empty-tier", format_args!("tier {tier} of `announce-list` has no tracker"));
        }
        for (number, url) in (1..).zip(urls) {
            let place = format!("tracker {number} of tier {tier}");
            check_url(&place, url, findings);
            if !seen.insert(url.trim_ascii()) {
                findings.torrent("W-duplicate-tracker", format_args!("{place} stands there twice"));
            }
        }
    }
    check_announce(announce, &seen, findings);
}

fn check_announce(announce: Option<&[u8]>, listed: &HashSet<&[u8]>, findings: &mut Findings) {
    if listed.is_empty() {
        findings.torrent("W-empty-tier", "`announce-list` has no tracker");
        return;
    }
    match announce {
        None => findings.torrent("I-no-announce", "there is `announce-list`, but no `announce`"),
        Some(url) if !listed.contains(url.trim_ascii()) => {
            findings.torrent("W-announce-missing", "`announce` is not in `announce-list`");
        }
        Some(_) => {}
    }
}

pub(super) fn check_url(place: &str, url: &[u8], findings: &mut Findings) {
    let url = match WrittenUrl::parse(url).and_then(|url| url.demand_scheme(&SCHEMES)) {
        Ok(url) => url,
        Err(why) => return findings.torrent("W-tracker-url", format_args!("{place} {why}")),
    };
    if url.is("udp") && !url.has_port() {
        findings.torrent("W-tracker-url", format_args!("{place} is UDP and has no port"));
    }
    if url.is("udp") && url.has_user() {
        findings.torrent("W-tracker-url", format_args!("{place} is UDP, which knows no user"));
    }
    check_place(place, &url, findings);
}

/// What can be said of trackers and web seeds alike.
pub(super) fn check_place(place: &str, url: &WrittenUrl<'_>, findings: &mut Findings) {
    if url.has_user() {
        findings.torrent("W-url-credentials", format_args!("{place} holds a user name or password"));
    }
    if let Some(reach) = url.reaches_only() {
        findings.torrent("I-local-url", format_args!("{place} leads to {reach}"));
    }
}

fn check_nodes(torrent: &Metainfo, findings: &mut Findings) {
    for (number, (host, port)) in (1..).zip(&torrent.advisory().nodes) {
        if host.is_empty() || *port == 0 {
            findings.torrent("W-node", format_args!("DHT node {number} has no host or no port"));
        }
    }
}

fn check_private(torrent: &Metainfo, findings: &mut Findings) {
    let advisory = torrent.advisory();
    match torrent.private() {
        Some(true) => {
            if advisory.trackers.is_empty() {
                findings.torrent("W-private-trackerless", "the torrent is private and has no tracker");
            }
            if !advisory.nodes.is_empty() {
                findings.torrent("W-private-nodes", "the torrent is private and names DHT nodes");
            }
        }
        Some(false) => findings.torrent("I-private-zero", "`private` 0 says what its absence says as well"),
        None => {}
    }
}

fn check_sources(torrent: &Metainfo, findings: &mut Findings) {
    let advisory = torrent.advisory();
    let has_none = advisory.trackers.is_empty()
        && advisory.nodes.is_empty()
        && advisory.web_seeds.is_empty()
        && advisory.http_seeds.is_empty();
    if has_none {
        findings.torrent("I-trackerless", "there are no trackers, DHT nodes or web seeds");
    }
}

const SCHEMES: [&str; 5] = ["http", "https", "udp", "ws", "wss"];
