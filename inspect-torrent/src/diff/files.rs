//! What differs between the files of two torrents: content, names, order, and what is said of each.

use std::collections::{BTreeMap, HashMap};

use piece_hash::Sha256Digest;
use torrent_core::bencode::Dict;
use torrent_core::bencode::json::Mask;
use torrent_core::files::File;
use torrent_core::metainfo::Metainfo;

use super::Difference;
use super::keys::{Pairs, shown};
use crate::subject::path_as_printed;

type ByPath<'a> = BTreeMap<Vec<u8>, File<'a>>;

fn by_path(torrent: &Metainfo) -> ByPath<'_> {
    torrent.files().iter().map(|file| (file.path.joined(), file)).collect()
}

/// Files in the order of their paths, then what is said of those that are in both.
pub(super) fn differences(a: &Metainfo, b: &Metainfo, mask: Option<Mask>) -> Vec<Difference> {
    let (ours, theirs) = (by_path(a), by_path(b));
    let mut differences = contents(a, b, &ours, &theirs, mask);
    differences.extend(order(a, &theirs));
    differences.extend(keys(a, b, &ours, &theirs, mask));
    differences
}

fn contents(
    a: &Metainfo,
    b: &Metainfo,
    ours: &ByPath<'_>,
    theirs: &ByPath<'_>,
    mask: Option<Mask>,
) -> Vec<Difference> {
    let mut added: Vec<File<'_>> =
        theirs.iter().filter(|(path, _)| !ours.contains_key(*path)).map(|(_, file)| *file).collect();
    let mut differences = Vec::new();
    let mut by_root: HashMap<Sha256Digest, usize> = HashMap::new();
    for (at, file) in added.iter().enumerate() {
        by_root.extend(file.root.map(|root| (root, at)));
    }
    let mut taken = vec![false; added.len()];
    for (path, file) in ours {
        if let Some(other) = theirs.get(path) {
            differences.extend(content(a, b, *file, *other, mask));
        } else if let Some(at) = file.root.and_then(|root| by_root.remove(&root)) {
            taken[at] = true;
            differences.push(Difference::Renamed { from: told(*file, mask), to: told(added[at], mask) });
        } else {
            differences.push(Difference::Removed { path: told(*file, mask), length: file.length });
        }
    }
    let mut taken = taken.into_iter();
    added.retain(|_| !taken.next().unwrap_or_default());
    differences
        .extend(added.iter().map(|file| Difference::Added { path: told(*file, mask), length: file.length }));
    differences
}

/// The path of a file as it is printed.
fn told(file: File<'_>, mask: Option<Mask>) -> Vec<u8> {
    path_as_printed(file.path, mask.is_some())
}

/// Compares two files of the same path.
fn content(
    a: &Metainfo,
    b: &Metainfo,
    ours: File<'_>,
    theirs: File<'_>,
    mask: Option<Mask>,
) -> Option<Difference> {
    let path = told(ours, mask);
    if ours.length != theirs.length || ours.root.zip(theirs.root).is_some_and(|(ours, theirs)| ours != theirs)
    {
        return Some(Difference::Changed { path, a: ours.length, b: theirs.length });
    }
    let is_proven = ours.length == 0
        || ours.root.is_some() && ours.root == theirs.root
        || same_pieces(a, b, ours, theirs);
    (!is_proven).then_some(Difference::Unknown { path })
}

/// Whether the v1 pieces around a file are the same in both torrents, and the file at the same place in them.
fn same_pieces(a: &Metainfo, b: &Metainfo, ours: File<'_>, theirs: File<'_>) -> bool {
    let hashes = |torrent: &Metainfo, file: File<'_>| {
        let pieces = torrent.layout().pieces_of(file.index);
        let range = usize::try_from(pieces.start).ok()?..usize::try_from(pieces.end).ok()?;
        torrent.pieces().get(range).map(<[_]>::to_vec)
    };
    let same_place = a.piece_length() == b.piece_length()
        && ours.offset % a.piece_length() == theirs.offset % b.piece_length();
    same_place && hashes(a, ours).is_some_and(|pieces| Some(pieces) == hashes(b, theirs))
}

/// The order of files is part of a v1 info hash.
fn order(a: &Metainfo, theirs: &ByPath<'_>) -> Option<Difference> {
    let indices = a.files().iter().filter_map(|file| Some(theirs.get(&file.path.joined())?.index));
    (!indices.is_sorted()).then_some(Difference::Order { of: "files" })
}

/// Keys such as `md5sum`, `mtime` and `attr` of files that both torrents have.
fn keys(
    a: &Metainfo,
    b: &Metainfo,
    ours: &ByPath<'_>,
    theirs: &ByPath<'_>,
    mask: Option<Mask>,
) -> Vec<Difference> {
    let (entries_a, entries_b) = (entries(a), entries(b));
    let mut differences = Vec::new();
    for (path, file) in ours {
        let other = theirs.get(path).and_then(|other| entries_b.get(other.index));
        let Some((a, b)) = entries_a.get(file.index).zip(other) else { continue };
        for (key, pair) in Pairs::of(*a, *b).differing().filter(|(key, _)| !CONTENT_KEYS.contains(key)) {
            let [a, b] = pair.map(|values| shown(key, &values, mask));
            let key_told = mask.map_or(key.to_vec(), |mask| mask(key).into_owned());
            differences.push(Difference::FileKey { path: told(*file, mask), key: key_told, a, b });
        }
    }
    differences
}

/// What `contents` has compared.
const CONTENT_KEYS: [&[u8]; 3] = [b"length", b"path", b"pieces root"];

fn entries(torrent: &Metainfo) -> Vec<Dict<'_>> {
    let v1: Vec<Dict<'_>> = torrent.v1_entries().collect();
    if v1.is_empty() { torrent.v2_entries().collect() } else { v1 }
}
