//! When which torrent is announced: when it begins, twice more within seconds and once after a minute, because datagrams get lost, then every five
//! minutes, or every minute while one that wants pieces has found nobody. Torrents share announces: but for what is repeated, there is one a minute at most.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use swarm::Time;

use crate::job_id::JobId;

/// When which torrent is to be announced.
#[derive(Default)]
pub(super) struct LocalTimes {
    due: BTreeSet<(Time, JobId)>,
    /// The same by torrent.
    times: BTreeMap<JobId, Time>,
    /// Those that were not announced yet.
    new: BTreeSet<JobId>,
    /// When something was announced last, but for what is repeated.
    last: Option<Time>,
    /// Those that were announced for the first time, and when they are again. The earliest come first: the repeats of an announce are over before
    /// the next one.
    repeats: VecDeque<(Time, Vec<JobId>)>,
}

/// Which announce of a torrent it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    First,
    /// Its time stands; it is for those that have found nobody.
    Repeated,
    Later,
}

impl LocalTimes {
    /// A torrent begins.
    pub(super) fn begin(&mut self, job: JobId, now: Time) {
        self.new.insert(job);
        self.put(job, now);
    }

    /// A torrent is to be announced at some time.
    pub(super) fn put(&mut self, job: JobId, at: Time) {
        if let Some(other) = self.times.insert(job, at) {
            self.due.remove(&(other, job));
        }
        self.due.insert((at, job));
    }

    /// When the next announce is due.
    pub(super) fn next(&self) -> Option<Time> {
        let repeat = self.repeats.front().map(|(at, _)| *at);
        self.next_turn().into_iter().chain(repeat).min()
    }

    /// A little after the first torrent's time, so that others that begin with it are in it.
    fn next_turn(&self) -> Option<Time> {
        let (first, _) = self.due.first()?;
        Some((*first + TOGETHER).max(self.last.map_or(Time::ZERO, |last| last + GAP)))
    }

    /// Those that are in an announce now, if one is due. But for those that are repeated, they are not due any more.
    pub(super) fn due(&mut self, now: Time) -> Vec<(JobId, Turn)> {
        let mut jobs = Vec::new();
        while let Some((_, repeated)) = self.repeats.pop_front_if(|(at, _)| *at <= now) {
            jobs.extend(repeated.into_iter().map(|job| (job, Turn::Repeated)));
        }
        if self.next_turn().is_some_and(|next| next <= now) {
            jobs.extend(self.take_turn(now));
        }
        jobs
    }

    fn take_turn(&mut self, now: Time) -> Vec<(JobId, Turn)> {
        let (mut jobs, mut first) = (Vec::new(), Vec::new());
        self.last = Some(now);
        while jobs.len() < AT_ONCE && self.due.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, job)) = self.due.pop_first() else { break };
            self.times.remove(&job);
            let is_new = self.new.remove(&job);
            first.extend(is_new.then_some(job));
            jobs.push((job, if is_new { Turn::First } else { Turn::Later }));
        }
        if !first.is_empty() {
            self.repeats.extend(REPEATS.map(|wait| (now + wait, first.clone())));
        }
        jobs
    }
}

/// How often a torrent is announced (BEP 14).
pub(super) const INTERVAL: Time = Time::from_secs(300);

/// How long after an announce the next one comes at the earliest (BEP 14).
pub(super) const GAP: Time = Time::from_secs(60);

/// How long after its first announce a torrent is announced again, as libtorrent does.
const REPEATS: [Time; 2] = [Time::from_secs(2), Time::from_secs(6)];

/// How long a torrent waits for others that begin with it.
const TOGETHER: Time = Time::from_millis(200);

/// Torrents in an announce, of at most five datagrams; a hybrid has two hashes.
const AT_ONCE: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Time {
        Time::from_secs(seconds)
    }

    #[test]
    fn there_is_an_announce_a_minute_at_most_and_each_torrent_is_in_one_soon() {
        let mut timetable = LocalTimes::default();
        assert_eq!(timetable.next(), None);
        timetable.begin(JobId(1), seconds(1));
        timetable.begin(JobId(2), seconds(1));
        assert_eq!((timetable.next(), timetable.due(seconds(1))), (Some(seconds(1) + TOGETHER), vec![]));
        assert_eq!(timetable.due(seconds(2)), [(JobId(1), Turn::First), (JobId(2), Turn::First)]);
        timetable.begin(JobId(3), seconds(3));
        // A datagram may have been lost.
        let repeated = [(JobId(1), Turn::Repeated), (JobId(2), Turn::Repeated)];
        for at in [4, 8] {
            assert_eq!(
                (timetable.next(), timetable.due(seconds(at))),
                (Some(seconds(at)), repeated.to_vec())
            );
        }
        assert_eq!((timetable.next(), timetable.due(seconds(61))), (Some(seconds(62)), vec![]));
        timetable.put(JobId(1), seconds(62));
        let due = vec![(JobId(3), Turn::First), (JobId(1), Turn::Later)];
        assert_eq!((timetable.due(seconds(62)), timetable.next()), (due, Some(seconds(64))));
    }

    #[test]
    fn many_torrents_are_spread_over_minutes() {
        let mut timetable = LocalTimes::default();
        (0..200).for_each(|job| timetable.begin(JobId(job), Time::ZERO));
        let mut announced = |at| timetable.due(at).iter().filter(|(_, turn)| *turn == Turn::First).count();
        let counts: Vec<usize> = (1..6).map(|minute| announced(GAP * minute)).collect();
        assert_eq!(counts, [AT_ONCE, AT_ONCE, AT_ONCE, 20, 0]);
    }
}
