//! What a command cost.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

/// When a command began.
pub(crate) struct Begun {
    at: Instant,
    processor: Duration,
}

impl Begun {
    pub(crate) fn now() -> Self {
        Self { at: Instant::now(), processor: processor() }
    }

    pub(crate) fn passed(&self) -> Duration {
        self.at.elapsed()
    }

    /// Seconds and processor seconds since then, bytes of memory and descriptors now.
    pub(crate) fn figures(&self) -> io::Result<Value> {
        let (seconds, cpu) = (self.at.elapsed(), processor() - self.processor);
        Ok(json!({
            "seconds": seconds.as_secs_f64(),
            "cpu": cpu.as_secs_f64(),
            "memory": memory("RssAnon:")?,
            "resident": memory("VmRSS:")?,
            "descriptors": fs::read_dir("/proc/self/fd")?.count().saturating_sub(1),
        }))
    }
}

/// What all threads of this process have used.
fn processor() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), used.tv_nsec.unsigned_abs() as u32)
}

/// Bytes of this process as its status has them under this name: `RssAnon` of which no file is behind, `VmRSS` of all.
fn memory(name: &str) -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes
        .map(|kibibytes| kibibytes << 10)
        .ok_or_else(|| io::Error::other(format!("the kernel does not tell {name}")))
}
