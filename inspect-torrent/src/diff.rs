//! What differs between two torrents: what they say, their files, and every key that is not part of either.

mod files;
mod keys;

use std::borrow::Cow;

use cli_kit::{JsonBytes, hex};
use serde::Serialize;
use serde::ser::SerializeMap;
use torrent_core::bencode::Value;
use torrent_core::bencode::json::Mask;
use torrent_core::metainfo::Metainfo;
use torrent_core::redact::redact;

/// One difference. Values are bytes as they stand in the torrent, or text of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Difference {
    /// Something that is said once.
    Field {
        name: Cow<'static, [u8]>,
        a: Option<Vec<u8>>,
        b: Option<Vec<u8>>,
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
    /// A key of a file that both have, in the words of `--raw`.
    FileKey {
        path: Vec<u8>,
        key: Vec<u8>,
        a: Option<Vec<u8>>,
        b: Option<Vec<u8>>,
    },
    /// Other bytes stand behind the end of the torrent: how many.
    Trailing {
        a: usize,
        b: usize,
    },
    /// What is in both stands in another order.
    Order {
        /// `files`, `info` or `torrent`.
        of: &'static str,
    },
    /// The same values in other bytes: keys of inner dictionaries in another order, or numbers with leading zeros.
    Encoding,
}

/// Everything that differs: what is said first, then files in the order of their paths, then the rest.
pub(crate) fn differences(a: &Metainfo, b: &Metainfo, is_redacted: bool) -> Vec<Difference> {
    let mask: Option<Mask> = is_redacted.then_some(redact);
    let masked = |text: Option<Vec<u8>>| match mask {
        Some(mask) => text.map(|text| mask(&text).into_owned()),
        None => text,
    };
    let mut differences: Vec<Difference> = said(a)
        .into_iter()
        .zip(said(b))
        .filter(|((_, a), (_, b))| a != b)
        .map(|((name, a), (_, b))| Difference::Field {
            name: name.as_bytes().into(),
            a: masked(a),
            b: masked(b),
        })
        .collect();
    differences.extend(files::differences(a, b, mask));
    let rest = keys::differences(a, b, &differences, mask);
    differences.extend(rest);
    let (behind_a, behind_b) = (trailing(a), trailing(b));
    if behind_a != behind_b {
        differences.push(Difference::Trailing { a: behind_a.len(), b: behind_b.len() });
    }
    let is_hash = |difference: &Difference| matches!(difference, Difference::Field { name, .. } if name.starts_with(b"info_hash"));
    if a.bytes() != b.bytes() && differences.iter().all(is_hash) {
        differences.push(Difference::Encoding);
    }
    differences
}

/// The bytes behind the end of the outer dictionary.
fn trailing(torrent: &Metainfo) -> &[u8] {
    let end = Value::first(torrent.bytes()).map_or(0, |outer| outer.raw().len());
    &torrent.bytes()[end..]
}

/// How much of the info dictionaries is the same.
pub(crate) fn info(a: &Metainfo, b: &Metainfo) -> Info {
    let content = |torrent: &Metainfo| {
        let known = torrent.info_entries().filter(|(key, _)| CONTENT_KEYS.contains(key));
        let mut known: Vec<_> = known.map(|(key, value)| (key.to_vec(), value.raw().to_vec())).collect();
        known.sort();
        known
    };
    match a.raw_info() == b.raw_info() {
        true => Info::Same,
        false if content(a) == content(b) => Info::OtherwiseSame,
        false => Info::Different,
    }
}

/// Whether two info dictionaries are of the same content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Info {
    /// To the byte, so that the torrents share a swarm.
    Same,
    /// Name, files and hashes are; the info hash is another one.
    OtherwiseSame,
    Different,
}

const CONTENT_KEYS: [&[u8]; 7] =
    [b"file tree", b"files", b"length", b"meta version", b"name", b"piece length", b"pieces"];

/// What a torrent says, in a fixed order.
fn said(torrent: &Metainfo) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let advisory = torrent.advisory();
    let one = Option::<Vec<u8>>::clone;
    // An empty list says nothing.
    let joined = |items: &[Vec<u8>], mark: &[u8]| (!items.is_empty()).then(|| items.join(mark));
    let list = |urls: &[Vec<u8>]| joined(urls, b" ");
    let tiers: Vec<Vec<u8>> = advisory.trackers.iter().map(|tier| tier.join(&b' ')).collect();
    let text = |text: String| Some(text.into_bytes());
    let number = |number: Option<i64>| number.and_then(|number| text(number.to_string()));
    let node = |host: &[u8], port: &u16| [host, format!(":{port}").as_bytes()].concat();
    let nodes: Vec<Vec<u8>> = advisory.nodes.iter().map(|(host, port)| node(host, port)).collect();
    let similar: Vec<Vec<u8>> = advisory.similar.iter().map(|hash| hex(hash).into_bytes()).collect();
    let hash = |hash: Option<&[u8]>| hash.and_then(|hash| text(hex(hash)));
    vec![
        ("info_hash_v1", hash(torrent.info_hash_v1().as_ref().map(|hash| hash.as_slice()))),
        ("info_hash_v2", hash(torrent.info_hash_v2().as_ref().map(|hash| hash.as_slice()))),
        ("name", Some(torrent.name().to_vec())),
        ("protocol", text(torrent.protocol().name().into())),
        ("size", text(torrent.files().content_length().to_string())),
        ("padded_size", text(torrent.files().padded_length().to_string())),
        ("piece_length", text(torrent.piece_length().to_string())),
        ("private", number(torrent.private().map(i64::from))),
        ("source", one(&advisory.source)),
        ("trackers", joined(&tiers, b" | ")),
        ("web_seeds", list(&advisory.web_seeds)),
        ("http_seeds", list(&advisory.http_seeds)),
        ("nodes", list(&nodes)),
        ("comment", one(&advisory.comment)),
        ("created_by", one(&advisory.created_by)),
        ("creation_date", number(advisory.creation_date)),
        ("update_url", one(&advisory.update_url)),
        ("similar", list(&similar)),
        ("collections", list(&advisory.collections)),
    ]
}

/// JSON of one difference.
impl Serialize for Difference {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("what", self.what())?;
        match self {
            Self::Field { name, a, b } => {
                map.serialize_entry("field", &JsonBytes(name))?;
                sides(&mut map, a.as_ref(), b.as_ref())?;
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
            Self::FileKey { path, key, a, b } => {
                map.serialize_entry("path", &JsonBytes(path))?;
                map.serialize_entry("key", &JsonBytes(key))?;
                sides(&mut map, a.as_ref(), b.as_ref())?;
            }
            Self::Trailing { a, b } => {
                map.serialize_entry("a", a)?;
                map.serialize_entry("b", b)?;
            }
            Self::Order { of } => map.serialize_entry("of", of)?,
            Self::Encoding => {}
        }
        map.end()
    }
}

/// Writes the two sides of a difference; one that has no value is left out.
fn sides<M: SerializeMap>(map: &mut M, a: Option<&Vec<u8>>, b: Option<&Vec<u8>>) -> Result<(), M::Error> {
    let mut sides = [("a", a), ("b", b)].into_iter();
    sides.try_for_each(|(key, side)| side.map_or(Ok(()), |side| map.serialize_entry(key, &JsonBytes(side))))
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
            Self::FileKey { .. } => "file-key",
            Self::Trailing { .. } => "trailing",
            Self::Order { .. } => "order",
            Self::Encoding => "encoding",
        }
    }
}
