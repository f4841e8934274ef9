//! The time that all of it may take.

use std::time::{Duration, Instant};

/// When it is all to be over, if ever: getting torrents by URL counts as well.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// So long from now.
    pub(crate) fn after(time: Option<Duration>) -> Self {
        Self(time.map(|time| Instant::now() + time))
    }

    /// The time that is left, if it is limited.
    pub(crate) fn left(self) -> Option<Duration> {
        Some(self.0?.saturating_duration_since(Instant::now()))
    }

    /// Nothing is left, or nothing to speak of.
    pub(crate) fn is_over(self) -> bool {
        self.left().is_some_and(|left| left < Duration::from_millis(100))
    }
}
