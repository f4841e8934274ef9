//! Torrents of which more would be kept than `--memory` has room for.

use test_kit::{Folder, bytes, dict, int, list};

use crate::run;

/// A torrent of so many empty files.
fn files(count: usize) -> Vec<u8> {
    folder("n", count)
}

fn folder(name: &str, count: usize) -> Vec<u8> {
    let file = |n: usize| dict([("length", int(0)), ("path", list([bytes(format!("{n:06}"))]))]);
    let files = list((0..count).map(file).collect::<Vec<_>>());
    let info = [("files", files), ("name", bytes(name)), ("piece length", int(16384)), ("pieces", bytes(""))];
    dict([("info", dict(info))])
}

/// A v2 torrent of 150 bytes that claims so many pieces.
fn pieces(count: i64) -> Vec<u8> {
    let properties = dict([("length", int(count << 14)), ("pieces root", bytes([7; 32]))]);
    let tree = dict([("n", dict([("", properties)]))]);
    let info =
        [("file tree", tree), ("meta version", int(2)), ("name", bytes("n")), ("piece length", int(16384))];
    dict([("info", dict(info))])
}

#[test]
fn what_has_no_room_is_refused_with_the_memory_that_it_needs() {
    let needs = "its files and pieces need";
    for (torrent, memory, said) in [
        (files(20_000), "1MiB", None),
        (files(60_000), "1MiB", Some(needs)),
        (files(60_000), "16MiB", None),
        (files(100_000), "1MiB", Some("the list of its files takes more than")),
        (files(200_000), "1MiB", Some("the torrent is longer than 4.75 MiB, for which there is memory")),
        (pieces(1 << 14), "1MiB", None),
        (pieces(1 << 16), "1MiB", Some(needs)),
        (pieces(1 << 16), "16MiB", None),
        (pieces(1 << 20), "48MiB", Some(needs)),
        (pieces(1 << 24), "48MiB", Some(needs)),
    ] {
        let folder = Folder::new("");
        folder.write("t", torrent);
        let outcome = run(&folder, &format!("t --dry-run --memory {memory}"));
        let Some(said) = said else {
            let is_refused = [needs, "`--memory"].iter().any(|word| outcome.stderr().contains(word));
            assert!(!is_refused, "{}", outcome.stderr());
            continue;
        };
        let outcome = outcome.expect(3);
        assert!(outcome.stderr().contains(said), "{said}: {}", outcome.stderr());
        assert!(outcome.stderr().contains("\nhint: `--memory"), "{}", outcome.stderr());
    }
}

#[test]
fn the_memory_that_is_named_is_enough() {
    let folder = Folder::new("");
    folder.write("t", files(60_000));
    let refused = run(&folder, "t --dry-run --memory 1MiB").expect(3);
    let hint = "fetch: t: its files and pieces need 11.22 MiB of memory, and there is room for 4.75 MiB\nhint: `--memory 16MiB` makes room\n";
    assert!(refused.stderr().ends_with(hint), "{}", refused.stderr());
    run(&folder, "t --dry-run --memory 16MiB").expect(0);
}

/// Where the list of files alone has no room, about how much is needed is said before it was read to its end.
#[test]
fn the_memory_that_is_named_after_a_part_of_the_list_is_enough() {
    let folder = Folder::new("");
    folder.write("t", files(100_000));
    let refused = run(&folder, "t --dry-run --memory 1MiB").expect(3);
    assert!(refused.stderr().contains("the list of its files takes more than"), "{}", refused.stderr());
    assert!(refused.stderr().ends_with("\nhint: `--memory 32MiB` makes room\n"), "{}", refused.stderr());
    run(&folder, "t --dry-run --memory 32MiB").expect(0);
}

#[test]
fn torrents_of_one_call_have_room_together() {
    let folder = Folder::new("");
    folder.write("a", self::folder("x", 20_000));
    folder.write("b", self::folder("y", 10_000));
    folder.write("c", self::folder("z", 1000));
    for alone in ["a", "b", "c"] {
        run(&folder, &format!("{alone} --dry-run --memory 1MiB")).expect(0);
    }
    let refused = run(&folder, "a b c --dry-run --memory 1MiB").expect(3);
    assert_eq!(refused.stderr().matches("its files and pieces need").count(), 1, "{}", refused.stderr());
    assert!(refused.stderr().contains("fetch: b: its files and pieces need"), "{}", refused.stderr());
    assert!(refused.stderr().contains("\nhint: `--memory 16MiB` makes room\n"), "{}", refused.stderr());
    run(&folder, "a b c --dry-run --memory 16MiB").expect(0);
}
