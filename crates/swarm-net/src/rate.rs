//! Rate limits: token buckets that say how many bytes may be transferred now.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use swarm::Time;

/// Lets `rate` bytes a second pass, in bursts of at most a tenth of a second's worth. Without a rate everything passes.
/// Clones share it.
#[derive(Clone)]
pub(crate) struct Bucket(Option<Arc<Mutex<Level>>>);

struct Level {
    /// Bytes a second.
    rate: u64,
    /// Bytes that may pass; below 0 after a burst that was larger than allowed.
    bytes: i64,
    /// When `bytes` was last brought up to date.
    filled_at: Time,
}

impl Bucket {
    pub(crate) fn new(rate: Option<u64>) -> Self {
        let level =
            |rate: u64| Arc::new(Mutex::new(Level { rate: rate.max(1), bytes: 0, filled_at: Time::ZERO }));
        Self(rate.map(level))
    }

    /// Bytes that may pass now.
    pub(crate) fn allowance(&self, now: Time) -> usize {
        self.level().map_or(usize::MAX, |mut level| level.fill(now))
    }

    /// Whether two bursts may pass, however short: for threads that look often, and are to leave something for connections that are
    /// woken.
    pub(crate) fn has_ample_allowance(&self, now: Time) -> bool {
        self.level().is_none_or(|mut level| {
            let most = (level.rate / BURSTS).max(LEAST_BURST);
            level.fill(now) as u64 >= most.min(2 * LEAST_BURST)
        })
    }

    /// Counts bytes that passed.
    pub(crate) fn take(&self, bytes: usize) {
        if let Some(mut level) = self.level() {
            level.bytes = level.bytes.saturating_sub_unsigned(bytes as u64);
        }
    }

    /// Bytes that were counted do not pass after all.
    pub(crate) fn give_back(&self, bytes: usize) {
        if let Some(mut level) = self.level() {
            level.bytes = level.bytes.saturating_add_unsigned(bytes as u64);
        }
    }

    /// When bytes may pass again; `None` if they may now.
    pub(crate) fn refill(&self) -> Option<Time> {
        self.level()?.refill()
    }

    fn level(&self) -> Option<MutexGuard<'_, Level>> {
        Some(self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Level {
    fn fill(&mut self, now: Time) -> usize {
        let new = now.saturating_sub(self.filled_at).as_nanos().saturating_mul(self.rate.into()) / NANOS;
        let most = i128::from((self.rate / BURSTS).max(LEAST_BURST));
        let bytes = i128::from(self.bytes).saturating_add_unsigned(new).min(most);
        self.bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        // The time of a part of a byte is kept for the next call.
        self.filled_at +=
            Duration::from_nanos(u64::try_from(new * NANOS / u128::from(self.rate)).unwrap_or(u64::MAX));
        usize::try_from(self.bytes).unwrap_or_default()
    }

    fn refill(&self) -> Option<Time> {
        let missing = self.bytes.min(0).unsigned_abs() + LEAST_BURST.min(self.rate);
        (self.bytes <= 0).then(|| self.filled_at + Duration::from_secs_f64(missing as f64 / self.rate as f64))
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
            let bucket = Bucket::new(Some(rate));
            let (mut now, mut passed) = (Time::ZERO, 0);
            while now < Duration::from_secs(100) {
                now += Duration::from_millis(7);
                let allowance = bucket.allowance(now).min(1 << 40);
                bucket.take(allowance);
                passed += allowance as u64;
            }
            let due = rate * 100;
            assert!(passed <= due + due / 1000 && passed >= due * 99 / 100, "{passed} of {due}");
        }
    }

    #[test]
    fn a_debt_is_waited_for() {
        let bucket = Bucket::new(Some(100_000));
        assert_eq!(bucket.allowance(Duration::from_secs(1)), 10_000);
        assert_eq!(bucket.refill(), None);
        bucket.take(60_000);
        assert_eq!(bucket.allowance(Duration::from_secs(1)), 0);
        let refill = bucket.refill().unwrap();
        assert!(refill > Duration::from_millis(1500) && refill < Duration::from_millis(1600));
        assert!(bucket.allowance(refill) >= 4000);
    }

    #[test]
    fn who_looks_often_leaves_something_for_who_is_woken() {
        for (rate, first) in [(1_000, 5), (1_000_000, 9), (1 << 30, 1)] {
            let bucket = Bucket::new(Some(rate));
            let at = |step: u32| Duration::from_secs_f64(f64::from(step) * 1024.0 / rate as f64);
            bucket.take(1024);
            let ample = (1..100).find(|step| bucket.has_ample_allowance(at(*step)));
            assert!(ample.is_some_and(|step| step >= first), "{rate}: {ample:?}");
        }
    }

    #[test]
    fn without_a_rate_everything_passes() {
        let bucket = Bucket::new(None);
        bucket.take(usize::MAX);
        assert_eq!((bucket.allowance(Time::ZERO), bucket.refill()), (usize::MAX, None));
        assert!(bucket.has_ample_allowance(Time::ZERO));
    }
}
