//! Places at work are few, as a driver has a thread for each: a mirror that gives next to nothing loses its own to one that waits.
//!
//! Otherwise some that drip could hold all places for ever, a block now and then being a sign of life. Who has lost its place is slow
//! until it shows something else, and for its sake nobody has to go who is no worse: among mirrors that are all slow, each keeps what it has
//! begun.

use std::collections::BTreeSet;

use super::{Job, WebSeed, WebSeeds};
use crate::engine::Swarm;
use crate::{Time, WebJob};

/// What a request gives, from time to time.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When it was last looked at, and the bytes that had come by then; `None` before the request has begun.
    mark: Option<(Time, u64)>,
    is_slow: bool,
}

impl Pace {
    /// So many bytes have `come` by now. What was not given because it was us who waited does not count.
    pub(super) fn hear(&mut self, come: u64, is_our_wait: bool, now: Time) {
        if is_our_wait || self.mark.is_none() {
            self.mark = Some((now, come));
        }
    }

    /// Whether it is slow, once it has had its time.
    fn judge(&mut self, come: u64, now: Time) -> Option<bool> {
        let (since, before) = self.mark.filter(|(since, _)| now.saturating_sub(*since) >= TRIAL)?;
        let seconds = now.saturating_sub(since).as_secs_f64();
        self.is_slow = ((come - before) as f64) < LEAST * seconds;
        self.mark = Some((now, come));
        Some(self.is_slow)
    }
}

impl WebSeed {
    /// It was slow and has never given a good piece: it is asked while nobody better is at work.
    pub(super) fn comes_last(&self) -> bool {
        self.is_slow && self.good == 0
    }
}

impl WebSeeds {
    /// Whether a web seed that is not slow has something to do.
    pub(super) fn has_better_at_work(&self) -> bool {
        self.open().any(|(_, job)| !self.seeds[job.web_seed].comes_last())
    }

    /// The requests that are to make way for others.
    fn in_the_way(&mut self, now: Time) -> Vec<WebJob> {
        for job in self.jobs.values_mut() {
            if job.pace.judge(job.came, now) == Some(false) {
                self.seeds[job.web_seed].is_slow = false;
            }
        }
        let is_proven = |web_seed: usize| self.seeds[web_seed].good > 0;
        let (known, new): (Vec<usize>, Vec<usize>) =
            self.waiting(now).into_iter().partition(|web_seed| self.seeds[*web_seed].is_slow);
        let at_work = self.open().filter(|(_, job)| job.pace.is_slow);
        let mut slow: Vec<(bool, u64, WebJob)> =
            at_work.map(|(id, job)| (is_proven(job.web_seed), job.came, *id)).collect();
        slow.sort_unstable();
        let others = slow.split_off(new.len().min(slow.len()));
        // One that was slow itself, but gave good pieces, makes way for nobody who gave none.
        let known = known.into_iter().filter(|web_seed| is_proven(*web_seed)).count();
        slow.extend(others.into_iter().filter(|(is_proven, ..)| !is_proven).take(known));
        slow.into_iter().map(|(.., id)| id).collect()
    }

    /// The web seeds that have no place and wait for one.
    fn waiting(&self, now: Time) -> BTreeSet<usize> {
        let seeds = |is_one: fn(&Job, Time) -> bool| -> BTreeSet<usize> {
            self.open().filter(|(_, job)| is_one(job, now)).map(|(_, job)| job.web_seed).collect()
        };
        let at_work = seeds(|job, _| job.pace.mark.is_some());
        let waiting =
            seeds(|job, now| job.pace.mark.is_none() && now.saturating_sub(job.requested_at) >= TURN);
        &waiting - &at_work
    }

    fn open(&self) -> impl Iterator<Item = (&WebJob, &Job)> {
        self.jobs.iter().filter(|(_, job)| !job.cancelled && job.left > 0)
    }
}

impl<B> Swarm<B> {
    /// Sends those away that give next to nothing, as many as wait for a place.
    pub(super) fn make_way(&mut self) {
        for id in self.web.in_the_way(self.now) {
            if let Some(web_seed) = self.web.jobs.get(&id).map(|job| job.web_seed) {
                self.web.seeds[web_seed].is_slow = true;
                self.call_off(id, Some("it gives next to nothing, and others wait"));
            }
        }
    }
}

/// How long a request is looked at before it counts as slow.
const TRIAL: Time = Time::from_secs(10);
/// Bytes a second below which it does: a block in two seconds.
const LEAST: f64 = 8.0 * 1024.0;
/// How long one waits before somebody has to go for its sake: what a thread takes to begin is no wait.
const TURN: Time = Time::from_secs(2);
