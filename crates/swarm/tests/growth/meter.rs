//! What something costs: processor time of this thread, and memory.

use std::time::Duration;

use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    /// The most bytes at a time. Nothing else runs in this process.
    pub(crate) bytes: usize,
}

/// The least of several runs.
pub(crate) fn cost(run: impl Fn()) -> Cost {
    let once = || {
        let (start, before) = (thread_time(), ALLOCATOR.current_usage());
        ALLOCATOR.reset_peak_usage();
        run();
        Cost { time: thread_time() - start, bytes: ALLOCATOR.peak_usage().saturating_sub(before) }
    };
    let runs = [once(), once(), once()];
    let time = runs.iter().map(|cost| cost.time).min().unwrap_or_default();
    let bytes = runs.iter().map(|cost| cost.bytes).min().unwrap_or_default();
    Cost { time, bytes }
}

/// How long this thread has been at work.
pub(crate) fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;
