//! What differs between two torrents.

use test_kit::{bytes, dict, int};

use crate::{file, holding, run, sample, v1};

#[test]
fn the_same_is_silent() {
    let folder = holding(&sample());
    assert_eq!(run(&folder, "--diff t t").expect(0).stdout(), "");
}

#[test]
fn fields_and_files_of_v1() {
    let folder =
        holding(&v1(&[file(5, &["a"]), file(6, &["b"]), file(7, &["c"])], &[("comment", bytes("x"))], &[]));
    let pieces = ("pieces", bytes([8; 20]));
    folder.write(
        "u",
        v1(&[file(5, &["a"]), file(9, &["b"]), file(7, &["d"])], &[], &[pieces, ("private", int(1))]),
    );
    let outcome = run(&folder, "--diff t u").expect(1);
    let lines: Vec<&str> = outcome.stdout().lines().skip(1).collect();
    let expected = [
        "size: 18 -> 21",
        "padded_size: 18 -> 21",
        "private: (none) -> 1",
        "comment: x -> (none)",
        "unknown: a (the torrents do not tell)",
        "changed: b (6 -> 9 bytes)",
        "removed: c (7 bytes)",
        "added: d (7 bytes)",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn v2_roots_tell_content_and_renames() {
    let entry = |root: u8| dict([("", dict([("length", int(5)), ("pieces root", bytes([root; 32]))]))]);
    let torrent = |files: &[(&str, u8)]| {
        let tree = dict(files.iter().map(|(name, root)| (*name, entry(*root))));
        let info = dict([
            ("file tree", tree),
            ("meta version", int(2)),
            ("name", bytes("n")),
            ("piece length", int(16384)),
        ]);
        dict([("info", info), ("piece layers", b"de".to_vec())])
    };
    let folder = holding(&torrent(&[("a", 1), ("b", 2), ("c", 3)]));
    folder.write("u", torrent(&[("a", 1), ("b", 9), ("z", 3)]));
    let outcome = run(&folder, "--diff t u").expect(1);
    assert_eq!(
        outcome.stdout().lines().skip(1).collect::<Vec<_>>(),
        ["changed: b (5 -> 5 bytes)", "renamed: c -> z"]
    );
}
