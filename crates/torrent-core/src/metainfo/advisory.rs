//! The fields that help to find peers and tell people about a torrent. None of them can make it unacceptable.

use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;

use super::Warning;
use super::parse::{Info, Root};
use crate::bencode::Value;

/// What a torrent says beside its content. Everything is bytes as they came, trimmed of white space in URLs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Advisory {
    /// Tiers of tracker URLs (BEP 3, BEP 12): `announce-list` where there is one, else `announce`.
    pub trackers: Vec<Vec<Vec<u8>>>,
    /// `announce` as it stands.
    pub announce: Option<Vec<u8>>,
    /// `url-list` (BEP 19).
    pub web_seeds: Vec<Vec<u8>>,
    /// `httpseeds` (BEP 17).
    pub http_seeds: Vec<Vec<u8>>,
    /// DHT nodes: host and port (BEP 5).
    pub nodes: Vec<(Vec<u8>, u16)>,
    /// `comment`
    pub comment: Option<Vec<u8>>,
    /// `created by`
    pub created_by: Option<Vec<u8>>,
    /// `creation date`: seconds since 1970; some writers mean milliseconds.
    pub creation_date: Option<i64>,
    /// `source` of the info dictionary.
    pub source: Option<Vec<u8>>,
    /// `update-url` of the info dictionary (BEP 39).
    pub update_url: Option<Vec<u8>>,
    /// `similar`: info hashes of torrents that share files, inside the info dictionary and beside it (BEP 38).
    pub similar: Vec<Vec<u8>>,
    /// `collections`, the same (BEP 38).
    pub collections: Vec<Vec<u8>>,
}

impl Advisory {
    pub(super) fn read(root: &Root<'_>, info: &Info<'_>, warnings: &mut Vec<Warning>) -> Self {
        let mut read = Read { warnings };
        let announce = read.string(root.get("announce"), "announce").map(|url| trim(&url));
        let tiers: Option<Vec<Vec<ByteBuf>>> = read.typed(root.get("announce-list"), "announce-list");
        let tiers = tiers.map(|tiers| tiers.into_iter().map(urls).filter(|tier| !tier.is_empty()).collect());
        let trackers: Vec<Vec<Vec<u8>>> = tiers.unwrap_or_default();
        let only = announce.iter().filter(|url| !url.is_empty()).map(|url| vec![url.clone()]);
        Self {
            trackers: if trackers.is_empty() { only.collect() } else { trackers },
            announce,
            web_seeds: read.url_list(root.get("url-list"), "url-list"),
            http_seeds: read.url_list(root.get("httpseeds"), "httpseeds"),
            nodes: read.nodes(root.get("nodes")),
            comment: read.string(root.get("comment"), "comment"),
            created_by: read.string(root.get("created by"), "created by"),
            creation_date: read.int(root.get("creation date"), "creation date"),
            source: read.string(info.get("source"), "source"),
            update_url: read.string(info.get("update-url"), "update-url"),
            similar: read.strings([info.get("similar"), root.get("similar")], "similar"),
            collections: read.strings([info.get("collections"), root.get("collections")], "collections"),
        }
    }
}

/// Reads one field after the other and warns of those that are not what they should be.
struct Read<'w> {
    warnings: &'w mut Vec<Warning>,
}

impl Read<'_> {
    /// What was read of a field that is there; a warning if that is nothing.
    fn field<T>(&mut self, read: Option<Option<T>>, key: &'static str) -> Option<T> {
        if let Some(None) = read {
            self.warnings.push(Warning::Advisory(key));
        }
        read.flatten()
    }

    fn string(&mut self, value: Option<Value<'_>>, key: &'static str) -> Option<Vec<u8>> {
        self.field(value.map(|value| value.as_bytes().map(<[u8]>::to_vec)), key)
    }

    fn int(&mut self, value: Option<Value<'_>>, key: &'static str) -> Option<i64> {
        self.field(value.map(Value::as_i64), key)
    }

    /// Whatever serde makes of a value that the scanner has passed.
    fn typed<T: DeserializeOwned>(&mut self, value: Option<Value<'_>>, key: &'static str) -> Option<T> {
        self.field(value.map(|value| serde_bencode::from_bytes(value.raw()).ok()), key)
    }

    /// A list of URLs, or a single one.
    fn url_list(&mut self, value: Option<Value<'_>>, key: &'static str) -> Vec<Vec<u8>> {
        if let Some(url) = value.and_then(Value::as_bytes) {
            return urls(vec![ByteBuf::from(url)]);
        }
        self.typed(value, key).map(urls).unwrap_or_default()
    }

    /// The items of both lists.
    fn strings(&mut self, values: [Option<Value<'_>>; 2], key: &'static str) -> Vec<Vec<u8>> {
        let mut list = |value| self.typed::<Vec<ByteBuf>>(value, key).unwrap_or_default();
        values.into_iter().flat_map(&mut list).map(ByteBuf::into_vec).collect()
    }

    fn nodes(&mut self, value: Option<Value<'_>>) -> Vec<(Vec<u8>, u16)> {
        let nodes: Vec<(ByteBuf, u16)> = self.typed(value, "nodes").unwrap_or_default();
        nodes.into_iter().map(|(host, port)| (host.into_vec(), port)).collect()
    }
}

fn urls(raw: Vec<ByteBuf>) -> Vec<Vec<u8>> {
    raw.into_iter().map(|url| trim(&url)).filter(|url| !url.is_empty()).collect()
}

fn trim(url: &[u8]) -> Vec<u8> {
    url.trim_ascii().to_vec()
}
