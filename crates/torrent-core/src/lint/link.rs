//! What there is to say of a magnet link (BEP 9, 53).

use std::collections::HashSet;

use super::Finding;
use super::findings::Findings;
use super::quoted::Quoted;
use super::{trackers, web_seeds};
use crate::magnet::{Magnet, ParsedLink};

/// All there is to say of a link that was accepted.
pub fn check_link(parsed: &ParsedLink) -> Vec<Finding> {
    let mut findings = Findings::default();
    for warning in &parsed.warnings {
        findings.torrent(warning.code(), warning);
    }
    for key in &parsed.unknown {
        let message = format_args!("the key {} of the link is not read", Quoted(key.as_bytes()));
        findings.torrent("I-magnet-key", message);
    }
    check_urls(&parsed.magnet, &mut findings);
    findings.in_order()
}

fn check_urls(magnet: &Magnet, findings: &mut Findings) {
    let Magnet { trackers, web_seeds, peers, .. } = magnet;
    let mut seen = HashSet::new();
    for (number, url) in (1..).zip(trackers) {
        let place = format!("tracker {number}");
        trackers::check_url(&place, url, findings);
        if !seen.insert(url) {
            findings.torrent("W-duplicate-tracker", format_args!("{place} stands there twice"));
        }
    }
    for (number, url) in (1..).zip(web_seeds) {
        web_seeds::check_url(&format!("web seed {number}"), url, findings);
    }
    if trackers.is_empty() && web_seeds.is_empty() && peers.is_empty() {
        findings.torrent("I-trackerless", "the link names no tracker, peer or web seed");
    }
}
