//! When to ask which tracker (BEP 3, BEP 12).
//!
//! One tracker of every tier is asked, all tiers side by side: they are often different swarms, and one dead tier must
//! not cost the others' peers. Within a tier the order is random, who answers moves to the front, and the next one is
//! asked as soon as one fails, or is silent for some seconds: it may still answer, but over UDP it takes minutes to say that
//! it does not.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::{AnnounceEvent, Announced, Time, TrackerError, TrackerId};

/// The trackers of a torrent.
#[derive(Debug)]
pub(crate) struct Timetable {
    trackers: Vec<Tracker>,
    tiers: Vec<Tier>,
    /// The tiers of which somebody can be asked, by when it is due.
    idle: BTreeSet<(Time, usize)>,
    /// All that is wanted is there.
    complete: bool,
}

#[derive(Debug)]
struct Tier {
    /// The members, the preferred one first.
    order: Vec<TrackerId>,
    /// The place in `order` of the one whose turn it is.
    turn: usize,
    /// When it is to be asked next.
    due: Time,
    /// When at the earliest, however much we need peers.
    earliest: Time,
    /// All of its members failed so often without an answer between.
    rounds: u32,
}

#[derive(Clone, Debug, Default)]
struct Tracker {
    tier: usize,
    /// It is being asked, and was told this.
    asking: Option<Option<AnnounceEvent>>,
    /// It knows us.
    started: bool,
    /// It knows that we are complete, or need not know.
    completed: bool,
    /// It was told that we end.
    stopped: bool,
    key: Option<Vec<u8>>,
    /// What was wrong the last time, if that was not silence.
    lack: Option<Lack>,
}

/// Why a tracker gives nothing, though it may not be silent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lack {
    /// It said no, or sent us where it may not.
    Refused,
    /// It is not asked: whoever named it may not.
    Forbidden,
    /// It is not asked: its URL is none.
    Unusable,
}

impl Lack {
    fn of(error: &TrackerError) -> Option<Self> {
        match error {
            TrackerError::Refused(_) | TrackerError::Misled(_) => Some(Self::Refused),
            TrackerError::NotAsked(why) if why.way_out().is_some() => Some(Self::Forbidden),
            TrackerError::NotAsked(_) => Some(Self::Unusable),
            TrackerError::Failed(_) => None,
        }
    }
}

impl Timetable {
    /// Whether there is one that may be asked, as far as is known.
    pub(crate) fn may_ask_any(&self) -> bool {
        let may_ask = |tracker: &Tracker| !matches!(tracker.lack, Some(Lack::Forbidden | Lack::Unusable));
        self.trackers.iter().any(may_ask)
    }

    pub(crate) fn count(&self) -> usize {
        self.trackers.len()
    }

    /// How many have answered.
    pub(crate) fn answered_count(&self) -> usize {
        self.trackers.iter().filter(|tracker| tracker.started).count()
    }

    /// How many give nothing for one of these reasons.
    pub(crate) fn lack_count(&self, lacks: &[Lack]) -> usize {
        self.trackers.iter().filter_map(|tracker| tracker.lack).filter(|lack| lacks.contains(lack)).count()
    }

    /// Remembers why a tracker gives nothing.
    pub(crate) fn fell_short(&mut self, id: TrackerId, error: &TrackerError) {
        if let Some(tracker) = self.trackers.get_mut(id.0) {
            tracker.lack = Lack::of(error);
        }
    }

    /// The trackers by tier; a `TrackerId` counts through them.
    pub(crate) fn new(tiers: &[Vec<String>], rng: &mut fastrand::Rng) -> Self {
        let (trackers, tiers_of, idle) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut table = Self { trackers, tiers: tiers_of, idle, complete: false };
        for (tier, urls) in tiers.iter().enumerate() {
            let first = table.trackers.len();
            table.trackers.resize(first + urls.len(), Tracker { tier, ..Tracker::default() });
            let mut order: Vec<TrackerId> = (first..first + urls.len()).map(TrackerId).collect();
            rng.shuffle(&mut order);
            if !order.is_empty() {
                table.idle.insert((Time::ZERO, tier));
            }
            table.tiers.push(Tier { order, turn: 0, due: Time::ZERO, earliest: Time::ZERO, rounds: 0 });
        }
        table
    }

    /// The next tracker to ask now, and what event to tell it. If it is silent, the next one of its tier has its turn.
    pub(crate) fn next(&mut self, now: Time, complete: bool) -> Option<(TrackerId, Option<AnnounceEvent>)> {
        loop {
            let (due, index) = self.idle.first().copied().filter(|(due, _)| *due <= now)?;
            self.idle.remove(&(due, index));
            if let Some(id) = self.take_turn(index, now) {
                let tracker = &mut self.trackers[id.0];
                let event = match () {
                    () if !tracker.started => Some(AnnounceEvent::Started),
                    () if complete && !tracker.completed => Some(AnnounceEvent::Completed),
                    () => None,
                };
                tracker.completed |= complete;
                tracker.asking = Some(event);
                return Some((id, event));
            }
        }
    }

    /// Whose turn it is in a tier, if that is somebody who is not being asked already.
    fn take_turn(&mut self, index: usize, now: Time) -> Option<TrackerId> {
        let (tier, trackers) = (&mut self.tiers[index], &self.trackers);
        let is_free = |id: &TrackerId| trackers[id.0].asking.is_none();
        let Some(behind) = tier.order[tier.turn..].iter().position(is_free) else {
            // Whoever of those that are being asked fails last begins the next round.
            tier.turn = tier.order.len();
            return None;
        };
        let place = tier.turn + behind;
        tier.turn = place + 1;
        if tier.turn < tier.order.len() {
            (tier.due, tier.earliest) = (now + SILENCE, now + SILENCE);
            self.idle.insert((tier.due, index));
        }
        Some(tier.order[place])
    }

    /// Nobody gives us anything now: trackers that allow it are asked.
    pub(crate) fn hurry(&mut self, now: Time) {
        for index in 0..self.tiers.len() {
            if self.tiers[index].earliest <= now {
                self.set_due(index, self.tiers[index].due.min(now));
            }
        }
    }

    /// Sets when a tier is to be asked.
    fn set_due(&mut self, index: usize, due: Time) {
        let before = std::mem::replace(&mut self.tiers[index].due, due);
        if self.idle.remove(&(before, index)) {
            self.idle.insert((due, index));
        }
    }

    /// All that is wanted is there: who knows us hears of it now, and who is being asked as soon as it answers.
    pub(crate) fn complete(&mut self, now: Time) {
        self.complete = true;
        for index in 0..self.tiers.len() {
            let tier = &self.tiers[index];
            if tier.order.get(tier.turn).is_some_and(|id| self.trackers[id.0].started) {
                self.set_due(index, now);
            }
        }
    }

    /// We end: those who are to hear of it now. Who is being asked hears it [when it has answered](Self::stop_next).
    pub(crate) fn stop(&mut self) -> Vec<TrackerId> {
        (0..self.trackers.len()).map(TrackerId).filter(|id| self.stop_next(*id)).collect()
    }

    /// Whether a tracker is to hear now that we end: it knows us and has not heard it. It must not hear so before it has heard what it is
    /// being told.
    pub(crate) fn stop_next(&mut self, id: TrackerId) -> bool {
        let is_next =
            |tracker: &&mut Tracker| tracker.started && !tracker.stopped && tracker.asking.is_none();
        let Some(tracker) = self.trackers.get_mut(id.0).filter(is_next) else { return false };
        (tracker.stopped, tracker.asking) = (true, Some(Some(AnnounceEvent::Stopped)));
        true
    }

    /// Somebody who knows us has not heard that we end, or has not answered to that.
    pub(crate) fn is_saying_goodbye(&self) -> bool {
        let mut knowing = self.trackers.iter().filter(|tracker| tracker.started);
        knowing.any(|tracker| !tracker.stopped || tracker.asking.is_some())
    }

    /// What the tracker gave us to send back.
    pub(crate) fn key(&self, id: TrackerId) -> Option<Vec<u8>> {
        self.trackers.get(id.0)?.key.clone()
    }

    /// A tracker answered.
    pub(crate) fn answered(&mut self, id: TrackerId, answer: &Announced, now: Time) {
        let Some(tracker) = self.trackers.get_mut(id.0) else { return };
        (tracker.started, tracker.asking) = (true, None);
        tracker.lack = None;
        tracker.key = answer.tracker_id.clone().or(tracker.key.take());
        let tracker_tier = tracker.tier;
        self.idle.remove(&(self.tiers[tracker_tier].due, tracker_tier));
        let tier = &mut self.tiers[tracker_tier];
        if let Some(place) = tier.order.iter().position(|other| *other == id) {
            tier.order[..=place].rotate_right(1);
        }
        (tier.turn, tier.rounds) = (0, 0);
        tier.due = now + wait_after(answer, false);
        tier.earliest = now + wait_after(answer, true);
        if self.complete && !tracker.completed {
            tier.due = now;
        }
        self.idle.insert((self.tiers[tracker_tier].due, tracker_tier));
    }

    /// A tracker did not answer, or not well: the next one of its tier is asked at once, unless somebody was asked after it; after the
    /// last one the first again.
    pub(crate) fn failed(&mut self, id: TrackerId, now: Time) {
        let Some(tracker) = self.trackers.get_mut(id.0) else { return };
        tracker.asking = None;
        let index = tracker.tier;
        let tier = &mut self.tiers[index];
        let is_last = tier.turn.checked_sub(1).is_some_and(|place| tier.order[place] == id);
        if tier.turn < tier.order.len() {
            if is_last {
                self.idle.remove(&(tier.due, index));
                (tier.due, tier.earliest) = (now, now);
                self.idle.insert((now, index));
            }
        } else if tier.order.iter().all(|other| self.trackers[other.0].asking.is_none()) {
            self.idle.remove(&(tier.due, index));
            tier.turn = 0;
            tier.due = now + (RETRY * 2_u32.pow(tier.rounds.min(10))).min(RETRY_MAX);
            tier.earliest = tier.due.min(now + HUNGRY);
            tier.rounds += 1;
            self.idle.insert((tier.due, index));
        }
    }

    /// When somebody is to be asked.
    pub(crate) fn due(&self) -> Option<Time> {
        self.idle.first().map(|(due, _)| *due)
    }
}

/// When to ask again: when the tracker says, or as early as it allows if we need peers.
pub fn wait_after(answer: &Announced, hungry: bool) -> Duration {
    let least = answer.min_interval.unwrap_or_default().clamp(INTERVAL_MIN, INTERVAL_MAX);
    let usual = answer.interval.unwrap_or(INTERVAL).clamp(least, INTERVAL_MAX.max(least));
    if hungry { usual.min(HUNGRY.max(least)) } else { usual }
}

const INTERVAL: Duration = Duration::from_secs(30 * 60);
const INTERVAL_MIN: Duration = Duration::from_secs(30);
const INTERVAL_MAX: Duration = Duration::from_secs(2 * 60 * 60);
/// Without any peer that gives us something we ask again after so long at the latest, if the tracker does not forbid it.
const HUNGRY: Duration = Duration::from_secs(60);
/// How long a tracker may be silent before the next one of its tier is asked beside it.
const SILENCE: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_secs(10);
const RETRY_MAX: Duration = Duration::from_secs(10 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    fn table(tiers: &[usize]) -> Timetable {
        let tiers: Vec<Vec<String>> = tiers.iter().map(|count| vec![String::new(); *count]).collect();
        Timetable::new(&tiers, &mut fastrand::Rng::with_seed(3))
    }

    fn asked(table: &mut Timetable, seconds: u64, complete: bool) -> Vec<(usize, Option<AnnounceEvent>)> {
        let now = Time::from_secs(seconds);
        std::iter::from_fn(|| table.next(now, complete)).map(|(id, event)| (id.0, event)).collect()
    }

    fn answer(interval: u64) -> Announced {
        Announced { interval: Some(Duration::from_secs(interval)), ..Announced::default() }
    }

    #[test]
    fn one_tracker_of_each_tier_is_asked_and_the_next_when_it_fails() {
        let mut table = table(&[2, 1]);
        let first = asked(&mut table, 0, false);
        assert_eq!(first.len(), 2);
        assert!(first.iter().all(|(_, event)| *event == Some(AnnounceEvent::Started)));
        assert_eq!(asked(&mut table, 4, false), []);
        let failing = first.iter().find(|(id, _)| *id < 2).unwrap().0;
        table.failed(TrackerId(failing), Time::from_secs(4));
        assert_eq!(asked(&mut table, 4, false), [(1 - failing, Some(AnnounceEvent::Started))]);
        table.answered(TrackerId(1 - failing), &answer(600), Time::from_secs(6));
        assert_eq!(asked(&mut table, 605, false), []);
        assert_eq!(asked(&mut table, 606, false), [(1 - failing, None)], "who answers stays the first");
    }

    #[test]
    fn a_silent_tracker_keeps_its_tier_waiting_for_seconds() {
        let mut table = table(&[4]);
        let mut order = Vec::new();
        for second in 0..20 {
            order.extend(asked(&mut table, second, false).into_iter().map(|(id, _)| (second, id)));
        }
        let seconds: Vec<u64> = order.iter().map(|(second, _)| *second).collect();
        assert_eq!(seconds, [0, 5, 10, 15], "each has its turn, and is asked once");
        // The third answers. That the others give up does not matter, and one that answers late is heard.
        let id = |place: usize| TrackerId(order[place].1);
        table.answered(id(2), &answer(600), Time::from_secs(20));
        table.failed(id(0), Time::from_secs(105));
        table.failed(id(3), Time::from_secs(120));
        assert_eq!(table.due(), Some(Time::from_secs(620)));
        table.answered(id(1), &answer(900), Time::from_secs(125));
        assert_eq!(table.due(), Some(Time::from_secs(1025)));
        let again = asked(&mut table, 1025, false);
        assert_eq!(again, [(id(1).0, None)], "who answers goes first");
    }

    #[test]
    fn a_tier_of_which_all_are_silent_is_asked_again_when_all_have_given_up() {
        let mut table = table(&[2]);
        let order: Vec<usize> =
            [0, 5].into_iter().flat_map(|at| asked(&mut table, at, false)).map(|(id, _)| id).collect();
        assert_eq!(asked(&mut table, 100, false), []);
        table.failed(TrackerId(order[0]), Time::from_secs(105));
        assert_eq!(asked(&mut table, 106, false), []);
        table.failed(TrackerId(order[1]), Time::from_secs(110));
        assert_eq!(table.due(), Some(Time::from_secs(120)));
    }

    #[test]
    fn who_knows_us_hears_of_completion_and_of_the_end() {
        let mut table = table(&[1, 1]);
        asked(&mut table, 0, false);
        table.answered(TrackerId(0), &answer(1800), Time::ZERO);
        table.complete(Time::from_secs(9));
        assert_eq!(asked(&mut table, 9, true), [(0, Some(AnnounceEvent::Completed))]);
        table.answered(TrackerId(0), &answer(1800), Time::from_secs(9));
        assert_eq!(table.stop(), [TrackerId(0)]);
        assert!(table.is_saying_goodbye());
        table.answered(TrackerId(0), &answer(1800), Time::from_secs(9));
        assert!(!table.is_saying_goodbye());
    }

    #[test]
    fn who_is_being_asked_hears_of_the_end_when_it_has_answered() {
        let mut table = table(&[1, 1, 1]);
        asked(&mut table, 0, false);
        table.answered(TrackerId(0), &answer(1800), Time::ZERO);
        table.complete(Time::from_secs(9));
        assert_eq!(asked(&mut table, 9, true), [(0, Some(AnnounceEvent::Completed))]);
        assert_eq!(table.stop(), [], "the first is hearing that we are complete, the others do not know us");
        assert!(table.is_saying_goodbye());
        table.failed(TrackerId(0), Time::from_secs(9));
        assert!(table.stop_next(TrackerId(0)), "it knows us, though it was silent now");
        assert!(!table.stop_next(TrackerId(0)), "once");
        // The second knows us from now on, the third never will.
        table.answered(TrackerId(1), &answer(1800), Time::from_secs(10));
        table.failed(TrackerId(2), Time::from_secs(10));
        assert_eq!([1, 2].map(|id| table.stop_next(TrackerId(id))), [true, false]);
        for id in [0, 1] {
            assert!(table.is_saying_goodbye());
            table.answered(TrackerId(id), &answer(1800), Time::from_secs(10));
            assert!(!table.stop_next(TrackerId(id)));
        }
        assert!(!table.is_saying_goodbye());
    }

    #[test]
    fn completion_while_a_tracker_is_asked_is_told_when_it_answers() {
        let mut table = table(&[1]);
        assert_eq!(asked(&mut table, 0, false), [(0, Some(AnnounceEvent::Started))]);
        table.complete(Time::from_secs(1));
        table.answered(TrackerId(0), &answer(1800), Time::from_secs(2));
        assert_eq!(asked(&mut table, 2, true), [(0, Some(AnnounceEvent::Completed))]);
        table.answered(TrackerId(0), &answer(1800), Time::from_secs(3));
        assert_eq!(asked(&mut table, 1802, true), [], "once");
    }

    #[test]
    fn a_dead_tier_is_asked_less_and_less_often() {
        let mut table = table(&[1]);
        let (mut now, mut waits) = (0, Vec::new());
        for _ in 0..5 {
            assert_eq!(asked(&mut table, now, false).len(), 1);
            table.failed(TrackerId(0), Time::from_secs(now));
            waits.push(table.due().unwrap().as_secs() - now);
            now = table.due().unwrap().as_secs();
        }
        assert_eq!(waits, [10, 20, 40, 80, 160]);
    }

    /// The first is silent, the second has answered and then refuses while the first is still being asked.
    #[test]
    fn a_tier_is_asked_again_whatever_becomes_of_who_was_asked_first() {
        let mut table = table(&[2]);
        let silent = asked(&mut table, 0, false)[0].0;
        assert_eq!(asked(&mut table, 5, false), [(1 - silent, Some(AnnounceEvent::Started))]);
        table.answered(TrackerId(1 - silent), &answer(60), Time::from_secs(5));
        assert_eq!(asked(&mut table, 65, false), [(1 - silent, None)]);
        table.failed(TrackerId(1 - silent), Time::from_secs(66));
        assert_eq!(asked(&mut table, 66, false), [], "the other is still being asked");
        table.failed(TrackerId(silent), Time::from_secs(105));
        assert_eq!(table.due(), Some(Time::from_secs(115)));
        assert_eq!(asked(&mut table, 115, false).len(), 1);
    }

    #[test]
    fn intervals_have_bounds_and_hunger_shortens_them() {
        let wait = |interval, min: Option<u64>, hungry| {
            let min_interval = min.map(Duration::from_secs);
            wait_after(&Announced { min_interval, ..answer(interval) }, hungry).as_secs()
        };
        assert_eq!(wait(0, None, false), 30);
        assert_eq!(wait(u64::MAX / 2, None, false), 7200);
        assert_eq!(wait(1800, None, true), 60);
        assert_eq!(wait(1800, Some(300), true), 300);
        assert_eq!(wait(1800, Some(300), false), 1800);
    }
}
