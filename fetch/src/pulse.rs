//! Signs of life of the network thread, for the watchdog: limits of time hold whatever keeps that thread, or the disk, from looking at
//! them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cli_kit::{Exit, Failure, World, watch};
use swarm_net::Patience;

use crate::deadline::Deadline;

/// When the network thread last gave a sign of life. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pulse {
    start: Instant,
    /// Milliseconds after the start; 0 while it does not run.
    beat: Arc<AtomicU64>,
    /// What is fetched, for people.
    sources: Arc<Mutex<Vec<String>>>,
}

impl Pulse {
    /// There is none yet.
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), beat: Arc::default(), sources: Arc::default() }
    }

    /// From now on the process ends if limits of time are over and there is no sign of life.
    pub(crate) fn watch(&self, deadline: Deadline, patience: Patience, world: &World) {
        let watched = self.clone();
        watch(world, move || {
            let silence = watched.silence();
            let why = match (patience.deadline, patience.stall) {
                _ if silence.is_some_and(|silence| silence < ALIVE) => return None,
                (Some(typed), _) if deadline.is_over() => swarm_net::Failure::Deadline(typed),
                (_, Some(stall)) if silence.is_some_and(|silence| silence >= stall) => {
                    swarm_net::Failure::Stalled(stall)
                }
                _ => return None,
            };
            Some(watched.failure(&why))
        });
    }

    /// The network thread lives.
    pub(crate) fn beat(&self) {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.beat.store(now.max(1), Ordering::Relaxed);
    }

    /// The network thread has ended.
    pub(crate) fn rest(&self) {
        self.beat.store(0, Ordering::Relaxed);
    }

    /// What it works at.
    pub(crate) fn set_sources(&self, sources: Vec<String>) {
        *self.sources.lock().unwrap_or_else(PoisonError::into_inner) = sources;
    }

    /// For how long there was no sign of life; `None` if none is expected.
    fn silence(&self) -> Option<Duration> {
        let beat = Duration::from_millis(self.beat.load(Ordering::Relaxed));
        (!beat.is_zero()).then(|| self.start.elapsed().saturating_sub(beat))
    }

    fn failure(&self, why: &swarm_net::Failure) -> Failure {
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let failure = match sources.as_slice() {
            [source] => Failure::of(Exit::Network, source, why),
            _ => Failure::new(Exit::Network, why.to_string()),
        };
        failure.hint("the same command goes on from here")
    }
}

/// A thread that gave a sign of life so lately looks at limits of time itself.
const ALIVE: Duration = Duration::from_secs(1);
