//! Ctrl-C, SIGTERM and a terminal that goes away (SIGHUP): the first asks for a tidy end, the second ends the process at once.
//!
//! What whoever started us has made us ignore stays ignored: that is how `nohup` and the background jobs of scripts live on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::{fs, io};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::{SigId, flag, low_level};

use crate::exit::Exit;
use crate::failure::Failure;

/// Whether a signal asked the tool to end. Cheap to clone and to look at; look at least every 100 ms or so.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    /// What arms the second signal; signal-hook wants it apart from the code.
    raised: Arc<AtomicBool>,
    code: Arc<AtomicUsize>,
    /// What SIGHUP does.
    on_hangup: Arc<Vec<SigId>>,
}

impl Interrupt {
    /// One that only [`raise`](Self::raise) raises: for tests, and for worlds without signals.
    pub fn never() -> Self {
        Self::default()
    }

    /// Starts to listen to the signals of this process. A file that exceeds `ulimit -f` becomes an error (EFBIG) of whoever writes
    /// it, not the end of the process (SIGXFSZ).
    pub fn listen() -> io::Result<Self> {
        let (mut interrupt, ignored) = (Self::default(), ignored());
        let mut on_hangup = Vec::new();
        flag::register(SIGXFSZ, Arc::default())?;
        let ends = [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated), (SIGHUP, Exit::Terminated)];
        for (signal, exit) in ends.into_iter().filter(|(signal, _)| ignored >> (signal - 1) & 1 == 0) {
            // Signal-hook runs these in order: the shutdown must look at the flag before this signal raises it.
            let actions = [
                flag::register_conditional_shutdown(
                    signal,
                    exit.code().into(),
                    Arc::clone(&interrupt.raised),
                )?,
                flag::register_usize(signal, Arc::clone(&interrupt.code), exit.code().into())?,
                flag::register(signal, Arc::clone(&interrupt.raised))?,
            ];
            on_hangup.extend(actions.into_iter().filter(|_| signal == SIGHUP));
        }
        interrupt.on_hangup = Arc::new(on_hangup);
        Ok(interrupt)
    }

    /// From now on SIGHUP ends nothing, but is told here: what a service does that has no terminal to lose. Where it was ignored, it stays so.
    ///
    /// # Errors
    /// The system does not let us listen.
    pub fn take_hangups(&self) -> io::Result<Hangups> {
        let hangups = Hangups::default();
        if !self.on_hangup.is_empty() {
            flag::register(SIGHUP, Arc::clone(&hangups.0))?;
            self.on_hangup.iter().for_each(|action| _ = low_level::unregister(*action));
        }
        Ok(hangups)
    }

    /// The exit code of the signal, once there was one.
    pub fn raised(&self) -> Option<Exit> {
        match self.code.load(Ordering::Relaxed) {
            0 => None,
            code if code == usize::from(Exit::Terminated.code()) => Some(Exit::Terminated),
            _ => Some(Exit::Interrupted),
        }
    }

    /// A failure once there was a signal, for the `?` of a long loop.
    pub fn check(&self) -> Result<(), Failure> {
        match self.raised() {
            None => Ok(()),
            Some(Exit::Terminated) => Err(Failure::new(Exit::Terminated, "terminated")),
            Some(exit) => Err(Failure::new(exit, "interrupted")),
        }
    }

    /// Does what the signal of this exit code would do the first time.
    pub fn raise(&self, exit: Exit) {
        self.code.store(exit.code().into(), Ordering::Relaxed);
        self.raised.store(true, Ordering::Relaxed);
    }
}

/// Tells of SIGHUP.
#[derive(Debug, Default)]
pub struct Hangups(Arc<AtomicBool>);

impl Hangups {
    /// Whether there was one since the last look.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// The signals that this process ignores, a bit for each. Linux says so in a file; elsewhere none counts as ignored.
fn ignored() -> u64 {
    ignored_in(&fs::read_to_string("/proc/self/status").unwrap_or_default())
}

fn ignored_in(status: &str) -> u64 {
    let digits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    digits.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_is_read_from_the_status() {
        let cases = [
            ("Name:\tx\nSigBlk:\t0000000000000003\nSigIgn:\t0000000000001001\nSigCgt:\tff\n", 0x1001),
            ("SigIgn:\tffffffffffffffff\n", u64::MAX),
            ("SigIgn:\tx\n", 0),
            ("", 0),
        ];
        for (status, expected) in cases {
            assert_eq!(ignored_in(status), expected, "{status:?}");
        }
    }

    #[test]
    fn clones_share_the_flag() {
        let interrupt = Interrupt::never();
        let clone = interrupt.clone();
        assert_eq!((clone.raised(), clone.check()), (None, Ok(())));
        interrupt.raise(Exit::Terminated);
        assert_eq!(clone.raised(), Some(Exit::Terminated));
        assert_eq!(clone.check().map_err(|failure| failure.message), Err("terminated".to_owned()));
    }
}
