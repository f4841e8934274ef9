//! One line of JSON each: `schema/inspect-torrent-*.json`. Written as it goes, so that millions of files need no memory.

use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt;

use cli_kit::{JsonBytes, hex};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use torrent_core::bencode::json::{Mask, RawValue};
use torrent_core::bencode::{Dict, Value};
use torrent_core::files::File;
use torrent_core::lint::{Finding, Severity};
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::{FILE_KEYS, INFO_KEYS, ROOT_KEYS};

use crate::diff::{Difference, Info};
use crate::plan::Input;
use crate::subject::Torrent;

/// A torrent, as a line of JSON says it.
pub(super) struct TorrentRecord<'a> {
    input: &'a Input,
    torrent: &'a Torrent,
    mask: Option<Mask>,
}

impl<'a> TorrentRecord<'a> {
    pub(super) fn new(input: &'a Input, torrent: &'a Torrent, mask: Option<Mask>) -> Self {
        Self { input, torrent, mask }
    }

    fn content<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let metainfo = self.torrent.metainfo();
        let files = metainfo.files();
        map.serialize_entry("size", &files.content_length())?;
        map.serialize_entry("padded_size", &files.padded_length())?;
        map.serialize_entry("torrent_size", &metainfo.bytes().len())?;
        map.serialize_entry("piece_length", &metainfo.piece_length())?;
        map.serialize_entry("pieces", &metainfo.layout().piece_count())?;
        map.serialize_entry("single_file", &metainfo.is_single_file())?;
        map.serialize_entry("file_count", &files.len())?;
        map.serialize_entry("files", &Files { torrent: self.torrent, mask: self.mask })?;
        map.serialize_entry("private", &(metainfo.private() == Some(true)))
    }

    fn advisory<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let advisory = self.torrent.advisory();
        let tiers: Vec<_> = advisory.trackers.iter().map(|tier| texts(tier)).collect();
        list(map, "trackers", &tiers)?;
        list(map, "web_seeds", &texts(&advisory.web_seeds))?;
        list(map, "http_seeds", &texts(&advisory.http_seeds))?;
        list(map, "nodes", &self.torrent.nodes().collect::<Vec<_>>())?;
        some(map, "comment", advisory.comment.as_ref().map(JsonBytes))?;
        some(map, "created_by", advisory.created_by.as_ref().map(JsonBytes))?;
        some(map, "creation_date", advisory.creation_date)?;
        some(map, "source", advisory.source.as_ref().map(JsonBytes))?;
        some(map, "update_url", advisory.update_url.as_ref().map(JsonBytes))?;
        list(map, "similar", &advisory.similar.iter().map(|hash| hex(hash)).collect::<Vec<_>>())?;
        list(map, "collections", &texts(&advisory.collections))
    }

    /// Keys that none of the fields is of, as they stand.
    fn unknown<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let metainfo = self.torrent.metainfo();
        for (name, dict, known) in [
            ("unknown", metainfo.root_entries(), ROOT_KEYS.as_slice()),
            ("unknown_info", metainfo.info_entries(), &INFO_KEYS),
        ] {
            let keys = Unknown { dict, known, mask: self.mask };
            if keys.entries().next().is_some() {
                map.serialize_entry(name, &keys)?;
            }
        }
        Ok(())
    }
}

impl Serialize for TorrentRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let metainfo = self.torrent.metainfo();
        map.serialize_entry("schema", "piecework/inspect-torrent/1")?;
        some(&mut map, "torrent", path_of(self.input))?;
        map.serialize_entry("name", &JsonBytes(self.torrent.masked(metainfo.name())))?;
        map.serialize_entry("protocol", metainfo.protocol().name())?;
        hashes(&mut map, self.torrent.magnet())?;
        self.content(&mut map)?;
        self.advisory(&mut map)?;
        self.unknown(&mut map)?;
        map.serialize_entry("warnings", &records(self.torrent.warnings()))?;
        map.end()
    }
}

/// The entries of a dictionary that are not among the known ones.
struct Unknown<'a> {
    dict: Dict<'a>,
    known: &'static [&'static str],
    mask: Option<Mask>,
}

impl<'a> Unknown<'a> {
    fn entries(&self) -> impl Iterator<Item = (&'a [u8], Value<'a>)> {
        let known = self.known;
        self.dict.filter(move |(key, _)| !known.iter().any(|known| known.as_bytes() == *key))
    }
}

impl Serialize for Unknown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries().map(|entry| as_printed(entry, self.mask)))
    }
}

/// An entry of a dictionary whose key is text for us.
fn as_printed<'a>((key, value): (&'a [u8], Value<'a>), mask: Option<Mask>) -> (String, RawValue<'a>) {
    let shown = mask.map_or(Cow::Borrowed(key), |mask| mask(key));
    (String::from_utf8_lossy(&shown).into_owned(), RawValue::of_key(key, value, mask))
}

/// The files, one after the other.
struct Files<'a> {
    torrent: &'a Torrent,
    mask: Option<Mask>,
}

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let metainfo = self.torrent.metainfo();
        let files = metainfo.files();
        let (mut v1, mut v2) = (metainfo.v1_entries(), metainfo.v2_entries());
        let mut records = serializer.serialize_seq(Some(files.len()))?;
        let mut path = Vec::new();
        for file in files.iter() {
            match self.mask {
                Some(_) => path = self.torrent.masked_path(file.path),
                None => file.path.join(&mut path),
            }
            let entries = [v1.next(), v2.next()];
            let unknown = FileUnknown { entries, is_link: file.symlink.is_some(), mask: self.mask };
            let symlink = file.symlink.map(|target| self.torrent.masked_path(target));
            records.serialize_element(&FileRecord { file, path: &path, symlink, unknown })?;
        }
        records.end()
    }
}

/// A file and its path, joined.
struct FileRecord<'a> {
    file: File<'a>,
    path: &'a [u8],
    symlink: Option<Vec<u8>>,
    unknown: FileUnknown<'a>,
}

/// The keys of a file that none of the fields is of; a hybrid has two entries for each file.
struct FileUnknown<'a> {
    entries: [Option<Dict<'a>>; 2],
    is_link: bool,
    mask: Option<Mask>,
}

impl<'a> FileUnknown<'a> {
    fn keys(&self) -> impl Iterator<Item = (&'a [u8], Value<'a>)> {
        let [v1, v2] = self.entries;
        let is_link = self.is_link;
        let is_unknown = move |key: &[u8], value: Value<'_>| match key {
            b"symlink path" => !is_link,
            // Letters that `attributes` has not.
            b"attr" => {
                value.as_bytes().is_none_or(|letters| letters.iter().any(|letter| !b"lxhp".contains(letter)))
            }
            _ => FILE_KEYS.iter().all(|known| known.as_bytes() != key),
        };
        let only_v2 = move |key: &[u8]| v1.is_none_or(|v1| v1.get(key).is_none());
        let v2 = v2.into_iter().flatten().filter(move |(key, value)| is_unknown(key, *value) && only_v2(key));
        v1.into_iter().flatten().filter(move |(key, value)| is_unknown(key, *value)).chain(v2)
    }
}

impl Serialize for FileUnknown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.keys().map(|entry| as_printed(entry, self.mask)))
    }
}

impl Serialize for FileRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let file = self.file;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", &JsonBytes(self.path))?;
        map.serialize_entry("length", &file.length)?;
        map.serialize_entry("offset", &file.offset)?;
        some(&mut map, "pieces_root", file.root.map(|root| hex(&root)))?;
        let letters = [
            (file.attributes.symlink, 'l'),
            (file.attributes.executable, 'x'),
            (file.attributes.hidden, 'h'),
        ];
        let attributes: String =
            letters.iter().filter(|(is_set, _)| *is_set).map(|(_, letter)| *letter).collect();
        some(&mut map, "attributes", Some(attributes).filter(|letters| !letters.is_empty()))?;
        some(&mut map, "symlink", self.symlink.as_ref().map(JsonBytes))?;
        some(&mut map, "unknown", self.unknown.keys().next().map(|_| &self.unknown))?;
        some(&mut map, "unsafe", file.path.check().err().map(|why| why.to_string()))?;
        map.end()
    }
}

#[derive(Serialize)]
struct WarningRecord {
    code: &'static str,
    message: String,
}

fn records(warnings: Vec<(&'static str, String)>) -> Vec<WarningRecord> {
    warnings.into_iter().map(|(code, message)| WarningRecord { code, message }).collect()
}

/// A magnet link, as a line of JSON says it.
pub(super) struct MagnetRecord<'a> {
    magnet: &'a Magnet,
    warnings: Vec<WarningRecord>,
}

impl<'a> MagnetRecord<'a> {
    pub(super) fn new(magnet: &'a Magnet, warnings: Vec<(&'static str, String)>) -> Self {
        Self { magnet, warnings: records(warnings) }
    }
}

impl Serialize for MagnetRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let magnet = self.magnet;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", "piecework/inspect-torrent-magnet/1")?;
        some(&mut map, "name", magnet.name.as_ref().map(JsonBytes))?;
        hashes(&mut map, magnet)?;
        some(&mut map, "size", magnet.length)?;
        list(&mut map, "trackers", &magnet.trackers.iter().map(|url| [JsonBytes(url)]).collect::<Vec<_>>())?;
        list(&mut map, "web_seeds", &texts(&magnet.web_seeds))?;
        list(&mut map, "torrent_urls", &texts(&magnet.torrents))?;
        list(&mut map, "peers", &magnet.peers.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        list(&mut map, "select", &magnet.select)?;
        some(&mut map, "public_key", magnet.mutable.as_ref().map(|mutable| hex(&mutable.public_key)))?;
        let salt = magnet.mutable.as_ref().map(|mutable| JsonBytes(&mutable.salt));
        some(&mut map, "salt", salt.filter(|salt| !salt.0.is_empty()))?;
        map.serialize_entry("warnings", &self.warnings)?;
        map.end()
    }
}

/// The findings of a torrent.
#[derive(Serialize)]
pub(super) struct CheckRecord<'a> {
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    torrent: Option<JsonBytes<&'a [u8]>>,
    errors: usize,
    warnings: usize,
    findings: Vec<FindingRecord<'a>>,
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<usize>,
}

impl<'a> CheckRecord<'a> {
    pub(super) fn new(input: &'a Input, findings: &'a [Finding]) -> Self {
        let count = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
        let record = |finding: &'a Finding| FindingRecord {
            code: finding.code,
            message: &finding.message,
            file: finding.file,
        };
        Self {
            schema: "piecework/inspect-torrent-check/1",
            torrent: path_of(input),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            findings: findings.iter().map(record).collect(),
        }
    }
}

/// What differs between two torrents.
#[derive(Serialize)]
pub(super) struct DiffRecord<'a> {
    schema: &'static str,
    torrents: Vec<Option<JsonBytes<&'a [u8]>>>,
    info: Info,
    differences: &'a [Difference],
}

impl<'a> DiffRecord<'a> {
    pub(super) fn new(inputs: &'a [Input], differences: &'a [Difference], info: Info) -> Self {
        let torrents = inputs.iter().map(path_of).collect();
        Self { schema: "piecework/inspect-torrent-diff/1", torrents, info, differences }
    }
}

fn hashes<M: SerializeMap>(map: &mut M, magnet: &Magnet) -> Result<(), M::Error> {
    some(map, "info_hash_v1", magnet.info_hash_v1.map(|hash| hex(&hash)))?;
    some(map, "info_hash_v2", magnet.info_hash_v2.map(|hash| hex(&hash)))?;
    map.serialize_entry("magnet", &AsText(magnet))
}

/// Written as it goes: the link may be longer than the torrent.
struct AsText<'a>(&'a Magnet);

impl Serialize for AsText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// Absent is absent, not null.
fn some<M: SerializeMap>(map: &mut M, key: &str, value: Option<impl Serialize>) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, &value))
}

fn list<M: SerializeMap>(map: &mut M, key: &str, items: &[impl Serialize]) -> Result<(), M::Error> {
    if items.is_empty() { Ok(()) } else { map.serialize_entry(key, items) }
}

fn texts(texts: &[Vec<u8>]) -> Vec<JsonBytes<&Vec<u8>>> {
    texts.iter().map(JsonBytes).collect()
}

fn path_of(input: &Input) -> Option<JsonBytes<&[u8]>> {
    match input {
        Input::File(path) => Some(JsonBytes(path.as_os_str().as_bytes())),
        Input::Stdin | Input::Link(_) => None,
    }
}
