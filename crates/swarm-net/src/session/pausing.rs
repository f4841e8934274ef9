//! Torrents are paused, and go on.
//!
//! What is under way ends first: peers and trackers hear goodbye, whole pieces are hashed and written, the disk saves them. Then the
//! engine goes, with all memory and all addresses that it had, and nothing is left but what the torrent goes on with: its place in
//! the session, what is known of it, and the files and their lock at the disk. A new engine begins where the old one was, and asks for
//! peers anew. What the old one had counted stays.

use std::sync::Arc;

use swarm::{Event, Swarm};

use super::Session;
use crate::connection::Connection;
use crate::disk::Request;
use crate::job::JobEvent;
use crate::job_id::JobId;
use crate::pool::Block;
use crate::stage::{JobStage, PausedAt, Rest};

impl Session {
    /// Pauses a torrent: its peers are disconnected, trackers hear that we stop, what is complete is saved. When that is done,
    /// [`JobEvent::Paused`] is heard, and from then on it costs nothing but a little memory, and three descriptors (folder, lock and
    /// journal) if it is not complete. Pieces that are not whole are given up; looking at what is on disk begins anew when it goes on. A
    /// torrent that has ended stays as it is, and so does one that was added asleep.
    pub fn pause(&mut self, job: JobId) {
        self.now = self.start.elapsed();
        if self.is_record(job) {
            return;
        }
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        if let JobStage::Paused(paused) = &mut torrent.stage {
            if let Rest::Ending { is_resumed } = &mut paused.rest {
                *is_resumed = false;
            }
            return;
        }
        let Some(paused) = torrent.stage.pause(self.now) else { return };
        let is_preparing = matches!(paused.at, PausedAt::Preparing { .. });
        torrent.stage = JobStage::Paused(Box::new(paused));
        let checking = Arc::clone(&torrent.checking);
        if is_preparing {
            self.to_prepare.retain(|(other, _)| *other != job);
            self.disk.send(Request::Close { job });
            self.disk.send(Request::Forget { job });
            // Only now: the disk would take it for a failure if it had not heard of the end.
            checking.stop();
        }
        self.door.forget_torrent(job);
        self.leave_dht(job);
        self.web_seeds.cancel_all(job);
        self.leave_off_content(job);
        self.close_those(|connection| connection.job() == Some(job) && !connection.is_known());
        self.tell(job, Event::Stop);
        self.torrents.settle(job);
        self.go_to_rest(job);
    }

    /// Lets a paused torrent go on from where it was. The time that it was paused counts for none of its limits of time.
    pub fn resume(&mut self, job: JobId) {
        self.now = self.start.elapsed();
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        let JobStage::Paused(paused) = &mut torrent.stage else { return };
        match &mut paused.rest {
            Rest::Ending { is_resumed } => *is_resumed = true,
            Rest::AtRest => self.end_pause(job),
        }
    }

    /// Takes a torrent that is being paused as far as it gets.
    pub(super) fn go_to_rest(&mut self, job: JobId) {
        self.drop_engine(job);
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        let JobStage::Paused(paused) = &mut torrent.stage else { return };
        let Rest::Ending { is_resumed } = paused.rest else { return };
        if torrent.swarm.is_some() || paused.at.waits_for_disk() {
            return;
        }
        paused.rest = Rest::AtRest;
        if is_resumed {
            return self.end_pause(job);
        }
        let progress = torrent.progress();
        self.torrents.lie_down(job);
        self.say(job, JobEvent::Progress(progress));
        self.say(job, JobEvent::Paused);
    }

    /// Lets the engine of a torrent that is being paused go, if it has said goodbye and all that was whole is written.
    fn drop_engine(&mut self, job: JobId) {
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        let JobStage::Paused(paused) = &torrent.stage else { return };
        let is_over = |swarm: &Swarm<Block>| swarm.has_stopped() && !swarm.has_unwritten();
        if !torrent.swarm.as_ref().is_some_and(is_over) {
            return;
        }
        if matches!(paused.at, PausedAt::Pieces { .. }) {
            self.disk.send(Request::Rest { job });
        }
        torrent.drop_engine();
        self.forget_questions(job);
        self.torrents.settle(job);
        self.close_those(|connection| connection.job() == Some(job));
        self.share_budget();
    }

    /// The disk has saved what a torrent has that is being paused.
    pub(super) fn on_rested(&mut self, job: JobId, torrent: swarm::Torrent) {
        let stage = self.torrents.get_mut(job).map(|torrent| &mut torrent.stage);
        if let Some(JobStage::Paused(paused)) = stage
            && let PausedAt::Pieces { ready, .. } = &mut paused.at
        {
            *ready = Some(Box::new(torrent));
        }
        self.go_to_rest(job);
    }

    /// A paused torrent that is at rest goes on.
    fn end_pause(&mut self, job: JobId) {
        let now = self.now;
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        let Some(paused) = torrent.stage.take_paused() else { return };
        let passed = now.saturating_sub(paused.since);
        torrent.excuse_pause(passed, now);
        self.torrents.wake(job);
        match paused.at {
            PausedAt::Metadata => self.begin(job),
            PausedAt::Preparing { .. } => {
                if let Some(torrent) = self.torrents.get_mut(job) {
                    torrent.checking = Arc::default();
                }
                self.begin(job);
            }
            PausedAt::Layers => self.fetch_layers(job),
            PausedAt::Pieces { seeding, ready } => {
                let Some(torrent) = self.torrents.get_mut(job) else { return };
                torrent.stage = match seeding {
                    Some(since) => JobStage::Seeding { since: since.saturating_add(passed) },
                    None => JobStage::Fetching,
                };
                self.start_engine(job, ready.map(|ready| *ready));
                self.torrents.settle(job);
                self.tell_of_seeding(job);
            }
        }
    }

    /// Closes the connections that are meant.
    pub(super) fn close_those(&mut self, is_meant: impl Fn(&Connection) -> bool) {
        let meant = self.connections.values().filter(|connection| is_meant(connection));
        let ids: Vec<_> = meant.map(|connection| connection.id).collect();
        ids.into_iter().for_each(|id| self.close(id));
    }
}
