//! What the linter says: tables of torrents made here, the rules themselves, torrents that nobody here wrote.

mod corpora;
mod files;
mod metadata;
mod rules;
mod torrents;

use std::collections::BTreeSet;

use super::*;
use crate::metainfo::Metainfo;

fn findings(torrent: &[u8]) -> Vec<Finding> {
    match Metainfo::parse(torrent.to_vec()) {
        Ok(parsed) => super::check(&parsed),
        Err(refusal) => vec![of_refusal(&refusal)],
    }
}

/// The codes of what is said of `torrent`, each once, in any order.
#[track_caller]
fn check(torrent: &[u8], expected: &str) {
    let found: BTreeSet<_> = findings(torrent).iter().map(|finding| finding.code).collect();
    let start = &torrent[..torrent.len().min(500)];
    assert_eq!(found, expected.split_whitespace().collect(), "{}", start.escape_ascii());
}
