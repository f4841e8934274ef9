//! Token buckets: how many bytes may flow now.

use std::time::Duration;

use swarm::Time;

/// Lets `rate` bytes a second pass, in bursts of at most a tenth of a second's worth. Without a rate everything passes.
pub(crate) struct Bucket {
    rate: Option<u64>,
    /// Bytes that may pass; below 0 after a burst that was larger than allowed.
    level: i64,
    filled: Time,
}

impl Bucket {
    pub(crate) fn new(rate: Option<u64>) -> Self {
        Self { rate: rate.map(|rate| rate.max(1)), level: 0, filled: Time::ZERO }
    }

    /// Bytes that may pass now.
    pub(crate) fn room(&mut self, now: Time) -> usize {
        let Some(rate) = self.rate else { return usize::MAX };
        let new = (now - self.filled).as_nanos().saturating_mul(rate.into()) / NANOS;
        let most = i128::from((rate / BURSTS).max(LEAST_BURST));
        let level = i128::from(self.level).saturating_add_unsigned(new).min(most);
        self.level = i64::try_from(level).unwrap_or(i64::MAX);
        // The time of a part of a byte is kept for the next call.
        self.filled +=
            Duration::from_nanos(u64::try_from(new * NANOS / u128::from(rate)).unwrap_or(u64::MAX));
        usize::try_from(self.level).unwrap_or_default()
    }

    /// Counts bytes that passed.
    pub(crate) fn take(&mut self, bytes: usize) {
        if self.rate.is_some() {
            self.level = self.level.saturating_sub_unsigned(bytes as u64);
        }
    }

    /// When there is room again; `None` if there is now.
    pub(crate) fn refill(&self) -> Option<Time> {
        let missing = u64::try_from(self.level.min(0).saturating_neg()).unwrap_or_default();
        let wait =
            |rate: u64| Duration::from_secs_f64((missing + LEAST_BURST.min(rate)) as f64 / rate as f64);
        self.rate.filter(|_| self.level <= 0).map(|rate| self.filled + wait(rate))
    }
}

const NANOS: u128 = 1_000_000_000;

/// Bursts a second.
const BURSTS: u64 = 10;

/// A burst worth a system call, in bytes.
const LEAST_BURST: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_time_just_the_rate_passes() {
        for rate in [1, 100, 5_000, 1 << 20, 1 << 40] {
            let mut bucket = Bucket::new(Some(rate));
            let (mut now, mut passed) = (Time::ZERO, 0);
            while now < Duration::from_secs(100) {
                now += Duration::from_millis(7);
                let room = bucket.room(now).min(1 << 40);
                bucket.take(room);
                passed += room as u64;
            }
            let due = rate * 100;
            assert!(passed <= due + due / 1000 && passed >= due * 99 / 100, "{passed} of {due}");
        }
    }

    #[test]
    fn a_debt_is_waited_for() {
        let mut bucket = Bucket::new(Some(100_000));
        assert_eq!(bucket.room(Duration::from_secs(1)), 10_000);
        assert_eq!(bucket.refill(), None);
        bucket.take(60_000);
        assert_eq!(bucket.room(Duration::from_secs(1)), 0);
        let refill = bucket.refill().unwrap();
        assert!(refill > Duration::from_millis(1500) && refill < Duration::from_millis(1600));
        assert!(bucket.room(refill) >= 4000);
    }

    #[test]
    fn without_a_rate_everything_passes() {
        let mut bucket = Bucket::new(None);
        bucket.take(usize::MAX);
        assert_eq!((bucket.room(Time::ZERO), bucket.refill()), (usize::MAX, None));
    }
}
