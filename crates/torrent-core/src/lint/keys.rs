//! The keys of the outer and of the info dictionary, read in one pass, and what to say of those that nobody knows or
//! that stand in the wrong place.

use super::findings::Findings;
use super::quoted::Quoted;
use crate::bencode::Value;
use crate::metainfo::Metainfo;

/// The values of keys that some BEP or common usage defines.
#[derive(Default)]
pub(super) struct Keys<'a> {
    root: Vec<(&'static str, Value<'a>)>,
    info: Vec<(&'static str, Value<'a>)>,
}

impl<'a> Keys<'a> {
    pub(super) fn read(torrent: &'a Metainfo, findings: &mut Findings) -> Self {
        let mut keys = Self::default();
        for (key, value) in torrent.root_entries() {
            match known(key, &ROOT_KEYS) {
                Some(key) => keys.root.push((key, value)),
                None => unknown_beside_info(key, findings),
            }
        }
        for (key, value) in torrent.info_entries() {
            match known(key, &INFO_KEYS) {
                Some(key) => keys.info.push((key, value)),
                None => unknown_in_info(key, findings),
            }
        }
        keys
    }

    /// The value of a key beside `info`.
    pub(super) fn root(&self, key: &str) -> Option<Value<'a>> {
        find(&self.root, key)
    }

    /// The value of a key of the info dictionary.
    pub(super) fn info(&self, key: &str) -> Option<Value<'a>> {
        find(&self.info, key)
    }
}

fn find<'a>(entries: &[(&'static str, Value<'a>)], key: &str) -> Option<Value<'a>> {
    entries.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
}

fn known(key: &[u8], keys: &[&'static str]) -> Option<&'static str> {
    keys.iter().find(|known| known.as_bytes() == key).copied()
}

fn unknown_beside_info(key: &[u8], findings: &mut Findings) {
    let name = Quoted(key);
    if known(key, &SESSION_KEYS).is_some() {
        findings.torrent("W-session-data", format_args!("{name} is a client's own note of a download"));
    } else if known(key, &ONLY_IN_INFO).is_some() {
        findings.torrent("W-misplaced-key", format_args!("{name} has no effect outside `info`"));
    } else {
        findings.torrent("I-unknown-key", format_args!("the key {name} is not in any BEP"));
    }
}

fn unknown_in_info(key: &[u8], findings: &mut Findings) {
    let name = Quoted(key);
    if known(key, &ONLY_IN_ROOT).is_some() {
        findings.torrent("W-misplaced-key", format_args!("{name} has no effect inside `info`"));
    } else {
        findings.torrent("I-unknown-info-key", format_args!("the key {name} of `info` is not in any BEP"));
    }
}

const ROOT_KEYS: [&str; 24] = [
    "announce",
    "announce-list",
    "azureus_properties",
    "codepage",
    "collections",
    "comment",
    "comment.utf-8",
    "created by",
    "created by.utf-8",
    "creation date",
    "encoding",
    "httpseeds",
    "info",
    "nodes",
    "piece layers",
    "publisher",
    "publisher-url",
    "publisher-url.utf-8",
    "publisher.utf-8",
    "signatures",
    "similar",
    "title",
    "url-list",
    "website",
];

const INFO_KEYS: [&str; 24] = [
    "attr",
    "collections",
    "file tree",
    "files",
    "length",
    "md5sum",
    "meta version",
    "name",
    "name.utf-8",
    "originator",
    "piece length",
    "pieces",
    "private",
    "publisher",
    "publisher-url",
    "publisher-url.utf-8",
    "publisher.utf-8",
    "root hash",
    "sha1",
    "similar",
    "source",
    "ssl-cert",
    "symlink path",
    "update-url",
];

/// What clients write into the copies of torrents that they keep for themselves.
const SESSION_KEYS: [&str; 5] =
    ["azureus_private_properties", "libtorrent_resume", "qBt-savePath", "resume", "rtorrent"];

const ONLY_IN_INFO: [&str; 10] = [
    "file tree",
    "files",
    "length",
    "meta version",
    "name",
    "piece length",
    "pieces",
    "private",
    "source",
    "update-url",
];

const ONLY_IN_ROOT: [&str; 10] = [
    "announce",
    "announce-list",
    "comment",
    "created by",
    "creation date",
    "encoding",
    "httpseeds",
    "nodes",
    "piece layers",
    "url-list",
];
