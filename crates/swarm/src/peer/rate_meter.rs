//! How many bytes a second come or go.

use crate::Time;

/// Bytes a second, over the last seconds.
#[derive(Debug, Default)]
pub(crate) struct RateMeter {
    total: u64,
    counted: u64,
    since: Time,
    rate: f64,
}

/// How much of the rate is older than the last measurement.
const MEMORY: f64 = 0.6;

impl RateMeter {
    pub(crate) fn add(&mut self, bytes: u64) {
        self.total += bytes;
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Bytes a second, as of the last `measure`.
    pub(crate) fn rate(&self) -> f64 {
        self.rate
    }

    /// Whether nothing has come or gone for so long that measuring would change nothing.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.rate < 1.0 && self.total == self.counted
    }

    /// To be called about once a second.
    pub(crate) fn measure(&mut self, now: Time) {
        let seconds = now.saturating_sub(self.since).as_secs_f64();
        if seconds < 0.2 {
            return;
        }
        let fresh = (self.total - self.counted) as f64 / seconds;
        self.rate = if self.counted == 0 { fresh } else { self.rate * MEMORY + fresh * (1.0 - MEMORY) };
        (self.counted, self.since) = (self.total, now);
    }

    /// Measuring begins now.
    pub(crate) fn starting(now: Time) -> Self {
        Self { since: now, ..Self::default() }
    }
}
