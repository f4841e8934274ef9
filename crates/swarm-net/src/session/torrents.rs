//! The torrents of a session.

use std::collections::BTreeMap;

use swarm::{Action, Event, Time};

use crate::job_id::JobId;
use crate::pool::Block;
use crate::torrent::Torrent;

/// The torrents that are in a session, by id. No id is given twice: what threads still say of a torrent that has gone is for nobody.
#[derive(Default)]
pub(super) struct Torrents {
    by_id: BTreeMap<JobId, Torrent>,
    next: usize,
}

impl Torrents {
    /// The id of the next torrent.
    pub(super) fn next_id(&mut self) -> JobId {
        self.next += 1;
        JobId(self.next - 1)
    }

    pub(super) fn insert(&mut self, torrent: Torrent) {
        self.by_id.insert(torrent.id, torrent);
    }

    pub(super) fn remove(&mut self, id: JobId) -> Option<Torrent> {
        self.by_id.remove(&id)
    }

    pub(super) fn get(&self, id: JobId) -> Option<&Torrent> {
        self.by_id.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: JobId) -> Option<&mut Torrent> {
        self.by_id.get_mut(&id)
    }

    pub(super) fn ids(&self) -> Vec<JobId> {
        self.by_id.keys().copied().collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Torrent> {
        self.by_id.values()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Torrent> {
        self.by_id.values_mut()
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// What an engine wants done next.
    pub(super) fn poll(&mut self, id: JobId) -> Option<Action<Block>> {
        self.by_id.get_mut(&id)?.swarm.as_mut()?.poll()
    }

    /// Tells an engine what happened, if its torrent is still there.
    pub(super) fn tell(&mut self, id: JobId, now: Time, event: Event<Block>) {
        if let Some(swarm) = self.by_id.get_mut(&id).and_then(|torrent| torrent.swarm.as_mut()) {
            swarm.handle(now, event);
        }
    }
}
