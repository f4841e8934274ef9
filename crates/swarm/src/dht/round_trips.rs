//! How long nodes take to answer, to know which are late.

use std::collections::VecDeque;

use super::limits::{LATE_MAX, LATE_MIN, ROUND_TRIPS};
use crate::Time;

/// The last round trips of all traversals.
#[derive(Debug, Default)]
pub(super) struct RoundTrips {
    last: VecDeque<Time>,
}

impl RoundTrips {
    pub(super) fn push(&mut self, round_trip: Time) {
        if self.last.len() == ROUND_TRIPS {
            self.last.pop_front();
        }
        self.last.push_back(round_trip);
    }

    /// After so long a node is late: nine of ten have answered by then.
    pub(super) fn late_after(&self) -> Time {
        let mut sorted: Vec<Time> = self.last.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() * 9 / 10).copied().unwrap_or_default().clamp(LATE_MIN, LATE_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_is_who_is_slower_than_nine_of_ten() {
        let late_after = |millis: &[u64]| {
            let mut trips = RoundTrips::default();
            millis.iter().for_each(|millis| trips.push(Time::from_millis(*millis)));
            trips.late_after().as_millis()
        };
        assert_eq!(late_after(&[]), 400);
        assert_eq!(late_after(&[100; 20]), 400);
        assert_eq!(late_after(&[600, 600, 600, 600, 600, 600, 600, 600, 600, 700]), 700);
        assert_eq!(late_after(&[[600; 63].as_slice(), &[900]].concat()), 600);
        assert_eq!(late_after(&[3_900; 64]), 1_500);
        assert_eq!(late_after(&[[3_900; 64].as_slice(), &[100; 64]].concat()), 400);
    }
}
