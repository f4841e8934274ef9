//! What differs between two torrents.

use test_kit::{bytes, dict, int, list};

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

/// The lines of `--diff` but for those of info hashes, which always differ if anything in `info` does.
fn lines(a: &[u8], b: &[u8]) -> Vec<String> {
    let folder = holding(a);
    folder.write("u", b);
    let outcome = run(&folder, "--diff t u").expect(1);
    let lines = outcome.stdout().lines().filter(|line| !line.starts_with("info_hash"));
    lines.map(str::to_owned).collect()
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn every_key_that_differs_is_reported() {
    let otherwise = "info: otherwise the same";
    let of_info = |key: &str, value: Vec<u8>| {
        let info = [(key, value)];
        lines(&v1(&[file(5, &["a"])], &[], &[]), &v1(&[file(5, &["a"])], &[], &info))
    };
    assert_eq!(of_info("publisher", bytes("x")), ["info.publisher: (none) -> \"x\"", otherwise]);
    assert_eq!(of_info("键", int(1)), ["info.键: (none) -> 1", otherwise]);
    assert_eq!(of_info("\x1b", int(1)), ["info.\\x1b: (none) -> 1", otherwise]);
    for (ours, theirs, shown) in [
        (b"x\xff", b"x\xfe", ["info.x\\xfe: (none) -> 1", "info.x\\xff: 1 -> (none)"]),
        (b"\xc3(", b"\xc3)", ["info.\\xc3(: 1 -> (none)", "info.\\xc3): (none) -> 1"]),
    ] {
        let with = |key: &[u8]| {
            let key = String::from_utf8_lossy(key).into_owned();
            v1(&[file(5, &["a"])], &[], &[(&key, int(1))])
        };
        // A name of as many bytes takes the place of the lossy one.
        let raw = |key: &[u8]| {
            let lossy = String::from_utf8_lossy(key).into_owned();
            let (from, to) =
                (format!("{}:{lossy}", lossy.len()), [format!("{}:", key.len()).as_bytes(), key].concat());
            replaced(&with(key), from.as_bytes(), &to)
        };
        assert_eq!(lines(&raw(ours), &raw(theirs)), [shown[0], shown[1], otherwise]);
    }
    assert_eq!(of_info("source", bytes("X")), ["source: (none) -> X", otherwise]);
    assert_eq!(
        of_info("name.utf-8", bytes("b")),
        ["name: album -> b", "info.name.utf-8: (none) -> \"b\"", otherwise]
    );
    let of_root = |key: &str, value: Vec<u8>| {
        let root = [(key, value)];
        lines(&v1(&[file(5, &["a"])], &[], &[]), &v1(&[file(5, &["a"])], &root, &[]))
    };
    let same = "info: the same";
    let node = || list([list([bytes("h"), int(5)])]);
    assert_eq!(of_root("nodes", node()), ["nodes: (none) -> h:5", same]);
    assert_eq!(of_root("encoding", bytes("UTF-8")), ["encoding: (none) -> \"UTF-8\"", same]);
    assert_eq!(of_root("x", bytes(vec![b'x'; 600])), ["x: (none) -> (604 bytes of bencode)", same]);
    assert_eq!(of_root("url-list", bytes("http://w/")), ["web_seeds: (none) -> http://w/", same]);
}

#[test]
fn the_same_said_in_another_way_is_reported() {
    let torrent = |seeds| v1(&[file(5, &["a"])], &[("url-list", seeds)], &[]);
    let (one, many) = (torrent(bytes("http://w/")), torrent(list([bytes("http://w/")])));
    assert_eq!(lines(&one, &many), ["url-list: \"http://w/\" -> [\"http://w/\"]", "info: the same"]);
}

#[test]
fn bytes_behind_the_end_are_reported() {
    let torrent = sample();
    let with = |behind: &str| [torrent.as_slice(), behind.as_bytes()].concat();
    for (a, b, counts) in [("", "garbage", "0 -> 7"), ("\n", "", "1 -> 0"), ("ab", "cd", "2 -> 2")] {
        let said = format!("trailing: other bytes behind the end of the torrent ({counts} bytes)");
        assert_eq!(lines(&with(a), &with(b)), [said, "info: the same".to_owned()]);
    }
}

#[test]
fn a_key_that_stands_twice_is_reported() {
    let torrent = |outer: &[(&str, i64)]| {
        v1(&[file(5, &["a"])], &outer.iter().map(|(key, value)| (*key, int(*value))).collect::<Vec<_>>(), &[])
    };
    let once = torrent(&[("a", 1), ("b", 5)]);
    for (twice, said) in [
        (torrent(&[("a", 1), ("a", 2), ("b", 5)]), "a: 1 -> 1 and again 2"),
        (torrent(&[("a", 1), ("b", 5), ("b", 5)]), "b: 5 -> 5 and again 5"),
        (torrent(&[("a", 1), ("b", 5), ("c", 1), ("c", 2)]), "c: (none) -> 1 and again 2"),
    ] {
        assert_eq!(lines(&once, &twice), [said, "info: the same"]);
    }
    let two = |last| torrent(&[("a", 1), ("a", last)]);
    assert_eq!(lines(&two(2), &two(3)), ["a: 1 and again 2 -> 1 and again 3", "info: the same"]);
}

#[test]
fn an_absent_side_is_left_out() {
    let torrent = |outer: &[(&str, Vec<u8>)]| v1(&[file(5, &["a"])], outer, &[]);
    let folder = holding(&torrent(&[("comment", bytes("")), ("x", int(1))]));
    folder.write("u", torrent(&[("source", bytes("s")), ("created by", bytes("me"))]));
    let outcome = run(&folder, "--json --diff t u").expect(1);
    let said: serde_json::Value = serde_json::from_str(outcome.stdout()).unwrap();
    let expected = serde_json::json!([
        {"what": "field", "field": "comment", "a": ""},
        {"what": "field", "field": "created_by", "b": "me"},
        {"what": "field", "field": "source", "b": "\"s\""},
        {"what": "field", "field": "x", "a": "1"},
    ]);
    assert_eq!(said["differences"], expected);
}

#[test]
fn keys_of_files_are_reported_and_those_of_many_in_one_line() {
    let with = |names: &[&str], keys: &[(&str, Vec<u8>)]| {
        let entry = |name: &&str| {
            let mut entries = vec![("length", int(5)), ("path", list([bytes(name)]))];
            entries.extend_from_slice(keys);
            entries.sort();
            dict(entries)
        };
        v1(&names.iter().map(entry).collect::<Vec<_>>(), &[], &[])
    };
    for (key, value, shown) in
        [("md5sum", bytes("0"), "\"0\""), ("mtime", int(7), "7"), ("attr", bytes("x"), "\"x\"")]
    {
        let found = lines(&with(&["a"], &[]), &with(&["a"], &[(key, value)]));
        assert_eq!(found, [format!("key: {key} of a: (none) -> {shown}")]);
    }
    let many: Vec<String> = (0..9).map(|n| format!("f{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let found = lines(&with(&many, &[]), &with(&many, &[("mtime", int(1))]));
    assert_eq!(found, ["key: mtime of f0 and 8 other files"]);
    let other = |names: &[&str]| {
        let files: Vec<_> = names.iter().map(|name| file(5, &[name])).collect();
        v1(&files, &[], &[("pieces", bytes([8; 20]))])
    };
    assert_eq!(
        lines(&with(&many, &[]), &other(&many)),
        ["unknown: f0 and 8 other files (the torrents do not tell)"]
    );
}

#[test]
fn orders_are_reported() {
    let sorted = v1(&[file(5, &["a"]), file(5, &["b"])], &[], &[]);
    let entries = |order: &[&str]| {
        let info = [
            ("files", list([file(5, &["a"]), file(5, &["b"])])),
            ("name", bytes("album")),
            ("piece length", int(16384)),
            ("pieces", bytes([7; 20])),
        ];
        let info = order.iter().map(|key| info.iter().find(|(known, _)| known == key).cloned().unwrap());
        dict([("info", dict(info))])
    };
    let info = entries(&["pieces", "name", "files", "piece length"]);
    assert_eq!(
        lines(&sorted, &info),
        ["order: the keys of `info` stand in another order", "info: otherwise the same"]
    );
    let files = v1(&[file(5, &["b"]), file(5, &["a"])], &[], &[]);
    assert_eq!(lines(&sorted, &files).last().unwrap(), "order: the files stand in another order");
    let inner =
        String::from_utf8_lossy(&sorted).replacen("d6:lengthi5e4:pathl1:aee", "d4:pathl1:ae6:lengthi5ee", 1);
    let found = lines(&sorted, inner.as_bytes());
    assert!(found.len() == 1 && found[0].starts_with("encoding: the same in other bytes"), "{found:?}");
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
