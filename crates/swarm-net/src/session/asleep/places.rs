//! Places where trackers are: who waits there for a turn, and which of them are silent.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use swarm::Time;
use swarm::tracker::Announcer;

use super::tracker_list::{RecordTracker, TrackerPlace};
use crate::job_id::JobId;

/// All places that somebody waits for, or that are silent.
#[derive(Default)]
pub(super) struct Places {
    by_name: HashMap<TrackerPlace, Place>,
    /// Those at which somebody may have a turn.
    ready: VecDeque<TrackerPlace>,
    /// Who is being asked about what.
    asked: BTreeMap<AskId, Waiting>,
    /// Nobody is asked but those who are to hear that we go: several at a place.
    is_leaving: bool,
    /// How many are to hear that we go, or are hearing it.
    goodbyes: usize,
}

/// A record and a tier of it, of which one tracker is asked at a time; of one that has gone, [`FAREWELL`] is added to the tier.
pub(super) type AskId = (JobId, usize);

/// An announce that waits for its turn.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) id: AskId,
    /// Its place in the tier.
    pub(super) number: usize,
    pub(super) tracker: Arc<RecordTracker>,
    /// Of a record that has gone: what it leaves.
    pub(super) farewell: Option<Arc<RecordAccount>>,
}

/// What trackers are to know of a record.
pub(super) struct RecordAccount {
    /// One for each hash of a hybrid.
    pub(super) announcers: Vec<Announcer>,
    pub(super) uploaded: u64,
    pub(super) downloaded: u64,
    /// Bytes that it lacks, as far as that is known.
    pub(super) left: u64,
}

#[derive(Default)]
struct Place {
    waiting: VecDeque<Waiting>,
    asking: usize,
    /// How often it was silent, since it answered last.
    silences: u32,
    silent_until: Time,
}

impl Places {
    /// An announce waits for its turn. Those who say goodbye come first.
    pub(super) fn push(&mut self, waiting: Waiting) {
        let name = Arc::clone(&waiting.tracker.place);
        if self.by_name.len() >= MANY && !self.by_name.contains_key(&name) {
            self.by_name
                .retain(|_, place| place.asking > 0 || !place.waiting.is_empty() || place.silences > 0);
        }
        let place = self.by_name.entry(Arc::clone(&name)).or_default();
        match waiting.farewell {
            Some(_) => {
                self.goodbyes += 1;
                place.waiting.push_front(waiting);
            }
            None => place.waiting.push_back(waiting),
        }
        self.ready.push_back(name);
    }

    /// The next that has its turn. It is over when it is [answered](Self::answered).
    pub(super) fn pop(&mut self) -> Option<Waiting> {
        let most = if self.is_leaving { MOST_GOODBYES } else { 1 };
        loop {
            let name = self.ready.pop_front()?;
            let Some(place) = self.by_name.get_mut(&name).filter(|place| place.asking < most) else {
                continue;
            };
            let Some(waiting) = place.waiting.pop_front() else { continue };
            place.asking += 1;
            if !place.waiting.is_empty() {
                self.ready.push_back(name);
            }
            self.asked.insert(waiting.id, waiting.clone());
            return Some(waiting);
        }
    }

    /// Until when a place is left alone because it was silent.
    pub(super) fn silent_until(&self, name: &TrackerPlace, now: Time) -> Option<Time> {
        self.by_name.get(name).map(|place| place.silent_until).filter(|until| now < *until)
    }

    /// Whether this is being asked.
    pub(super) fn is_asked(&self, id: AskId) -> bool {
        self.asked.contains_key(&id)
    }

    /// Somebody answered, or `is_silent`. Gives who was asked, and whom that leaves without a turn.
    pub(super) fn answered(
        &mut self,
        id: AskId,
        is_silent: bool,
        now: Time,
    ) -> Option<(Waiting, Vec<Waiting>)> {
        let asked = self.asked.remove(&id)?;
        self.goodbyes -= usize::from(asked.farewell.is_some());
        let place = self.by_name.get_mut(&asked.tracker.place)?;
        place.asking -= 1;
        let mut left = Vec::new();
        if is_silent {
            let wait = (SILENCE * 2_u32.pow(place.silences.min(10))).min(SILENCE_MAX);
            place.silences += 1;
            place.silent_until = now + wait;
            let (goodbyes, others) = place.waiting.drain(..).partition(|waiting| waiting.farewell.is_some());
            self.goodbyes -= Vec::len(&goodbyes);
            left = others;
        } else {
            (place.silences, place.silent_until) = (0, Time::ZERO);
        }
        if !place.waiting.is_empty() {
            self.ready.push_back(Arc::clone(&asked.tracker.place));
        }
        Some((asked, left))
    }

    /// Whether a place was silent for the first time when it was asked last: later it is no news.
    pub(super) fn is_newly_silent(&self, name: &TrackerPlace) -> bool {
        self.by_name.get(name).is_some_and(|place| place.silences == 1)
    }

    /// Whether somebody is to hear that we go, or is hearing it.
    pub(super) fn is_saying_goodbye(&self) -> bool {
        self.goodbyes > 0
    }

    /// Nobody is to hear goodbye any more.
    pub(super) fn end_goodbyes(&mut self) {
        for place in self.by_name.values_mut() {
            place.waiting.retain(|waiting| waiting.farewell.is_none());
        }
        let is_over = |(_, asked): &(&AskId, &Waiting)| asked.farewell.is_some();
        let over: Vec<AskId> = self.asked.iter().filter(is_over).map(|(id, _)| *id).collect();
        over.into_iter().for_each(|id| drop(self.answered(id, false, Time::ZERO)));
        self.goodbyes = 0;
    }

    /// From now on there are only goodbyes.
    pub(super) fn leave(&mut self) {
        self.is_leaving = true;
        for place in self.by_name.values_mut() {
            place.waiting.retain(|waiting| waiting.farewell.is_some());
        }
        self.ready.extend(self.by_name.keys().cloned());
    }
}

/// Beyond all tiers of a record.
pub(super) const FAREWELL: usize = 1 << 16;

/// Goodbyes at one place at a time, when the session ends.
const MOST_GOODBYES: usize = 8;

/// A silent place is left alone for so long, twice as long the next time, and so on.
const SILENCE: Duration = Duration::from_secs(30);
const SILENCE_MAX: Duration = Duration::from_secs(30 * 60);

/// Places beyond these are forgotten when nobody waits there.
const MANY: usize = 1024;
