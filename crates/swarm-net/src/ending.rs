//! What a job lacked when it ended, and what became of all that could have given it.

use std::sync::Arc;

use swarm::Origin;
use torrent_core::layout::PieceIndex;
use torrent_core::metainfo::Metainfo;

use crate::shortfall::Shortfall;
use crate::torrent::Torrent;

/// What `torrent` lacks now, while its engine is there.
pub(crate) fn shortfall_of(torrent: &Torrent) -> Shortfall {
    let Some(swarm) = &torrent.swarm else { return Shortfall::default() };
    let contacts = swarm.contacts();
    let tracker_of = |origin: &Origin| match origin {
        Origin::Tracker(id) => torrent.trackers.get(id.0),
        _ => None,
    };
    let trackers = contacts.passed_over.keys().filter_map(tracker_of);
    let passed_over_by = trackers.map(|tracker| tracker.text.clone()).collect();
    let lacks = |piece: PieceIndex| swarm.have().is_none_or(|have| !have.contains(piece));
    let files = torrent.metainfo.as_ref().map(|metainfo| lacking(torrent, metainfo, lacks));
    let files = files.unwrap_or_default();
    let first_lacking = files.iter().take(NAMED).copied().collect();
    Shortfall { contacts, passed_over_by, first_lacking, lacking: files.len(), dht: None }
}

/// The files that are wanted and of which `lacks` says that a piece is missing.
fn lacking(torrent: &Torrent, metainfo: &Arc<Metainfo>, lacks: impl Fn(PieceIndex) -> bool) -> Vec<usize> {
    let Ok(params) = torrent.storage_params(metainfo) else { return Vec::new() };
    let layout = metainfo.layout();
    let is_wanted = |file: &usize| params.selected.get(*file) == Some(&true);
    let is_lacking = |file: &usize| layout.pieces_of(*file).iter().any(&lacks);
    (0..metainfo.files().len()).filter(is_wanted).filter(is_lacking).collect()
}

/// Files that are named.
const NAMED: usize = 3;
