//! A second run over torrents that are there: `--skip-existing` and `--update`.

use std::fs::File;
use std::time::{Duration, SystemTime};

use test_kit::{Folder, assert_matches_schema};

use crate::{fails, run};

const TREE: &str = "d/a: hello\nd/b 40000\nd/sub/c 20000";

fn write_of_the_same_length(folder: &Folder) {
    folder.write("d/a", "hellO");
}

/// Content that is other but looks old: only the time of the inode, which no program can set, tells.
fn write_with_an_old_time(folder: &Folder) {
    folder.write("d/a", "hellO");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options().write(true).open(folder.join("d/a")).unwrap().set_modified(long_ago).unwrap();
}

type Change = fn(&Folder);

const CHANGES: &[(&str, Change, &str)] = &[
    ("content", write_of_the_same_length, ""),
    ("content with an old time", write_with_an_old_time, ""),
    ("a longer file", |folder| folder.write("d/a", "hello you"), ""),
    ("one file more", |folder| folder.write("d/new", "x"), ""),
    ("one file less", |folder| folder.remove("d/a"), ""),
    ("another name", |folder| std::fs::rename(folder.join("d/b"), folder.join("d/bb")).unwrap(), ""),
    ("trackers", |_| {}, "-a udp://t:1"),
    ("web seeds", |_| {}, "-w https://h/"),
    ("the comment", |_| {}, "-c x"),
    ("the source", |_| {}, "-s x"),
    ("the date", |_| {}, "--date 5"),
    ("the piece length", |_| {}, "-l 15"),
    ("the protocol", |_| {}, "--protocol hybrid"),
    ("alignment", |_| {}, "--align"),
    ("the selection", |_| {}, "-e b"),
];

#[test]
fn what_is_still_right_is_left_alone() {
    for options in
        ["", "--protocol v2", "--protocol hybrid -l 14", "--align", "-x", "-a udp://t:1 -p --date 7", "-e b"]
    {
        let folder = Folder::new(TREE);
        let first = run(&folder, &format!("d --update {options}")).expect(0);
        let (bytes, modified) = (folder.read("d.torrent"), time_of(&folder));
        for again in ["--update", "--skip-existing"] {
            let outcome = run(&folder, &format!("d {again} {options}")).expect(0);
            assert_eq!(outcome.stdout(), first.stdout(), "{options}");
            assert_eq!(outcome.stderr(), "make-torrent: d.torrent: is still right, and left as it is\n");
            assert_eq!((folder.read("d.torrent"), time_of(&folder)), (bytes.clone(), modified), "{options}");
            assert_eq!(run(&folder, &format!("d -q {again} {options}")).expect(0).stderr(), "");
        }
        assert_eq!(folder.names(), ["d.torrent", "d/", "d/a", "d/b", "d/sub/", "d/sub/c"]);
    }
}

fn time_of(folder: &Folder) -> SystemTime {
    std::fs::metadata(folder.join("d.torrent")).unwrap().modified().unwrap()
}

#[test]
fn what_is_no_longer_right_is_made_anew_or_told() {
    for (what, change, options) in CHANGES {
        let folder = Folder::new(TREE);
        run(&folder, "d").expect(0);
        let before = folder.read("d.torrent");
        change(&folder);
        let stale = "make-torrent: d.torrent: exists already, but the files or options are others now\n\
                     hint: `--update` makes it anew\n";
        fails(&folder, &format!("d --skip-existing {options}"), 1, stale);
        assert_eq!(folder.read("d.torrent"), before, "{what}");
        let updated = run(&folder, &format!("d --update {options}")).expect(0);
        let bytes = folder.read("d.torrent");
        assert_ne!(bytes, before, "{what}");
        let fresh = run(&folder, &format!("d --force {options}")).expect(0);
        assert_eq!((updated.stdout(), bytes), (fresh.stdout(), folder.read("d.torrent")), "{what}");
    }
}

#[test]
fn each_is_judged_alone() {
    let folder = Folder::new("a: 1\nb: 2\nc: 3");
    run(&folder, "--each a b -q --skip-existing").expect(0);
    folder.write("b", "4");
    let outcome = run(&folder, "--each a b c -q --skip-existing").expect(1);
    assert_eq!(outcome.stdout(), "a.torrent\nc.torrent\n");
    let outcome = run(&folder, "--each a b c --json --update").expect(0);
    let schema = include_str!("../../schema/make-torrent-1.json");
    let records: Vec<serde_json::Value> =
        outcome.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    records.iter().for_each(|record| assert_matches_schema(schema, record));
    let unchanged: Vec<_> = records.iter().map(|record| record.get("unchanged").is_some()).collect();
    assert_eq!(unchanged, [true, false, true]);
}

#[test]
fn what_is_no_torrent_is_not_replaced() {
    let folder = Folder::new("d/a: hello\nd.torrent: precious\nempty/");
    let said = "make-torrent: d.torrent: exists already, and is not a torrent\nhint: `--force` replaces it\n";
    fails(&folder, "d --update", 4, said);
    fails(&folder, "d --skip-existing", 4, said);
    for typed in ["d --update --force", "d --update --skip-existing", "d --skip-existing -f"] {
        run(&folder, typed).expect(2);
    }
}

#[test]
fn old_files_are_not_read_again() {
    let folder = Folder::new(TREE);
    std::thread::sleep(Duration::from_millis(2100));
    run(&folder, "d").expect(0);
    // Who hashes says with `--verbose` how fast it was.
    let kept = "make-torrent: d.torrent: is still right, and left as it is\n";
    assert_eq!(run(&folder, "d --update -v").expect(0).stderr(), kept);
    // A torrent whose time lies in the future proves nothing.
    write_of_the_same_length(&folder);
    let future = SystemTime::now() + Duration::from_secs(1_000_000);
    File::options().write(true).open(folder.join("d.torrent")).unwrap().set_modified(future).unwrap();
    let outcome = run(&folder, "d --update -v").expect(0);
    assert!(!outcome.stderr().contains("is still right"), "{outcome}");
}

#[test]
fn the_stream_is_read_to_be_compared() {
    let folder = Folder::new("");
    let stream = |content: &str| {
        crate::tool(&folder, "- -n s --update").stdin(content.as_bytes().to_vec()).run().expect(0)
    };
    stream("one");
    assert!(stream("one").stderr().contains("is still right"));
    assert_eq!(stream("two").stderr(), "");
}
