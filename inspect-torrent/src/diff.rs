//! What differs between two torrents: what they say, and their files.

use std::collections::{BTreeMap, HashMap};

use cli_kit::hex;
use piece_hash::Sha256Digest;
use serde::Serialize;
use torrent_core::files::File;
use torrent_core::metainfo::Metainfo;
use torrent_core::redact::redact;

/// One difference. Values are bytes as they stand in the torrent, or text of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Difference {
    /// Something that is said once; absent is empty.
    Field {
        name: &'static str,
        a: Vec<u8>,
        b: Vec<u8>,
    },
    Added {
        path: Vec<u8>,
        length: u64,
    },
    Removed {
        path: Vec<u8>,
        length: u64,
    },
    /// The same content under another path, which only v2 roots can tell.
    Renamed {
        from: Vec<u8>,
        to: Vec<u8>,
    },
    /// The same path with other content.
    Changed {
        path: Vec<u8>,
        a: u64,
        b: u64,
    },
    /// The same path and length, but nothing in the torrents says whether the content is the same.
    Unknown {
        path: Vec<u8>,
    },
}

/// Everything that differs: what is said first, then files in the order of their paths.
pub(crate) fn differences(a: &Metainfo, b: &Metainfo, is_redacted: bool) -> Vec<Difference> {
    let mut differences: Vec<Difference> = said(a, is_redacted)
        .into_iter()
        .zip(said(b, is_redacted))
        .filter(|((_, a), (_, b))| a != b)
        .map(|((name, a), (_, b))| Difference::Field { name, a, b })
        .collect();
    differences.extend(files(a, b));
    differences
}

/// What a torrent says, in a fixed order.
fn said(torrent: &Metainfo, is_redacted: bool) -> Vec<(&'static str, Vec<u8>)> {
    let advisory = torrent.advisory();
    let mask = |text: Vec<u8>| if is_redacted { redact(&text).into_owned() } else { text };
    let one = |text: &Option<Vec<u8>>| mask(text.clone().unwrap_or_default());
    let list = |urls: &[Vec<u8>]| mask(urls.join(&b' '));
    let tiers: Vec<Vec<u8>> = advisory.trackers.iter().map(|tier| list(tier)).collect();
    let number =
        |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default().into_bytes();
    let hash = |hash: Option<&[u8]>| hash.map(hex).unwrap_or_default().into_bytes();
    vec![
        ("info_hash_v1", hash(torrent.info_hash_v1().as_ref().map(|hash| hash.as_slice()))),
        ("info_hash_v2", hash(torrent.info_hash_v2().as_ref().map(|hash| hash.as_slice()))),
        ("name", torrent.name().to_vec()),
        ("protocol", torrent.protocol().name().into()),
        ("size", torrent.files().content_length().to_string().into_bytes()),
        ("padded_size", torrent.files().padded_length().to_string().into_bytes()),
        ("piece_length", torrent.piece_length().to_string().into_bytes()),
        ("private", number(torrent.private().map(i64::from))),
        ("source", one(&advisory.source)),
        ("trackers", tiers.join(b" | ".as_slice())),
        ("web_seeds", list(&advisory.web_seeds)),
        ("http_seeds", list(&advisory.http_seeds)),
        ("comment", one(&advisory.comment)),
        ("created_by", one(&advisory.created_by)),
        ("creation_date", number(advisory.creation_date)),
        ("update_url", one(&advisory.update_url)),
        ("similar", advisory.similar.iter().map(|hash| hex(hash)).collect::<Vec<_>>().join(" ").into_bytes()),
        ("collections", list(&advisory.collections)),
    ]
}

fn files(a: &Metainfo, b: &Metainfo) -> Vec<Difference> {
    let by_path = |torrent| Metainfo::files(torrent).iter().map(|file| (file.path.joined(), file)).collect();
    let (ours, theirs): (BTreeMap<Vec<u8>, File<'_>>, BTreeMap<Vec<u8>, File<'_>>) = (by_path(a), by_path(b));
    let mut added: Vec<File<'_>> =
        theirs.iter().filter(|(path, _)| !ours.contains_key(*path)).map(|(_, file)| *file).collect();
    let mut differences = Vec::new();
    let mut by_root: HashMap<Sha256Digest, usize> = HashMap::new();
    for (at, file) in added.iter().enumerate() {
        by_root.extend(file.root.map(|root| (root, at)));
    }
    let mut taken = vec![false; added.len()];
    for (path, file) in &ours {
        if let Some(other) = theirs.get(path) {
            differences.extend(content(a, b, *file, *other));
        } else if let Some(at) = file.root.and_then(|root| by_root.remove(&root)) {
            taken[at] = true;
            differences.push(Difference::Renamed { from: path.clone(), to: added[at].path.joined() });
        } else {
            differences.push(Difference::Removed { path: path.clone(), length: file.length });
        }
    }
    let mut taken = taken.into_iter();
    added.retain(|_| !taken.next().unwrap_or_default());
    differences
        .extend(added.iter().map(|file| Difference::Added { path: file.path.joined(), length: file.length }));
    differences
}

/// Compares two files of the same path.
fn content(a: &Metainfo, b: &Metainfo, ours: File<'_>, theirs: File<'_>) -> Option<Difference> {
    let path = ours.path.joined();
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

/// JSON of one difference.
impl Serialize for Difference {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use cli_kit::JsonBytes;
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("what", self.what())?;
        match self {
            Self::Field { name, a, b } => {
                map.serialize_entry("field", name)?;
                map.serialize_entry("a", &JsonBytes(a))?;
                map.serialize_entry("b", &JsonBytes(b))?;
            }
            Self::Added { path, length } | Self::Removed { path, length } => {
                map.serialize_entry("path", &JsonBytes(path))?;
                map.serialize_entry("length", length)?;
            }
            Self::Renamed { from, to } => {
                map.serialize_entry("from", &JsonBytes(from))?;
                map.serialize_entry("to", &JsonBytes(to))?;
            }
            Self::Changed { path, a, b } => {
                map.serialize_entry("path", &JsonBytes(path))?;
                map.serialize_entry("a", a)?;
                map.serialize_entry("b", b)?;
            }
            Self::Unknown { path } => map.serialize_entry("path", &JsonBytes(path))?,
        }
        map.end()
    }
}

impl Difference {
    pub(crate) fn what(&self) -> &'static str {
        match self {
            Self::Field { .. } => "field",
            Self::Added { .. } => "added",
            Self::Removed { .. } => "removed",
            Self::Renamed { .. } => "renamed",
            Self::Changed { .. } => "changed",
            Self::Unknown { .. } => "unknown",
        }
    }
}
