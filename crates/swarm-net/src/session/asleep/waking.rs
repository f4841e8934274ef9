//! Records wake when somebody asks for them, and sleep again when nobody does.
//!
//! Those that are awake may take half of the memory that there is for what is kept of torrents. A record that is to wake when that is
//! taken has others go to sleep: first who has no peer, then who has given nothing for the longest time. Who gave a block within the last minute
//! stays awake. So a caller who knows many hashes wakes others than those that are asked for blocks, and never all of them.

use swarm::{CloseReason, Event, NamedPeer, Time};

use super::super::Session;
use super::sleepers::{Awake, NamedPeers, Stirring};
use crate::job::{Job, JobEvent, JobProgress};
use crate::job_id::JobId;
use crate::mailbox::ThreadAnswer;
use crate::record::RecordError;
use crate::tables::tables_limit;
use crate::torrent::Torrent;
use crate::turn_queue::ServerStanding;

impl Session {
    /// Wakes the record of this info hash (v1, or the first 20 bytes of v2), because somebody asks for it. Gives its id if it is awake or
    /// on its way; events tell what becomes of it. `None` as well for some seconds after its torrent could not be read.
    pub fn wake(&mut self, info_hash: &[u8; 20]) -> Option<JobId> {
        let job = self.asleep.sleepers.of_info_hash(info_hash)?;
        if self.is_unreadable(job) {
            return None;
        }
        self.asleep.schedule.hurry(job);
        match self.asleep.sleepers.stirring(job) {
            None if self.asleep.sleepers.waiting() >= WAITING => return None,
            None => {
                self.asleep.sleepers.stir(job, Stirring::Waits { until: self.now + PATIENCE });
                self.wake_waiting();
            }
            Some(Stirring::Drowsy { .. }) => {
                self.asleep.sleepers.stir(job, Stirring::Drowsy { is_wanted: true })
            }
            Some(_) => {}
        }
        Some(job)
    }

    /// Whether the torrent of a record could not be read just now: it is not tried again for everybody who asks.
    pub(in crate::session) fn is_unreadable(&self, job: JobId) -> bool {
        let failed = self.asleep.sleepers.get(job).and_then(|sleeper| sleeper.failed);
        failed.is_some_and(|failed| self.now < failed + UNREADABLE)
    }

    /// Wakes a record for a caller. True if the caller has to wait for that.
    pub(in crate::session) fn wake_for_caller(&mut self, info_hash: &[u8; 20]) -> bool {
        let woken = self.wake(info_hash).and_then(|job| self.asleep.sleepers.stirring(job));
        woken.is_some_and(|stirring| !matches!(stirring, Stirring::Awake(_)))
    }

    /// Wakes a record for a client of HTTP, unless it is on its way already.
    pub(in crate::session) fn wake_for_visitor(&mut self, job: JobId) {
        let is_asleep = matches!(self.asleep.sleepers.stirring(job), None | Some(Stirring::Drowsy { .. }));
        let sleeper = self.asleep.sleepers.get(job).filter(|_| is_asleep);
        if let Some(hash) = sleeper.and_then(|sleeper| sleeper.record.short_hashes().next()) {
            self.wake(&hash);
        }
    }

    /// Lets those wake for which there is room, and makes room for the next.
    pub(super) fn wake_waiting(&mut self) {
        while let Some(job) = self.asleep.sleepers.next() {
            if !self.has_room_for(job) {
                return;
            }
            self.asleep.sleepers.stir(job, Stirring::Opens);
            let Some(sleeper) = self.asleep.sleepers.get(job) else { return };
            let (open, mailbox) = (sleeper.record.opener(), self.mailbox.clone());
            self.asleep.openers.run(job, ServerStanding::New, move || {
                mailbox.put(ThreadAnswer::Opened { job, result: Box::new(open()) });
            });
        }
    }

    /// Whether there is memory for one more to be awake. If not, others may be on their way to sleep.
    fn has_room_for(&mut self, job: JobId) -> bool {
        while !self.fits(job) {
            let leaving = self.asleep.sleepers.memory(|stirring| matches!(stirring, Stirring::Drowsy { .. }));
            if self.fits_without(job, leaving) {
                return false;
            }
            let Some(idlest) = self.idlest_record() else { return false };
            self.put_to_sleep(idlest);
        }
        true
    }

    fn fits(&self, job: JobId) -> bool {
        self.fits_without(job, 0)
    }

    /// Whether one more may be awake when those have gone that take so much of the memory. The only one always may.
    fn fits_without(&self, job: JobId, leaving: u64) -> bool {
        let taken =
            self.asleep.sleepers.memory(|stirring| !matches!(stirring, Stirring::Waits { .. })) - leaving;
        taken == 0 || taken + self.asleep.sleepers.memory_of(job) <= tables_limit(self.settings.memory) / 2
    }

    /// Who is to sleep first, if anybody may.
    fn idlest_record(&mut self) -> Option<JobId> {
        self.note_activity();
        let (now, held) = (self.now, self.held_connections());
        let rank = |(job, awake): (JobId, Awake)| (held.contains_key(&job), awake.served, job);
        let ranked = self.may_lie_down().map(rank);
        let may_sleep = |(has_peers, served, _): &(bool, Time, JobId)| !has_peers || *served + BUSY <= now;
        ranked.filter(may_sleep).min().map(|(_, _, job)| job)
    }

    /// Those that are awake, but for torrents that end already: of these the user is to hear how.
    fn may_lie_down(&self) -> impl Iterator<Item = (JobId, Awake)> {
        let ends = |job| self.torrents.get(job).is_some_and(|torrent| torrent.stage.is_leaving());
        self.asleep.sleepers.awake().filter(move |(job, _)| !ends(*job))
    }

    /// Takes note of which records have peers and which gave something.
    fn note_activity(&mut self) {
        let (now, held) = (self.now, self.held_connections());
        let awake: Vec<(JobId, Awake)> = self.asleep.sleepers.awake().collect();
        for (job, mut awake) in awake {
            let Some(torrent) = self.torrents.get(job) else { continue };
            let JobProgress { uploaded, web, .. } = torrent.progress();
            let uploaded = uploaded + web;
            if uploaded != awake.uploaded {
                (awake.uploaded, awake.served, awake.visited) = (uploaded, now, now);
            }
            if held.contains_key(&job) || torrent.stage.is_preparing() {
                awake.visited = now;
            }
            self.asleep.sleepers.stir(job, Stirring::Awake(awake));
        }
    }

    /// Those that were idle for long go to sleep; those that waited in vain go on sleeping.
    pub(super) fn look_at_records(&mut self) {
        self.note_activity();
        let (now, idle) = (self.now, self.asleep.idle);
        let is_idle = |(_, awake): &(JobId, Awake)| awake.visited + idle <= now;
        let over: Vec<JobId> = self.may_lie_down().filter(is_idle).map(|(job, _)| job).collect();
        over.into_iter().for_each(|job| self.put_to_sleep(job));
        self.wake_waiting();
        let overdue = self.asleep.sleepers.overdue(now);
        overdue.into_iter().for_each(|job| self.asleep.sleepers.lie_down(job));
        self.wake_waiting();
    }

    /// The torrent of a record was read, or cannot be.
    pub(in crate::session) fn on_opened(&mut self, job: JobId, result: Result<Job, RecordError>) {
        if self.asleep.sleepers.stirring(job) != Some(Stirring::Opens) {
            return;
        }
        match result {
            Ok(found) => self.wake_up(job, found),
            Err(error) => self.stay_asleep(job, &error),
        }
    }

    fn wake_up(&mut self, job: JobId, found: Job) {
        let (mut torrent, _) = Torrent::new(job, found, self.announced_port(), self.now);
        let Some(sleeper) = self.asleep.sleepers.get_mut(job) else { return };
        torrent.wake_as(self.asleep.identity, sleeper.earlier.take().map(|earlier| *earlier));
        let JobProgress { uploaded, web, .. } = torrent.progress();
        let awake = Awake { served: self.now, uploaded: uploaded + web, visited: self.now };
        self.asleep.sleepers.stir(job, Stirring::Awake(awake));
        self.torrents.insert(torrent);
        self.begin(job);
    }

    /// Callers who wait for it are sent away, and the user hears why, once.
    fn stay_asleep(&mut self, job: JobId, why: &RecordError) {
        self.asleep.sleepers.lie_down(job);
        let Some(sleeper) = self.asleep.sleepers.get_mut(job) else { return };
        let hashes: Vec<_> = sleeper.record.short_hashes().collect();
        if sleeper.failed.replace(self.now).is_none() {
            self.events.push((job, JobEvent::Warning { message: format!("it does not wake: {why}") }));
        }
        let early = self.connections.values().filter(|connection| {
            connection.early_handshake.as_ref().is_some_and(|theirs| hashes.contains(&theirs.info_hash))
        });
        let early: Vec<_> = early.map(|connection| connection.id).collect();
        early.into_iter().for_each(|id| self.close_for(id, Some(CloseReason::Protocol)));
        self.wake_waiting();
    }

    /// The torrent of a record ends, of which nothing more is heard but that it sleeps.
    fn put_to_sleep(&mut self, job: JobId) {
        self.asleep.sleepers.stir(job, Stirring::Drowsy { is_wanted: false });
        self.end(job, Ok(()));
        if let Some(leaving) = self.torrents.get_mut(job).and_then(|torrent| torrent.stage.leaving()) {
            leaving.result = None;
        }
    }

    /// A torrent has ended. If it is that of a record which goes to sleep, what it counted is kept; one that ended otherwise is no record any
    /// more. Gives the torrent back if somebody is to hear of its end.
    pub(in crate::session) fn on_torrent_over(&mut self, torrent: Torrent) -> Option<Torrent> {
        let job = torrent.id;
        let Some(Stirring::Drowsy { is_wanted }) = self.asleep.sleepers.stirring(job) else {
            self.remove_record(job);
            return Some(torrent);
        };
        let hashes = torrent.short_hashes();
        let earlier = torrent.into_earlier();
        self.events.push((job, JobEvent::Asleep(earlier.progress)));
        self.asleep.sleepers.lie_down(job);
        if let Some(sleeper) = self.asleep.sleepers.get_mut(job) {
            sleeper.earlier = Some(Box::new(earlier));
        }
        if let Some(hash) = hashes.first().filter(|_| is_wanted) {
            self.wake(hash);
        }
        self.wake_waiting();
        None
    }

    /// A tracker has named peers. Those of whom some want the torrent may be unable to dial us: it wakes for them if there is room.
    pub(super) fn take_peers(&mut self, job: JobId, is_wanted: bool, named: NamedPeers) {
        if named.iter().all(|(_, peers)| peers.is_empty()) {
            return;
        }
        if self.torrents.get(job).is_some_and(|torrent| torrent.swarm.is_some()) {
            return self.tell_of_peers(job, named);
        }
        let is_asleep = self.asleep.sleepers.stirring(job).is_none();
        if is_wanted
            && is_asleep
            && self.asleep.sleepers.waiting() == 0
            && self.fits(job)
            && let Some(sleeper) = self.asleep.sleepers.get_mut(job)
        {
            sleeper.named = Some(Box::new(named));
            self.asleep.sleepers.stir(job, Stirring::Waits { until: self.now + PATIENCE });
            self.wake_waiting();
        }
    }

    fn tell_of_peers(&mut self, job: JobId, named: NamedPeers) {
        for (origin, peers) in named {
            let peers = peers.into_iter().map(NamedPeer::from).collect();
            self.tell(job, Event::Peers { origin, peers });
        }
    }

    /// The engine of a torrent has begun: if it is a record's, it hears of those for whom it woke.
    pub(in crate::session) fn greet_named(&mut self, job: JobId) {
        let named = self.asleep.sleepers.get_mut(job).and_then(|sleeper| sleeper.named.take());
        if let Some(named) = named {
            self.tell_of_peers(job, *named);
        }
    }
}

/// Records that wait to wake: each has a caller who waits at the door, where there are fewer places.
const WAITING: usize = 64;

/// How long one waits for room. Its callers have no more time.
const PATIENCE: Time = Time::from_secs(10);

/// How long a torrent that could not be read is left alone.
const UNREADABLE: Time = Time::from_secs(5);

/// Who gave a block within that time stays awake.
const BUSY: Time = Time::from_secs(60);

#[cfg(test)]
mod tests;
