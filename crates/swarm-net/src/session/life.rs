//! How torrents begin, go on and end.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use swarm::{Config, ConnectionId, Event, Swarm, Time, limits};
use torrent_core::metainfo::Metainfo;

use super::Session;
use super::queue::Queue;
use crate::connection::Connection;
use crate::disk::{DiskError, Request};
use crate::ending::shortfall_of;
use crate::job::{Failure, Goal, Job, JobEvent, Settings};
use crate::job_id::JobId;
use crate::pool::Block;
use crate::shortfall::Shortfall;
use crate::stage::{JobStage, Leaving, PausedAt};
use crate::tables::tables_limit;
use crate::torrent::{Torrent, metainfo_of};

impl Session {
    /// Takes in a torrent, which begins at once. [`JobEvent::Ended`] is the last that is heard of it, unless it is
    /// [removed](Self::remove) before.
    pub fn add(&mut self, job: Job) -> JobId {
        self.now = self.start.elapsed();
        let id = self.torrents.next_id();
        let (torrent, remarks) = Torrent::new(id, job, self.announced_port(), self.now);
        if torrent.is_offered() {
            self.track(torrent.short_hashes());
        }
        self.torrents.insert(torrent);
        remarks.into_iter().for_each(|message| self.say(id, JobEvent::Warning { message }));
        self.begin(id);
        id
    }

    /// Lets a torrent go, of which nothing more is heard. Trackers and peers hear goodbye, and what came of it is saved; one that has
    /// ended already gives the names of its files back, so that another torrent may have them.
    pub fn remove(&mut self, job: JobId) {
        self.now = self.start.elapsed();
        self.remove_record(job);
        self.end(job, Ok(()));
        self.events.retain(|(of, _)| *of != job);
        let leaving = self.torrents.get_mut(job).and_then(|torrent| torrent.stage.leaving());
        if leaving.is_none_or(|leaving| {
            leaving.result = None;
            !leaving.is_on_disk
        }) {
            self.disk.send(Request::Forget { job });
        } else {
            self.closing.insert(job);
        }
    }

    /// Ends every torrent that has not ended, in a hurry: what is complete has succeeded, all else fails for this reason.
    pub fn end_all(&mut self, why: impl Fn() -> Failure) {
        self.now = self.start.elapsed();
        self.end_records();
        for job in self.torrents.ids() {
            let is_complete = self.torrents.get(job).is_some_and(|torrent| torrent.stage.is_whole());
            self.end(job, if is_complete { Ok(()) } else { Err(why()) });
            if let Some(leaving) = self.torrents.get_mut(job).and_then(|torrent| torrent.stage.leaving()) {
                leaving.until = leaving.until.min(self.now + HURRIED_GOODBYE);
            }
        }
    }

    pub(super) fn begin(&mut self, job: JobId) {
        let is_for_dht = self.torrents.get(job).is_some_and(|torrent| self.is_for_dht(torrent));
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        torrent.is_for_dht = is_for_dht;
        match (torrent.metainfo.clone(), torrent.job.goal) {
            // All of it may be there.
            (Some(metainfo), Goal::Files | Goal::Offer(_)) => self.prepare(job, &metainfo),
            (Some(_), Goal::Metadata | Goal::Torrent) => self.end(job, Ok(())),
            (None, _) if !torrent.has_somebody_to_ask() && !self.may_be_near(job) => {
                self.end(job, Err(Failure::NobodyHasMetadata))
            }
            (None, _) => {
                self.say_if_only_near(job);
                self.start_engine(job, None);
            }
        }
    }

    /// The user hears at once that nobody else is asked.
    fn say_if_only_near(&mut self, job: JobId) {
        if self.torrents.get(job).is_some_and(|torrent| !torrent.has_somebody_to_ask()) {
            self.say(job, JobEvent::OnlyNear);
        }
    }

    /// Tells an engine what happened.
    pub(super) fn tell(&mut self, job: JobId, event: Event<Block>) {
        self.torrents.tell(job, self.now, event);
    }

    /// Tells the caller what happened.
    pub(super) fn say(&mut self, job: JobId, event: JobEvent) {
        if self.torrents.get(job).is_some_and(|torrent| !torrent.stage.is_removed()) {
            self.events.push((job, event));
        }
    }

    /// Does what is due: lets engines know that their time has come, and ends what has stayed as long as it was to stay.
    pub(super) fn tick(&mut self) {
        let due = self.torrents.due(self.now);
        let mut unread = if due.is_empty() { HashMap::new() } else { self.unread() };
        for job in due {
            let connections = unread.remove(&job).unwrap_or_default();
            self.tell(job, Event::TickUnread { connections });
            self.end_if_seeded(job);
        }
    }

    /// Connections that have something to read and are not read for now, by torrent.
    fn unread(&self) -> HashMap<JobId, Vec<ConnectionId>> {
        let mut unread: HashMap<JobId, Vec<ConnectionId>> = HashMap::new();
        for id in self.queues.wait_for_reading().flat_map(Queue::iter) {
            let job = self.connections.get(&id).and_then(Connection::job);
            job.into_iter().for_each(|job| unread.entry(job).or_default().push(id));
        }
        unread
    }

    /// Lets the disk look at what is there.
    fn prepare(&mut self, job: JobId, metainfo: &Arc<Metainfo>) {
        self.torrents.set_metainfo(job, metainfo);
        if let Some(failure) = self.refusal_of_tables(job) {
            return self.end(job, Err(failure));
        }
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        match torrent.storage_params(metainfo) {
            Ok(mut params) => {
                params.offer.iter_mut().for_each(|offer| offer.state.clone_from(&self.settings.state));
                torrent.stage = JobStage::Preparing;
                self.to_prepare.push((job, params));
                self.send_to_prepare();
            }
            Err(failure) => self.end(job, Err(failure)),
        }
    }

    /// Lets the disk look for those who wait for that, once it has closed the files of all that were removed: it may be the same torrent.
    fn send_to_prepare(&mut self) {
        if !self.closing.is_empty() {
            return;
        }
        for (job, params) in std::mem::take(&mut self.to_prepare) {
            if self.torrents.get(job).is_some_and(|torrent| matches!(torrent.stage, JobStage::Preparing)) {
                self.disk.send(Request::Prepare { job, params });
            }
        }
    }

    pub(super) fn start_engine(&mut self, job: JobId, ready: Option<swarm::Torrent>) {
        self.engines = self.engines.wrapping_add(1);
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        torrent.engine = self.engines;
        let Settings { memory, encryption, .. } = self.settings;
        let config = Config { encryption, ..torrent.config(memory) };
        torrent.swarm = Some(Swarm::new(config, ready));
        self.torrents.engine(job); // It wants something before it has handled an event.
        self.torrents.note_hungry(job);
        self.give_upload_slots(job);
        self.share_budget();
        self.look_up_peers(job);
        self.look_up_in_dht(job);
        self.greet_named(job);
        self.discover_locally(job);
        self.answer_early();
    }

    /// Peers gave the metadata.
    pub(super) fn on_metadata(&mut self, job: JobId, info: Vec<u8>) {
        let limit = tables_limit(self.settings.memory).saturating_sub(info.len() as u64);
        match metainfo_of(info, &BTreeMap::new(), limit).map(Arc::new) {
            Err(refusal) => self.end(job, Err(Failure::Refused(refusal))),
            // Whatever it is for, nothing is made for each piece of it.
            Ok(metainfo) if metainfo.layout().piece_count() > limits::PIECES.into() => {
                self.end(job, Err(Failure::Disk(DiskError::TooManyPieces)));
            }
            Ok(metainfo) => self.on_metainfo(job, metainfo),
        }
    }

    /// Its metadata says that only its trackers may know of it (BEP 27).
    fn be_private(&mut self, job: JobId) {
        self.leave_dht(job);
        self.torrents.get_mut(job).into_iter().for_each(|torrent| torrent.is_for_dht = false);
        self.tell(job, Event::Private);
    }

    fn on_metainfo(&mut self, job: JobId, metainfo: Arc<Metainfo>) {
        self.torrents.set_metainfo(job, &metainfo);
        let Some(goal) = self.torrents.get(job).map(|torrent| torrent.job.goal) else { return };
        if let Some(failure) = self.refusal_of_tables(job) {
            return self.end(job, Err(failure));
        }
        if metainfo.private() == Some(true) {
            self.be_private(job);
        }
        self.say(job, JobEvent::Metadata { metainfo: Arc::clone(&metainfo) });
        match goal {
            Goal::Files | Goal::Offer(_) => self.prepare(job, &metainfo),
            Goal::Torrent if metainfo.lacks_layers() => self.fetch_layers(job),
            Goal::Torrent | Goal::Metadata => self.end(job, Ok(())),
        }
    }

    /// Lets the engine go on for the sake of piece layers alone: nothing is there, and nothing is wanted.
    pub(super) fn fetch_layers(&mut self, job: JobId) {
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        let Some(metainfo) = torrent.metainfo.clone() else { return };
        torrent.stage = JobStage::Layers { until: self.now + LAYERS };
        let none = vec![false; metainfo.layout().pieces().unwrap_or_default().len()];
        self.be_ready(job, swarm::Torrent { metainfo, have: none.clone(), wanted: none });
        self.set_pieces(job);
    }

    /// Pieces can be asked for: by the engine that got the metadata, or by one that is made now.
    fn be_ready(&mut self, job: JobId, ready: swarm::Torrent) {
        match self.torrents.get(job).is_some_and(|torrent| torrent.swarm.is_some()) {
            true => self.tell(job, Event::Ready(ready)),
            false => self.start_engine(job, Some(ready)),
        }
    }

    /// Lets connections know how many pieces there are.
    fn set_pieces(&mut self, job: JobId) {
        let pieces = self.torrents.get(job).and_then(Torrent::pieces);
        for connection in self.connections.values_mut().filter(|connection| connection.job() == Some(job)) {
            connection.set_pieces(pieces);
        }
    }

    pub(super) fn on_prepared(&mut self, job: JobId, ready: swarm::Torrent) {
        let may_be_near = self.may_be_near(job);
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        if !matches!(torrent.stage, JobStage::Preparing) {
            return;
        }
        let wanted = ready.wanted.iter().filter(|wanted| **wanted).count();
        let had = ready.wanted.iter().zip(&ready.have).filter(|(wanted, have)| **wanted && **have).count();
        let metainfo = Arc::clone(&ready.metainfo);
        if had < wanted && !torrent.has_somebody_to_ask() && !may_be_near {
            return self.end(job, Err(Failure::NobodyToAsk));
        }
        torrent.stage = JobStage::Fetching;
        if had < wanted {
            self.say_if_only_near(job);
        }
        self.be_ready(job, ready);
        self.set_pieces(job);
        let progress = self.torrents.get(job).map(Torrent::progress).unwrap_or_default();
        self.say(job, JobEvent::Started { metainfo, pieces: wanted, pieces_had: had, progress });
        self.share_budget();
    }

    /// All files are whole and have their names, which is reported even of a torrent that is about to fail.
    pub(super) fn on_completed(&mut self, job: JobId, is_settled: bool) {
        // One that was paused before it was known what is there hears of it when it goes on.
        let is_known = |torrent: &&mut Torrent| !torrent.stage.is_preparing();
        let Some(torrent) = self.torrents.get_mut(job).filter(is_known) else { return };
        let progress = torrent.progress();
        torrent.stage.complete(self.now);
        if is_settled {
            self.torrents.note_settled(job);
        }
        self.torrents.settle(job);
        self.say(job, JobEvent::Completed(progress));
        self.share_budget();
        self.offer_to_visitors(job);
        self.tell_of_seeding(job);
    }

    /// Ends a torrent that does not stay, and tells of one that does.
    pub(super) fn tell_of_seeding(&mut self, job: JobId) {
        self.end_if_seeded(job);
        let is_seeding = |torrent: &Torrent| matches!(torrent.stage, JobStage::Seeding { .. });
        if self.torrents.get(job).is_some_and(is_seeding) {
            self.say(job, JobEvent::Seeding { port: self.port });
        }
    }

    /// Says where torrents stand to which something happened, or which wait for something, and ends those whose time has come.
    pub(super) fn look_at_torrents(&mut self) {
        for job in self.torrents.take_restless() {
            self.look_at(job);
            self.torrents.keep_restless(job);
        }
        if self.pool.capacity() > self.blocks_for_payload() {
            self.share_budget(); // What was committed when it shrank may be written by now.
        }
    }

    fn look_at(&mut self, job: JobId) {
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        let (failure, progress) = (torrent.failure_now(self.now), torrent.progress());
        if let Some(leaving) = torrent.stage.leaving().filter(|leaving| leaving.until <= self.now) {
            leaving.swarm_is_over = true;
        }
        self.say(job, JobEvent::Progress(progress));
        self.look_at_interest(job);
        match failure {
            Some(failure) => self.end(job, Err(failure)),
            None => {
                self.end_if_seeded(job);
                self.end_if_layered(job);
                self.go_to_rest(job);
            }
        }
        self.finish(job);
    }

    fn end_if_seeded(&mut self, job: JobId) {
        if self.torrents.get(job).is_some_and(|torrent| torrent.has_seeded(self.now)) {
            self.end(job, Ok(()));
        }
    }

    fn end_if_layered(&mut self, job: JobId) {
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        if let JobStage::Layers { until } = torrent.stage
            && (torrent.take_layers() || until <= self.now)
        {
            self.end(job, Ok(()));
        }
    }

    /// Lets a torrent end: peers and trackers hear of it, the disk syncs what it has. The first result counts.
    pub(super) fn end(&mut self, job: JobId, result: Result<(), Failure>) {
        let until = self.now + if result.is_ok() { GOODBYE } else { HURRIED_GOODBYE };
        let dht = self.dht_shortfall(job);
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        if torrent.stage.leaving().is_some() {
            return;
        }
        let mut shortfall = if result.is_err() { shortfall_of(torrent) } else { Shortfall::default() };
        shortfall.dht = dht;
        let is_on_disk = torrent.stage.is_on_disk();
        let swarm_is_over = torrent.swarm.as_ref().is_none_or(Swarm::has_stopped);
        let leaving = Leaving { until, is_on_disk, swarm_is_over, result: Some(result), shortfall };
        torrent.stage = JobStage::Leaving(Box::new(leaving));
        torrent.checking.stop();
        self.door.forget_torrent(job);
        self.leave_dht(job);
        self.web_seeds.cancel_all(job);
        match self.is_record(job) {
            true => self.leave_off_content(job), // It may only go to sleep.
            false => self.withdraw_from_visitors(job),
        }
        if is_on_disk {
            self.disk.send(Request::Close { job });
        }
        self.tell(job, Event::Stop);
        self.finish(job);
    }

    pub(super) fn on_stopped(&mut self, job: JobId) {
        if let Some(leaving) = self.torrents.get_mut(job).and_then(|torrent| torrent.stage.leaving()) {
            leaving.swarm_is_over = true;
        }
        // One that is paused goes to rest when it is looked at: its engine may have more to say.
        self.finish(job);
    }

    pub(super) fn on_disk_closed(&mut self, job: JobId) {
        let stage = self.torrents.get_mut(job).map(|torrent| &mut torrent.stage);
        if let Some(JobStage::Paused(paused)) = stage
            && let PausedAt::Preparing { is_closed } = &mut paused.at
        {
            *is_closed = true;
            self.go_to_rest(job);
        }
        if let Some(leaving) = self.torrents.get_mut(job).and_then(|torrent| torrent.stage.leaving()) {
            leaving.is_on_disk = false;
            if leaving.result.is_none() {
                self.disk.send(Request::Forget { job });
                self.closing.remove(&job);
                self.send_to_prepare();
            }
        }
        self.finish(job);
    }

    /// The engine of a torrent goes: nobody is asked or dialled for it any more, and what it had is for others.
    pub(super) fn forget_questions(&mut self, job: JobId) {
        self.door.forget_torrent(job);
        self.forget_level(job);
        self.forget_upload_slots(job);
        let lookups = self.namers.forget(job);
        if let Some(torrent) = self.torrents.get_mut(job) {
            torrent.lookups = torrent.lookups.saturating_sub(lookups);
        }
        self.web_seeds.forget(job);
        if self.torrents.get(job).is_some_and(|torrent| torrent.trackers.is_empty()) {
            return; // Those of a record are asked for it, whether it has an engine or not.
        }
        self.announcers.forget(job);
        self.tracker_namers.forget(job);
        self.udp_trackers.forget(job, self.now);
        self.go_on_with_udp_trackers();
    }

    /// A torrent goes when nobody has anything more to do for it.
    fn finish(&mut self, job: JobId) {
        if !self.torrents.get(job).is_some_and(|torrent| torrent.stage.is_over()) {
            return;
        }
        self.forget_questions(job);
        let hashes = self.torrents.get(job).map(Torrent::short_hashes).unwrap_or_default();
        let over = self.torrents.remove(job).and_then(|torrent| self.on_torrent_over(torrent));
        self.stop_tracking(hashes);
        if let Some(outcome) = over.and_then(Torrent::outcome) {
            self.events.push((job, JobEvent::Ended(Box::new(outcome))));
        }
        self.close_those(|connection| connection.job() == Some(job));
        self.share_budget();
    }
}

/// How long peers, and trackers that answered before, have to hear that we go.
pub(super) const GOODBYE: Time = Time::from_secs(4);

/// The same for what failed, or if somebody pressed Ctrl-C.
pub(super) const HURRIED_GOODBYE: Time = Time::from_millis(800);

/// How long peers have to give piece layers after the metadata. Those of a hybrid may know its v1 half alone.
const LAYERS: Time = Time::from_secs(30);
