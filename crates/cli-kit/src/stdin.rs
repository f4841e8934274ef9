//! Standard input that gives up when the tool is interrupted, even while a silent pipe keeps it waiting.

use std::io::{self, Read};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::interrupt::Interrupt;

/// Reads the process's standard input unbuffered, looking at the interrupt ten times a second.
pub(crate) struct Stdin {
    /// Only for its descriptor: its own buffer would hide bytes from `poll`.
    input: io::Stdin,
    interrupt: Interrupt,
}

impl Stdin {
    pub(crate) fn new(interrupt: Interrupt) -> Self {
        Self { input: io::stdin(), interrupt }
    }

    fn is_ready(&self) -> io::Result<bool> {
        let mut watched = [PollFd::new(&self.input, PollFlags::IN)];
        match poll(&mut watched, Some(&PATIENCE)) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }
}

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // Not `ErrorKind::Interrupted`: callers such as `read_to_end` would try again for ever.
            if self.interrupt.raised().is_some() {
                return Err(io::Error::other("interrupted"));
            }
            if self.is_ready()? {
                return Ok(rustix::io::retry_on_intr(|| rustix::io::read(self.input.as_fd(), &mut *buffer))?);
            }
        }
    }
}

const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
