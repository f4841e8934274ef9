use super::*;
use crate::stderr::Stderr;
use serde_json::{Value, json};
use test_kit::Capture;

fn start(mode: ProgressMode, quiet: bool, total: Option<u64>) -> (Progress, Capture) {
    let stderr = Capture::default();
    let world = World { stderr: Stderr::new(stderr.clone()), ..World::empty("tool") };
    let flags = Flags { progress: mode, quiet, ..Flags::default() };
    (Progress::start(&world, &flags, total), stderr)
}

fn events(stderr: &Capture) -> Vec<Value> {
    stderr.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_many_threads_did_adds_up() {
    let (progress, stderr) = start(ProgressMode::Json, true, Some(8000));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1000).for_each(|_| progress.advance(2)));
        }
    });
    progress.file(b"a\xff");
    progress.finish();
    let events = events(&stderr);
    let last = events.last().expect("one at the end");
    assert_eq!(
        (&last["event"], &last["bytes"], &last["total"]),
        (&json!("progress"), &json!(8000), &json!(8000))
    );
    assert_eq!(
        (&last["seconds_left"], &last["file"]),
        (&json!(0), &json!({"text": "a\u{fffd}", "hex": "61ff"}))
    );
    assert!(last["bytes_per_second"].is_u64());
}

#[test]
fn what_is_not_known_is_absent() {
    let (progress, stderr) = start(ProgressMode::Json, false, None);
    drop(progress);
    let keys: Vec<String> = events(&stderr)[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["event", "bytes", "bytes_per_second"]);
}

#[test]
fn a_long_job_is_reported_while_it_runs() {
    let (progress, stderr) = start(ProgressMode::Json, false, Some(10));
    let started = Instant::now();
    while stderr.bytes().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(30), "no line came");
        thread::sleep(Duration::from_millis(10));
    }
    progress.finish();
    progress.finish();
    assert!(events(&stderr).len() >= 2);
}

#[test]
fn nothing_is_shown_without_a_terminal() {
    for mode in [ProgressMode::Auto, ProgressMode::Never] {
        let (progress, stderr) = start(mode, false, Some(10));
        progress.advance(10);
        progress.file(b"x");
        progress.finish();
        assert_eq!(stderr.text(), "");
    }
    Progress::never().finish();
}

/// A quarter of a job that a log tells of so often.
fn logged(every: Duration) -> (Arc<Count>, plain::Plain, Capture) {
    let stderr = Capture::default();
    let count = Count::new(Some(4096), true);
    count.bytes.store(1024, Ordering::Relaxed);
    count.file.lock().unwrap().extend_from_slice(b"a\x1b");
    (Arc::new(count), plain::Plain::new("tool", Stderr::new(stderr.clone()), every), stderr)
}

#[test]
fn a_line_of_a_log_tells_what_came_since_the_last() {
    let (count, mut view, stderr) = logged(Duration::from_secs(1));
    view.draw(&count);
    count.bytes.store(3072, Ordering::Relaxed);
    view.draw(&count);
    view.end(&count);
    let lines = "tool: 25.0 %  3 s left  1.00 KiB/s  1.00 of 4.00 KiB  a\\x1b\n\
                 tool: 75.0 %  1 s left  2.00 KiB/s  3.00 of 4.00 KiB  a\\x1b\n";
    assert_eq!(stderr.text(), lines);
}

#[test]
fn a_log_gets_a_line_only_of_a_job_that_lasts() {
    let (count, view, stderr) = logged(plain::EVERY);
    let ticker = Ticker::start(count, Box::new(view)).expect("a thread");
    drop(ticker.stop);
    ticker.thread.join().unwrap();
    assert_eq!(stderr.text(), "", "short jobs say nothing");
    let (count, view, stderr) = logged(Duration::from_millis(1));
    let ticker = Ticker::start(count, Box::new(view)).expect("a thread");
    let started = Instant::now();
    while stderr.text().lines().count() < 2 {
        assert!(started.elapsed() < Duration::from_secs(60), "no line came");
        thread::sleep(Duration::from_millis(1));
    }
    drop(ticker.stop);
    ticker.thread.join().unwrap();
}
