//! Everything a tool knows of the outside, passed in: so that a test can be the world.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::termios::tcgetwinsize;
use serde::Serialize;

use crate::color::Tone;
use crate::escape::{escape_path, guard};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::json;
use crate::stderr::Stderr;
use crate::stdin::Stdin;

/// The outside world of one run.
pub struct World {
    /// The name that opens every message.
    pub tool: &'static str,
    /// What was typed after the tool's name.
    pub args: Vec<OsString>,
    /// The environment variables, by name.
    pub env: BTreeMap<OsString, OsString>,
    /// Standard input; a read fails once the tool is interrupted.
    pub stdin: Box<dyn Read + Send>,
    /// Standard output. Write through [`print`](Self::print), which knows about closed pipes.
    pub stdout: Box<dyn Write + Send>,
    /// Standard output takes nothing any more: whoever read it has gone, or it failed, which was said.
    pub stdout_has_failed: bool,
    /// Standard error, shared with the progress display.
    pub stderr: Stderr,
    /// Whether a person types at standard input.
    pub stdin_is_terminal: bool,
    /// Whether a person reads standard output.
    pub stdout_is_terminal: bool,
    /// Whether a person reads standard error.
    pub stderr_is_terminal: bool,
    /// Whether standard output has colour; [`parse`](crate::parse) decides.
    pub stdout_has_color: bool,
    /// Whether standard error has colour.
    pub stderr_has_color: bool,
    /// Silences notes and warnings, never failures. The tool sets it from its [`Flags`](crate::Flags).
    pub quiet: bool,
    /// Whether a signal asked the tool to end.
    pub interrupt: Interrupt,
}

impl World {
    /// The world of this process; starts to listen to signals.
    pub fn from_process(tool: &'static str) -> Self {
        // Should listening fail, a signal still does what it does to any process: ends it.
        let interrupt = Interrupt::listen().unwrap_or_default();
        Self {
            tool,
            args: std::env::args_os().skip(1).collect(),
            env: std::env::vars_os().collect(),
            stdin: Box::new(Stdin::new(interrupt.clone())),
            stdout: Box::new(BufWriter::with_capacity(STDOUT_BUFFER, io::stdout())),
            stdout_has_failed: false,
            stderr: Stderr::new(io::stderr()),
            stdin_is_terminal: io::stdin().is_terminal(),
            stdout_is_terminal: io::stdout().is_terminal(),
            stderr_is_terminal: io::stderr().is_terminal(),
            stdout_has_color: false,
            stderr_has_color: false,
            quiet: false,
            interrupt,
        }
    }

    /// A world where nothing is: no arguments, input, terminal, environment or signals. Tests fill in the rest.
    pub fn empty(tool: &'static str) -> Self {
        Self {
            tool,
            args: Vec::new(),
            env: BTreeMap::new(),
            stdin: Box::new(io::empty()),
            stdout: Box::new(io::sink()),
            stdout_has_failed: false,
            stderr: Stderr::new(io::sink()),
            stdin_is_terminal: false,
            stdout_is_terminal: false,
            stderr_is_terminal: false,
            stdout_has_color: false,
            stderr_has_color: false,
            quiet: false,
            interrupt: Interrupt::never(),
        }
    }

    /// The value of an environment variable that is set.
    pub fn var(&self, name: impl AsRef<OsStr>) -> Option<OsString> {
        self.env.get(name.as_ref()).cloned()
    }

    /// How many columns a line of standard output has: the terminal's, else `COLUMNS`; `None` if nobody says.
    pub fn columns(&self) -> Option<usize> {
        let window = self.stdout_is_terminal.then(|| tcgetwinsize(rustix::stdio::stdout()).ok()).flatten();
        let columns = window.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
        columns.or_else(|| self.var("COLUMNS")?.to_str()?.parse().ok())
    }

    /// A path for standard output: its bytes as they are for a script, escaped for a terminal.
    pub fn shown_path(&self, path: &Path) -> Vec<u8> {
        match self.stdout_is_terminal {
            true => escape_path(path).as_bytes().to_vec(),
            false => path.as_os_str().as_bytes().to_vec(),
        }
    }

    /// A word for standard output, coloured if that has colour.
    pub fn toned(&self, tone: Tone, text: impl Into<String>) -> String {
        let text = text.into();
        if self.stdout_has_color { tone.of(&text) } else { text }
    }

    /// Puts results on standard output: buffered, unless a person is reading. A closed pipe is no error; what follows
    /// is swallowed.
    pub fn print(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
        self.write(|stdout| stdout.write_all(bytes.as_ref()))
    }

    /// Prints one JSON object as a line.
    pub fn print_json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.write(|stdout| json::write_line(stdout, value))
    }

    /// Lets `write` put results on standard output, as [`print`](Self::print) does.
    pub fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        let stdout = &mut self.stdout;
        let written = if self.stdout_is_terminal {
            self.stderr.without_bar(|| write(stdout).and_then(|()| stdout.flush()))
        } else {
            write(stdout)
        };
        self.after_stdout(written)
    }

    /// Hands over what [`print`](Self::print) still holds.
    pub fn flush(&mut self) -> Result<(), Failure> {
        let flushed = self.stdout.flush();
        self.after_stdout(flushed)
    }

    /// Says something on standard error: `tool: text`. Escape names from outside first.
    pub fn note(&self, text: impl AsRef<str>) {
        if !self.quiet {
            self.stderr.line(&format!("{}: {}", self.tool, guard(text.as_ref())));
        }
    }

    /// Warns on standard error: `tool: warning: text [code]`, with a code such as `W-unsorted`.
    pub fn warn(&self, code: &str, text: impl AsRef<str>) {
        if !self.quiet {
            let warning = self.said(Tone::Doubtful, "warning:");
            self.stderr.line(&format!("{}: {warning} {} [{code}]", self.tool, guard(text.as_ref())));
        }
    }

    /// Says what went wrong, and its hint. Does not end the run: many inputs may each have a failure.
    pub fn fail(&self, failure: &Failure) {
        let tool = self.said(Tone::Bad, &format!("{}:", self.tool));
        self.stderr.line(&format!("{tool} {}", guard(&failure.message)));
        if let Some(hint) = &failure.hint {
            self.stderr.line(&format!("{} {}", self.said(Tone::Hint, "hint:"), guard(hint)));
        }
    }

    /// A word for standard error.
    fn said(&self, tone: Tone, text: &str) -> String {
        if self.stderr_has_color { tone.of(text) } else { text.to_owned() }
    }

    /// After any error nothing more is written, so that it is reported once.
    fn after_stdout(&mut self, result: io::Result<()>) -> Result<(), Failure> {
        let Err(error) = result else { return Ok(()) };
        (self.stdout, self.stdout_has_failed) = (Box::new(io::sink()), true);
        match error.kind() {
            io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(Failure::io("stdout", &error)),
        }
    }
}

/// As much as a pipe holds.
const STDOUT_BUFFER: usize = 64 << 10;

#[cfg(test)]
mod tests;
