//! Upload slots (BEP 3, "choking"): how many peers get blocks at a time, over all torrents.
//!
//! Which of its peers get them is for each torrent's engine, which knows who gives and who has waited. How many each has follows
//! from how many peers want blocks of it: all as many as they can use if there are enough, else the same for each, and what is left
//! over goes round. A slot that nobody wants stays with the torrent that has it until another wants it: so its next peer is served
//! at once. Together they are never more than there are, not even for a moment: the torrents that lose some hear of it first.

use std::collections::BTreeMap;
use std::time::Duration;

use swarm::{Event, Swarm, Time, limits};

use super::level::level;
use crate::job_id::JobId;
use crate::session::Session;

/// Who has how many slots.
pub(in crate::session) struct UploadSlots {
    most: usize,
    /// How many peers want blocks, by torrent; of which nobody wants any is not in it.
    wanted: BTreeMap<JobId, usize>,
    /// How many slots a torrent has, if any.
    given: BTreeMap<JobId, usize>,
    /// The last that got one of those that go round.
    last: Option<JobId>,
    /// When those go round.
    next_turn: Time,
}

impl Default for UploadSlots {
    fn default() -> Self {
        let (wanted, given) = (BTreeMap::new(), BTreeMap::new());
        Self { most: MOST, wanted, given, last: None, next_turn: Time::ZERO }
    }
}

impl UploadSlots {
    /// A torrent begins: what it may have from the start.
    fn begin(&mut self, job: JobId) -> usize {
        let free = self.most.saturating_sub(self.given.values().sum());
        let slots = EACH.min(free);
        if slots > 0 {
            self.given.insert(job, slots);
        }
        slots
    }

    /// So many peers want blocks of a torrent. False if that changes nothing.
    fn want(&mut self, job: JobId, peers: usize) -> bool {
        let peers = peers.min(EACH);
        let before = match peers {
            0 => self.wanted.remove(&job),
            _ => self.wanted.insert(job, peers),
        };
        before.unwrap_or_default() != peers
    }

    /// Its engine has gone. What it had is for others.
    fn forget(&mut self, job: JobId) -> bool {
        self.given.remove(&job).is_some() | self.wanted.remove(&job).is_some()
    }

    /// How many torrents have.
    pub(in crate::session) fn taken(&self) -> usize {
        self.given.values().sum()
    }

    /// Lets those that go round go on, if it is time. False if none do.
    fn turn(&mut self, now: Time) -> bool {
        let is_scarce = || level(self.wanted.values().copied(), self.most).is_some();
        if now < self.next_turn || !is_scarce() {
            return false;
        }
        self.next_turn = now + TURN;
        self.last = self.going_round().last().copied().or(self.last);
        true
    }

    /// The torrents that get one slot more than the level now: in turn, and those who have given theirs away go to the end.
    fn going_round(&self) -> Vec<JobId> {
        let Some(level) = level(self.wanted.values().copied(), self.most) else { return Vec::new() };
        let left = self.most - self.wanted.values().map(|wanted| level.min(*wanted)).sum::<usize>();
        let above = |(job, wanted): (&JobId, &usize)| (*wanted > level).then_some(*job);
        let above: Vec<JobId> = self.wanted.iter().filter_map(above).collect();
        let first = above.iter().position(|job| Some(*job) > self.last).unwrap_or(0);
        above.iter().cycle().skip(first).take(left.min(above.len())).copied().collect()
    }

    /// Shares them out. Gives what has changed, those who have fewer now first.
    fn share(&mut self) -> Vec<(JobId, usize)> {
        let level = level(self.wanted.values().copied(), self.most).unwrap_or(EACH);
        let mut shares: BTreeMap<JobId, usize> =
            self.wanted.iter().map(|(job, wanted)| (*job, level.min(*wanted))).collect();
        self.going_round().into_iter().for_each(|job| *shares.entry(job).or_default() += 1);
        let mut free = self.most.saturating_sub(shares.values().sum());
        for (job, given) in &self.given {
            let share = shares.entry(*job).or_default();
            let kept = given.saturating_sub(*share).min(free);
            *share += kept;
            free -= kept;
        }
        let before = |job: &JobId| self.given.get(job).copied().unwrap_or_default();
        let mut changes: Vec<_> = shares.iter().map(|(job, share)| (*job, *share)).collect();
        changes.retain(|(job, share)| before(job) != *share);
        changes.sort_by_key(|(job, share)| *share > before(job));
        shares.retain(|_, share| *share > 0);
        self.given = shares;
        changes
    }
}

impl Session {
    /// Sets how many peers may get blocks at a time, over all torrents, optimistic unchokes among them (BEP 3). Of no torrent
    /// do more than five at a time. The usual is 20.
    pub fn set_upload_slots(&mut self, slots: usize) {
        self.upload_slots.most = slots;
        self.share_upload_slots();
    }

    /// An engine was made: tells it what it may have.
    pub(in crate::session) fn give_upload_slots(&mut self, job: JobId) {
        let slots = self.upload_slots.begin(job);
        self.tell(job, Event::UploadSlots { slots });
    }

    /// Looks how many peers want blocks of a torrent.
    pub(in crate::session) fn look_at_interest(&mut self, job: JobId) {
        let Some(swarm) = self.torrents.get(job).and_then(|torrent| torrent.swarm.as_ref()) else { return };
        if self.upload_slots.want(job, Swarm::interested(swarm)) {
            self.share_upload_slots();
        }
    }

    /// An engine has gone.
    pub(in crate::session) fn forget_upload_slots(&mut self, job: JobId) {
        if self.upload_slots.forget(job) {
            self.share_upload_slots();
        }
    }

    /// Lets slots of which there are not enough go round.
    pub(in crate::session) fn turn_upload_slots(&mut self) {
        if self.upload_slots.turn(self.now) {
            self.share_upload_slots();
        }
    }

    fn share_upload_slots(&mut self) {
        for (job, slots) in self.upload_slots.share() {
            self.tell(job, Event::UploadSlots { slots });
        }
    }
}

/// Peers that get blocks at a time: enough for four torrents at full swing, and few enough that each gets some.
const MOST: usize = 20;

/// Peers of one torrent that get blocks at a time: more for each would be less for those who give most.
const EACH: usize = limits::UPLOAD_SLOTS + 1;

/// How long a torrent has a slot of those that go round: as long as an optimistic unchoke lasts.
const TURN: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(most: usize) -> UploadSlots {
        UploadSlots { most, ..UploadSlots::default() }
    }

    /// What each has after so many peers want blocks of them. On the way there are never too many.
    fn shared(slots: &mut UploadSlots, wanted: &[usize]) -> Vec<usize> {
        let mut has: BTreeMap<JobId, usize> = slots.given.clone();
        for (job, peers) in wanted.iter().enumerate() {
            slots.want(JobId(job), *peers);
        }
        for (job, share) in slots.share() {
            has.insert(job, share);
            assert!(has.values().sum::<usize>() <= slots.most, "{has:?}");
        }
        (0..wanted.len()).map(|job| has.get(&JobId(job)).copied().unwrap_or_default()).collect()
    }

    #[test]
    fn who_wants_gets_and_what_nobody_wants_stays_where_it_is() {
        let mut slots = slots(8);
        assert_eq!([0, 1, 2].map(|job| slots.begin(JobId(job))), [5, 3, 0]);
        assert_eq!(shared(&mut slots, &[0, 0, 0]), [5, 3, 0], "nobody wants any");
        assert_eq!(shared(&mut slots, &[0, 0, 2]), [5, 1, 2]);
        assert_eq!(shared(&mut slots, &[0, 9, 9]), [0, 4, 4]);
        assert_eq!(shared(&mut slots, &[1, 9, 9]), [1, 4, 3], "one goes round");
        assert_eq!(shared(&mut slots, &[1, 9, 0]), [1, 5, 2]);
        assert!(slots.forget(JobId(1)));
        assert_eq!(shared(&mut slots, &[9, 0, 9]), [4, 0, 4]);
    }

    #[test]
    fn where_there_are_fewer_slots_than_torrents_each_has_its_turn() {
        let mut slots = slots(2);
        let mut turns = [0; 5];
        for turn in 0..10 {
            slots.turn(Time::from_secs(30 * turn));
            let has = shared(&mut slots, &[9, 1, 9, 3, 9]);
            assert_eq!(has.iter().sum::<usize>(), 2, "{has:?}");
            turns.iter_mut().zip(has).for_each(|(turns, has)| *turns += has);
        }
        assert_eq!(turns, [4; 5]);
        assert!(!slots.turn(Time::from_secs(271)), "not before it is time");
    }

    #[test]
    fn thousands_that_nobody_wants_cost_nothing() {
        let mut slots = slots(20);
        assert_eq!((0..1000).map(|job| slots.begin(JobId(job))).sum::<usize>(), 20);
        assert_eq!(shared(&mut slots, &[vec![0; 999], vec![7]].concat())[999], 5);
        assert!(slots.given.len() <= 20, "{}", slots.given.len());
    }
}
