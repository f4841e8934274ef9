//! Mistakes, and what is not there.

use test_kit::Folder;
use torrent_core::metainfo::Protocol;

use crate::{run, whole};

#[test]
fn mistakes_are_reported_before_anything_is_done() {
    let folder = whole("d/a 5\nf 5", Protocol::V1);
    let hash = "0123456789abcdef0123456789abcdef01234567";
    for (typed, said) in [
        ("", "required arguments were not provided"),
        ("- -", "there is one standard input"),
        ("https://h/x.torrent", "hint: `fetch 'https://h/x.torrent' --seed-time TIME` downloads and offers"),
        (&format!("magnet:?xt=urn:btih:{hash}"), "it is a magnet link"),
        (hash, "it is an info hash"),
        ("file:///tmp/x.torrent", "hint: a file is named by its path, without `file://`"),
        ("d.torrent --peer localhost", "not HOST:PORT"),
        ("d.torrent --tracker x", "`--tracker`: not a URL of http, https, udp"),
        ("d.torrent --tracker udp://x/announce", "`--tracker`"),
        ("d.torrent --announce http://t/a", "no torrent is made of these PATHs\nhint: `--tracker URL`"),
        ("d --announce ftp://t/a", "`--announce`: not a URL"),
        ("d --announce http://t/a,", "`--announce`: "),
        ("d --web-seed udp://x:1/", "`--web-seed`: not a URL of http, https"),
        ("d --web-seed http://x/d", "that of a folder must end in `/` (BEP 19)"),
        ("d.torrent --save-torrent", "no torrent is made of these PATHs"),
        ("d f --save-torrent=x.torrent", "hint: `--save-torrent=DIR/` names a folder"),
        ("d --force", "--save-torrent"),
        ("d --make", "--watch"),
        ("--watch . --make --save-torrent=x.torrent", "hint: `--save-torrent=DIR/` names a folder"),
        ("d.torrent --port 0", "--port"),
        ("d.torrent --bind somewhere", "--bind"),
        ("d.torrent --max-upload 1", "--max-upload"),
        ("d.torrent --memory 1KiB", "--memory"),
        ("d.torrent --seed-ratio=-1", "seed-ratio"),
        ("d.torrent --seed-time soon", "--seed-time"),
        ("d.torrent --bill x", "--bill"),
        ("d.torrent --bill 1 --hurry", "cannot be used with"),
        ("d.torrent --hurry --copies 1", "cannot be used with"),
        ("d.torrent --url http://h/", "--serve"),
        ("d.torrent --max-web 1MiB", "--serve"),
        ("d.torrent --serve --max-web 1", "at least 1KiB a second"),
        ("d.torrent --serve --url udp://h:1/", "`--url`: not a URL of http, https"),
        ("d.torrent --serve --url example.org", "`--url`: not an `http`, `https` or `udp` URL"),
        ("d.torrent --serve --url http://h/?x", "`--url`: paths are put behind it"),
        ("d.torrent --max-peers 0", "--max-peers"),
        ("d.torrent --max-upload-each 1", "at least 1KiB a second"),
        ("d.torrent --super-seeding", "`--hurry` switches it off"),
        ("d.torrent --address host", "not an address such as `192.0.2.1`"),
        ("d.torrent -o x", "hint: nothing is written but with `--save-torrent=FILE`"),
        ("d -l 1MiB", "hint: `make-torrent` has all options for torrents"),
    ] {
        let outcome = run(&folder, typed).expect(2);
        assert!(outcome.stderr().contains(said), "{typed}: {outcome}");
        assert_eq!(folder.names(), ["d.torrent", "d/", "d/a", "f"], "{typed}");
    }
}

#[test]
fn what_cannot_be_offered_says_why() {
    let folder = whole("d/a 5\nelse/x 1\nempty/\nzeros/a 0\nlinks/a -> ../d/a\ne 1", Protocol::V1);
    folder.write("bad.torrent", "no torrent");
    folder.write("sub/d.torrent", folder.read("d.torrent"));
    folder.add("lone/y 5");
    for (typed, code, said) in [
        ("missing", 4, "seed: missing: no such file or directory (ENOENT)\n"),
        ("missing.torrent", 4, "seed: missing.torrent: no such file or directory (ENOENT)\n"),
        ("e.torrent", 4, "(ENOENT)\nhint: `seed e` makes a torrent of it"),
        ("bad.torrent", 3, "seed: bad.torrent: "),
        (
            "d.torrent else",
            4,
            "seed: else: there is no `d` in it\nhint: the path behind a torrent is its data; to offer",
        ),
        ("--watch missing", 4, "seed: missing: no such file or directory (ENOENT)\n"),
        ("d.torrent missing", 4, "seed: missing: no such file or directory (ENOENT)\n"),
        ("d.torrent e", 4, "seed: e: is a file, and the torrent is of a folder\n"),
        ("d.torrent --data else", 4, "seed: else: there is no `d` in it\n"),
        ("empty", 3, "seed: empty: there are no files in it\n"),
        ("zeros", 3, "seed: zeros: all files are empty\n"),
        (
            "links",
            3,
            "seed: links/a: the symbolic link leads out of the folder, where nothing is read\nhint: `make-torrent` has",
        ),
    ] {
        let outcome = run(&folder, typed).expect(code);
        assert!(outcome.stderr().contains(said), "{typed}: {outcome}");
        assert_eq!(outcome.stdout(), "", "{typed}");
    }
    folder.remove("d");
    let outcome = run(&folder, "sub/d.torrent").expect(4);
    let said =
        "seed: sub/d.torrent: its data, `d`, is neither beside it nor here\nhint: `seed x.torrent DATA`";
    assert!(outcome.stderr().contains(said), "{outcome}");
}

#[test]
fn the_help_teaches() {
    let help = run(&Folder::new(""), "--help").expect(0);
    for word in ["Examples:", "seed dist/", "Exit codes:", "--seed-time", "magnet"] {
        assert!(help.stdout().contains(word), "{word}");
    }
}
