//! What is printed of a check.

use std::os::unix::fs::PermissionsExt;

use test_kit::{Folder, Recipe, torrent_of};
use torrent_core::metainfo::Protocol;

use crate::{run, states, tool, whole};

/// One file of each state that is easily had.
fn mixed() -> Folder {
    let folder = whole("d/a 5\nd/b 5\nd/c 20000\nd/e 5\nd/f 0", Protocol::V2);
    folder.write("d/b", "wrong");
    folder.write("d/c", "short");
    folder.remove("d/e");
    folder.add("d/extra: x\nd/more/y: z");
    folder
}

#[test]
fn a_screen_for_people() {
    let outcome = run(&mixed(), "t --extra").expect(1);
    let expected = "\
d: 5 B of 19.55 KiB proven (0.0 %), 2 ok, 1 damaged, 1 missing, 1 short
  damaged     b (bytes 0 to 4)
  short       c (5 bytes instead of 20000)
  missing     e
  extra       extra
  extra       more/y
";
    assert_eq!(outcome.stdout(), expected);
    let folder = whole("d/a 5", Protocol::V1);
    assert_eq!(run(&folder, "t").expect(0).stdout(), "d: 5 B of 5 B proven (100 %), 1 ok\n");
}

#[test]
fn names_for_a_pipe() {
    let folder = mixed();
    for (which, expected) in [
        ("ok", "a\nf\n"),
        ("bad", "b\nc\n"),
        ("missing", "e\n"),
        ("unproven", ""),
        ("extra", "extra\nmore/y\n"),
    ] {
        assert_eq!(run(&folder, &format!("t --list {which}")).stdout(), expected, "{which}");
    }
    assert_eq!(run(&folder, "t --list bad --null").expect(1).stdout(), "b\0c\0");
}

/// What README's line removes: nothing of which it is not proven that it is not the torrent's.
#[test]
fn only_what_is_proven_wrong_is_bad() {
    let folder = whole("d/a 5\nd/b 20000\nd/c 20000\nd/e 5\nd/f 5\nd/g 5\nd/h 5", Protocol::V2);
    let outside = Folder::new("x: wrong");
    folder.write("d/a", "wrong");
    folder.write("d/b", "short");
    folder.write("d/c", [1; 20001]);
    for (name, target) in [("d/e", outside.join("x")), ("d/f", "/dev/null".into())] {
        folder.remove(name);
        std::os::unix::fs::symlink(target, folder.join(name)).unwrap();
    }
    folder.remove("d/g");
    folder.write("d/g/inside", "x");
    std::fs::set_permissions(folder.join("d/h"), std::fs::Permissions::from_mode(0o000)).unwrap();
    // Whoever is nobody must find the folder.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    for (which, expected) in [
        ("bad", "a\nb\nc\n"),
        ("wrong-type", "e\nf\ng\n"),
        ("unreadable", "h\n"),
        ("ok", ""),
        ("changed", ""),
        ("missing", ""),
    ] {
        let Some(listing) = tool(&folder, &format!("t --list {which}")).as_nobody() else { return };
        assert_eq!(listing.run().stdout(), expected, "{which}");
    }
    // Each state is in the help.
    let help = run(&folder, "--help").expect(0);
    assert!(help.stdout().contains("bad         damaged, short and long"), "{help}");
}

#[test]
fn the_link_that_fetches_the_rest() {
    let outcome = run(&mixed(), "t --magnet-missing").expect(1);
    assert!(
        outcome.stdout().starts_with("magnet:?xt=urn:btmh:") && outcome.stdout().ends_with("&so=1-3\n"),
        "{outcome}"
    );
    assert_eq!(run(&whole("d/a 5", Protocol::V1), "t --magnet-missing").expect(0).stdout(), "");
}

#[test]
fn less_than_all_says_so() {
    let folder = whole("d/a 100000\nd/b 100000", Protocol::V2);
    let quick = run(&folder, "t --quick").expect(0);
    assert!(
        quick.stdout().contains("(0.0 %), 2 unproven") && quick.stdout().contains("nothing is proven"),
        "{quick}"
    );
    let sample = run(&folder, "t --sample 50% --seed 3").expect(0);
    assert!(sample.stdout().contains(" of 14 pieces were read"), "{sample}");
    assert_eq!(sample.stdout(), run(&folder, "t --sample 50 --seed 3").stdout());
    run(&folder, "t --sample 100").expect(0);
    for seed in 0..20 {
        let least = run(&folder, &format!("t --sample 0.000001% --seed {seed}")).expect(0);
        assert!(least.stdout().contains("1 of 14 pieces were read"), "{least}");
    }
    folder.remove("d/b");
    run(&folder, "t --quick").expect(1);
    run(&folder, "t --select a").expect(0);
    run(&folder, "t --select 0").expect(0);
    run(&folder, "t --select 0,b").expect(1);
    run(&folder, "t --select 0-1").expect(1);
}

#[test]
fn fail_fast_stops_early() {
    let folder = whole("d/a 5000000\nd/b 5000000", Protocol::V1);
    folder.write("d/a", vec![0; 5_000_000]);
    let outcome = run(&folder, "t --fail-fast --threads 1 --json").expect(1);
    let summary: serde_json::Value = serde_json::from_str(outcome.stdout().lines().next().unwrap()).unwrap();
    // Of 306 bad pieces, those that were hashed together with the first.
    assert!((1..200).contains(&summary["pieces_bad"].as_u64().unwrap()), "{summary}");
}

#[test]
fn several_torrents_find_their_names() {
    let folder = whole("d/a 5", Protocol::V1);
    folder.write("u", "bad");
    let outcome = run(&folder, "--data . --torrents t t u").expect(3);
    let line = "d (t): 5 B of 5 B proven (100 %), 1 ok\n";
    let total = "total: 3 torrents, 10 B of 10 B proven (99.9 %), 2 complete, 1 failed\n";
    assert_eq!(outcome.stdout(), format!("{line}{line}{total}"));
    let said = "verify-data: u: not a torrent: it is a text file [E-bencode]\n\
                hint: `head -c 300` shows how it begins\n";
    assert_eq!(outcome.stderr(), said);
}

#[test]
fn of_several_torrents_every_line_says_whose_it_is() {
    let folder = whole("d/a 5\nd/b 40000", Protocol::V2);
    folder.write("u", folder.read("t"));
    folder.write("d/a", "wrong");
    folder.write("d/x", "extra");
    let text = run(&folder, "--data . --torrents t u").expect(1);
    assert!(text.stdout().starts_with("d (t): ") && text.stdout().contains("\nd (u): "), "{text}");
    let total = "total: 2 torrents, 78.13 KiB of 78.13 KiB proven (99.9 %), 0 complete, 2 not\n";
    assert!(text.stdout().ends_with(total), "{text}");
    let json = run(&folder, "--data . --torrents t u --json --extra").expect(1);
    let whose = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["torrent"].clone();
    let whose: Vec<_> = json.stdout().lines().map(whose).collect();
    assert_eq!(whose, ["t", "t", "t", "t", "u", "u", "u", "u"]);
    // One torrent needs no total.
    assert!(!run(&folder, "t").stdout().contains("total"));
}

#[test]
fn the_torrent_may_come_through_a_pipe() {
    let folder = whole("d/a 5", Protocol::Hybrid);
    tool(&folder, "-").stdin(folder.read("t")).run().expect(0);
}

#[test]
fn globs_that_select_nothing_are_said() {
    let folder = whole("d/a.txt 5\nd/b 5", Protocol::V1);
    let said = |globs: &[&str]| -> String {
        globs.iter().map(|glob| format!("verify-data: `--select {glob}`: matches nothing\n")).collect()
    };
    for (typed, idle) in [
        ("*.txt --select nope", ["nope"].as_slice()),
        ("*.txt,nope,d/b", &["nope", "d/b"]),
        ("0,*.iso --quiet", &["*.iso"]),
        ("*.txt,b", &[]),
    ] {
        assert_eq!(run(&folder, &format!("t --select {typed}")).expect(0).stderr(), said(idle), "{typed}");
    }
    // Matched in one of two.
    folder.add("e/c.iso 5");
    let recipe = Recipe { protocol: Protocol::V1, piece_length: 32768, align: false };
    let other = Folder::new("d/c.iso 5");
    folder.write("u", torrent_of(&other, recipe));
    let outcome = run(&folder, "--data . --torrents t u --select *.txt,*.iso,nope");
    assert!(outcome.stderr().ends_with(&said(&["nope"])), "{outcome}");
}

#[test]
fn a_selection_is_not_the_whole() {
    let folder = whole("d/a 5\nd/b 5", Protocol::V2);
    let outcome = run(&folder, "t --select a").expect(0);
    let expected = "d: 5 B of 5 B proven (100 %), 1 ok\n  only the selection was checked: 1 of 2 files\n";
    assert_eq!(outcome.stdout(), expected);
    let json = run(&folder, "t --select a --json").expect(0);
    let summary: serde_json::Value = serde_json::from_str(json.stdout().lines().next().unwrap()).unwrap();
    assert_eq!((&summary["extent"], &summary["complete"]), (&"selection".into(), &false.into()));
}

/// Of BitComet, which wrote no `attr`; libtorrent takes them for padding by their name as well.
#[test]
fn pad_files_by_name_are_no_data() {
    let folder = Folder::new("d/a 20000\nd/b 100");
    let recipe = Recipe { protocol: Protocol::V1, piece_length: 16384, align: true };
    let marked = torrent_of(&folder, recipe);
    let (attr, path) = (b"d4:attr1:p6:lengthi12768e".as_slice(), b"4:pathl4:.pad5:12768e".as_slice());
    let at = marked.windows(attr.len()).position(|window| window == attr).unwrap();
    let rest = marked[at + attr.len()..].strip_prefix(path).unwrap();
    let by_name = b"d6:lengthi12768e4:pathl20:_____padding_file_0_e";
    folder.write("t", [&marked[..at], by_name, rest].concat());
    let outcome = run(&folder, "t --json").expect(0);
    assert_eq!(states(&outcome), ["a ok", "b ok"]);
    assert!(run(&folder, "t").expect(0).stdout().contains("(100 %)"));
}

#[test]
fn a_piece_that_was_read_and_is_not_whole_is_no_yes() {
    let folder = whole("d/a 5\nd/b 5", Protocol::V1);
    folder.remove("d/a");
    run(&folder, "t --select b --sample 100").expect(1);
}

#[test]
fn the_content_may_be_a_folder_deeper() {
    let folder = whole("d/a 5\nd/sub/b 40000", Protocol::V1);
    let single = whole("d 5", Protocol::V2);
    let moves: [(&Folder, &str, &str, &str); 8] = [
        // Where the content is, what is typed, and what is said.
        (&folder, "x/d", "t", "x"),
        (&folder, "x/d", "t .", "x"),
        (&folder, "x/renamed", "t x", "x/renamed"),
        // Nothing outside the folder that was named is looked at.
        (&folder, "x/d", "t x/d/sub", ""),
        (&folder, "d", "t d/sub", ""),
        (&folder, "x/y/z/d", "t", ""),
        (&single, "x/d", "t", "x"),
        (&single, "d", "t x", ""),
    ];
    for (folder, place, typed, expected) in moves {
        let original = folder.join("d");
        let place = folder.join(place);
        std::fs::create_dir_all(folder.join("x")).unwrap();
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::rename(&original, &place).unwrap();
        let outcome = run(folder, typed).expect(1);
        let said = outcome.stdout().lines().find_map(|line| line.strip_prefix("  perhaps all of it is in `"));
        assert_eq!(said.unwrap_or_default().trim_end_matches('`'), expected, "{typed}: {outcome}");
        if !expected.is_empty() {
            assert!(run(folder, &format!("t {expected}")).expect(0).stdout().contains("100 %"), "{typed}");
        }
        std::fs::rename(&place, &original).unwrap();
    }
    // Part of it is no sign of that.
    folder.remove("d/a");
    assert!(!run(&folder, "t").expect(1).stdout().contains("perhaps"));
}

#[test]
fn a_missing_file_may_be_there_under_another_name() {
    let rename = |from: &str, to: &str| {
        let folder = whole("d/Beyonce\u{301} 5\nd/caf\u{e9}/Track.flac 40000\nd/z 7\nd/y 7", Protocol::V2);
        let (from, to) = (folder.join(from), folder.join(to));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::rename(from, to).unwrap();
        let outcome = run(&folder, "t").expect(1);
        let line = outcome.stdout().lines().find(|line| line.starts_with("  missing ")).unwrap();
        line.split_once(" (perhaps it is `").map_or(String::new(), |(_, found)| found.replace("`)", ""))
    };
    let track = "d/caf\u{e9}/Track.flac";
    for (from, to, expected) in [
        ("d/Beyonce\u{301}", "d/Beyonc\u{e9}", "Beyonc\u{e9}"),
        ("d/caf\u{e9}", "d/cafe\u{301}", "cafe\u{301}/Track.flac"),
        ("d", "D", "D/Beyonce\u{301}"),
        (track, "d/caf\u{e9}/track.FLAC", "caf\u{e9}/track.FLAC"),
        (track, "d/caf\u{e9}/Track.flac.!qB", "caf\u{e9}/Track.flac.!qB"),
        (track, "d/caf\u{e9}/Track.flac.part", "caf\u{e9}/Track.flac.part"),
        (track, "d/caf\u{e9}/ Track.flac ", "caf\u{e9}/ Track.flac "),
        // Of the right length, and no other file of the torrent.
        (track, "d/caf\u{e9}/01 - Song", "caf\u{e9}/01 - Song"),
        ("d/z", "d/zz", "zz"),
        // Nothing like it.
        (track, "elsewhere", ""),
        (track, "d/Track.flac", ""),
    ] {
        assert_eq!(rename(from, to), expected, "{from} {to}");
    }
}
