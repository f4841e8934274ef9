//! What only a real process shows: signals, closed pipes, exit codes. Started with the variable below, this program is
//! the tool under test; started by cargo, it runs the tests.

use std::env;
use std::fs::File;
use std::io::Read;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cli_kit::{Exit, Failure, World, enter};
use test_kit::{Folder, Running, Signal, Tool};

fn main() -> ExitCode {
    if env::var_os(AS_TOOL).is_some() {
        return enter("kit", run);
    }
    for (name, test) in TESTS {
        test();
        println!("ok: {name}");
    }
    ExitCode::SUCCESS
}

const AS_TOOL: &str = "PIECEWORK_KIT_AS_TOOL";

const TESTS: [(&str, fn()); 8] = [
    ("the outcome reaches the shell", the_outcome_reaches_the_shell),
    ("input passes through", input_passes_through),
    ("the first signal ends a read of a silent pipe", the_first_signal_ends_a_read),
    ("the second signal ends a tool that does not listen", the_second_signal_ends_at_once),
    ("a closed pipe is no error", a_closed_pipe_is_no_error),
    ("a full disk is an error", a_full_disk_is_an_error),
    ("an inherited ignore of a signal is kept", an_inherited_ignore_is_kept),
    ("a file beyond ulimit -f is an error", a_file_beyond_the_limit_is_an_error),
];

/// The tool: its first argument says what it does.
fn run(world: &mut World) -> Result<Exit, Failure> {
    match world.args.first().and_then(|arg| arg.to_str()) {
        Some("fail") => {
            Err(Failure::of(Exit::Unacceptable, "x.torrent", "is not a torrent").hint("try another"))
        }
        Some("copy") => copy(world),
        Some("deaf") => deaf(world),
        Some("wait") => wait(world),
        Some("much") => {
            (0..100_000).try_for_each(|_| world.print("0123456789\n"))?;
            Ok(Exit::Yes)
        }
        _ => Ok(Exit::No),
    }
}

fn copy(world: &mut World) -> Result<Exit, Failure> {
    let mut input = Vec::new();
    ready(world)?;
    world.stdin.read_to_end(&mut input).map_err(|error| Failure::io("stdin", &error))?;
    world.print(input)?;
    Ok(Exit::Yes)
}

/// Waits for a signal.
fn wait(world: &mut World) -> Result<Exit, Failure> {
    ready(world)?;
    loop {
        world.interrupt.check()?;
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sees the first signal, says so, and does not end.
fn deaf(world: &mut World) -> Result<Exit, Failure> {
    ready(world)?;
    while world.interrupt.raised().is_none() {
        thread::sleep(Duration::from_millis(5));
    }
    world.var("READY").map(std::fs::remove_file);
    loop {
        thread::sleep(Duration::from_secs(10));
    }
}

/// Tells the test that signals are listened to by now.
fn ready(world: &mut World) -> Result<(), Failure> {
    let Some(path) = world.var("READY") else { return Ok(()) };
    File::create(&path).map(drop).map_err(|error| Failure::io(path, &error))
}

fn tool(what: &str) -> Tool {
    let exe = env::current_exe().expect("this program has a path");
    Tool::new(exe.to_str().expect("its path is text")).env(AS_TOOL, "1").arg(what)
}

fn the_outcome_reaches_the_shell() {
    tool("nothing").run().expect(1);
    let outcome = tool("fail").run().expect(3);
    assert_eq!(outcome.stderr(), "kit: x.torrent: is not a torrent\nhint: try another\n");
}

fn input_passes_through() {
    let input = test_kit::seeded_bytes(1, 300_000);
    assert_eq!(tool("copy").stdin(input.clone()).run().expect(0).stdout, input);
}

/// Starts the tool and waits until it listens.
fn listening(what: &str, folder: &Folder) -> Running {
    let running = tool(what).env("READY", folder.join("ready")).silent_stdin().spawn();
    wait_until(|| folder.join("ready").exists());
    running
}

fn wait_until(done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(30), "waited in vain");
        thread::sleep(Duration::from_millis(5));
    }
}

fn the_first_signal_ends_a_read() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let folder = Folder::new("");
        let running = listening("copy", &folder);
        running.signal(signal);
        assert_eq!(running.finish().expect(code).stderr(), "kit: stdin: interrupted\n");
    }
}

fn the_second_signal_ends_at_once() {
    let folder = Folder::new("");
    let running = listening("deaf", &folder);
    running.signal(Signal::INT);
    wait_until(|| !folder.join("ready").exists());
    running.signal(Signal::TERM);
    running.finish().expect(143);
}

fn a_closed_pipe_is_no_error() {
    let mut child = started("much", Stdio::piped());
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}

fn a_full_disk_is_an_error() {
    let full = File::options().write(true).open("/dev/full").expect("there is /dev/full");
    let output = started("much", full.into()).wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*said), (Some(4), "kit: stdout: no space left on device (ENOSPC)\n"));
}

/// The tool, started by a shell that has first done something to itself.
fn tool_after(preparation: &str, what: &str) -> Tool {
    let exe = env::current_exe().expect("this program has a path");
    let script = format!("{preparation}; exec \"$0\" \"$1\"");
    Tool::new("/bin/sh").args(["-c", &script]).arg(exe).arg(what).env(AS_TOOL, "1")
}

fn an_inherited_ignore_is_kept() {
    let cases = [
        ("HUP", Signal::HUP, Signal::INT, 130),
        ("INT", Signal::INT, Signal::HUP, 143),
        ("TERM", Signal::TERM, Signal::INT, 130),
        ("HUP INT", Signal::INT, Signal::TERM, 143),
        ("XFSZ", Signal::XFSZ, Signal::INT, 130),
        // Not ignored, but caught: a file that grew too large is for its writer to tell of.
        ("QUIT", Signal::XFSZ, Signal::INT, 130),
    ];
    for (ignored, first, second, code) in cases {
        let folder = Folder::new("");
        let running =
            tool_after(&format!("trap '' {ignored}"), "wait").env("READY", folder.join("ready")).spawn();
        wait_until(|| folder.join("ready").exists());
        running.signal(first);
        thread::sleep(Duration::from_millis(50));
        running.signal(second);
        running.finish().expect(code);
    }
}

fn a_file_beyond_the_limit_is_an_error() {
    let folder = Folder::new("");
    for preparation in ["ulimit -f 1", "trap '' XFSZ; ulimit -f 1"] {
        let large = tool_after(&format!("{preparation}; exec >large"), "much").in_dir(folder.path());
        let outcome = large.run().expect(4);
        assert_eq!(outcome.stderr(), "kit: stdout: file too large (EFBIG)\n");
    }
}

fn started(what: &str, stdout: Stdio) -> Child {
    let exe = env::current_exe().expect("this program has a path");
    let mut command = Command::new(exe);
    command.env(AS_TOOL, "1").arg(what).stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped());
    command.spawn().expect("it starts")
}
