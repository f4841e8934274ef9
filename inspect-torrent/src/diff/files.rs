//! What differs between the files of two torrents: content, names, order, and what is said of each.

use std::collections::{BTreeMap, HashMap};

use piece_hash::{Sha1Digest, Sha256Digest};
use torrent_core::bencode::Dict;
use torrent_core::bencode::json::Mask;
use torrent_core::files::File;
use torrent_core::metainfo::Metainfo;

use super::Difference;
use super::keys::{Pairs, shown};
use crate::subject::path_as_printed;

type ByPath<'a> = BTreeMap<Vec<u8>, File<'a>>;

/// Two torrents and their files by path.
struct Sides<'a> {
    a: &'a Metainfo,
    b: &'a Metainfo,
    ours: ByPath<'a>,
    theirs: ByPath<'a>,
    mask: Option<Mask>,
}

/// Files in the order of their paths, then what is said of those that are in both.
pub(super) fn differences(a: &Metainfo, b: &Metainfo, mask: Option<Mask>) -> Vec<Difference> {
    let sides = Sides { a, b, ours: by_path(a), theirs: by_path(b), mask };
    let mut differences = sides.contents();
    differences.extend(sides.order());
    differences.extend(sides.keys());
    differences
}

fn by_path(torrent: &Metainfo) -> ByPath<'_> {
    torrent.files().iter().map(|file| (file.path.joined(), file)).collect()
}

impl Sides<'_> {
    fn contents(&self) -> Vec<Difference> {
        let Self { ours, theirs, .. } = self;
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
                differences.extend(self.content(*file, *other));
            } else if let Some(at) = file.root.and_then(|root| by_root.remove(&root)) {
                taken[at] = true;
                differences
                    .push(Difference::Renamed { from: self.printed(*file), to: self.printed(added[at]) });
            } else {
                differences.push(Difference::Removed { path: self.printed(*file), length: file.length });
            }
        }
        let mut taken = taken.into_iter();
        added.retain(|_| !taken.next().unwrap_or_default());
        let added = added.iter();
        differences
            .extend(added.map(|file| Difference::Added { path: self.printed(*file), length: file.length }));
        differences
    }

    /// The path of a file as it is printed.
    fn printed(&self, file: File<'_>) -> Vec<u8> {
        path_as_printed(file.path, self.mask.is_some())
    }

    /// Compares two files of the same path.
    fn content(&self, ours: File<'_>, theirs: File<'_>) -> Option<Difference> {
        let path = self.printed(ours);
        let roots = ours.root.zip(theirs.root);
        if ours.length != theirs.length || roots.is_some_and(|(ours, theirs)| ours != theirs) {
            return Some(Difference::Changed { path, a: ours.length, b: theirs.length });
        }
        let is_proven = ours.length == 0
            || ours.root.is_some() && ours.root == theirs.root
            || same_pieces(self.a, self.b, ours, theirs);
        (!is_proven).then_some(Difference::Unknown { path })
    }

    /// The order of files is part of a v1 info hash.
    fn order(&self) -> Option<Difference> {
        let files = self.a.files().iter();
        let indices = files.filter_map(|file| Some(self.theirs.get(&file.path.joined())?.index));
        (!indices.is_sorted()).then_some(Difference::Order { of: "files" })
    }

    /// Keys such as `md5sum`, `mtime` and `attr` of files that both torrents have.
    fn keys(&self) -> Vec<Difference> {
        let (entries_a, entries_b) = (entries(self.a), entries(self.b));
        let mut differences = Vec::new();
        for (path, file) in &self.ours {
            let other = self.theirs.get(path).and_then(|other| entries_b.get(other.index));
            let Some((a, b)) = entries_a.get(file.index).zip(other) else { continue };
            for (key, pair) in Pairs::of(*a, *b).differing().filter(|(key, _)| !CONTENT_KEYS.contains(key)) {
                let [a, b] = pair.map(|values| shown(key, &values, self.mask));
                let printed_key = self.mask.map_or(key.to_vec(), |mask| mask(key).into_owned());
                differences.push(Difference::FileKey { path: self.printed(*file), key: printed_key, a, b });
            }
        }
        differences
    }
}

/// Whether the v1 pieces around a file are the same in both torrents, and the file at the same place in them.
fn same_pieces(a: &Metainfo, b: &Metainfo, ours: File<'_>, theirs: File<'_>) -> bool {
    fn hashes<'t>(torrent: &'t Metainfo, file: File<'_>) -> Option<&'t [Sha1Digest]> {
        torrent.pieces().get(torrent.layout().pieces_of(file.index).indices())
    }
    let same_place = a.piece_length() == b.piece_length()
        && ours.offset % a.piece_length() == theirs.offset % b.piece_length();
    same_place && hashes(a, ours).is_some_and(|pieces| Some(pieces) == hashes(b, theirs))
}

/// What `contents` has compared.
const CONTENT_KEYS: [&[u8]; 3] = [b"length", b"path", b"pieces root"];

fn entries(torrent: &Metainfo) -> Vec<Dict<'_>> {
    let v1: Vec<Dict<'_>> = torrent.v1_entries().collect();
    if v1.is_empty() { torrent.v2_entries().collect() } else { v1 }
}
