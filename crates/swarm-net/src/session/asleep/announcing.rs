//! Trackers hear of records: over HTTP by the threads that announce torrents, over UDP by the session's sockets.

use std::sync::Arc;

use swarm::tracker::{Announcer, wait_after};
use swarm::{Announce, AnnounceEvent, Origin, TrackerError, TrackerId};
use torrent_core::address::Scheme;
use web_client::PATIENCE;

use super::super::Session;
use super::places::RecordAccount;
use super::schedule::{AnnounceOutcome, Ask};
use super::tracker_list::RecordTracker;
use crate::job::{JobEvent, JobProgress};
use crate::job_id::JobId;
use crate::mailbox::ThreadAnswer;
use crate::torrent::Torrent;
use crate::trackers::{AnnounceRequest, AnnounceResult, FoundAddresses, UdpAnnounce, tracker_addresses};
use crate::turn_queue::ServerStanding;

impl Session {
    /// Asks the trackers whose turn it is.
    pub(super) fn announce_records(&mut self) {
        while let Some(ask) = self.asleep.schedule.poll(self.now) {
            self.ask_for_record(ask);
        }
    }

    fn ask_for_record(&mut self, ask: Ask) {
        let ((job, tier), tracker) = (ask.id, Arc::clone(&ask.tracker));
        let Some(account) = ask.farewell.or_else(|| self.account_of_record(job).map(Arc::new)) else {
            return;
        };
        if let Some(answer) = self.own_answer(&tracker.url) {
            return self.mailbox.put(ThreadAnswer::RecordAnnounced { job, tracker: TrackerId(tier), answer });
        }
        let (announce, announcers) = (announce(&account, ask.event), account.announcers.clone());
        if tracker.url.scheme() == Scheme::Udp {
            let announce =
                UdpAnnounce { url: tracker.url.clone(), announcers, announce, addresses: Vec::new() };
            return self.find_tracker_of_record(job, TrackerId(tier), &tracker, announce);
        }
        let (url, namer, bind) = (tracker.url.clone(), tracker.namer, self.settings.bind);
        let (access, mailbox) = (self.settings.access.clone(), self.mailbox.clone());
        let request = AnnounceRequest { url, namer, announcers, announce, bind, access, patience: PATIENCE };
        self.announcers.run(job, ServerStanding::New, move || {
            let answer = request.run_in_turn();
            mailbox.put(ThreadAnswer::RecordAnnounced { job, tracker: TrackerId(tier), answer });
        });
    }

    fn find_tracker_of_record(
        &mut self,
        job: JobId,
        id: TrackerId,
        tracker: &RecordTracker,
        announce: UdpAnnounce,
    ) {
        let (url, namer, bind) = (tracker.url.clone(), tracker.namer, self.settings.bind);
        let mailbox = self.mailbox.clone();
        if url.ip().is_some() {
            return self.on_tracker_of_record(job, id, announce, tracker_addresses(&url, namer, bind));
        }
        self.tracker_namers.run(job, ServerStanding::New, move || {
            let (found, announce) = (tracker_addresses(&url, namer, bind), Box::new(announce));
            mailbox.put(ThreadAnswer::RecordTrackerFound { job, tracker: id, announce, found });
        });
    }

    /// The name of a UDP tracker was looked up.
    pub(in crate::session) fn on_tracker_of_record(
        &mut self,
        job: JobId,
        tracker: TrackerId,
        mut announce: UdpAnnounce,
        found: FoundAddresses,
    ) {
        match found {
            Err(error) => self.on_record_announced(job, tracker, AnnounceResult::none(error)),
            Ok(addresses) if self.is_asked_for_record(job, tracker) => {
                announce.addresses = addresses;
                self.udp_trackers.ask(job, tracker, ServerStanding::New, announce, self.now);
                self.go_on_with_udp_trackers();
            }
            Ok(_) => {}
        }
    }

    /// Whether an answer of this tracker is for a record.
    pub(in crate::session) fn is_asked_for_record(&self, job: JobId, tracker: TrackerId) -> bool {
        self.asleep.schedule.is_asked((job, tracker.0))
    }

    /// A tracker answered, or did not.
    pub(in crate::session) fn on_record_announced(
        &mut self,
        job: JobId,
        tracker: TrackerId,
        answer: AnnounceResult,
    ) {
        let outcome = match &answer.result {
            Ok(announced) => AnnounceOutcome::Answered(wait_after(announced, false)),
            // Who may not be asked may not be asked for other records either.
            Err(TrackerError::Failed(_) | TrackerError::NotAsked(_)) => AnnounceOutcome::Silent,
            Err(_) => AnnounceOutcome::Refused,
        };
        let failed = self.asleep.schedule.answered((job, tracker.0), outcome, self.now);
        match answer.result {
            Ok(announced) => {
                let named = [
                    (Origin::Tracker(TrackerId(0)), announced.peers),
                    (Origin::NearTracker(TrackerId(0)), answer.near),
                ];
                self.take_peers(job, announced.leechers.is_some_and(|leechers| leechers > 0), named);
            }
            Err(error) => {
                if let Some(tracker) = failed {
                    let (url, message, way_out) = (tracker.text.clone(), error.to_string(), error.way_out());
                    self.events.push((job, JobEvent::Tracker { url, message, way_out }));
                }
            }
        }
    }

    /// What trackers are to know of a record.
    pub(super) fn account_of_record(&self, job: JobId) -> Option<RecordAccount> {
        let sleeper = self.asleep.sleepers.get(job)?;
        let (peer_id, key) = self.asleep.identity;
        let port = self.announced_port();
        let announcer = |info_hash| Announcer { info_hash, peer_id, port, key };
        let announcers = sleeper.record.short_hashes().map(announcer).collect();
        let JobProgress { uploaded, downloaded, wanted, done, .. } = self.counted(job);
        Some(RecordAccount { announcers, uploaded, downloaded, left: wanted.saturating_sub(done) })
    }

    /// What was counted of a record.
    pub(in crate::session) fn counted(&self, job: JobId) -> JobProgress {
        let earlier = || Some(self.asleep.sleepers.get(job)?.earlier.as_ref()?.progress);
        self.torrents.get(job).map(Torrent::progress).or_else(earlier).unwrap_or_default()
    }
}

fn announce(account: &RecordAccount, event: Option<AnnounceEvent>) -> Announce {
    let &RecordAccount { uploaded, downloaded, left, .. } = account;
    let peers_wanted = if event == Some(AnnounceEvent::Stopped) { 0 } else { PEERS };
    Announce { event, uploaded, downloaded, left, peers_wanted, tracker_id: None }
}

/// Peers that a tracker is asked for: those that cannot dial us.
const PEERS: u32 = 50;
