//! Trackers are asked, and answer.

use std::time::Duration;

use swarm::{Announce, AnnounceEvent, Event, NamedPeer, TrackerError, TrackerId};
use torrent_core::address::{AddressError, Scheme, Url};
use web_client::PATIENCE;

use super::Session;
use crate::job_id::JobId;
use crate::mailbox::ThreadAnswer;
use crate::named::Named;
use crate::trackers::{AnnounceRequest, AnnounceResult, FoundAddresses, UdpAnnounce, tracker_addresses};
use crate::turn_queue::ServerStanding;

impl Session {
    /// Asks a tracker, as its engine wants: one announce at a time for each.
    pub(super) fn announce(&mut self, job: JobId, tracker: TrackerId, announce: Announce) {
        let Some(torrent) = self.torrents.get(job) else { return };
        let Some(named) = torrent.trackers.get(tracker.0) else { return };
        match &named.url {
            Err(error) => {
                let (engine, answer) = (torrent.engine, unusable(error));
                self.mailbox.put(ThreadAnswer::Announced { job, engine, tracker, answer });
            }
            Ok(url) if let Some(answer) = self.own_answer(url) => {
                let engine = torrent.engine;
                self.mailbox.put(ThreadAnswer::Announced { job, engine, tracker, answer });
            }
            Ok(url) if url.scheme() == Scheme::Udp => {
                let announcers = torrent.announcers();
                let announce = UdpAnnounce { url: url.clone(), announcers, announce, addresses: Vec::new() };
                self.find_udp_tracker(job, tracker, announce);
            }
            Ok(url) => {
                let url = url.clone();
                self.announce_over_http(job, tracker, url, announce);
            }
        }
    }

    fn announce_over_http(&mut self, job: JobId, tracker: TrackerId, url: Url, announce: Announce) {
        let (Some(torrent), mailbox) = (self.torrents.get(job), self.mailbox.clone()) else { return };
        let Some(&Named { namer, standing, .. }) = torrent.trackers.get(tracker.0) else { return };
        let (announcers, bind) = (torrent.announcers(), self.settings.bind);
        let access = self.settings.access.clone();
        let patience = if standing == ServerStanding::New { FIRST_PATIENCE } else { PATIENCE };
        let engine = torrent.engine;
        let request = AnnounceRequest { url, namer, announcers, announce, bind, access, patience };
        self.announcers.run(job, standing, move || {
            mailbox.put(ThreadAnswer::Announced { job, engine, tracker, answer: request.run() })
        });
    }

    /// Looks up where a tracker is. Who is an address is asked at once, and so is who is to hear that we go: where it answered before.
    fn find_udp_tracker(&mut self, job: JobId, tracker: TrackerId, announce: UdpAnnounce) {
        let Some(torrent) = self.torrents.get(job) else { return };
        let Some(Named { namer, standing, addresses, .. }) = torrent.trackers.get(tracker.0) else { return };
        let engine = torrent.engine;
        let (namer, bind, mailbox) = (*namer, self.settings.bind, self.mailbox.clone());
        let url = announce.url.clone();
        if announce.announce.event == Some(AnnounceEvent::Stopped) && !addresses.is_empty() {
            let found = Ok(addresses.clone());
            self.on_tracker_found(job, tracker, announce, found);
        } else if url.ip().is_some() {
            self.on_tracker_found(job, tracker, announce, tracker_addresses(&url, namer, bind));
        } else {
            self.tracker_namers.run(job, *standing, move || {
                let (found, announce) = (tracker_addresses(&url, namer, bind), Box::new(announce));
                mailbox.put(ThreadAnswer::TrackerFound { job, engine, tracker, announce, found });
            });
        }
    }

    /// The name of a UDP tracker was looked up.
    pub(super) fn on_tracker_found(
        &mut self,
        job: JobId,
        tracker: TrackerId,
        mut announce: UdpAnnounce,
        found: FoundAddresses,
    ) {
        // A torrent that was paused meanwhile asks nobody.
        let torrent = self.torrents.get_mut(job).filter(|torrent| torrent.swarm.is_some());
        let Some(named) = torrent.and_then(|torrent| torrent.trackers.get_mut(tracker.0)) else { return };
        match found {
            Err(error) => self.on_announced(job, tracker, AnnounceResult::none(error)),
            Ok(addresses) => {
                named.addresses = addresses.clone();
                announce.addresses = addresses;
                self.udp_trackers.ask(job, tracker, named.standing, announce, self.now);
                self.go_on_with_udp_trackers();
            }
        }
    }

    pub(super) fn on_announced(&mut self, job: JobId, tracker: TrackerId, answer: AnnounceResult) {
        if self.is_asked_for_record(job, tracker) {
            return self.on_record_announced(job, tracker, answer);
        }
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        if let Some(named) = torrent.trackers.get_mut(tracker.0) {
            named.standing = match &answer.result {
                Err(TrackerError::Failed(_)) => ServerStanding::Silent,
                _ => ServerStanding::Answers,
            };
        }
        if !answer.near.is_empty() {
            let origin = swarm::Origin::NearTracker(tracker);
            let peers = answer.near.into_iter().map(NamedPeer::from).collect();
            self.tell(job, Event::Peers { origin, peers });
        }
        self.tell(job, Event::Announced { tracker, result: answer.result });
    }
}

/// How long each step of the first announce to a tracker over HTTP may take: many that are named are gone for good.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);

fn unusable(error: &AddressError) -> AnnounceResult {
    AnnounceResult::none(TrackerError::NotAsked(error.clone()))
}
