//! Progress where nobody watches, such as the log of a build: a line now and then, so that whoever reads it later sees that it moved.

use std::time::Duration;

use super::figures::figures;
use super::{Count, View};
use crate::escape::escape;
use crate::stderr::Stderr;

pub(super) struct Plain {
    tool: &'static str,
    stderr: Stderr,
    every: Duration,
    /// At the last line.
    done: u64,
}

/// How often there is a line; a job that is done before has none.
pub(super) const EVERY: Duration = Duration::from_secs(60);

impl Plain {
    pub(super) fn new(tool: &'static str, stderr: Stderr, every: Duration) -> Self {
        Self { tool, stderr, every, done: 0 }
    }
}

impl View for Plain {
    fn patience(&self) -> Duration {
        self.every
    }

    fn interval(&self) -> Duration {
        self.every
    }

    fn draw(&mut self, count: &Count) {
        let done = count.bytes();
        let rate = (done - self.done) * 1000 / (self.every.as_millis() as u64).max(1);
        self.done = done;
        let figures = figures(done, count.total, rate).join("  ");
        let line = format!("{}: {figures}  {}", self.tool, escape(&count.file()));
        self.stderr.line(line.trim_end());
    }

    fn end(&mut self, _: &Count) {}
}
