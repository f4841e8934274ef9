//! Runs a command and prints, as JSON, how it ended and what it needed.
//!
//! A small program of its own, because the kernel counts the memory of the process that starts a command to the
//! command's peak, and because a command that takes a millisecond must not be timed through a slow start.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use wait4::{ResUse, Wait4};

#[derive(Args, Debug)]
pub(crate) struct Launch {
    /// Seconds after which the command and what it started is ended
    #[arg(long, default_value_t = 3600.0)]
    limit: f64,
    /// Look at the memory that is the command's own every millisecond, which takes a little of the processor
    #[arg(long)]
    sample: bool,
    /// Where standard output goes
    #[arg(long, default_value = "/dev/null")]
    stdout: PathBuf,
    /// Where standard error goes
    #[arg(long, default_value = "/dev/null")]
    stderr: PathBuf,
    /// The program that is run, and its arguments
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

impl Launch {
    pub(crate) fn run(&self) -> io::Result<()> {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).stdin(Stdio::null()).process_group(0);
        command.stdout(File::create(&self.stdout)?).stderr(File::create(&self.stderr)?);
        let began = Instant::now();
        let child = command.spawn()?;
        let watched = Watched::until_the_end(&child, began, self)?;
        let used = child.wait4()?;
        report(&used, &watched, began.elapsed());
        Ok(())
    }
}

/// What was seen while the command ran.
struct Watched {
    over_limit: bool,
    /// Peak of `RssAnon`, in bytes.
    anonymous: u64,
}

impl Watched {
    fn until_the_end(child: &Child, began: Instant, launch: &Launch) -> io::Result<Self> {
        let pid = Pid::from_child(child);
        let process = pidfd_open(pid, PidfdFlags::empty())?;
        let mut watched = Self { over_limit: false, anonymous: 0 };
        loop {
            let left = Duration::from_secs_f64(launch.limit).saturating_sub(began.elapsed());
            let tick = if launch.sample { left.min(SAMPLE) } else { left };
            let timeout = Timespec::try_from(tick).map_err(io::Error::other)?;
            if poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&timeout))? > 0 {
                return Ok(watched);
            }
            if left.is_zero() {
                kill_process_group(pid, Signal::KILL)?;
                return Ok(Self { over_limit: true, ..watched });
            }
            watched.anonymous = watched.anonymous.max(anonymous_memory(child.id()));
        }
    }
}

/// `RssAnon` of a process in bytes; 0 once it is gone.
fn anonymous_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB"));
    kibibytes.and_then(|number| number.parse::<u64>().ok()).map_or(0, |number| number << 10)
}

fn report(used: &ResUse, watched: &Watched, elapsed: Duration) {
    let code = used.status.code().or_else(|| used.status.signal().map(|signal| -signal)).unwrap_or(-1);
    println!(
        r#"{{"code":{code},"over_limit":{},"seconds":{:.6},"processor":{:.6},"peak":{},"anonymous":{}}}"#,
        watched.over_limit,
        elapsed.as_secs_f64(),
        (used.rusage.utime + used.rusage.stime).as_secs_f64(),
        used.rusage.maxrss,
        watched.anonymous,
    );
}

const SAMPLE: Duration = Duration::from_millis(1);
