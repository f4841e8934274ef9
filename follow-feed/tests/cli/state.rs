//! What is remembered, and what a person changes about it.

use std::fs;

use serde_json::Value;
use test_kit::{Folder, assert_matches_schema};

use crate::{Publisher, STATE, events, kinds, run};

fn journal(folder: &Folder) -> std::path::PathBuf {
    let name = folder.names().into_iter().find(|name| name.ends_with(".ndjson")).unwrap();
    folder.join(name)
}

#[test]
fn where_it_stands_is_told_without_asking_anybody() {
    let (publisher, folder) = (Publisher::new(&["b", "a"]), Folder::new(""));
    run(&folder, &publisher.url()).expect(0);
    let state: Value = serde_json::from_str(run(&folder, "--list-state --json").expect(0).stdout()).unwrap();
    assert_matches_schema(STATE, &state);
    assert_eq!(state["items"], serde_json::json!({"skipped": 1, "taken": 1}));
    let told = run(&folder, "--explain").expect(0);
    let told = events(&told);
    let stands: Vec<(&str, &str)> =
        told.iter().map(|it| (it["title"].as_str().unwrap(), it["state"].as_str().unwrap())).collect();
    assert_eq!(stands, [("a", "skipped"), ("b", "taken")]);
    assert_eq!((&told[0]["why"], &told[0]["rule"]), (&"first-run".into(), &"enclosure".into()));
    assert_eq!(publisher.server.asked().len(), 1);
}

#[test]
fn items_are_marked_forgotten_and_looked_at_again() {
    let (publisher, folder) = (Publisher::new(&["b", "a"]), Folder::new(""));
    let url = publisher.url();
    run(&folder, &url).expect(0);
    assert!(run(&folder, "--mark new a").expect(0).stderr().contains("1 items"));
    assert_eq!(kinds(&events(&run(&folder, &url).expect(0))), ["taken"]);
    run(&folder, "--mark new nothing*").expect(1);
    run(&folder, "--mark old a").expect(2);
    assert!(run(&folder, &format!("--forget * {url}")).expect(0).stderr().contains("2 items"));
    let again = run(&folder, &format!("--recheck {url}")).expect(0);
    assert_eq!(kinds(&events(&again)), ["taken"; 2], "whatever the server says of changes");
}

#[test]
fn a_dry_run_takes_nothing() {
    let (publisher, folder) = (Publisher::new(&["b", "a"]), Folder::new("out/"));
    let typed = format!("--dry-run --save out --first-run all {}", publisher.url());
    let outcome = run(&folder, &typed).expect(0);
    assert_eq!(outcome.stdout().lines().count(), 2);
    assert!(!folder.names().iter().any(|name| name.ends_with(".torrent")));
    run(&folder, &format!("--save out --first-run all --pause 0 {}", publisher.url())).expect(0);
    assert_eq!(folder.names().iter().filter(|name| name.ends_with(".torrent")).count(), 2);
}

#[test]
fn a_broken_journal_is_an_error_with_a_way_out() {
    let (publisher, folder) = (Publisher::new(&["b", "a"]), Folder::new(""));
    let url = publisher.url();
    run(&folder, &url).expect(0);
    fs::write(journal(&folder), "").unwrap();
    let refused = run(&folder, &url).expect(4);
    assert!(refused.stderr().contains("hint: `--adopt`"), "{}", refused.stderr());
    let adopted = run(&folder, &format!("--adopt {url}")).expect(0);
    assert!(!kinds(&events(&adopted)).contains(&"taken"));
    publisher.publish(&["c", "b", "a"]);
    let next = run(&folder, &format!("--recheck {url}")).expect(0);
    assert_eq!(kinds(&events(&next)), ["taken"]);
}

#[test]
fn a_second_run_leaves_the_feed_to_the_first() {
    let (publisher, folder) = (Publisher::new(&["a"]), Folder::new(""));
    run(&folder, &publisher.url()).expect(0);
    let lock = fs::File::open(journal(&folder).with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let busy = run(&folder, &format!("--json {}", publisher.url())).expect(0);
    assert_eq!((kinds(&events(&busy)), busy.stderr()), (vec!["busy"], ""));
    assert_eq!(events(&busy)[0]["offered_by"]["host"], "127.0.0.1");
    let key = test_kit::minisign::KEY.1;
    for typed in
        ["--mark new a".to_owned(), "--forget a".into(), "--recheck".into(), format!("--trust {key}")]
    {
        let unheard = run(&folder, &format!("{} {typed}", publisher.url())).expect(4);
        assert!(
            unheard.stderr().contains("feed.xml: another run works on it"),
            "{typed}: {}",
            unheard.stderr()
        );
    }
}

#[test]
fn what_is_said_of_a_feed_that_nobody_follows_leaves_nothing_behind() {
    let folder = Folder::new("");
    for (typed, exit) in [("--explain", 0), ("--list-state", 0), ("--mark taken x", 1), ("--forget x", 1)] {
        let outcome = run(&folder, &format!("{typed} http://pub.example/feed.xml")).expect(exit);
        assert_eq!(outcome.stdout(), "");
        assert_eq!(outcome.stderr().lines().count(), 1, "{}", outcome.stderr());
    }
    assert_eq!(folder.names(), [""; 0]);
}

/// systemd names all folders of a unit in one variable; the first is what it remembers.
#[test]
fn the_first_folder_of_a_unit_is_for_what_is_remembered() {
    let (publisher, folder) = (Publisher::new(&["a"]), Folder::new(""));
    let both = format!("{}:{}", folder.join("one").display(), folder.join("two").display());
    crate::tool(&folder, &publisher.url()).env("STATE_DIRECTORY", both).run().expect(0);
    assert!(folder.names().iter().any(|name| name.starts_with("one/127.0.0.1-")), "{:?}", folder.names());
}
