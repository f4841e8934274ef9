//! What a service manager hears (sd_notify): that peers are answered, that all is read again, that it ends, that it is alive.
//!
//! Where there is none, nothing is said.

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

/// The manager, if there is one.
pub(crate) struct Service {
    /// How often it wants to hear that we are alive, and when it did.
    watchdog: Option<(Duration, Instant)>,
}

impl Service {
    pub(crate) fn new() -> Self {
        // Twice within the time after which we would be taken for dead.
        let watchdog = sd_notify::watchdog_enabled().map(|within| (within / 2, Instant::now()));
        Self { watchdog }
    }

    /// Peers are answered.
    pub(crate) fn ready(&self) {
        tell(&[NotifyState::Ready]);
    }

    /// Everything is being read again. [`ready`](Self::ready) says that it was.
    pub(crate) fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => tell(&[NotifyState::Reloading, now]),
            Err(_) => tell(&[NotifyState::Reloading]),
        }
    }

    /// It is about to end.
    pub(crate) fn stopping(&self) {
        tell(&[NotifyState::Stopping]);
    }

    /// It is alive: to be called often.
    pub(crate) fn alive(&mut self) {
        if let Some((every, told)) = &mut self.watchdog
            && told.elapsed() >= *every
        {
            *told = Instant::now();
            tell(&[NotifyState::Watchdog]);
        }
    }
}

/// A manager that does not listen is no reason to end.
fn tell(states: &[NotifyState<'_>]) {
    let _ = sd_notify::notify(states);
}
