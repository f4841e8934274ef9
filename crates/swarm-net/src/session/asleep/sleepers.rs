//! The records of a session: which torrents sleep, and what those do that do not.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;

use swarm::secure::StreamKeys;
use swarm::{Origin, Time};

use crate::job_id::JobId;
use crate::record::TorrentRecord;
use crate::torrent::Counted;

/// All records. Most of them sleep; the others are a torrent of the session as well, or about to be.
#[derive(Default)]
pub(super) struct Sleepers {
    by_id: BTreeMap<JobId, Box<Sleeper>>,
    by_info_hash: HashMap<[u8; 20], JobId>,
    /// The same hashes, by what encrypted streams show of them.
    stream_keys: StreamKeys,
    /// Those that do not sleep.
    stirring: BTreeMap<JobId, Stirring>,
    /// Those that are to wake when there is room, the first to be asked for first.
    waiting: VecDeque<JobId>,
}

/// What is kept of a torrent that is added asleep.
pub(super) struct Sleeper {
    pub(super) record: TorrentRecord,
    /// What was counted when it was awake.
    pub(super) earlier: Option<Box<Counted>>,
    /// Peers for whom it wakes.
    pub(super) named: Option<Box<NamedPeers>>,
    /// When its torrent could not be read the last time. The user knows why.
    pub(super) failed: Option<Time>,
}

/// Peers that a tracker has named, and which it may name.
pub(super) type NamedPeers = [(Origin, Vec<SocketAddr>); 2];

/// What a record does that does not sleep.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Stirring {
    /// It waits for room among those that are awake.
    Waits { until: Time },
    /// Its torrent is read.
    Opens,
    /// It is a torrent like others.
    Awake(Awake),
    /// Its torrent ends.
    Drowsy {
        /// Somebody has asked for it meanwhile.
        is_wanted: bool,
    },
}

/// What is known of a record whose torrent is awake.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Awake {
    /// When it gave a block that was seen, or woke.
    pub(super) served: Time,
    /// Bytes that it had given then, to peers and over HTTP.
    pub(super) uploaded: u64,
    /// When it was seen with a peer, or woke.
    pub(super) visited: Time,
}

impl Sleepers {
    /// The record that has one of these info hashes.
    pub(super) fn other_than(&self, record: &TorrentRecord) -> Option<JobId> {
        record.short_hashes().find_map(|hash| self.of_info_hash(&hash))
    }

    pub(super) fn insert(&mut self, job: JobId, record: TorrentRecord) {
        for hash in record.short_hashes() {
            self.by_info_hash.insert(hash, job);
            self.stream_keys.insert(hash);
        }
        self.by_id.insert(job, Box::new(Sleeper { record, earlier: None, named: None, failed: None }));
    }

    pub(super) fn remove(&mut self, job: JobId) -> Option<Box<Sleeper>> {
        let sleeper = self.by_id.remove(&job)?;
        for hash in sleeper.record.short_hashes() {
            self.by_info_hash.remove(&hash);
            self.stream_keys.remove(&hash);
        }
        self.lie_down(job);
        Some(sleeper)
    }

    pub(super) fn get(&self, job: JobId) -> Option<&Sleeper> {
        self.by_id.get(&job).map(Box::as_ref)
    }

    pub(super) fn get_mut(&mut self, job: JobId) -> Option<&mut Sleeper> {
        self.by_id.get_mut(&job).map(Box::as_mut)
    }

    pub(super) fn of_info_hash(&self, hash: &[u8; 20]) -> Option<JobId> {
        self.by_info_hash.get(hash).copied()
    }

    /// The info hash that an encrypted stream means which shows this of it.
    pub(super) fn of_stream(&self, shown: &[u8; 20]) -> Option<[u8; 20]> {
        self.stream_keys.find(shown)
    }

    pub(super) fn ids(&self) -> Vec<JobId> {
        self.by_id.keys().copied().collect()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// How many of them are no torrents of the session at the moment.
    pub(super) fn asleep(&self) -> usize {
        let is_torrent =
            |stirring: &&Stirring| matches!(stirring, Stirring::Awake(_) | Stirring::Drowsy { .. });
        self.by_id.len() - self.stirring.values().filter(is_torrent).count()
    }

    pub(super) fn stirring(&self, job: JobId) -> Option<Stirring> {
        self.stirring.get(&job).copied()
    }

    /// How many do not sleep.
    pub(super) fn stirring_count(&self) -> usize {
        self.stirring.len()
    }

    /// It does something else from now on.
    pub(super) fn stir(&mut self, job: JobId, stirring: Stirring) {
        self.waiting.retain(|other| *other != job);
        if matches!(stirring, Stirring::Waits { .. }) {
            self.waiting.push_back(job);
        }
        self.stirring.insert(job, stirring);
    }

    /// It sleeps from now on.
    pub(super) fn lie_down(&mut self, job: JobId) {
        self.waiting.retain(|other| *other != job);
        self.stirring.remove(&job);
        if let Some(sleeper) = self.by_id.get_mut(&job) {
            sleeper.named = None;
        }
    }

    /// How many wait to wake.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Who is to wake next.
    pub(super) fn next(&self) -> Option<JobId> {
        self.waiting.front().copied()
    }

    /// Those that have waited for too long.
    pub(super) fn overdue(&self, now: Time) -> Vec<JobId> {
        let is_over =
            |job: &&JobId| matches!(self.stirring(**job), Some(Stirring::Waits { until }) if until <= now);
        self.waiting.iter().filter(is_over).copied().collect()
    }

    /// Those whose torrents are awake.
    pub(super) fn awake(&self) -> impl Iterator<Item = (JobId, Awake)> {
        self.stirring.iter().filter_map(|(job, stirring)| match stirring {
            Stirring::Awake(awake) => Some((*job, *awake)),
            _ => None,
        })
    }

    /// Bytes of memory that those take which `are_meant`, awake or about to be.
    pub(super) fn memory(&self, are_meant: impl Fn(Stirring) -> bool) -> u64 {
        let meant = self.stirring.iter().filter(|(_, stirring)| are_meant(**stirring));
        meant.map(|(job, _)| self.memory_of(*job)).sum()
    }

    /// Bytes of memory that one takes when it is awake.
    pub(super) fn memory_of(&self, job: JobId) -> u64 {
        self.get(job).map_or(0, |sleeper| sleeper.record.tables() + ENGINE)
    }
}

/// Bytes that an engine and its place in the session take, what is kept of its files and pieces left out.
const ENGINE: u64 = 16 << 10;
