//! How many blocks to ask one peer for at a time.
//!
//! As in TCP's slow start, the window grows by one request for every block that arrives, until the rate stops growing. From then on it
//! is one and a half times what fills the link (the measured rate times the shortest round trip seen), plus some slack for what
//! the round trip does not show: disks, timers of rate limits, batching. A slow peer gets a second's worth of slack, a fast one a
//! few milliseconds' worth.

use std::time::Duration;

use crate::limits::{BLOCK, REQUESTS_IN_FLIGHT, SNUB_MAX, SNUB_MIN};

/// The request window of one peer.
#[derive(Debug)]
pub(crate) struct RequestWindow {
    depth: usize,
    /// What the peer allows (`reqq`).
    allowed: usize,
    slow_start: bool,
    last_rate: f64,
    min_rtt: Option<Duration>,
    /// As TCP smoothes it; queueing at the peer counted.
    smoothed_rtt: Duration,
    snubbed: bool,
}

const FIRST_DEPTH: usize = 8;
const DEPTH_MIN: usize = 4;
/// Blocks of slack at most, beside those for `SLACK_FAST`.
const SLACK_BLOCKS: f64 = 128.0;
const SLACK_SLOW: f64 = 1.0;
const SLACK_FAST: f64 = 0.01;

impl RequestWindow {
    pub(crate) fn new(allowed: usize) -> Self {
        Self {
            depth: FIRST_DEPTH,
            allowed,
            slow_start: true,
            last_rate: 0.0,
            min_rtt: None,
            smoothed_rtt: Duration::ZERO,
            snubbed: false,
        }
    }

    /// The peer says how many requests it keeps.
    pub(crate) fn allow(&mut self, allowed: usize) {
        self.allowed = allowed.max(1);
    }

    /// Blocks that may be asked for at a time.
    pub(crate) fn depth(&self) -> usize {
        if self.snubbed { 1 } else { self.depth.min(self.allowed).min(REQUESTS_IN_FLIGHT) }
    }

    pub(crate) fn is_snubbed(&self) -> bool {
        self.snubbed
    }

    /// A block that was asked for came after `took`.
    pub(crate) fn came(&mut self, took: Duration) {
        self.snubbed = false;
        self.min_rtt = Some(self.min_rtt.map_or(took, |least| least.min(took)));
        self.smoothed_rtt =
            if self.smoothed_rtt.is_zero() { took } else { (self.smoothed_rtt * 7 + took) / 8 };
        if self.slow_start && self.depth < REQUESTS_IN_FLIGHT {
            self.depth += 1;
        }
    }

    /// Once a second: what the rate is by now, in bytes a second.
    pub(crate) fn adjust(&mut self, rate: f64) {
        let Some(min_rtt) = self.min_rtt else { return };
        if self.slow_start && rate > self.last_rate * 1.1 {
            self.last_rate = rate;
            return;
        }
        self.slow_start = false;
        let blocks = rate / f64::from(BLOCK);
        let slack = (blocks * SLACK_SLOW).min(SLACK_BLOCKS + blocks * SLACK_FAST);
        let depth = blocks * min_rtt.as_secs_f64() * 1.5 + slack;
        self.depth = (depth.ceil() as usize).clamp(DEPTH_MIN, REQUESTS_IN_FLIGHT);
    }

    /// The peer keeps us waiting: one block at a time, and slow start when it comes.
    pub(crate) fn snub(&mut self) {
        self.snubbed = true;
        self.slow_start = true;
        self.last_rate = 0.0;
        self.depth = DEPTH_MIN;
    }

    /// How long to wait for a block.
    pub(crate) fn patience(&self) -> Duration {
        (self.smoothed_rtt * 4).clamp(SNUB_MIN, SNUB_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window_at(rate: f64, rtt: Duration) -> RequestWindow {
        let mut window = RequestWindow::new(4000);
        (0..3000).for_each(|_| window.came(rtt));
        window.adjust(rate);
        window.adjust(rate);
        window
    }

    #[test]
    fn every_block_adds_one_at_the_start() {
        let mut window = RequestWindow::new(250);
        (0..10).for_each(|_| window.came(Duration::from_millis(50)));
        assert_eq!(window.depth(), FIRST_DEPTH + 10);
        (0..1000).for_each(|_| window.came(Duration::from_millis(50)));
        assert_eq!(window.depth(), 250, "what the peer allows");
    }

    #[test]
    fn later_it_is_what_fills_the_line() {
        let long = window_at(62.5e6, Duration::from_millis(100));
        let line = 62.5e6 * 0.1 / f64::from(BLOCK);
        assert!(long.depth() as f64 > line * 1.4 && (long.depth() as f64) < line * 2.5, "{}", long.depth());
        let near = window_at(500e6, Duration::from_micros(200));
        assert!((100..600).contains(&near.depth()), "{}", near.depth());
        assert_eq!(window_at(20e3, Duration::from_millis(80)).depth(), DEPTH_MIN);
    }

    #[test]
    fn who_keeps_us_waiting_is_asked_for_one_block() {
        let mut window = window_at(1e6, Duration::from_millis(80));
        window.snub();
        assert_eq!(window.depth(), 1);
        window.came(Duration::from_secs(30));
        assert_eq!(window.depth(), DEPTH_MIN + 1);
        assert_eq!(window.patience(), SNUB_MIN);
        (0..20).for_each(|_| window.came(Duration::from_secs(30)));
        assert_eq!(window.patience(), SNUB_MAX);
    }
}
