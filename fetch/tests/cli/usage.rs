//! Mistakes, and what is not acceptable.

use std::os::unix::fs::PermissionsExt;

use test_kit::{Folder, bytes};
use torrent_core::metainfo::Protocol;

use crate::{run, tool, v1, wanting};

#[test]
fn mistakes_are_reported_before_anything_is_done() {
    let folder = wanting("d/a 5", Protocol::V1);
    for typed in [
        "",
        "- -",
        "t --select 3-1",
        "t --select [",
        "t --peer localhost",
        "t --peer ::1:80",
        "t --peer [1:2]:80",
        "t --peer a..b:80",
        "t --peer .:80",
        "t --tracker x",
        "t --tracker ftp://x/",
        "t --web-seed udp://x/",
        "t --tracker http:///announce",
        "t --tracker udp://x/announce",
        "t --web-seed http://x:0/",
        "http:///x.torrent",
        "http://127.0.0.1:99999/x.torrent",
        "t --select ,",
        "t --select a,",
        "t --select=",
        "t --port 0",
        "t --bind somewhere",
        "t --max-download 1",
        "t --memory 1KiB",
        "t --seed-ratio -1",
        "t --deadline soon",
        "t t --print-torrent",
        "t --print-torrent --dry-run",
        "magnet:?dn=x",
        "magnet:?xt=urn:btih:xyz",
        "magnet:?xs=urn:btpk:8543d3e6115f0f98c944077a4493dcd543e49c739fd998550a1f614ab36ed63e",
    ] {
        let outcome = run(&folder, typed).expect(2);
        assert!(outcome.stderr().starts_with("fetch: "), "{typed}: {outcome}");
        assert_eq!(folder.names(), ["t"], "{typed}");
    }
}

const LINK: &str = "magnet:?xt=urn:btih:aeabff64ed6d2ab735cca7d0e7443669d578b7b7";

#[test]
fn what_was_meant_is_hinted_at() {
    let folder = wanting("d/a 5", Protocol::V1);
    folder.write("u", "theirs");
    folder.write("link", format!("{LINK}\n"));
    folder.write("hash", &LINK[20..]);
    for (typed, code, hint) in [
        ("ftp://t.example/x.torrent", 4, "begin with `http://`"),
        ("gopher://t.example/x", 4, "begin with `http://`"),
        ("file:///tmp/x.torrent", 4, "without `file://`"),
        ("FILE:/tmp/x.torrent", 4, "without `file://`"),
        (&format!("\"{LINK}\""), 5, "hint: `--tracker` and `--peer` name some"),
        (&format!("<{LINK}>"), 5, "hint: `--tracker` and `--peer` name some"),
        (&LINK[11..], 5, "hint: `--tracker` and `--peer` name some"),
        (&LINK.replace(':', "%3A").replace('?', "%3F"), 5, "hint: `--tracker` and `--peer` name some"),
        (&format!("'{}'", &LINK[20..]), 5, "hint: `--tracker` and `--peer` name some"),
        ("<http://127.0.0.1:9/x.torrent>", 5, "fetch: http://127.0.0.1:9/x.torrent: "),
        ("\"\"", 2, "fetch: SOURCE `\"\"`: it is an empty name\nhint: the name is empty"),
        ("t -o https://h/x", 2, "it is a URL, and files are written to folders\nhint: `-o DIR` names"),
        ("t -o file:///tmp/x", 2, "without `file://`"),
        (&format!("t -o {LINK}"), 2, "it is a magnet link, and files are written to folders\nhint: `-o DIR`"),
        ("t -o t", 2, "it is the torrent itself, in whose place nothing is written\nhint: `-o DIR` names"),
        (
            "u t --force -o ./t",
            2,
            "it is the torrent itself, in whose place nothing is written\nhint: `-o DIR`",
        ),
        (
            "t --peer 127.0.0.1:1 -o u",
            4,
            "(EEXIST)\nhint: the torrent needs a folder, and there is a file: move it",
        ),
        ("t.example/x.torrent", 4, "a URL begins with"),
        (LINK, 5, "hint: `--tracker` and `--peer` name some; without quotes, the shell cuts"),
        // Nobody's shell has cut these.
        (
            "link",
            5,
            "hint: `--tracker` and `--peer` name some; without `PIECEWORK_NO_DHT` the DHT is asked as well\n",
        ),
        (
            "hash --no-dht",
            5,
            "hint: `--tracker` and `--peer` name some; without `--no-dht` the DHT is asked as well\n",
        ),
        ("hash --dht-node 127.0.0.1:0", 2, "`--dht-node 127.0.0.1:0`: nobody is at port 0\n"),
        ("hash --dht-node 0.0.0.0:9", 2, "`--dht-node 0.0.0.0:9`: it is no address of anybody"),
        ("hash --dht-node [::]:9", 2, "`--dht-node [::]:9`: it is no address of anybody"),
        ("hash --dht-node 224.0.0.1:9", 2, "`--dht-node 224.0.0.1:9`: it is a multicast address"),
        ("hash --dht-node 255.1.1.1:9", 2, "`--dht-node 255.1.1.1:9`: it is a reserved address"),
        ("hash --dht-node x", 2, "`--dht-node x`: not HOST:PORT"),
        (
            &format!("-q {LINK}&xs=http://127.0.0.1:9/x"),
            5,
            "hint: `fetch http://127.0.0.1:9/x` asks it all the same",
        ),
        (
            &format!("{LINK}&as=http://127.0.0.1:9/x --tracker udp://127.0.0.1:9/a --metadata-timeout 1"),
            5,
            "hint: `fetch http://127.0.0.1:9/x` asks it all the same",
        ),
        // As wget, curl, aria2 and transmission-cli have it.
        ("-P downloads t", 2, "hint: `-o DIR` names the folder"),
        ("-d downloads t", 2, "hint: `-o DIR` names the folder"),
        ("--dir=downloads t", 2, "hint: `-o DIR` names the folder"),
        ("-w downloads t", 2, "hint: `-o DIR` names the folder"),
        ("t -O x.iso", 2, "hint: `-o FILE` names the file"),
        ("t --output-document=x.iso", 2, "hint: `-o FILE` names the file"),
        ("-c t", 2, "hint: the same command again goes on"),
        ("--max-overall-download-limit=1M t", 2, "hint: `--max-download SIZE`"),
        ("--select-file=1-3 t", 2, "hint: `--select` takes globs, or indices, which count from 0"),
        ("t --outptu x", 2, "hint: a similar argument exists: `--output`"),
    ] {
        let outcome = run(&folder, typed).expect(code);
        assert!(outcome.stderr().contains(hint), "{typed}: {outcome}");
        assert_eq!(folder.names(), ["hash", "link", "t", "u"], "{typed}");
    }
    for typed in ["missing.torrent", "../missing.torrent", "d/missing"] {
        assert!(!run(&folder, typed).expect(4).stderr().contains("hint"), "{typed}");
    }
}

#[test]
fn the_help_teaches() {
    let help = run(&Folder::new(""), "--help").expect(0);
    for word in ["Examples:", "magnet:?", "Exit codes:", "--seed-time", ".piecework-"] {
        assert!(help.stdout().contains(word), "{word}");
    }
}

#[test]
fn a_selection_that_fits_nothing_is_a_mistake() {
    let folder = wanting("d/a 5", Protocol::V1);
    for typed in ["t --select 9 --peer 127.0.0.1:1", "t --select *.iso --dry-run"] {
        let outcome = run(&folder, typed).expect(2);
        assert!(outcome.stderr().contains("`--select`"), "{outcome}");
        assert_eq!(folder.names(), ["t"], "{typed}");
    }
}

#[test]
fn what_is_no_torrent_or_unsafe_is_refused() {
    for (torrent, said) in [
        (b"no torrent".to_vec(), "t: "),
        (v1(&["..", "x"], &[]), "[E-unsafe-name]"),
        (v1(&["a/b"], &[]), "[E-unsafe-name]"),
    ] {
        let folder = Folder::new("");
        folder.write("t", torrent);
        let outcome = run(&folder, "t --peer 127.0.0.1:1").expect(3);
        assert!(outcome.stderr().contains(said), "{outcome}");
        assert_eq!(folder.names(), ["t"]);
    }
    let folder = Folder::new("");
    folder.write("t", [v1(&["x"], &[]), b"!".to_vec()].concat());
    assert!(run(&folder, "t --dry-run").expect(0).stderr().contains("[W-trailing]"));
    assert!(run(&folder, "t --dry-run --strict").expect(3).stderr().contains("[W-trailing]"));
    run(&folder, "t --dry-run --max-size 10").expect(3);
    run(&folder, "missing").expect(4);
}

#[test]
fn secrets_never_show() {
    let folder = Folder::new("");
    let key = "0123456789abcdef0123456789abcdef";
    let tracker = format!("http://127.0.0.1:9/{key}/announce");
    folder.write("t", v1(&["x"], &[("announce", bytes(&tracker))]));
    let typed = [
        format!("t --tracker {tracker} --stall-timeout 1"),
        format!("t --tracker http:/{key}/x"),
        format!("http://127.0.0.1:9/{key}/x.torrent"),
        format!(
            "magnet:?xt=urn:btih:{key}01234567&tr=http%3A%2F%2F127.0.0.1%3A9%2F{key}%2Fa --metadata-timeout 1"
        ),
    ];
    for typed in typed.iter().flat_map(|typed| [typed.clone(), format!("{typed} --json")]) {
        let outcome = tool(&folder, &typed).run();
        assert!(!outcome.stderr().contains(&format!("/{key}")), "{outcome}");
        assert!(!outcome.stdout().contains(&format!("/{key}")), "{outcome}");
    }
}

/// As whoever may not write there.
#[test]
fn a_folder_that_takes_no_files_has_a_way_out() {
    for (tree, said) in
        [("d/", "out/.piecework-"), ("out/d/b/", "out/d: cannot make files in: permission denied (EACCES)")]
    {
        let folder = wanting("d/a 5\nd/b/c 5", Protocol::V1);
        folder.write("out/x", "");
        std::fs::create_dir_all(folder.join(tree)).unwrap();
        let closed = if tree == "d/" { "out" } else { "out/d" };
        let mode = |path: &str, mode| {
            std::fs::set_permissions(folder.join(path), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(".", 0o755);
        mode("out", 0o777);
        mode(closed, 0o555);
        let fetch = tool(&folder, "t -o out --peer 127.0.0.1:9").as_nobody();
        let outcome = fetch.map(|fetch| fetch.run().expect(4));
        mode(closed, 0o755);
        let Some(outcome) = outcome else { return };
        let hint = "permission denied (EACCES)\nhint: name another folder with `--output`\n";
        assert!(outcome.stderr().contains(said) && outcome.stderr().ends_with(hint), "{outcome}");
    }
}
