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
fn what_is_no_longer_right_is_made_anew_or_reported() {
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

fn link(folder: &Folder, target: &str, place: &str) {
    let _ = std::fs::remove_file(folder.join(place));
    std::os::unix::fs::symlink(target, folder.join(place)).unwrap();
}

fn move_into(folder: &Folder, from: &str, place: &str) {
    std::fs::rename(folder.join(place), folder.join("old")).unwrap();
    std::fs::rename(folder.join(from), folder.join(place)).unwrap();
}

/// Two versions of the same names and sizes, and what may be turned from one to the other.
const VERSIONS: &str = "st/v1/d/s/f: AAAA\nst/v2/d/s/f: BBBB\nin/d/x: x\nt/";

/// What is typed, how it is made ready, and what happens after the torrent was written; all files are older than that.
const SWAPS: &[(&str, &str, Change, Change)] = &[
    ("the link", "in/l", |f| link(f, "../st/v1", "in/l"), |f| link(f, "../st/v2", "in/l")),
    ("a link to a link", "in/l", two_links, |f| link(f, "v2", "st/now")),
    ("a link above", "in/l/d", |f| link(f, "../st/v1", "in/l"), |f| link(f, "../st/v2", "in/l")),
    (
        "a link to a file",
        "in/l",
        |f| link(f, "../st/v1/d/s/f", "in/l"),
        |f| link(f, "../st/v2/d/s/f", "in/l"),
    ),
    ("a link within", "in", |f| link(f, "../st/v1", "in/l"), |f| link(f, "../st/v2", "in/l")),
    (
        "a file by a link within",
        "in",
        |f| link(f, "../st/v1/d/s/f", "in/l"),
        |f| link(f, "../st/v2/d/s/f", "in/l"),
    ),
    ("where a link within leads", "in", |f| link(f, "../st/v1", "in/l"), |f| move_into(f, "st/v2", "st/v1")),
    ("where a link leads", "in/l", |f| link(f, "../st/v1/d", "in/l"), |f| move_into(f, "st/v2", "st/v1")),
    ("the folder", "st/v1/d", |_| {}, |f| move_into(f, "st/v2/d", "st/v1/d")),
    ("the folder around", "st/v1/d", |_| {}, |f| move_into(f, "st/v2", "st/v1")),
    ("the folder around a file", "st/v1/d/s/f", |_| {}, |f| move_into(f, "st/v2/d", "st/v1/d")),
    ("a folder within", "st/v1", |_| {}, |f| move_into(f, "st/v2/d/s", "st/v1/d/s")),
    (
        "a busy folder",
        "st/v1/d",
        |_| {},
        |f| {
            move_into(f, "st/v2", "st/v1");
            f.write("st/v1/more", "x");
        },
    ),
];

fn two_links(folder: &Folder) {
    link(folder, "v1", "st/now");
    link(folder, "../st/now", "in/l");
}

#[test]
fn what_was_swapped_for_older_files_is_read_again() {
    let ready = SWAPS.iter().map(|(what, typed, prepare, swap)| {
        let folder = Folder::new(VERSIONS);
        prepare(&folder);
        (folder, what, typed, swap)
    });
    let ready: Vec<_> = ready.collect();
    std::thread::sleep(Duration::from_millis(2100));
    for (folder, what, typed, swap) in ready {
        let again = format!("--each --update -v -o t {typed}");
        run(&folder, &again).expect(0);
        let name = typed.rsplit('/').next().unwrap();
        let torrent = format!("t/{name}.torrent");
        let kept = format!("make-torrent: {torrent}: is still right, and left as it is");
        let said = run(&folder, &again).expect(0);
        // Nothing was read, else `-v` would say how fast.
        let mut lines = said.stderr().lines().filter(|line| !line.contains("leads out of the folder"));
        assert_eq!((lines.next(), lines.next()), (Some(kept.as_str()), None), "{what}");
        let before = folder.read(&torrent);
        swap(&folder);
        run(&folder, &again).expect(0);
        assert_ne!(folder.read(&torrent), before, "{what}");
    }
}

/// What happens beside the files, or to a folder that holds the torrent as well, swaps nothing.
#[test]
fn neighbours_that_come_and_go_cause_no_reading() {
    let ready = || Folder::new("w/in/d/a: hello\nw/in/e: e\nw/t/");
    let (beside, moved) = (ready(), ready());
    std::thread::sleep(Duration::from_millis(2100));
    for (folder, change) in [
        (&beside, (|f| f.write("w/in/new", "x")) as Change),
        (&moved, |f| {
            std::fs::rename(f.join("w"), f.join("v")).unwrap();
            std::fs::rename(f.join("v"), f.join("w")).unwrap();
        }),
    ] {
        let again = "--each --update -v -o w/t w/in/d w/in/e";
        run(folder, again).expect(0);
        change(folder);
        let said = run(folder, again).expect(0);
        assert_eq!(said.stderr().lines().filter(|line| line.contains("is still right")).count(), 2);
        assert_eq!(said.stderr().lines().count(), 2, "{said}");
    }
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
