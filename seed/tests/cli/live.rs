//! One that is watched while it runs: its events as they come.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use test_kit::{Folder, Signal, assert_matches_schema};

use crate::json::SCHEMA;

/// A seed with `--json`.
pub(crate) struct Live {
    child: Child,
    events: Receiver<Value>,
    pub(crate) port: u16,
}

impl Live {
    /// Typed in `folder`, with these variables.
    pub(crate) fn start(folder: &Folder, typed: &str, variables: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_seed"));
        command.args(typed.split_whitespace()).args(["--json", "--bind", "127.0.0.1", "--port"]);
        command.arg(port.to_string()).current_dir(folder.path()).envs(variables.iter().copied());
        command.env("XDG_STATE_HOME", folder.join(".state"));
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let (sender, events) = channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        thread::spawn(move || {
            for line in lines {
                let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
                // That one is of no source.
                if event["event"] != "listening" && sender.send(event).is_err() {
                    return;
                }
            }
        });
        Self { child, events, port }
    }

    /// Waits for an event of a source; those between are dropped.
    #[track_caller]
    pub(crate) fn wait_for(&self, event: &str, source: &str) -> Value {
        self.next_that(|next| next["event"] == event && next["source"] == source)
            .unwrap_or_else(|| panic!("no {event} of {source}"))
    }

    /// Waits for something that cannot be offered; tells why.
    #[track_caller]
    pub(crate) fn wait_for_failure(&self) -> String {
        let failed = self.next_that(|next| next["event"] == "failed").expect("something fails");
        failed["message"].as_str().unwrap().to_owned()
    }

    fn next_that(&self, is_it: impl Fn(&Value) -> bool) -> Option<Value> {
        let began = Instant::now();
        loop {
            let left = Duration::from_secs(50).saturating_sub(began.elapsed());
            let next = self.events.recv_timeout(left).ok()?;
            assert_matches_schema(SCHEMA, &next);
            if is_it(&next) {
                return Some(next);
            }
        }
    }

    /// Whether nothing comes for so long.
    pub(crate) fn is_silent_for(&self, millis: u64) -> bool {
        self.events.recv_timeout(Duration::from_millis(millis)).is_err()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    /// Ends it, which takes a minute at most; gives its exit code.
    #[track_caller]
    pub(crate) fn end(mut self, signal: Signal) -> i32 {
        self.signal(signal);
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap();
            }
            assert!(began.elapsed() < Duration::from_secs(60), "it does not end");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
