//! Torrents of which there is nothing to say, to be changed in one place.

use std::collections::BTreeMap;

pub(super) use test_kit::{bytes, dict, int, list};

/// Changes to the entries of a dictionary: put in, replaced, or (empty) left out.
pub(super) type Changes<'c> = &'c [(&'c str, Vec<u8>)];

pub(super) fn changed(entries: Changes<'_>, changes: Changes<'_>) -> Vec<u8> {
    let mut all: BTreeMap<&str, Vec<u8>> = entries.iter().cloned().collect();
    all.extend(changes.iter().cloned());
    dict(all.into_iter().filter(|(_, value)| !value.is_empty()))
}

/// A v1 torrent of one file of 20,000 bytes, with a tracker.
pub(super) fn v1(root: Changes<'_>, info: Changes<'_>) -> Vec<u8> {
    let plain = [
        ("length", int(20_000)),
        ("name", bytes("n")),
        ("piece length", int(16_384)),
        ("pieces", bytes([7; 40])),
    ];
    torrent(root, changed(&plain, info), vec![])
}

/// A v1 torrent of these files.
pub(super) fn folder(files: &[Vec<u8>], info: Changes<'_>) -> Vec<u8> {
    let total: u64 = files.iter().filter_map(|file| length_of(file)).sum();
    let pieces = vec![7; 20 * total.div_ceil(16_384) as usize];
    let all = [("files", list(files)), ("length", vec![]), ("pieces", bytes(pieces))];
    v1(&[], &[&all, info].concat())
}

fn length_of(file: &[u8]) -> Option<u64> {
    crate::bencode::Value::first(file)?.as_dict()?.get(b"length")?.as_u64()
}

/// A v1 torrent of two files, with web seeds and the like.
pub(super) fn shared_folder(root: Changes<'_>) -> Vec<u8> {
    let files = list([file("a", 5), file("b", 6)]);
    let plain =
        [("files", files), ("name", bytes("n")), ("piece length", int(16_384)), ("pieces", bytes([7; 20]))];
    torrent(root, dict(plain), vec![])
}

/// An item of `files`.
pub(super) fn file(path: &str, length: i64) -> Vec<u8> {
    entry(path, length, &[])
}

/// An item of `files` with more keys.
pub(super) fn entry(path: &str, length: i64, changes: Changes<'_>) -> Vec<u8> {
    let path = list(path.split('/').map(bytes));
    changed(&[("length", int(length)), ("path", path)], changes)
}

/// An item of `files` whose path is of these bytes.
pub(super) fn raw_file(components: &[&[u8]]) -> Vec<u8> {
    dict([("length", int(5)), ("path", list(components.iter().map(bytes)))])
}

/// A pad file as BEP 47 has it.
pub(super) fn pad(length: i64) -> Vec<u8> {
    entry(&format!(".pad/{length}"), length, &[("attr", bytes("p"))])
}

/// A v2 torrent of two files of one block.
pub(super) fn v2(info: Changes<'_>) -> Vec<u8> {
    let tree = dict([("a", leaf(5, 1, &[])), ("b", leaf(6, 2, &[]))]);
    let plain =
        [("file tree", tree), ("meta version", int(2)), ("name", bytes("n")), ("piece length", int(16_384))];
    torrent(&[], changed(&plain, info), b"de".to_vec())
}

/// A hybrid of two files of 16,000 bytes; `files` with padding is to be given.
pub(super) fn hybrid(files: &[Vec<u8>], info: Changes<'_>) -> Vec<u8> {
    let tree = dict([("a", leaf(16_000, 1, &[])), ("b", leaf(16_000, 2, &[]))]);
    let halves = [("file tree", tree), ("files", list(files)), ("pieces", bytes([7; 40]))];
    v2(&[&halves, info].concat())
}

/// A file of a v2 tree, whose root is 32 times `root`.
pub(super) fn leaf(length: i64, root: u8, changes: Changes<'_>) -> Vec<u8> {
    let plain = [("length", int(length)), ("pieces root", bytes([root; 32]))];
    dict([("", changed(&plain, changes))])
}

fn torrent(root: Changes<'_>, info: Vec<u8>, layers: Vec<u8>) -> Vec<u8> {
    let plain = [("announce", bytes("http://t/a")), ("info", info), ("piece layers", layers)];
    changed(&plain, root)
}
