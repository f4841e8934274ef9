//! Torrents that are added asleep: each is a record until somebody asks for it, and again when it was idle for long.
//!
//! A record ([`TorrentRecord`]) has no engine, no open file and no timer of its own. `sleepers` has all of them, `waking` tells how they
//! become torrents of the session and go back to sleep, `schedule` when their trackers hear of them (at `places`, whose names are in
//! `tracker_list`), and `announcing` asks those. Trackers are asked for a record whether it sleeps or not: its engine has none.

mod announcing;
mod places;
mod schedule;
mod sleepers;
mod tracker_list;
mod waking;

use std::time::Duration;

use swarm::Time;

use super::Session;
use super::life::{GOODBYE, HURRIED_GOODBYE};
use crate::crew::Crew;
use crate::job_id::JobId;
use crate::random;
use crate::record::TorrentRecord;
use crate::torrent::{Torrent, peer_id};
use schedule::Schedule;
use sleepers::Sleepers;
use tracker_list::TrackerLists;

/// Records, and what is done for them.
pub(super) struct Asleep {
    sleepers: Sleepers,
    schedule: Schedule,
    lists: TrackerLists,
    /// Threads that read torrents.
    openers: Crew,
    /// By which trackers and peers know us, of whatever record.
    identity: ([u8; 20], u32),
    /// After so long without a peer it sleeps.
    idle: Duration,
    /// When those that are awake are looked at.
    next_look: Time,
}

/// When records go to sleep and are announced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SleepTimes {
    /// How long a torrent is awake without a peer.
    pub idle: Duration,
    /// Over which time first announces are spread.
    pub spread: Duration,
    /// Between two announces, at least.
    pub gap: Duration,
}

/// A record is refused because the session has one of the same info hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a torrent of this info hash is offered already")]
pub struct AlreadyOffered(
    /// The torrent that is there.
    pub JobId,
);

impl Default for Asleep {
    fn default() -> Self {
        Self {
            sleepers: Sleepers::default(),
            schedule: Schedule::default(),
            lists: TrackerLists::default(),
            openers: Crew::new(OPENERS),
            identity: (peer_id(), random::number()),
            idle: IDLE,
            next_look: Time::ZERO,
        }
    }
}

impl Asleep {
    /// The info hash that an encrypted stream means which shows this of it.
    pub(super) fn of_stream(&self, shown: &[u8; 20]) -> Option<[u8; 20]> {
        self.sleepers.of_stream(shown)
    }
}

impl Session {
    /// Takes in a torrent that sleeps: it costs a few hundred bytes until a peer asks for it, and again after some minutes without a
    /// peer. While it is awake, its [`JobEvent`](crate::JobEvent)s come like any other's; [`JobEvent::Asleep`](crate::JobEvent::Asleep) is the
    /// last of them, and its limits of time begin anew when it wakes. Trackers hear of it either way, spread over half an hour if
    /// there are many. Its data is taken to be all there. It cannot be paused.
    ///
    /// # Errors
    /// The session has another torrent of this info hash, which does not end.
    pub fn add_asleep(&mut self, mut record: TorrentRecord) -> Result<JobId, AlreadyOffered> {
        self.now = self.start.elapsed();
        // One that was removed may be on its way out yet: what replaces it does not wait for that.
        let stays = |torrent: &&Torrent| !torrent.stage.is_leaving();
        let awake = |hash| self.torrents.of_info_hash(&hash).find(stays).map(|torrent| torrent.id);
        let other =
            self.asleep.sleepers.other_than(&record).or_else(|| record.short_hashes().find_map(awake));
        if let Some(other) = other {
            return Err(AlreadyOffered(other));
        }
        let job = self.torrents.next_id();
        record.take_entry().into_iter().for_each(|entry| self.offer_asleep(job, *entry));
        let trackers = self.asleep.lists.list(record.take_trackers());
        self.track(record.short_hashes());
        self.announce_in_dht(&record);
        self.asleep.sleepers.insert(job, record);
        self.asleep.schedule.add(job, trackers);
        Ok(job)
    }

    /// Sets when records go to sleep and are announced. Without that, they sleep after ten minutes, and are announced at most twenty
    /// times a second, for the first time within half an hour.
    pub fn set_sleep_times(&mut self, times: SleepTimes) {
        self.asleep.idle = times.idle;
        (self.asleep.schedule.spread, self.asleep.schedule.gap) = (times.spread, times.gap);
    }

    /// Whether this was added asleep, and has neither ended nor been removed.
    pub(super) fn is_record(&self, job: JobId) -> bool {
        self.asleep.sleepers.get(job).is_some()
    }

    /// Whether a record has this info hash.
    pub(super) fn has_record_of(&self, info_hash: &[u8; 20]) -> bool {
        self.asleep.sleepers.of_info_hash(info_hash).is_some()
    }

    /// The record of this info hash, if the DHT may hear of it.
    pub(super) fn record_for_dht(&self, info_hash: &[u8; 20]) -> Option<&TorrentRecord> {
        self.record_of(info_hash).filter(|record| record.is_for_dht())
    }

    /// The record of this info hash.
    pub(super) fn record_of(&self, info_hash: &[u8; 20]) -> Option<&TorrentRecord> {
        let job = self.asleep.sleepers.of_info_hash(info_hash)?;
        self.asleep.sleepers.get(job).map(|sleeper| &sleeper.record)
    }

    /// How many records are no torrents of the session at the moment.
    pub(super) fn asleep_count(&self) -> usize {
        self.asleep.sleepers.asleep()
    }

    /// How many records do not sleep.
    pub(super) fn stirring_count(&self) -> usize {
        self.asleep.sleepers.stirring_count()
    }

    /// Lets a record go, if this is one: trackers hear so.
    pub(super) fn forget_record(&mut self, job: JobId, until: Time) {
        if let Some(account) = self.account_of_record(job) {
            self.asleep.schedule.remove(job, account, until);
        }
        if let Some(sleeper) = self.asleep.sleepers.remove(job) {
            self.stop_tracking(sleeper.record.short_hashes());
        }
        self.asleep.openers.forget(job);
        self.withdraw_from_visitors(job);
    }

    /// Lets all records go. Trackers of those that gave the most hear so first, for as long as there is time.
    pub(super) fn end_records(&mut self) {
        let until = self.now + HURRIED_GOODBYE;
        self.asleep.schedule.leave();
        let ids = self.asleep.sleepers.ids();
        let mut records: Vec<(u64, JobId)> =
            ids.into_iter().map(|job| (self.counted(job).uploaded, job)).collect();
        records.sort_unstable(); // Who says goodbye last is heard first.
        records.into_iter().for_each(|(_, job)| self.forget_record(job, until));
    }

    /// Lets a record go in no hurry. Others may have waited for its room.
    pub(super) fn remove_record(&mut self, job: JobId) {
        self.forget_record(job, self.now + GOODBYE);
        self.wake_waiting();
    }

    /// Whether nothing is left of records: none is there, and no tracker is to hear that one goes.
    pub(super) fn has_no_records(&self) -> bool {
        self.asleep.sleepers.len() == 0 && !self.asleep.schedule.is_saying_goodbye()
    }

    /// When something is due for records.
    pub(super) fn next_for_records(&self) -> Option<Time> {
        let look = (self.stirring_count() > 0).then_some(self.asleep.next_look);
        look.into_iter().chain(self.asleep.schedule.next_deadline()).min()
    }

    /// Time has passed.
    pub(super) fn on_time_for_records(&mut self) {
        self.announce_records();
        if self.stirring_count() > 0 && self.asleep.next_look <= self.now {
            self.asleep.next_look = self.now + (self.asleep.idle / 20).clamp(LOOK, LOOK_MAX);
            self.look_at_records();
        }
    }
}

/// Threads that read torrents.
const OPENERS: usize = 2;

/// After so long without a peer a torrent sleeps.
const IDLE: Duration = Duration::from_secs(10 * 60);

/// How often those that are awake are looked at.
const LOOK: Duration = Duration::from_millis(100);
const LOOK_MAX: Duration = Duration::from_secs(10);
