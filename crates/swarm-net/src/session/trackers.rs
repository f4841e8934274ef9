//! Trackers are asked, and answer.

use std::time::Duration;

use swarm::{Announce, Event, TrackerError, TrackerId};
use torrent_core::address::{AddressError, Scheme};
use web_client::PATIENCE;

use super::Session;
use crate::job_id::JobId;
use crate::mailbox::ThreadAnswer;
use crate::trackers::{AnnounceRequest, AnnounceResult};
use crate::turn_queue::ServerStanding;

impl Session {
    /// Asks a tracker, as its engine wants: one announce at a time for each.
    pub(super) fn announce(&mut self, job: JobId, tracker: TrackerId, announce: Announce) {
        let (Some(torrent), mailbox) = (self.torrents.get(job), self.mailbox.clone()) else { return };
        let Some(named) = torrent.trackers.get(tracker.0) else { return };
        let url = match &named.url {
            Ok(url) => url.clone(),
            Err(error) => {
                return mailbox.put(ThreadAnswer::Announced { job, tracker, answer: unusable(error) });
            }
        };
        let (namer, standing) = (named.namer, named.standing);
        let (announcers, bind) = (torrent.announcers(), self.settings.bind);
        let access = self.settings.access.clone();
        let patience = if standing == ServerStanding::New { FIRST_PATIENCE } else { PATIENCE };
        let crew = match url.scheme() {
            Scheme::Udp => &mut self.udp_announcers,
            Scheme::Http | Scheme::Https => &mut self.announcers,
        };
        let request = AnnounceRequest { url, namer, announcers, announce, bind, access, patience };
        crew.run(job, standing, move || {
            mailbox.put(ThreadAnswer::Announced { job, tracker, answer: request.run() })
        });
    }

    pub(super) fn on_announced(&mut self, job: JobId, tracker: TrackerId, answer: AnnounceResult) {
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        if let Some(named) = torrent.trackers.get_mut(tracker.0) {
            named.standing = match &answer.result {
                Err(TrackerError::Failed(_)) => ServerStanding::Silent,
                _ => ServerStanding::Answers,
            };
        }
        if !answer.near.is_empty() {
            let origin = swarm::Origin::NearTracker(tracker);
            self.tell(job, Event::Peers { origin, addresses: answer.near });
        }
        self.tell(job, Event::Announced { tracker, result: answer.result });
    }
}

/// How long each step of the first announce to a tracker over HTTP may take: many that are named are gone for good.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);

fn unusable(error: &AddressError) -> AnnounceResult {
    AnnounceResult { result: Err(TrackerError::NotAsked(error.clone())), near: Vec::new() }
}
