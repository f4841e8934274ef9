//! What a job cost, in one line, for `--verbose`.

use std::fs;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::size::{show_rate, show_size};

/// Measures a job from its start on.
pub struct Effort {
    started: Instant,
    spent: Spent,
}

/// What this process has used so far.
#[derive(Clone, Copy)]
struct Spent {
    /// Processor time of all threads together.
    cpu: Duration,
    /// Bytes that came from a disk rather than from the page cache; 0 where the system does not say.
    disk: u64,
}

/// What held a job up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Limit {
    Hash,
    Disk,
    /// The threads neither hashed nor waited for a disk: something else kept the cores busy.
    Others,
}

impl Effort {
    /// Starts the clock of what follows.
    pub fn start() -> Self {
        Self { started: Instant::now(), spent: Spent::so_far() }
    }

    /// The line: so many bytes were hashed by so many threads with the code called `backend`.
    pub fn line(&self, bytes: u64, threads: usize, backend: &str) -> String {
        let now = Spent::so_far();
        let spent = Spent {
            cpu: now.cpu.saturating_sub(self.spent.cpu),
            disk: now.disk.saturating_sub(self.spent.disk),
        };
        line(bytes, threads, backend, self.started.elapsed(), spent)
    }
}

fn line(bytes: u64, threads: usize, backend: &str, wall: Duration, spent: Spent) -> String {
    let seconds = wall.as_secs_f64().max(1e-6);
    let rate = show_rate((bytes as f64 / seconds) as u64);
    let busy = (spent.cpu.as_secs_f64() / seconds / threads.max(1) as f64).min(1.0);
    let limit = match limit(bytes, busy, spent.disk) {
        Limit::Hash => "the hash",
        Limit::Disk => "the disk",
        Limit::Others => "other work on this machine",
    };
    let threads = if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") };
    format!(
        "{} in {seconds:.2} s, {rate}, {} from disk, backend {backend}, {threads} {:.0} % busy: the limit was {limit}",
        show_size(bytes),
        show_size(spent.disk),
        busy * 100.0
    )
}

fn limit(bytes: u64, busy: f64, disk: u64) -> Limit {
    match busy < BUSY {
        false => Limit::Hash,
        true if disk > bytes / 10 => Limit::Disk,
        true => Limit::Others,
    }
}

impl Spent {
    fn so_far() -> Self {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        let cpu = Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32);
        let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
        let disk = io.lines().find_map(|line| line.strip_prefix("read_bytes: ")?.parse().ok());
        Self { cpu, disk: disk.unwrap_or_default() }
    }
}

/// Threads that do nothing for more than a fifth of the time are held up.
const BUSY: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_which_limit_it_was() {
        let second = Duration::from_secs(1);
        let spent = |cpu, disk| Spent { cpu, disk };
        assert_eq!(
            line(4 << 30, 2, "avx512", second, spent(2 * second, 0)),
            "4 GiB in 1.00 s, 4.00 GiB/s, 0 B from disk, backend avx512, 2 threads 100 % busy: the limit was the hash"
        );
        assert_eq!(
            line(1 << 20, 1, "crates", second, spent(second / 4, 1 << 20)),
            "1 MiB in 1.00 s, 1.00 MiB/s, 1 MiB from disk, backend crates, 1 thread 25 % busy: the limit was the disk"
        );
        assert_eq!(limit(1 << 20, 0.2, 5), Limit::Others);
        let spent = Effort::start().line(0, 0, "x");
        assert!(spent.starts_with("0 B in 0.0"), "{spent}");
    }
}
