//! What comes to a folder is offered, what goes is not.

use std::fs::{File, OpenOptions, rename};
use std::io::Write;
use std::thread;
use std::time::Duration;

use test_kit::{Folder, Recipe, Signal, seeded_bytes, torrent_of};
use torrent_core::metainfo::Protocol;

use crate::live::Live;
use crate::offering::{download, link, torrent};

/// Content of a name, and its torrent.
fn made(name: &str, length: usize) -> (Vec<u8>, Vec<u8>) {
    let (folder, data) = (Folder::new(""), seeded_bytes(7, length));
    folder.write("d", &data);
    let bytes = torrent_of(&folder, Recipe { protocol: Protocol::V1, piece_length: 32768, align: false });
    let (old, new) = (b"4:name1:d".as_slice(), format!("4:name{}:{name}", name.len()).into_bytes());
    let place = bytes.windows(old.len()).position(|part| part == old).unwrap();
    (data, [&bytes[..place], &new, &bytes[place + old.len()..]].concat())
}

#[test]
fn torrents_are_offered_when_they_come_and_dropped_when_they_go() {
    let folder = Folder::new("w/empty/");
    let seed = Live::start(&folder, "--watch w", &[]);
    let (data, bytes) = made("one", 200_000);
    folder.write("w/one", &data);
    folder.write("w/one.torrent", &bytes);
    let offered = seed.wait_for("offered", "w/one.torrent");
    assert_eq!((&offered["path"], &offered["size"]), (&"w/one".into(), &200_000.into()));
    let target = download(torrent(bytes), seed.port);
    assert!(target.read("one") == data);
    folder.remove("w/one.torrent");
    seed.wait_for("ended", "w/one.torrent");
    // It goes on, and takes in what comes later; another than before at the same place, too.
    let (_, bytes) = made("two", 70_000);
    folder.write("w/one.torrent", bytes);
    assert!(seed.wait_for_failure().contains("its data, `two`"));
    let (data, _) = made("two", 70_000);
    // That rings once.
    folder.write("coming", data);
    rename(folder.join("coming"), folder.join("w/two")).unwrap();
    assert_eq!(seed.wait_for("offered", "w/one.torrent")["size"], 70_000);
    assert_eq!(seed.end(Signal::TERM), 143);
}

#[test]
fn a_copy_takes_the_place_of_what_goes() {
    let folder = Folder::new("w/empty/");
    let (data, bytes) = made("one", 100_000);
    folder.write("w/one", &data);
    folder.write("w/a.torrent", &bytes);
    let seed = Live::start(&folder, "--watch w", &[]);
    seed.wait_for("offered", "w/a.torrent");
    for copy in ["b", "c"] {
        folder.write(format!("w/{copy}.torrent"), &bytes);
        assert_eq!(seed.wait_for("duplicate", &format!("w/{copy}.torrent"))["of"], "w/a.torrent");
    }
    // A copy that has gone itself takes no place.
    folder.remove("w/b.torrent");
    folder.remove("w/a.torrent");
    seed.wait_for("ended", "w/a.torrent");
    seed.wait_for("offered", "w/c.torrent");
    let target = download(torrent(bytes), seed.port);
    assert!(target.read("one") == data);
    assert_eq!(seed.end(Signal::TERM), 143);
}

#[test]
fn what_has_failed_is_in_nobodys_way() {
    let folder = Folder::new("w/empty/\nx/empty/");
    let (data, bytes) = made("one", 100_000);
    folder.write("w/one", vec![0; data.len()]);
    folder.write("w/a.torrent", &bytes);
    let seed = Live::start(&folder, "--watch w --watch x --check full", &[]);
    seed.wait_for("failed", "w/a.torrent");
    folder.write("x/one", &data);
    folder.write("x/b.torrent", &bytes);
    seed.wait_for("offered", "x/b.torrent");
    assert_eq!(seed.end(Signal::TERM), 143);
}

#[test]
fn what_is_half_written_is_left_alone() {
    let folder = Folder::new("w/empty/");
    let (data, bytes) = made("one", 300_000);
    // The torrent is there before its data is whole.
    folder.write("w/one", &data[..100_000]);
    folder.write("w/one.torrent", &bytes);
    let seed = Live::start(&folder, "--watch w", &[]);
    let mut file = OpenOptions::new().append(true).open(folder.join("w/one")).unwrap();
    for chunk in data[100_000..].chunks(5_000) {
        file.write_all(chunk).unwrap();
        thread::sleep(Duration::from_millis(150));
        assert!(seed.is_silent_for(1), "half of it is offered");
    }
    drop(file);
    seed.wait_for("offered", "w/one.torrent");
    let target = download(torrent(bytes), seed.port);
    assert!(target.read("one") == data);
}

#[test]
fn torrents_are_made_of_what_comes() {
    let folder = Folder::new("w/.hidden 5\nw/x.part 5\nw/t 5");
    // What a torrent is about is not made another of.
    folder.write("w/t.torrent", "not yet");
    let seed = Live::start(&folder, "--watch w --make", &[]);
    let data = seeded_bytes(3, 150_000);
    folder.write("coming", &data);
    let mut growing = File::create(folder.join("w/growing")).unwrap();
    for chunk in data.chunks(10_000) {
        growing.write_all(chunk).unwrap();
        thread::sleep(Duration::from_millis(20));
    }
    drop(growing);
    folder.add("w/d/a/b 70000\nw/d/c 5");
    let grown = seed.wait_for("offered", "w/growing");
    assert_eq!(grown["size"], 150_000);
    let target = download(link(grown["magnet"].as_str().unwrap()), seed.port);
    assert!(target.read("growing") == data);
    // A name that is taken by something else is something else.
    folder.write("coming", seeded_bytes(4, 90_000));
    rename(folder.join("coming"), folder.join("w/growing")).unwrap();
    seed.wait_for("ended", "w/growing");
    assert_eq!(seed.wait_for("offered", "w/growing")["size"], 90_000);
    assert_eq!(seed.end(Signal::INT), 130);
}

#[test]
fn sighup_has_everything_read_again() {
    let folder = Folder::new("t/empty/");
    for name in ["one", "two"] {
        let (data, bytes) = made(name, 50_000);
        folder.write(format!("t/{name}"), data);
        folder.write(format!("t/{name}.torrent"), bytes);
    }
    folder.write("t/one_again.torrent", folder.read("t/one.torrent"));
    let seed = Live::start(&folder, "t", &[]);
    seed.wait_for("offered", "t/two.torrent");
    folder.remove("t/one.torrent");
    // Nobody looks until then.
    thread::sleep(Duration::from_millis(300));
    seed.signal(Signal::HUP);
    seed.wait_for("ended", "t/one.torrent");
    seed.wait_for("offered", "t/one_again.torrent");
    let (data, bytes) = made("three", 60_000);
    folder.write("t/three", data);
    folder.write("t/three.torrent", bytes);
    seed.signal(Signal::HUP);
    seed.wait_for("offered", "t/three.torrent");
    assert_eq!(seed.end(Signal::TERM), 143);
}
