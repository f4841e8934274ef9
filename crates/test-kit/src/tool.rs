//! Running a tool the way a shell would, and looking at all it did.

use std::ffi::{OsStr, OsString};
use std::fmt::{self, Display};
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};

/// A command line in the making. Standard input is empty unless given.
#[derive(Debug)]
pub struct Tool {
    command: Command,
    stdin: Input,
}

/// The user and group that own nothing.
const NOBODY: u32 = 65534;

#[derive(Debug)]
enum Input {
    Bytes(Vec<u8>),
    Silence,
}

impl Tool {
    /// A run of this program, such as `env!("CARGO_BIN_EXE_make-torrent")`. Variables of the caller that would change
    /// what it does are not passed on.
    pub fn new(exe: &str) -> Self {
        let mut command = Command::new(exe);
        let ours = |name: &OsStr| name.as_encoded_bytes().starts_with(b"PIECEWORK_");
        let is_proxy = |name: &OsStr| name.to_ascii_lowercase().as_encoded_bytes().ends_with(b"_proxy");
        let names = std::env::vars_os().map(|(name, _)| name).filter(|name| ours(name) || is_proxy(name));
        for name in names.chain(["NO_COLOR", "SOURCE_DATE_EPOCH"].map(OsString::from)) {
            command.env_remove(name);
        }
        // Tests talk to nobody outside.
        command.env("PIECEWORK_NO_DHT", "1").env("PIECEWORK_NO_LSD", "1");
        Self { command, stdin: Input::Bytes(Vec::new()) }
    }

    /// Adds an argument to the command line.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments to the command line.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Gives these bytes to standard input, then its end.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Input::Bytes(bytes.into());
        self
    }

    /// Leaves standard input open and silent, like a terminal where nobody types.
    #[must_use]
    pub fn silent_stdin(mut self) -> Self {
        self.stdin = Input::Silence;
        self
    }

    /// Runs in this folder.
    #[must_use]
    pub fn in_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs as a user that permissions bind: root, which they do not bind, becomes nobody. `None`, and said, where nobody cannot reach
    /// the program.
    pub fn as_nobody(mut self) -> Option<Self> {
        if !geteuid().is_root() {
            return Some(self);
        }
        let program = Path::new(self.command.get_program());
        let is_open = |path: &Path| path.metadata().is_ok_and(|found| found.mode() & 0o001 != 0);
        if !program.ancestors().filter(|path| !path.as_os_str().is_empty()).all(is_open) {
            eprintln!("skipped: root may do everything, and nobody else reaches {}", program.display());
            return None;
        }
        self.command.uid(NOBODY).gid(NOBODY);
        Some(self)
    }

    /// Runs to the end.
    pub fn run(self) -> Outcome {
        self.spawn().finish()
    }

    /// Starts it, for tests that do something to it while it runs.
    pub fn spawn(mut self) -> Running {
        let shown = format!("{:?}", self.command);
        let piped = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap_or_else(|error| panic!("cannot run {shown}: {error}"));
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        let silent = match self.stdin {
            Input::Silence => Some(stdin),
            // A tool need not read all of its input: a broken pipe is its choice.
            Input::Bytes(bytes) => {
                thread::spawn(move || stdin.write_all(&bytes));
                None
            }
        };
        let stdout = Some(collect(child.stdout.take().expect("stdout is a pipe")));
        let stderr = Some(collect(child.stderr.take().expect("stderr is a pipe")));
        Running { shown, started: Instant::now(), child, _silent: silent, stdout, stderr }
    }
}

/// A tool that runs. Dropped, it is killed.
#[derive(Debug)]
pub struct Running {
    shown: String,
    started: Instant,
    child: Child,
    /// Held open, never written to.
    _silent: Option<ChildStdin>,
    stdout: Option<Collector>,
    stderr: Option<Collector>,
}

impl Running {
    /// Sends it a signal, such as `Signal::INT`.
    pub fn signal(&self, signal: Signal) {
        let sent = kill_process(Pid::from_child(&self.child), signal);
        sent.unwrap_or_else(|error| panic!("cannot signal {}: {error}", self.shown));
    }

    /// Waits for its end; after a minute in all, kills it and panics.
    pub fn finish(mut self) -> Outcome {
        let Some(status) = self.wait() else { self.give_up() };
        let (stdout, stderr) = (collected(self.stdout.take()), collected(self.stderr.take()));
        let shown = std::mem::take(&mut self.shown);
        Outcome { shown, code: status.code(), signal: status.signal(), stdout, stderr }
    }

    fn wait(&mut self) -> Option<ExitStatus> {
        while self.started.elapsed() < TIME_LIMIT {
            if let Some(status) = self.child.try_wait().expect("the child is ours") {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(2));
        }
        None
    }

    fn give_up(&mut self) -> ! {
        self.child.kill().expect("the child is ours");
        panic!("not done within {TIME_LIMIT:?}, killed: {}", self.shown);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All that a run did.
#[derive(Debug)]
pub struct Outcome {
    /// The command line, for messages.
    shown: String,
    /// The exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// What it wrote on standard output.
    pub stdout: Vec<u8>,
    /// What it wrote on standard error.
    pub stderr: Vec<u8>,
}

impl Outcome {
    /// Standard output, which must be text.
    pub fn stdout(&self) -> &str {
        str::from_utf8(&self.stdout)
            .unwrap_or_else(|error| panic!("standard output is not text: {error}\n{self}"))
    }

    /// Standard error, which must be text.
    pub fn stderr(&self) -> &str {
        str::from_utf8(&self.stderr)
            .unwrap_or_else(|error| panic!("standard error is not text: {error}\n{self}"))
    }

    /// Panics with all that happened unless it ended with this exit code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert!(self.code == Some(code), "expected exit code {code}\n{self}");
        self
    }
}

impl Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (stdout, stderr) = (String::from_utf8_lossy(&self.stdout), String::from_utf8_lossy(&self.stderr));
        writeln!(f, "{}\nexit code: {:?}, signal: {:?}", self.shown, self.code, self.signal)?;
        write!(f, "--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}

type Collector = JoinHandle<Vec<u8>>;

/// Takes in all of a pipe, so that the tool never waits for us.
fn collect(mut pipe: impl Read + Send + 'static) -> Collector {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("the pipe can be read");
        bytes
    })
}

fn collected(collector: Option<Collector>) -> Vec<u8> {
    collector.expect("a run ends once").join().expect("the pipe could be read")
}

/// No test of ours takes this long; one that does hangs.
const TIME_LIMIT: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Tool {
        Tool::new("/bin/sh").args(["-c", script])
    }

    #[test]
    fn everything_is_handed_over_and_back() {
        let outcome =
            sh("cat; echo \"$X $(pwd)\" >&2; exit 3").stdin("in").env("X", "y").in_dir("/").run().expect(3);
        assert_eq!((outcome.stdout(), outcome.stderr(), outcome.signal), ("in", "y /\n", None));
    }

    #[test]
    fn more_than_a_pipe_holds_passes_and_unread_input_is_no_error() {
        let much = vec![b'x'; 1 << 20];
        assert_eq!(sh("cat").stdin(much.clone()).run().expect(0).stdout, much);
        sh("exit 0").stdin(much).run().expect(0);
    }

    #[test]
    fn a_silent_tool_can_be_signalled() {
        let running = sh("read line").silent_stdin().spawn();
        running.signal(Signal::TERM);
        let outcome = running.finish();
        assert_eq!((outcome.code, outcome.signal), (None, Some(15)));
    }

    #[test]
    #[should_panic(expected = "exit code: Some(1), signal: None\n--- stdout\nout\n")]
    fn a_wrong_exit_code_shows_everything() {
        sh("echo out; exit 1").run().expect(0);
    }
}
