//! Where torrents come from: files, folders, and what make-torrent says.

use test_kit::Folder;

use crate::{NEW, dated, feed_in, run, three, tool};

fn urls(stdout: &[u8]) -> Vec<String> {
    let mut urls: Vec<String> =
        feed_in(stdout).items.into_iter().map(|item| item.enclosures[0].url.clone()).collect();
    urls.sort();
    urls
}

#[test]
fn folders_are_searched_and_paths_below_them_kept() {
    let folder = Folder::new("t/notes.txt: x\nt/.hidden.torrent: x\nt/.git/x.torrent: x\nt/sub/link -> ..");
    folder.write("t/a.torrent", dated("a", 1));
    folder.write("t/sub/B x.TORRENT", dated("b", 2));
    let outcome = run(&folder, &format!("{NEW} t")).expect(0);
    assert_eq!(
        urls(&outcome.stdout),
        ["https://pub.example/t/a.torrent", "https://pub.example/t/sub/B%20x.TORRENT"]
    );
    assert_eq!(
        urls(&run(&folder, &format!("{NEW} t/a.torrent")).expect(0).stdout),
        ["https://pub.example/t/a.torrent"]
    );
}

#[test]
fn a_bad_torrent_does_not_stop_the_rest() {
    let folder = three();
    folder.write("bad.torrent", "nonsense");
    let outcome = run(&folder, &format!("{NEW} bad.torrent a.torrent missing.torrent")).expect(4);
    let said: Vec<&str> = outcome.stderr().lines().collect();
    assert!(said[0].starts_with("make-feed: missing.torrent: no such file"), "{outcome}");
    assert!(said[1].starts_with("make-feed: bad.torrent: not a torrent"), "{outcome}");
    assert_eq!(urls(&outcome.stdout), ["https://pub.example/t/a.torrent"]);
}

#[test]
fn lines_of_make_torrent_name_torrents() {
    let folder = three();
    folder.write(std::ffi::OsStr::new("z.torrent"), dated("z", 4));
    let lines = "{\"schema\":\"piecework/make-torrent/1\",\"torrent\":\"a.torrent\"}\n\n{\"torrent\":{\"text\":\"?\",\"hex\":\"7a2e746f7272656e74\"}}";
    for typed in ["", " -", " - b.torrent"] {
        let outcome = tool(&folder, &format!("{NEW}{typed}")).stdin(lines).run().expect(0);
        let found = feed_in(&outcome.stdout).items.len();
        assert_eq!(found, if typed.contains('b') { 3 } else { 2 }, "{typed}");
    }
}

#[test]
fn lines_of_anything_else_are_refused() {
    let cases = [
        (
            "d8:announce",
            "stdin: line 1: not a line of `make-torrent --json`\nhint: name .torrent files on the command line",
        ),
        ("{\"torrent\":\"a.torrent\"}\n{}", "stdin: line 2: there is no `torrent` in it"),
        (
            "{\"torrent\":\"a.torrent\",\"dry_run\":true}",
            "stdin: line 1: it is of `--dry-run`: there is no torrent",
        ),
        ("{\"torrent\":{\"hex\":\"7g\"}}", "stdin: line 1: `torrent` is no path"),
        ("{\"torrent\":{\"hex\":\"+f\"}}", "stdin: line 1: `torrent` is no path"),
    ];
    for (lines, said) in cases {
        let outcome = tool(&three(), NEW).stdin(lines).run().expect(3);
        assert_eq!(outcome.stderr(), format!("make-feed: {said}\n"), "{lines}");
    }
}

#[test]
fn strict_refuses_what_is_accepted_with_a_warning() {
    let folder = Folder::new("");
    folder.write("w.torrent", [dated("w", 1), b"!".to_vec()].concat());
    run(&folder, &format!("{NEW} w.torrent")).expect(0);
    run(&folder, &format!("{NEW} --strict w.torrent")).expect(3);
}
