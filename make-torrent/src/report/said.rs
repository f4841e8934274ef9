//! What a torrent says beside its content, as `inspect-torrent --json` has it.

use std::collections::BTreeMap;

use cli_kit::{JsonBytes, hex};
use serde::Serialize;
use torrent_core::bencode::Value;
use torrent_core::bencode::json::RawValue;
use torrent_core::magnet::Peer;
use torrent_core::metainfo::{Advisory, Draft, INFO_KEYS, Metainfo, ROOT_KEYS, values_of};

type Text = JsonBytes<Vec<u8>>;
type Unknown<'a> = BTreeMap<String, RawValue<'a>>;

/// What JSON says of a torrent that was made; a field that is absent is left out.
#[derive(Serialize)]
pub(super) struct Said<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trackers: Vec<Vec<Text>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    web_seeds: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    http_seeds: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nodes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_date: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_url: Option<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    similar: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    collections: Vec<Text>,
    /// Other keys beside the info dictionary, and in it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unknown: Unknown<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unknown_info: Unknown<'a>,
}

impl<'a> Said<'a> {
    pub(super) fn of_made(metainfo: &'a Metainfo) -> Self {
        let unknown = unknown(metainfo.root_entries(), &ROOT_KEYS);
        Self::new(metainfo.advisory().clone(), unknown, self::unknown(metainfo.info_entries(), &INFO_KEYS))
    }

    pub(super) fn of_draft(draft: &'a Draft) -> Self {
        let unknown = unknown(values_of(&draft.outer), &ROOT_KEYS);
        Self::new(draft.advisory(), unknown, self::unknown(values_of(&draft.info), &INFO_KEYS))
    }

    fn new(advisory: Advisory, unknown: Unknown<'a>, unknown_info: Unknown<'a>) -> Self {
        Self {
            trackers: advisory.trackers.into_iter().map(texts).collect(),
            web_seeds: texts(advisory.web_seeds),
            http_seeds: texts(advisory.http_seeds),
            nodes: advisory.nodes.iter().map(node).collect(),
            comment: advisory.comment.map(JsonBytes),
            created_by: advisory.created_by.map(JsonBytes),
            creation_date: advisory.creation_date,
            source: advisory.source.map(JsonBytes),
            update_url: advisory.update_url.map(JsonBytes),
            similar: advisory.similar.iter().map(|hash| hex(hash)).collect(),
            collections: texts(advisory.collections),
            unknown,
            unknown_info,
        }
    }
}

fn texts(texts: Vec<Vec<u8>>) -> Vec<Text> {
    texts.into_iter().map(JsonBytes).collect()
}

/// A DHT node, as `HOST:PORT`.
fn node((host, port): &(Vec<u8>, u16)) -> String {
    let host = String::from_utf8_lossy(host).into_owned();
    Peer { host, port: *port }.to_string()
}

/// Those that no BEP of ours has, as `--raw` shows them.
fn unknown<'a>(entries: impl Iterator<Item = (&'a [u8], Value<'a>)>, known: &[&str]) -> Unknown<'a> {
    let others = entries.filter(|(key, _)| !known.iter().any(|known| known.as_bytes() == *key));
    let shown =
        |(key, value)| (String::from_utf8_lossy(key).into_owned(), RawValue::of_key(key, value, None));
    others.map(shown).collect()
}
