//! What is said beside the files: each option puts its key where its BEP has it, and nothing else.

use test_kit::Folder;

use crate::{made, run, tool};

/// The torrent without its info dictionary, then the info dictionary.
fn halves(options: &[&str]) -> (String, String) {
    let folder = Folder::new("f: x");
    tool(&folder, "f -o t").args(options).run().expect(0);
    let bytes = folder.read("t");
    let torrent = torrent_core::metainfo::Metainfo::parse_strict(bytes).unwrap();
    let info = torrent.raw_info();
    let at = torrent.bytes().windows(info.len()).position(|window| window == info).unwrap();
    let outer = [&torrent.bytes()[..at], b"INFO", &torrent.bytes()[at + info.len()..]].concat();
    (String::from_utf8_lossy(&outer).into_owned(), String::from_utf8_lossy(info).into_owned())
}

#[track_caller]
fn outer(options: &[&str], expected: &str) {
    assert_eq!(halves(options).0, expected, "{options:?}");
}

/// What an option adds to the info dictionary.
#[track_caller]
fn info(options: &[&str], expected: &str) {
    let (outer, info) = halves(options);
    assert!(info.contains(expected), "{options:?}: {info}");
    assert_eq!(info.len(), halves(&[]).1.len() + expected.len(), "{options:?}: {info}");
    assert_eq!(outer, "d4:infoINFOe", "{options:?}");
}

#[test]
fn nothing_is_said_unasked() {
    outer(&[], "d4:infoINFOe");
    assert!(halves(&[]).1.starts_with("d6:lengthi1e4:name1:f12:piece lengthi16384e6:pieces20:"));
}

#[test]
fn trackers_stand_in_tiers() {
    outer(&["-a", "udp://a/"], "d8:announce8:udp://a/4:infoINFOe");
    outer(
        &["-a", "udp://a/,http://b/", "-a", "wss://c/"],
        "d8:announce8:udp://a/13:announce-listll8:udp://a/9:http://b/el8:wss://c/ee4:infoINFOe",
    );
}

#[test]
fn outside_the_info_hash() {
    outer(&["-w", "http://w/f", "-w", "https://w/"], "d4:infoINFO8:url-listl10:http://w/f10:https://w/ee");
    outer(&["--http-seed", "http://h/"], "d9:httpseedsl9:http://h/e4:infoINFOe");
    outer(&["--node", "h:1", "--node", "[::1]:65535"], "d4:infoINFO5:nodesll1:hi1eel3:::1i65535eeee");
    outer(&["-c", "té"], "d7:comment3:té4:infoINFOe");
    outer(&["--created-by", "me"], "d10:created by2:me4:infoINFOe");
    outer(&["--date", "0"], "d13:creation datei0e4:infoINFOe");
    outer(&["--date", "-1"], "d13:creation datei-1e4:infoINFOe");
    outer(&["--date", "2020-01-01T00:00:00Z"], "d13:creation datei1577836800e4:infoINFOe");
    outer(
        &["--set", "zz=[1,\"a\",{\"k\":-2}]", "--set", "aa=\"\""],
        "d2:aa0:4:infoINFO2:zzli1e1:ad1:ki-2eeee",
    );
}

#[test]
fn the_environment_may_give_the_date() {
    let folder = Folder::new("f: x");
    let dated = |options: &str| {
        let outcome = tool(&folder, &format!("f -o - {options}"))
            .env("SOURCE_DATE_EPOCH", "1577836800")
            .run()
            .expect(0);
        String::from_utf8_lossy(&outcome.stdout).into_owned()
    };
    assert!(dated("").starts_with("d13:creation datei1577836800e"));
    assert!(dated("--date 5").starts_with("d13:creation datei5e"));
    tool(&folder, "f -o -").env("SOURCE_DATE_EPOCH", "soon").run().expect(2);
}

#[test]
fn inside_the_info_hash() {
    info(&["-s", "src"], "6:source3:src");
    info(&["--collection", "c1", "--collection", "c2"], "11:collectionsl2:c12:c2e");
    info(
        &["--similar", &"41".repeat(20), "--similar", &"42".repeat(32)],
        &format!("7:similarl20:{}32:{}e", "A".repeat(20), "B".repeat(32)),
    );
    info(&["--update-url", "http://u/"], "10:update-url9:http://u/");
    info(&["--set", "info.x=5"], "1:xi5e");
}

#[test]
fn private_and_cross_seed_change_the_hash() {
    let folder = Folder::new("f: x");
    let hash = |options: &str| made(&folder, &format!("f {options}")).info_hash_v1();
    let plain = hash("-a udp://t/");
    assert_eq!(plain, hash(""));
    assert_ne!(plain, hash("-a udp://t/ -p"));
    assert_ne!(hash("-x"), hash("-x"));
    assert_eq!(made(&folder, "f -a udp://t/ -p").private(), Some(true));
}

#[test]
fn a_tracker_that_is_named_twice_is_taken_once() {
    for (typed, expected, said) in [
        ("-a udp://a -a udp://a", "udp://a", 1),
        ("-a udp://a,udp://a", "udp://a", 1),
        ("-a udp://a,udp://b -a udp://b -a udp://c,udp://a", "udp://a udp://b | udp://c", 2),
        ("-a udp://a -a udp://A", "udp://a | udp://A", 0),
    ] {
        let folder = Folder::new("d/a: x");
        let torrent = made(&folder, &format!("d {typed}"));
        let tier = |tier: &Vec<Vec<u8>>| {
            tier.iter().map(|url| String::from_utf8_lossy(url).into_owned()).collect::<Vec<_>>().join(" ")
        };
        let tiers: Vec<String> = torrent.advisory().trackers.iter().map(tier).collect();
        assert_eq!(tiers.join(" | "), expected, "{typed}");
        let notes = run(&folder, &format!("d {typed} -f")).expect(0);
        assert_eq!(
            notes.stderr().matches("it was named before, and is left out here\n").count(),
            said,
            "{notes}"
        );
    }
}

#[test]
fn a_day_is_a_date() {
    for (date, seconds) in
        [("2024-01-01", 1_704_067_200), ("2024-01-01T01:00:00+01:00", 1_704_067_200), ("7", 7)]
    {
        let torrent = made(&Folder::new("d/a: x"), &format!("d --date {date}"));
        assert_eq!(torrent.advisory().creation_date, Some(seconds), "{date}");
    }
}
