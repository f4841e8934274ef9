//! How long pieces take to spread: what all patience of an origin is measured in.

use std::collections::VecDeque;

use crate::Time;

/// The last times that a piece took from us to somebody who did not get it from us.
#[derive(Debug, Default)]
pub(super) struct RelayTime {
    latest: VecDeque<Time>,
    seen: usize,
}

impl RelayTime {
    /// A piece took so long.
    pub(super) fn add(&mut self, took: Time) {
        self.seen += 1;
        self.latest.push_back(took);
        if self.latest.len() > LATEST {
            self.latest.pop_front();
        }
    }

    /// The median, which one slow relay does not move. A guess until the first piece has spread.
    pub(super) fn median(&self) -> Time {
        let mut sorted: Vec<Time> = self.latest.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or(GUESS)
    }

    /// How long a piece may stay with those it was given to. Nobody is late before it is known how long it takes.
    pub(super) fn patience(&self) -> Time {
        if self.seen < KNOWN {
            return MOST;
        }
        self.times(4, SHORTEST, MOST)
    }

    /// The same if whoever has it never relayed anything, or has failed before.
    pub(super) fn patience_with_strangers(&self) -> Time {
        self.patience().min(self.times(2, SHORTEST, MOST / 2))
    }

    /// How long nobody may get anything before all claims are doubted.
    pub(super) fn patience_with_silence(&self) -> Time {
        self.times(4, SILENCE, 2 * SILENCE)
    }

    /// So many medians, within bounds; but large pieces on slow lines are given the time that they take.
    fn times(&self, medians: u32, least: Time, most: Time) -> Time {
        let median = self.median();
        (medians * median).clamp(least, most.max(2 * median))
    }
}

/// How many times count.
const LATEST: usize = 15;
/// Before the first.
const GUESS: Time = Time::from_secs(5);
/// So many are enough to judge others by.
const KNOWN: usize = 3;
const SHORTEST: Time = Time::from_secs(2);
const MOST: Time = Time::from_secs(60);
const SILENCE: Time = Time::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: &[u64]) -> RelayTime {
        let mut relay_time = RelayTime::default();
        seconds.iter().for_each(|took| relay_time.add(Time::from_secs(*took)));
        relay_time
    }

    #[test]
    fn patience_follows_the_median_within_bounds() {
        // What was seen; median, patience, with strangers, with silence, in seconds.
        let table: [(&[u64], [u64; 4]); 6] = [
            (&[], [5, 60, 10, 10]),
            (&[1, 1], [1, 60, 2, 5]),
            (&[1, 1, 1], [1, 4, 2, 5]),
            (&[0, 0, 0, 50], [0, 2, 2, 5]),
            (&[20, 20, 20], [20, 60, 40, 40]),
            (&[100, 100, 100], [100, 200, 200, 200]),
        ];
        for (seen, expected) in table {
            let relay_time = after(seen);
            let found = [
                relay_time.median(),
                relay_time.patience(),
                relay_time.patience_with_strangers(),
                relay_time.patience_with_silence(),
            ];
            assert_eq!(found.map(|time| time.as_secs()), expected, "{seen:?}");
        }
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        let seconds: Vec<u64> = [vec![90; 100], vec![1; LATEST]].concat();
        assert_eq!(after(&seconds).median(), Time::from_secs(1));
    }
}
