//! Progress for programs: one JSON object a line on standard error.

use std::time::Duration;

use serde::Serialize;

use super::{Count, View};
use crate::json::{self, JsonBytes};
use crate::stderr::Stderr;

pub(super) struct Lines {
    stderr: Stderr,
}

impl Lines {
    pub(super) fn new(stderr: Stderr) -> Self {
        Self { stderr }
    }
}

impl View for Lines {
    fn patience(&self) -> Duration {
        self.interval()
    }

    fn interval(&self) -> Duration {
        Duration::from_millis(250)
    }

    fn draw(&mut self, count: &Count) {
        let file = count.file();
        let mut line = Vec::new();
        if json::write_line(&mut line, &Event::of(count, &file)).is_ok() {
            self.stderr.line(String::from_utf8_lossy(&line).trim_end());
        }
    }

    fn end(&mut self, count: &Count) {
        self.draw(count);
    }
}

#[derive(Serialize)]
struct Event<'a> {
    event: &'static str,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    /// On average since the start.
    bytes_per_second: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_left: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<JsonBytes<&'a [u8]>>,
}

impl<'a> Event<'a> {
    fn of(count: &Count, file: &'a [u8]) -> Self {
        let bytes = count.bytes();
        let bytes_per_second = rate(bytes, count.started.elapsed());
        let left = count.total.and_then(|total| total.checked_sub(bytes));
        Self {
            event: "progress",
            bytes,
            total: count.total,
            bytes_per_second,
            seconds_left: left.and_then(|left| seconds(left, bytes_per_second)),
            file: Some(JsonBytes(file)).filter(|file| !file.0.is_empty()),
        }
    }
}

fn rate(bytes: u64, elapsed: Duration) -> u64 {
    let rate = u128::from(bytes) * 1000 / elapsed.as_millis().max(1);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

/// Rounded up, so that 0 means done; `None` while nothing moves.
fn seconds(left: u64, rate: u64) -> Option<u64> {
    if left == 0 { Some(0) } else { (rate > 0).then(|| left.div_ceil(rate)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_time_left_never_divide_by_nothing() {
        assert_eq!(rate(1000, Duration::from_millis(500)), 2000);
        assert_eq!(rate(5, Duration::ZERO), 5000);
        assert_eq!(rate(u64::MAX, Duration::ZERO), u64::MAX);
        assert_eq!(seconds(10, 4), Some(3));
        assert_eq!(seconds(10, 0), None);
        assert_eq!(seconds(0, 0), Some(0));
    }
}
