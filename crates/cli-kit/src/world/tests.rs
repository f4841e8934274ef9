use std::fs::File;

use super::*;
use crate::exit::Exit;
use test_kit::Capture;

struct Seen {
    world: World,
    stdout: Capture,
    stderr: Capture,
}

fn world() -> Seen {
    let (stdout, stderr) = (Capture::default(), Capture::default());
    let world = World {
        stdout: Box::new(BufWriter::new(stdout.clone())),
        stderr: Stderr::new(stderr.clone()),
        ..World::empty("tool")
    };
    Seen { world, stdout, stderr }
}

/// A pipe that nobody reads any more.
struct Closed(Capture);

impl Write for Closed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(bytes)?;
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn results_wait_for_the_flush_unless_a_person_reads() {
    let mut seen = world();
    seen.world.print("one\n").unwrap();
    assert_eq!(seen.stdout.text(), "");
    seen.world.flush().unwrap();
    assert_eq!(seen.stdout.text(), "one\n");
    seen.world.stdout_is_terminal = true;
    seen.world.print(b"two\n").unwrap();
    assert_eq!(seen.stdout.text(), "one\ntwo\n");
}

#[test]
fn json_is_one_line_an_object() {
    let mut seen = world();
    seen.world.print_json(&serde_json::json!({"name": "a\u{202e}", "size": 1})).unwrap();
    seen.world.flush().unwrap();
    assert_eq!(seen.stdout.text(), "{\"name\":\"a\\u202e\",\"size\":1}\n");
}

#[test]
fn a_closed_pipe_is_no_error_and_is_not_tried_again() {
    let tried = Capture::default();
    let mut world = World { stdout: Box::new(Closed(tried.clone())), ..World::empty("tool") };
    for _ in 0..3 {
        assert_eq!(world.print("x").and_then(|()| world.flush()), Ok(()));
    }
    assert_eq!((tried.text().as_str(), world.stdout_has_failed), ("x", true));
}

#[test]
fn a_full_disk_is_reported_once() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut world = World { stdout: Box::new(full), ..World::empty("tool") };
    let failure = Failure::new(Exit::LocalIo, "stdout: no space left on device (ENOSPC)");
    assert_eq!(world.print("x"), Err(failure));
    assert_eq!((world.print("x"), world.flush()), (Ok(()), Ok(())));
}

#[test]
fn talk_goes_to_stderr_and_never_acts_on_the_terminal() {
    let mut seen = world();
    seen.world.note("looks at `a\\n`");
    seen.world.warn("W-unsorted", "`files` is not sorted\x1b[2J");
    seen.world.fail(&Failure::usage("two\nlines").hint("three\rmore"));
    let expected = [
        "tool: looks at `a\\n`",
        "tool: warning: `files` is not sorted\\x1b[2J [W-unsorted]",
        "tool: two\\nlines",
        "hint: three\\rmore",
        "",
    ];
    assert_eq!(seen.stderr.text(), expected.join("\n"));
    seen.world.flush().unwrap();
    assert_eq!(seen.stdout.text(), "");
}

#[test]
fn quiet_leaves_only_failures() {
    let mut seen = world();
    seen.world.quiet = true;
    seen.world.note("note");
    seen.world.warn("W-x", "warning");
    seen.world.fail(&Failure::usage("wrong"));
    assert_eq!(seen.stderr.text(), "tool: wrong\n");
}
