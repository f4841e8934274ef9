//! What a job lacked when it ended, and what became of everybody who could have given it.

use std::sync::Arc;

use swarm::Contacts;
use torrent_core::metainfo::Metainfo;

use crate::torrent::Torrent;

/// Why a job did not get all of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shortfall {
    /// What became of its peers, trackers and web seeds.
    pub contacts: Contacts,
    /// Trackers that named peers in private networks, which they may not; may hold secrets.
    pub passed_over_by: Vec<String>,
    /// The first files that are wanted and not complete, by their index.
    pub first_lacking: Vec<usize>,
    /// How many such files there are.
    pub lacking: usize,
}

impl Shortfall {
    /// What `torrent` lacks now, while its engine is there.
    pub(crate) fn of(torrent: &Torrent) -> Self {
        let Some(swarm) = &torrent.swarm else { return Self::default() };
        let contacts = swarm.contacts();
        let trackers = contacts.passed_over.keys().filter_map(|id| torrent.trackers.get(id.0));
        let passed_over_by = trackers.map(|tracker| tracker.text.clone()).collect();
        let lacks = |piece: u64| swarm.have().is_none_or(|have| !have.contains(piece as u32));
        let files = torrent.metainfo.as_ref().map(|metainfo| lacking(torrent, metainfo, lacks));
        let files = files.unwrap_or_default();
        let first_lacking = files.iter().take(NAMED).copied().collect();
        Self { contacts, passed_over_by, first_lacking, lacking: files.len() }
    }
}

/// The files that are wanted and of which `lacks` says that a piece is missing.
fn lacking(torrent: &Torrent, metainfo: &Arc<Metainfo>, lacks: impl Fn(u64) -> bool) -> Vec<usize> {
    let Ok(place) = torrent.place(metainfo) else { return Vec::new() };
    let layout = metainfo.layout();
    let is_wanted = |file: &usize| place.selected.get(*file) == Some(&true);
    (0..metainfo.files().len()).filter(is_wanted).filter(|file| layout.pieces_of(*file).any(&lacks)).collect()
}

/// Files that are named.
const NAMED: usize = 3;
