//! Progress for people: one line on a terminal, gone when the job is done.

use std::time::Duration;

use indicatif::ProgressBar;

use super::board::{columns, line_on_screen};
use super::figures::{bar_first, figures};
use super::{Count, View};
use crate::escape::escape;
use crate::stderr::Stderr;

pub(super) struct Bar {
    bar: ProgressBar,
    stderr: Stderr,
}

impl Bar {
    pub(super) fn new(stderr: Stderr) -> Self {
        Self { bar: line_on_screen(), stderr }
    }
}

impl View for Bar {
    /// A job shorter than this shows nothing: a flicker helps nobody.
    fn patience(&self) -> Duration {
        Duration::from_millis(500)
    }

    fn interval(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn draw(&mut self, count: &Count) {
        self.stderr.set_bar(Some(self.bar.clone()));
        let done = count.bytes();
        self.bar.set_position(done);
        let share = count.total.map(|total| done as f64 / total.max(1) as f64);
        let figures = figures(done, count.total, self.bar.per_sec() as u64);
        self.bar.set_message(bar_first(share, &figures, &escape(&count.file()), columns() - 1));
        self.bar.tick();
    }

    fn end(&mut self, _: &Count) {
        self.stderr.set_bar(None);
        self.bar.finish_and_clear();
    }
}
