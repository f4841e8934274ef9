//! How torrents begin, go on and end.

use std::collections::BTreeMap;
use std::sync::Arc;

use swarm::{ConnectionId, Event, Swarm, Time, limits};
use torrent_core::metainfo::Metainfo;

use super::Session;
use super::queue::Queue;
use crate::connection::Connection;
use crate::disk::{DiskError, Request};
use crate::ending::shortfall_of;
use crate::job::{Failure, Goal, JobEvent, Source};
use crate::job_id::JobId;
use crate::pool::Block;
use crate::tables::tables_limit;
use crate::torrent::{JobStage, Torrent, metainfo_of};

impl Session<'_> {
    /// Begins all jobs.
    pub(super) fn begin(&mut self) {
        for job in (0..self.torrents.len()).map(JobId) {
            for message in std::mem::take(&mut self.torrents[job.0].remarks) {
                self.observer.on_event(job, JobEvent::Warning { message: &message });
            }
            let torrent = &self.torrents[job.0];
            match torrent.job.source.clone() {
                Source::Torrent(_) if torrent.job.goal != Goal::Files => self.end(job, Ok(())),
                // All of it may be there.
                Source::Torrent(metainfo) => self.prepare(job, &metainfo),
                Source::Magnet(_) if torrent.job.found.is_some() => {
                    match (torrent.job.found.clone(), torrent.job.goal) {
                        (Some(metainfo), Goal::Files) => self.prepare(job, &metainfo),
                        _ => self.end(job, Ok(())),
                    }
                }
                Source::Magnet(_) if !torrent.has_somebody_to_ask() => {
                    self.end(job, Err(Failure::NobodyHasMetadata))
                }
                Source::Magnet(_) => self.start_engine(job, None),
            }
        }
    }

    /// Tells an engine what happened.
    pub(super) fn tell(&mut self, job: JobId, event: Event<Block>) {
        if let Some(swarm) = &mut self.torrents[job.0].swarm {
            swarm.handle(self.now, event);
        }
    }

    /// Lets engines know that their time has come.
    pub(super) fn tick_engines(&mut self) {
        for torrent in &mut self.torrents {
            let Some(swarm) = &mut torrent.swarm else { continue };
            if swarm.next_deadline().is_some_and(|deadline| deadline <= self.now) {
                let job = |id: &ConnectionId| self.connections.get(id).and_then(Connection::job);
                let unread = self.queues.wait_for_reading().flat_map(Queue::iter);
                let connections = unread.filter(|id| job(id) == Some(torrent.id)).collect();
                swarm.handle(self.now, Event::TickUnread { connections });
            }
        }
    }

    /// Lets the disk look at what is there.
    fn prepare(&mut self, job: JobId, metainfo: &Arc<Metainfo>) {
        let torrent = &mut self.torrents[job.0];
        torrent.set_metainfo(metainfo);
        torrent.stage = JobStage::Preparing;
        if let Some(failure) = self.refusal_of_tables(job) {
            return self.end(job, Err(failure));
        }
        let torrent = &mut self.torrents[job.0];
        match torrent.storage_params(metainfo) {
            Ok(params) => {
                torrent.is_on_disk = true;
                self.disk.send(Request::Prepare { job, params });
            }
            Err(failure) => self.end(job, Err(failure)),
        }
    }

    fn start_engine(&mut self, job: JobId, torrent: Option<swarm::Torrent>) {
        let config = self.torrents[job.0].config(self.settings.memory);
        self.torrents[job.0].swarm = Some(Swarm::new(config, torrent));
        self.share_budget();
        self.look_up_peers(job);
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
            Ok(metainfo) => {
                self.torrents[job.0].set_metainfo(&metainfo);
                if let Some(failure) = self.refusal_of_tables(job) {
                    return self.end(job, Err(failure));
                }
                self.observer.on_event(job, JobEvent::Metadata { metainfo: &metainfo });
                match self.torrents[job.0].job.goal {
                    Goal::Files => self.prepare(job, &metainfo),
                    Goal::Torrent if metainfo.lacks_layers() => self.fetch_layers(job, metainfo),
                    Goal::Torrent | Goal::Metadata => self.end(job, Ok(())),
                }
            }
        }
    }

    /// Lets the engine go on for the sake of piece layers alone: nothing is there, and nothing is wanted.
    fn fetch_layers(&mut self, job: JobId, metainfo: Arc<Metainfo>) {
        let torrent = &mut self.torrents[job.0];
        torrent.layers_until = Some(self.now + LAYERS);
        let none = vec![false; torrent.pieces().unwrap_or_default() as usize];
        self.tell(job, Event::Ready(swarm::Torrent { metainfo, have: none.clone(), wanted: none }));
        self.set_pieces(job);
    }

    fn end_if_layered(&mut self, job: JobId) {
        let torrent = &mut self.torrents[job.0];
        let Some(until) = torrent.layers_until else { return };
        if torrent.take_layers() || until <= self.now {
            self.end(job, Ok(()));
        }
    }

    /// Lets connections know how many pieces there are.
    fn set_pieces(&mut self, job: JobId) {
        let pieces = self.torrents[job.0].pieces();
        for connection in self.connections.values_mut().filter(|connection| connection.job() == Some(job)) {
            connection.set_pieces(pieces);
        }
    }

    pub(super) fn on_prepared(&mut self, job: JobId, ready: swarm::Torrent, warnings: &[String]) {
        for message in warnings {
            self.observer.on_event(job, JobEvent::Warning { message });
        }
        if self.torrents[job.0].stage != JobStage::Preparing {
            return;
        }
        let wanted = ready.wanted.iter().filter(|wanted| **wanted).count();
        let had = ready.wanted.iter().zip(&ready.have).filter(|(wanted, have)| **wanted && **have).count();
        let metainfo = Arc::clone(&ready.metainfo);
        if had < wanted && !self.torrents[job.0].has_somebody_to_ask() {
            return self.end(job, Err(Failure::NobodyToAsk));
        }
        self.torrents[job.0].stage = JobStage::Running;
        match self.torrents[job.0].swarm.is_some() {
            true => self.tell(job, Event::Ready(ready)),
            false => self.start_engine(job, Some(ready)),
        }
        self.set_pieces(job);
        let progress = self.torrents[job.0].progress();
        let event = JobEvent::Started { metainfo: &metainfo, pieces: wanted, pieces_had: had, progress };
        self.observer.on_event(job, event);
        self.share_budget();
    }

    pub(super) fn on_completed(&mut self, job: JobId) {
        self.torrents[job.0].completed = Some(self.now);
        let progress = self.torrents[job.0].progress();
        self.observer.on_event(job, JobEvent::Completed(progress));
        self.share_budget();
        self.end_if_seeded(job);
        let Torrent { stage, port, .. } = &self.torrents[job.0];
        if *stage == JobStage::Running {
            self.observer.on_event(job, JobEvent::Seeding { port: *port });
        }
    }

    /// Says where jobs stand, and ends those whose time has come.
    pub(super) fn look_at_jobs(&mut self) {
        for job in (0..self.torrents.len()).map(JobId) {
            let torrent = &mut self.torrents[job.0];
            let failure = torrent.failure_now(self.now);
            match torrent.stage {
                JobStage::Done => continue,
                JobStage::Leaving { until } if until <= self.now => torrent.swarm_is_over = true,
                _ => {}
            }
            let progress = torrent.progress();
            self.observer.on_event(job, JobEvent::Progress(progress));
            match failure {
                Some(failure) => self.end(job, Err(failure)),
                None => {
                    self.end_if_seeded(job);
                    self.end_if_layered(job);
                }
            }
            self.finish(job);
        }
        if self.pool.capacity() > self.blocks_for_payload() {
            self.share_budget(); // What was committed when it shrank may be written by now.
        }
    }

    fn end_if_seeded(&mut self, job: JobId) {
        if self.torrents[job.0].has_seeded(self.now) {
            self.end(job, Ok(()));
        }
    }

    /// Ends every job that has not ended.
    pub(super) fn end_all(&mut self, why: impl Fn() -> Failure) {
        for job in (0..self.torrents.len()).map(JobId) {
            let is_complete = self.torrents[job.0].completed.is_some();
            self.end(job, if is_complete { Ok(()) } else { Err(why()) });
            if let JobStage::Leaving { until } = &mut self.torrents[job.0].stage {
                *until = (*until).min(self.now + HURRIED_GOODBYE);
            }
        }
    }

    /// Lets a job end: peers and trackers hear of it, the disk syncs what it has. The first result counts.
    pub(super) fn end(&mut self, job: JobId, result: Result<(), Failure>) {
        let until = self.now + if result.is_ok() { GOODBYE } else { HURRIED_GOODBYE };
        let torrent = &mut self.torrents[job.0];
        if torrent.result.is_some() {
            return;
        }
        if result.is_err() {
            torrent.shortfall = shortfall_of(torrent);
        }
        torrent.result = Some(result);
        torrent.stage = JobStage::Leaving { until };
        torrent.checking.stop();
        self.web_seeds.cancel_all(job);
        if self.torrents[job.0].is_on_disk {
            self.disk.send(Request::Close { job });
        }
        self.tell(job, Event::Stop);
        self.torrents[job.0].swarm_is_over |= self.torrents[job.0].swarm.is_none();
        self.finish(job);
    }

    pub(super) fn on_stopped(&mut self, job: JobId) {
        self.torrents[job.0].swarm_is_over = true;
        self.finish(job);
    }

    /// A job is done when nobody has anything more to do for it.
    pub(super) fn finish(&mut self, job: JobId) {
        let torrent = &mut self.torrents[job.0];
        let is_leaving = matches!(torrent.stage, JobStage::Leaving { .. });
        if !is_leaving || torrent.is_on_disk || !torrent.swarm_is_over {
            return;
        }
        torrent.stage = JobStage::Done;
        torrent.forget_engine();
        let of_job = self.connections.values().filter(|connection| connection.job() == Some(job));
        let ids: Vec<_> = of_job.map(|connection| connection.id).collect();
        ids.into_iter().for_each(|id| self.close(id));
        self.share_budget();
    }
}

/// How long trackers and peers have to hear that we go: those who answered before, and what they are told next comes on top.
const GOODBYE: Time = Time::from_secs(4);

/// The same for what failed, or if somebody pressed Ctrl-C.
const HURRIED_GOODBYE: Time = Time::from_millis(800);

/// How long peers have to give piece layers after the metadata. Those of a hybrid may know its v1 half alone.
const LAYERS: Time = Time::from_secs(30);
