//! Mistakes, and torrents that are not acceptable.

use test_kit::{Folder, bytes, dict, int, list};
use torrent_core::metainfo::Protocol;

use crate::{run, whole};

#[test]
fn mistakes_are_reported() {
    let folder = whole("d/a 5", Protocol::V1);
    for typed in [
        "",
        "t --sample 0",
        "t --sample 101",
        "t --list some",
        "--torrents t",
        "t --null",
        "t --quick --sample 5",
        "t --select 9",
        "t --select zzz",
        "t --select a,",
    ] {
        assert!(run(&folder, typed).expect(2).stderr().starts_with("verify-data: "), "{typed}");
    }
    assert!(run(&folder, "--help").expect(0).stdout().contains("unproven"));
}

#[test]
fn what_other_programs_call_it_is_known() {
    let folder = whole("d/a 5", Protocol::V1);
    for (typed, hint) in [
        ("t -p d", "the data follows the torrent"),
        ("--content d t", "the data follows the torrent"),
        ("-c t", "checking is what it does"),
        ("t --missing", "`--list STATE` prints"),
        ("t --repair", "verify-data only reads"),
        ("t --extr", "a similar argument exists: `--extra`"),
    ] {
        let outcome = run(&folder, typed).expect(2);
        assert!(outcome.stderr().contains(&format!("\nhint: {hint}")), "{typed}: {outcome}");
    }
}

#[test]
fn hostile_names_are_refused_before_anything_is_touched() {
    for path in [vec!["..", "x"], vec!["/etc", "passwd"], vec!["a", ""], vec!["a/b"]] {
        let file = dict([("length", int(5)), ("path", list(path.iter().map(bytes)))]);
        let info = dict([
            ("files", list([file])),
            ("name", bytes("n")),
            ("piece length", int(16384)),
            ("pieces", bytes([0; 20])),
        ]);
        let folder = Folder::new("");
        folder.write("t", dict([("info", info)]));
        let outcome = run(&folder, "t").expect(3);
        assert!(
            outcome.stderr().contains("[E-unsafe-name]") && outcome.stdout().is_empty(),
            "{path:?}: {outcome}"
        );
    }
}

#[test]
fn warnings_are_said_or_with_strict_refuse() {
    let folder = whole("d/a 5", Protocol::V1);
    folder.write("t", [folder.read("t"), b"!".to_vec()].concat());
    assert!(run(&folder, "t").expect(0).stderr().contains("[W-trailing]"));
    assert!(run(&folder, "t --strict").expect(3).stderr().contains("[W-trailing]"));
}

#[test]
fn what_was_meant_is_reported() {
    let folder = whole("d/a 5\nd/b 5", Protocol::V1);
    folder.write("x.torrent", folder.read("t"));
    folder.write("y.torrent", whole("d 5", Protocol::V1).read("t"));
    let several = "hint: `verify-data --data DIR --torrents *.torrent` checks several\n";
    let get = |what: &str, link: &str| {
        let gets = format!("`fetch --print-torrent '{link}' > x.torrent` gets the torrent");
        format!("(ENOENT)\nhint: it is {what}: {gets}\n")
    };
    let hash = "ab".repeat(20);
    let link = format!("magnet:?xt=urn:btih:{hash}");
    let (magnet, url) = ("a magnet link", "a URL");
    let by_path = "(ENOENT)\nhint: a file is named by its path, without `file://`\n";
    let order = "hint: the torrent comes first, then its data:";
    for (typed, exit, said) in [
        ("d x.torrent", 4, format!("d: is a directory (EISDIR)\n{order} `verify-data x.torrent d`\n")),
        ("d", 4, format!("d: is a directory (EISDIR)\n{order} `verify-data x.torrent folder`\n")),
        ("d/a x.torrent", 3, format!("{order} `verify-data x.torrent d/a`\n")),
        (
            "x.torrent d/a",
            1,
            "verify-data: d/a: is a file, but the torrent is of a folder\n\
             hint: give that folder or the one that holds it; `--select` checks only some of its files\n"
                .to_owned(),
        ),
        (
            "x.torrent --repair",
            2,
            "hint: verify-data only reads: `fetch x.torrent -o DIR --force` downloads what is".to_owned(),
        ),
        ("magnet:?xt=urn:btih:00", 4, get(magnet, "magnet:?xt=urn:btih:00")),
        (&format!("\"{link}\" d"), 4, get(magnet, &link)),
        (&format!("urn:btih:{hash} d"), 4, get(magnet, &link)),
        (&format!("{hash} d"), 4, get("an info hash", &hash)),
        (&format!("{} d", "cd".repeat(32)), 4, get("an info hash", &"cd".repeat(32))),
        (&format!("x.torrent {hash}"), 1, "(ENOENT)\n".to_owned()),
        ("https://h/x.torrent d", 4, get(url, "https://h/x.torrent")),
        ("--data . --torrents HTTP://h/x", 4, get(url, "HTTP://h/x")),
        ("file:///x.torrent d", 4, by_path.to_owned()),
        ("x.torrent file:///d", 1, by_path.to_owned()),
        (
            "x.torrent https://h/d",
            1,
            "(ENOENT)\nhint: verify-data reads files and folders: download the data first\n".to_owned(),
        ),
        ("x.torrent y.torrent", 1, format!("y.torrent: is a .torrent, not data\n{several}")),
        ("y.torrent x.torrent", 1, format!("x.torrent: is a .torrent, not data\n{several}")),
        ("x.torrent none.torrent", 1, format!("(ENOENT)\n{several}")),
        ("x.torrent d y.torrent", 2, several.to_owned()),
        ("x.torrent y.torrent z.torrent", 2, several.to_owned()),
        ("x.torrent --fix", 2, "hint: verify-data only reads: ".to_owned()),
    ] {
        let outcome = run(&folder, typed).expect(exit);
        assert!(outcome.stderr().contains(&said) && outcome.stdout().is_empty(), "{typed}: {outcome}");
    }
}
