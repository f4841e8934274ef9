//! What something costs: processor time of this process, and memory; and whether it grows with the length of a list.

use std::time::Duration;

use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

/// One list: its name, the shorter length, and what is done with one of a given length. What is made before counts as well.
pub(crate) type List = (&'static str, usize, fn(usize));

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
        let (start, before) = (cpu_time(), ALLOCATOR.current_usage());
        ALLOCATOR.reset_peak_usage();
        run();
        Cost { time: cpu_time() - start, bytes: ALLOCATOR.peak_usage().saturating_sub(before) }
    };
    let runs = [once(), once(), once()];
    let time = runs.iter().map(|cost| cost.time).min().unwrap_or_default();
    let bytes = runs.iter().map(|cost| cost.bytes).min().unwrap_or_default();
    Cost { time, bytes }
}

/// The lists that cost more than eight times as much, and the allowance, where they are eight times as long.
pub(crate) fn growth_faults(lists: &[List]) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, length, run) in lists {
        let (short, long) = (cost(|| run(*length)), cost(|| run(8 * length)));
        println!("{name}: {length}: {short:?}; {}: {long:?}", 8 * length);
        if !grows_with(short, long) {
            faults.push(format!("{name}: {short:?} -> {long:?}"));
        }
    }
    faults
}

fn grows_with(short: Cost, long: Cost) -> bool {
    // 2.3 for each of three doublings; twice that for time, which is not exact.
    let memory = long.bytes <= short.bytes.max(FEW_BYTES) * 122 / 10;
    let time = long.time <= short.time.max(SHORT) * 25;
    memory && time
}

/// How long this process has been at work, in all of its threads.
pub(crate) fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[global_allocator]
pub(crate) static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Less memory than this is not compared: it is what everything takes.
pub(crate) const FEW_BYTES: usize = 64 << 10;
/// Less time than this is not compared: a look at the clock is not exact.
const SHORT: Duration = Duration::from_millis(2);
