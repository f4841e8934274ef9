//! The torrents of a session, and which of them there is something to do for.
//!
//! What a turn costs follows from how many torrents something happens to, not from how many there are: nothing here walks over all of
//! them but what the caller does to all of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use swarm::secure::StreamKeys;
use swarm::{Action, Event, Swarm, Time};
use torrent_core::metainfo::Metainfo;

use crate::job_id::JobId;
use crate::pool::Block;
use crate::torrent::Torrent;

/// The torrents that are in a session, by id. No id is given twice: what threads still say of a torrent that has gone is for nobody.
#[derive(Default)]
pub(super) struct Torrents {
    by_id: BTreeMap<JobId, Torrent>,
    next: usize,
    /// Those whose info hash a handshake may have.
    by_info_hash: HashMap<[u8; 20], Vec<JobId>>,
    /// The same hashes, by what encrypted streams show of them.
    stream_keys: StreamKeys,
    /// Those whose engines have handled an event, and may want something done.
    ready: BTreeSet<JobId>,
    /// When something is due for which of them.
    deadlines: BTreeSet<(Time, JobId)>,
    /// Those that are to be looked at: something happened to them, or they wait for something that has a limit of time.
    restless: BTreeSet<JobId>,
    /// Those whose engines need memory for pieces, and perhaps some that no longer do.
    hungry: BTreeSet<JobId>,
    /// Those for which the disk holds nothing open.
    settled: BTreeSet<JobId>,
    /// Bytes of the tables of all.
    tables: u64,
}

impl Torrents {
    /// The id of the next torrent.
    pub(super) fn next_id(&mut self) -> JobId {
        self.next += 1;
        JobId(self.next - 1)
    }

    pub(super) fn insert(&mut self, torrent: Torrent) {
        let id = torrent.id;
        self.by_id.insert(id, torrent);
        self.route(id);
        self.restless.insert(id);
    }

    pub(super) fn remove(&mut self, id: JobId) -> Option<Torrent> {
        let torrent = self.by_id.remove(&id)?;
        self.unroute(&torrent);
        if let Some(deadline) = torrent.deadline {
            self.deadlines.remove(&(deadline, id));
        }
        for ids in [&mut self.ready, &mut self.restless, &mut self.hungry, &mut self.settled] {
            ids.remove(&id);
        }
        self.tables -= torrent.tables();
        Some(torrent)
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

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The disk holds nothing open for a torrent any more.
    pub(super) fn note_settled(&mut self, id: JobId) {
        if self.by_id.contains_key(&id) {
            self.settled.insert(id);
        }
    }

    /// How many there are for which the disk may hold something open.
    pub(super) fn unsettled(&self) -> usize {
        self.by_id.len() - self.settled.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The torrent is known.
    pub(super) fn set_metainfo(&mut self, id: JobId, metainfo: &Arc<Metainfo>) {
        let Some(mut torrent) = self.by_id.remove(&id) else { return };
        self.unroute(&torrent);
        self.tables -= torrent.tables();
        torrent.set_metainfo(metainfo);
        self.tables += torrent.tables();
        self.by_id.insert(id, torrent);
        self.route(id);
    }

    /// Bytes of the tables of all.
    pub(super) fn tables(&self) -> u64 {
        self.tables
    }

    fn route(&mut self, id: JobId) {
        let hashes = self.by_id.get(&id).map(Torrent::short_hashes).unwrap_or_default();
        for hash in hashes {
            self.by_info_hash.entry(hash).or_default().push(id);
            self.stream_keys.insert(hash);
        }
    }

    fn unroute(&mut self, torrent: &Torrent) {
        for hash in torrent.short_hashes() {
            let ids = self.by_info_hash.entry(hash).or_default();
            ids.retain(|id| *id != torrent.id);
            if ids.is_empty() {
                self.by_info_hash.remove(&hash);
                self.stream_keys.remove(&hash);
            }
        }
    }

    /// Those that have this info hash.
    pub(super) fn of_info_hash(&self, hash: &[u8; 20]) -> impl Iterator<Item = &Torrent> {
        self.by_info_hash.get(hash).into_iter().flatten().filter_map(|id| self.by_id.get(id))
    }

    /// The info hash that an encrypted stream means which shows this of it.
    pub(super) fn of_stream(&self, shown: &[u8; 20]) -> Option<[u8; 20]> {
        self.stream_keys.find(shown)
    }

    /// A torrent is paused, and there is nothing more to be seen of it.
    pub(super) fn lie_down(&mut self, id: JobId) {
        self.restless.remove(&id);
    }

    /// A torrent goes on after a pause.
    pub(super) fn wake(&mut self, id: JobId) {
        self.restless.insert(id);
        self.hungry.insert(id);
    }

    /// Tells an engine what happened, if its torrent is still there.
    pub(super) fn tell(&mut self, id: JobId, now: Time, event: Event<Block>) {
        if let Some(swarm) = self.engine(id) {
            swarm.handle(now, event);
        }
    }

    /// An engine that is about to handle an event.
    pub(super) fn engine(&mut self, id: JobId) -> Option<&mut Swarm<Block>> {
        let swarm = self.by_id.get_mut(&id)?.swarm.as_mut()?;
        self.ready.insert(id);
        self.restless.insert(id);
        Some(swarm)
    }

    /// Whether this engine is still there: it goes when its torrent pauses, and another comes.
    pub(super) fn has_engine(&self, id: JobId, engine: u32) -> bool {
        self.by_id.get(&id).is_some_and(|torrent| torrent.swarm.is_some() && torrent.engine == engine)
    }

    /// What an engine wants done next, and whose that is.
    pub(super) fn poll(&mut self) -> Option<(JobId, Action<Block>)> {
        while let Some(id) = self.ready.first().copied() {
            if let Some(action) = self.by_id.get_mut(&id).and_then(|torrent| torrent.swarm.as_mut()?.poll()) {
                return Some((id, action));
            }
            self.ready.remove(&id);
            self.settle(id);
        }
        None
    }

    /// Takes note of when something is due for a torrent.
    pub(super) fn settle(&mut self, id: JobId) {
        let Some(torrent) = self.by_id.get_mut(&id) else { return };
        let deadline = torrent.next_deadline();
        let before = std::mem::replace(&mut torrent.deadline, deadline);
        if before != deadline {
            if let Some(before) = before {
                self.deadlines.remove(&(before, id));
            }
            self.deadlines.extend(deadline.map(|deadline| (deadline, id)));
        }
    }

    /// When something is due for one of them.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// How many are to be woken at some time.
    pub(super) fn timers(&self) -> usize {
        self.deadlines.len()
    }

    /// Those for which something is due.
    pub(super) fn due(&self, now: Time) -> Vec<JobId> {
        self.deadlines.iter().take_while(|(deadline, _)| *deadline <= now).map(|(_, id)| *id).collect()
    }

    /// Whether some are to be looked at.
    pub(super) fn is_any_restless(&self) -> bool {
        !self.restless.is_empty()
    }

    /// Those that are to be looked at. Each is looked at again if it [goes on to wait](Self::keep_restless).
    pub(super) fn take_restless(&mut self) -> BTreeSet<JobId> {
        std::mem::take(&mut self.restless)
    }

    /// Has a torrent looked at again, unless it rests.
    pub(super) fn keep_restless(&mut self, id: JobId) {
        if self.by_id.get(&id).is_some_and(|torrent| !torrent.stage.rests()) {
            self.restless.insert(id);
        }
    }

    /// The engine of a torrent begins, and may need memory for pieces.
    pub(super) fn note_hungry(&mut self, id: JobId) {
        self.hungry.insert(id);
    }

    /// Those that need memory for pieces.
    pub(super) fn hungry(&mut self) -> Vec<JobId> {
        let by_id = &self.by_id;
        let wants_pieces = |id: &JobId| by_id.get(id).is_some_and(|torrent| torrent.stage.wants_pieces());
        self.hungry.retain(wants_pieces);
        self.hungry.iter().copied().collect()
    }
}
