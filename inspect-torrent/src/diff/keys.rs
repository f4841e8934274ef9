//! What differs between the keys of two dictionaries.

use std::collections::{BTreeMap, BTreeSet};

use torrent_core::bencode::json::{Mask, RawValue};
use torrent_core::bencode::{Dict, Value};
use torrent_core::metainfo::Metainfo;

use super::Difference;

/// The values of a key in both dictionaries: several if it stands there more than once.
type Pair<'a> = [Vec<Value<'a>>; 2];

/// All keys of two dictionaries.
pub(super) struct Pairs<'a>(BTreeMap<&'a [u8], Pair<'a>>);

impl<'a> Pairs<'a> {
    pub(super) fn of(a: Dict<'a>, b: Dict<'a>) -> Self {
        let mut pairs: BTreeMap<&[u8], Pair<'_>> = BTreeMap::new();
        for (side, dict) in [a, b].into_iter().enumerate() {
            for (key, value) in dict {
                pairs.entry(key).or_default()[side].push(value);
            }
        }
        Self(pairs)
    }

    pub(super) fn differing(self) -> impl Iterator<Item = (&'a [u8], Pair<'a>)> {
        let raw = |values: &[Value<'a>]| values.iter().map(|value| value.raw()).collect::<Vec<_>>();
        self.0.into_iter().filter(move |(_, [a, b])| raw(a) != raw(b))
    }
}

/// What differs in outer and info dictionary that is not among those `found` already.
pub(super) fn differences(
    a: &Metainfo,
    b: &Metainfo,
    found: &[Difference],
    mask: Option<Mask>,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let dictionaries =
        [("", a.root_entries(), b.root_entries()), ("info.", a.info_entries(), b.info_entries())];
    for (prefix, ours, theirs) in dictionaries {
        for (key, pair) in Pairs::of(ours, theirs).differing() {
            let name = [prefix.as_bytes(), key].concat();
            if name == b"info" || is_found(&name, found) {
                continue;
            }
            // The files are the same, so it is how they are written.
            let is_encoding = matches!(&*name, b"info.files" | b"info.file tree");
            let [a, b] = pair.map(|values| shown(key, &values, mask));
            let name = match mask {
                Some(mask) => mask(&name).into_owned(),
                None => name,
            };
            let field = || Difference::Field { name: name.into(), a, b };
            differences.push(if is_encoding { Difference::Encoding } else { field() });
        }
    }
    // Of a key that stands more than once the first one counts; that it stands there twice is a difference of its own, found above.
    let keys = |dict: Dict<'_>, other: Dict<'_>| -> Vec<Vec<u8>> {
        let mut seen = BTreeSet::new();
        let both = dict.filter(|(key, _)| other.get(key).is_some()).map(|(key, _)| key.to_vec());
        both.filter(|key| seen.insert(key.clone())).collect()
    };
    let is_reordered = |a, b| keys(a, b) != keys(b, a);
    if is_reordered(a.info_entries(), b.info_entries()) {
        differences.push(Difference::Order { of: "info" });
    }
    if is_reordered(a.root_entries(), b.root_entries()) {
        differences.push(Difference::Order { of: "torrent" });
    }
    differences
}

/// Whether what differs under a key is among the differences already, as that of a field or of files.
fn is_found(name: &[u8], found: &[Difference]) -> bool {
    if CONTENT.iter().any(|key| key.as_bytes() == name) {
        return found.iter().any(|difference| match difference {
            Difference::Field { name, .. } => ["size", "padded_size", "protocol", "piece_length"]
                .iter()
                .any(|field| field.as_bytes() == &**name),
            _ => true,
        });
    }
    let field = FIELDS.iter().find(|(key, _)| key.as_bytes() == name).map(|(_, field)| field.as_bytes());
    let is_of_field = |difference: &Difference| matches!(difference, Difference::Field { name, .. } if Some(&**name) == field);
    found.iter().any(is_of_field)
}

/// Keys whose differences the comparison of files finds.
const CONTENT: [&str; 6] =
    ["info.file tree", "info.files", "info.length", "info.meta version", "info.pieces", "piece layers"];

/// Keys, and the fields that tell them.
const FIELDS: [(&str, &str); 17] = [
    ("announce", "trackers"),
    ("announce-list", "trackers"),
    ("collections", "collections"),
    ("comment", "comment"),
    ("created by", "created_by"),
    ("creation date", "creation_date"),
    ("httpseeds", "http_seeds"),
    ("info.collections", "collections"),
    ("info.name", "name"),
    ("info.piece length", "piece_length"),
    ("info.private", "private"),
    ("info.similar", "similar"),
    ("info.source", "source"),
    ("info.update-url", "update_url"),
    ("nodes", "nodes"),
    ("similar", "similar"),
    ("url-list", "web_seeds"),
];

/// The values of a key in the words of `--raw`, if they are not too long for a line.
pub(super) fn shown(key: &[u8], values: &[Value<'_>], mask: Option<Mask>) -> Option<Vec<u8>> {
    let one = |value: &Value<'_>| {
        let bytes = value.raw().len();
        match serde_json::to_vec(&RawValue::of_key(key, *value, mask)) {
            Ok(json) if bytes <= LONGEST => json,
            _ => format!("({bytes} bytes of bencode)").into_bytes(),
        }
    };
    let mut texts: Vec<Vec<u8>> = values.iter().take(LISTED).map(one).collect();
    if values.len() > LISTED {
        texts.push(format!("{} more times", values.len() - LISTED).into_bytes());
    }
    (!texts.is_empty()).then(|| texts.join(b" and again ".as_slice()))
}

/// Values of a key that stands more than once which are shown.
const LISTED: usize = 3;

const LONGEST: usize = 500;
