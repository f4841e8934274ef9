//! When the trackers of records hear of them. No sockets: what is to be asked comes out, what was answered goes in.
//!
//! First announces are spread over the usual interval, so that those that follow are spread as well; who is asked for by peers comes first.
//! Of every tier of a record one tracker is asked, all tiers side by side (BEP 12). Trackers at one place are asked one after the other, over one
//! connection at a time; a place that is silent is left alone for longer and longer, whichever records name it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use swarm::{AnnounceEvent, Time};

use super::places::{AskId, FAREWELL, Places, RecordAccount, Waiting};
use super::tracker_list::{RecordTracker, TRACKERS, TrackerList};
use crate::job_id::JobId;

/// When which records are announced.
pub(super) struct Schedule {
    records: BTreeMap<JobId, RecordAnnounces>,
    /// Those that were never announced: whom a peer has asked for come first, then in the order in which they came.
    first: BTreeSet<(bool, JobId)>,
    /// When the others are announced again.
    due: BTreeSet<(Time, JobId)>,
    /// Where trackers are, and who waits there.
    places: Places,
    /// Until when trackers may hear of records that have gone.
    goodbyes_until: Option<Time>,
    /// No first announce before that.
    next_first: Time,
    /// No announce before that.
    next: Time,
    /// Over which time first announces are spread.
    pub(super) spread: Duration,
    /// Between two announces, at least.
    pub(super) gap: Duration,
}

/// What is known of the announces of a record.
struct RecordAnnounces {
    trackers: Arc<TrackerList>,
    told: Told,
    /// When it is due again, as far as its tiers have answered.
    due: Time,
    /// Tiers of which somebody is asked.
    asking: u16,
    /// The user knows that a tracker refuses it.
    is_refused: bool,
}

/// Which tracker of each tier knows a record, if one does: its place in the tier and one, in four bits.
#[derive(Clone, Copy, Default)]
struct Told(u64);

/// A tracker is to be asked.
pub(super) struct Ask {
    pub(super) id: AskId,
    pub(super) tracker: Arc<RecordTracker>,
    pub(super) event: Option<AnnounceEvent>,
    /// Of a record that has gone: what it leaves.
    pub(super) farewell: Option<Arc<RecordAccount>>,
}

/// What came of an announce.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AnnounceOutcome {
    /// It is to be asked again after so long.
    Answered(Duration),
    /// It does not want this record.
    Refused,
    /// It did not answer.
    Silent,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            records: BTreeMap::new(),
            first: BTreeSet::new(),
            due: BTreeSet::new(),
            places: Places::default(),
            goodbyes_until: None,
            next_first: Time::ZERO,
            next: Time::ZERO,
            spread: SPREAD,
            gap: GAP,
        }
    }
}

impl Schedule {
    /// A record comes.
    pub(super) fn add(&mut self, job: JobId, trackers: Arc<TrackerList>) {
        if trackers.is_empty() {
            return;
        }
        let announces =
            RecordAnnounces { trackers, told: Told::default(), due: Time::MAX, asking: 0, is_refused: false };
        self.records.insert(job, announces);
        self.first.insert((true, job));
    }

    /// Peers ask for a record: it is announced before others, if it was not yet.
    pub(super) fn hurry(&mut self, job: JobId) {
        if self.first.remove(&(true, job)) {
            self.first.insert((false, job));
        }
    }

    /// A record goes. Those who know it are to hear so until then.
    pub(super) fn remove(&mut self, job: JobId, farewell: RecordAccount, until: Time) {
        let Some(announces) = self.records.remove(&job) else { return };
        self.first.remove(&(false, job));
        self.first.remove(&(true, job));
        self.due.remove(&(announces.due, job));
        let farewell = Arc::new(farewell);
        for (tier, trackers) in announces.trackers.iter().enumerate() {
            let Some(number) = announces.told.of(tier) else { continue };
            let Some(tracker) = trackers.get(number).map(Arc::clone) else { continue };
            let (id, farewell) = ((job, tier + FAREWELL), Some(Arc::clone(&farewell)));
            self.places.push(Waiting { id, number, tracker, farewell });
            self.goodbyes_until = self.goodbyes_until.max(Some(until));
        }
    }

    /// From now on there are only goodbyes.
    pub(super) fn leave(&mut self) {
        self.places.leave();
    }

    /// The next tracker to ask.
    pub(super) fn poll(&mut self, now: Time) -> Option<Ask> {
        if self.goodbyes_until.take_if(|until| *until <= now || !self.places.is_saying_goodbye()).is_some() {
            self.places.end_goodbyes();
        }
        self.release(now);
        loop {
            let Waiting { id, number, tracker, farewell } = self.places.pop()?;
            let told = self.records.get(&id.0).map(|announces| announces.told.of(id.1));
            let event = match (told, &farewell) {
                (_, Some(_)) => Some(AnnounceEvent::Stopped),
                (Some(told), None) => Some(AnnounceEvent::Started).filter(|_| told != Some(number)),
                (None, None) => {
                    // It has gone before its turn came.
                    self.places.answered(id, false, now);
                    continue;
                }
            };
            return Some(Ask { id, tracker, event, farewell });
        }
    }

    /// Lets those wait for their turn whose time has come.
    fn release(&mut self, now: Time) {
        while self.next <= now {
            let first = self.first.first().copied().filter(|_| self.next_first <= now);
            let job = if let Some(first) = first {
                self.first.remove(&first);
                self.next_first = now + self.gap_of_first();
                first.1
            } else if let Some((due, job)) = self.due.first().copied().filter(|(due, _)| *due <= now) {
                self.due.remove(&(due, job));
                job
            } else {
                return;
            };
            self.next = now + self.gap;
            self.begin(job, now);
        }
    }

    /// Between two first announces: few records are announced soon, many in the time over which theirs are spread.
    fn gap_of_first(&self) -> Duration {
        let records = u32::try_from(self.records.len()).unwrap_or(u32::MAX).max(1);
        (self.spread / records).clamp(self.gap, (self.gap * FEW).max(self.gap))
    }

    /// Asks one tracker of each tier.
    fn begin(&mut self, job: JobId, now: Time) {
        let Some(announces) = self.records.get_mut(&job) else { return };
        let tiers = announces.trackers.len();
        (announces.due, announces.asking) = (Time::MAX, tiers as u16);
        (0..tiers).for_each(|tier| self.ask_next((job, tier), 0, now));
    }

    /// Asks the first tracker of a tier, from this `number` on, that is not known to be silent.
    fn ask_next(&mut self, id: AskId, number: usize, now: Time) {
        let Some(announces) = self.records.get(&id.0) else { return };
        let Some(tier) = announces.trackers.get(id.1) else { return };
        let is_heard = |tracker: &Arc<RecordTracker>| self.places.silent_until(&tracker.place, now).is_none();
        let next = tier.iter().enumerate().skip(number).find(|(_, tracker)| is_heard(tracker));
        if let Some((number, tracker)) = next {
            let tracker = Arc::clone(tracker);
            return self.places.push(Waiting { id, number, tracker, farewell: None });
        }
        let silences = tier.iter().filter_map(|tracker| self.places.silent_until(&tracker.place, now));
        let again = silences.min().unwrap_or(now + REFUSED);
        self.settle(id.0, again);
    }

    /// A tier of a record has answered, and is due again then.
    fn settle(&mut self, job: JobId, due: Time) {
        let Some(announces) = self.records.get_mut(&job) else { return };
        announces.asking = announces.asking.saturating_sub(1);
        announces.due = announces.due.min(due);
        if announces.asking == 0 {
            self.due.insert((announces.due, job));
        }
    }

    /// Whether this is being asked.
    pub(super) fn is_asked(&self, id: AskId) -> bool {
        self.places.is_asked(id)
    }

    /// Something came of an announce. Gives the tracker, if the user is to hear of a failure, which is no news the next time.
    pub(super) fn answered(
        &mut self,
        id: AskId,
        outcome: AnnounceOutcome,
        now: Time,
    ) -> Option<Arc<RecordTracker>> {
        let (asked, left) = self.places.answered(id, outcome == AnnounceOutcome::Silent, now)?;
        for waiting in left {
            self.ask_next(waiting.id, waiting.number, now);
        }
        let announces = self.records.get_mut(&id.0).filter(|_| asked.farewell.is_none())?;
        let is_news = match outcome {
            AnnounceOutcome::Answered(wait) => {
                announces.told.set(id.1, asked.number);
                announces.is_refused = false;
                self.settle(id.0, now + wait);
                return None;
            }
            AnnounceOutcome::Refused => !std::mem::replace(&mut announces.is_refused, true),
            AnnounceOutcome::Silent => self.places.is_newly_silent(&asked.tracker.place),
        };
        self.ask_next(id, asked.number + 1, now);
        Some(asked.tracker).filter(|_| is_news)
    }

    /// When to [poll](Self::poll) again, though nothing was answered.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        let first = self.first.first().map(|_| self.next_first);
        let due = self.due.first().map(|(due, _)| *due);
        let release = first.into_iter().chain(due).min().map(|due| due.max(self.next));
        release.into_iter().chain(self.goodbyes_until).min()
    }

    /// Whether trackers are still to hear that records go.
    pub(super) fn is_saying_goodbye(&self) -> bool {
        self.goodbyes_until.is_some()
    }
}

impl Told {
    fn of(self, tier: usize) -> Option<usize> {
        ((self.0 >> (4 * tier)) as usize & TRACKERS).checked_sub(1)
    }

    fn set(&mut self, tier: usize, number: usize) {
        self.0 &= !((TRACKERS as u64) << (4 * tier));
        self.0 |= (number as u64 + 1) << (4 * tier);
    }
}

/// Over which time first announces are spread.
const SPREAD: Duration = Duration::from_secs(30 * 60);

/// Between two announces, at least.
const GAP: Duration = Duration::from_millis(50);

/// First announces follow each other after at most so many gaps, however few records there are.
const FEW: u32 = 5;

/// When a record is announced again that no tracker wants.
const REFUSED: Duration = Duration::from_secs(30 * 60);

#[cfg(test)]
mod tests;
