//! Talking to trackers.

use super::{Phase, Swarm};
use crate::addresses::{Origin, Witness};
use crate::{Action, Announce, AnnounceEvent, Announced, Report, TrackerError, TrackerId};

impl<B> Swarm<B> {
    /// Asks every tracker whose time has come.
    pub(crate) fn announce(&mut self) {
        let complete = self.phase == Phase::Seeding;
        while let Some((tracker, event)) = self.trackers.next(self.now, complete) {
            self.send_announce(tracker, self.event_for_tracker(event));
        }
    }

    pub(crate) fn on_announced(&mut self, tracker: TrackerId, result: Result<Announced, TrackerError>) {
        self.take_answer(tracker, result);
        if matches!(self.phase, Phase::Stopping(_)) && self.trackers.stop_next(tracker) {
            self.send_announce(tracker, Some(AnnounceEvent::Stopped));
        }
    }

    fn take_answer(&mut self, tracker: TrackerId, result: Result<Announced, TrackerError>) {
        match result {
            Ok(answer) => {
                self.trackers.answered(tracker, &answer, self.now);
                if let Some(ip) = answer.external_ip {
                    self.addresses.own.says(Witness::Tracker(tracker), ip);
                }
                self.on_peers(Origin::Tracker(tracker), answer.peers);
                if let Some(warning) = answer.warning {
                    let message = String::from_utf8_lossy(&warning).into_owned();
                    self.report(Report::Tracker { tracker, message, way_out: None });
                }
            }
            Err(error) => {
                self.trackers.fell_short(tracker, &error);
                self.trackers.failed(tracker, self.now);
                if matches!(self.phase, Phase::Stopping(_) | Phase::Stopped) {
                    return; // That a tracker did not hear our goodbye is nobody's concern.
                }
                self.report(Report::Tracker {
                    tracker,
                    message: error.to_string(),
                    way_out: error.way_out(),
                });
            }
        }
    }

    /// All that is wanted is there.
    pub(crate) fn announce_completion(&mut self) {
        self.trackers.complete(self.now);
    }

    pub(crate) fn send_announce(&mut self, tracker: TrackerId, event: Option<AnnounceEvent>) {
        let free = self.most_connections().saturating_sub(self.connections.len());
        let announce = Announce {
            event,
            uploaded: self.totals.up.total(),
            downloaded: self.totals.down.total(),
            left: self.left(),
            peers_wanted: if event == Some(AnnounceEvent::Stopped) {
                0
            } else {
                free.min(PEERS_WANTED) as u32
            },
            tracker_id: self.trackers.key(tracker),
        };
        self.actions.push_back(Action::Announce { tracker, announce });
    }

    /// `completed` is for those who have everything; who has all that it wants says `paused` (BEP 21).
    fn event_for_tracker(&self, event: Option<AnnounceEvent>) -> Option<AnnounceEvent> {
        let whole = self.have().is_some_and(|have| have.is_all());
        match event {
            Some(AnnounceEvent::Completed) if !whole => Some(AnnounceEvent::Paused),
            // It was all here: nobody has downloaded it (BEP 3).
            Some(AnnounceEvent::Completed) if self.totals.down.total() == 0 => None,
            None if self.phase == Phase::Seeding && !whole => Some(AnnounceEvent::Paused),
            event => event,
        }
    }

    /// Bytes that are still to come; before there is metadata nobody knows, but 0 would mean that we are a seed. What is
    /// not wanted counts as well: a tracker takes `left` 0 for a seed.
    fn left(&self) -> u64 {
        let Some(picker) = &self.picker else { return u64::from(crate::limits::BLOCK) };
        let geometry = picker.geometry();
        if picker.have().is_all() {
            return 0;
        }
        geometry.metainfo().layout().length().saturating_sub(self.totals.done).max(1)
    }
}

const PEERS_WANTED: usize = 200;
