//! Asks for the password of a key, on the terminal and nowhere else.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use cli_kit::{Exit, Failure, Interrupt, escape_path};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// The password of this key. Standard input may have torrents, so that it is not read.
pub(crate) fn ask(key: &Path, interrupt: &Interrupt) -> Result<String, Failure> {
    let terminal = File::options().read(true).write(true).open("/dev/tty").map_err(|_| {
        let hint = "`minisign -C -W -s KEY` takes the password off a copy for machines";
        Failure::of(
            Exit::Usage,
            escape_path(key),
            "it has a password, and there is no terminal to ask for it",
        )
        .hint(hint)
    })?;
    let failed = |error: std::io::Error| Failure::io("/dev/tty", &error);
    let silent = Silent::new(&terminal).map_err(failed)?;
    write!(&terminal, "Password of {}: ", escape_path(key)).map_err(failed)?;
    let line = line(&terminal, interrupt);
    drop(silent);
    writeln!(&terminal).map_err(failed)?;
    line
}

/// What is typed until the end of the line, as long as nothing interrupts.
fn line(terminal: &File, interrupt: &Interrupt) -> Result<String, Failure> {
    let mut typed = Vec::new();
    while !typed.ends_with(b"\n") && typed.len() < LONGEST {
        let mut ready = [PollFd::new(terminal, PollFlags::IN)];
        let pause = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        let is_ready = poll(&mut ready, Some(&pause)).is_ok_and(|ready| ready > 0);
        interrupt.check()?;
        if !is_ready {
            continue;
        }
        let mut bytes = [0; 256];
        match (&mut &*terminal).read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => typed.extend_from_slice(&bytes[..count]),
            Err(error) => return Err(Failure::io("/dev/tty", &error)),
        }
    }
    let text = String::from_utf8_lossy(&typed);
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Terminals hand over lines of up to 4,096 bytes.
const LONGEST: usize = 4096;

/// A terminal that does not show what is typed, until dropped.
struct Silent<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Silent<'a> {
    fn new(terminal: &'a File) -> std::io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Silent<'_> {
    fn drop(&mut self) {
        // Nothing can be done for a terminal that is gone.
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}
