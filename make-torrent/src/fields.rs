//! What the user wants to say beside the files: keys and values, checked.

use std::collections::{HashMap, HashSet};

use cli_kit::{Failure, World};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::Serialize;
use serde_bencode::value::Value;
use serde_bytes::ByteBuf;
use serde_json::Value as Json;
use torrent_core::address::{AddressError, Authority};
use torrent_core::magnet::Peer;
use torrent_core::metainfo::{Fields, bencoded};

use crate::args::Args;

/// The keys of a torrent that do not come from its files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) info: Fields,
    pub(crate) outer: Fields,
    /// The trackers, tier by tier.
    pub(crate) trackers: Vec<Vec<String>>,
}

impl Metadata {
    /// Everything but the trailing slashes of web seeds, which depend on what the torrent is of.
    pub(crate) fn new(args: &Args, world: &World) -> Result<Self, Failure> {
        let mut metadata =
            Self { trackers: without_repeats(tiers(&args.announce)?, world), ..Self::default() };
        metadata.outside(args, world)?;
        metadata.inside(args)?;
        for set in &args.set {
            metadata.set(set)?;
        }
        Ok(metadata)
    }

    fn outside(&mut self, args: &Args, world: &World) -> Result<(), Failure> {
        let outer = &mut self.outer;
        if let Some(first) = self.trackers.first().and_then(|tier| tier.first()) {
            put(outer, "announce", first)?;
        }
        if self.trackers.concat().len() > 1 {
            put(outer, "announce-list", &self.trackers)?;
        }
        put_list(outer, "url-list", &urls(&args.web_seed, "--web-seed", HTTP)?)?;
        put_list(outer, "httpseeds", &urls(&args.http_seed, "--http-seed", HTTP)?)?;
        put_list(outer, "nodes", &nodes(&args.node)?)?;
        put_some(outer, "comment", args.comment.as_ref())?;
        put_some(outer, "created by", args.created_by.as_ref())?;
        let date = args.date.map_or_else(|| cli_kit::source_date_epoch(world), |date| Ok(Some(date)))?;
        put_some(outer, "creation date", date.as_ref())
    }

    fn inside(&mut self, args: &Args) -> Result<(), Failure> {
        let info = &mut self.info;
        if args.private {
            check_private(args)?;
            put(info, "private", &1)?;
        }
        put_some(info, "source", args.source.as_ref())?;
        if args.cross_seed {
            put(info, "x_cross_seed", &random_hex()?)?;
        }
        put_list(info, "similar", &similar(&args.similar)?)?;
        put_list(info, "collections", &args.collection)?;
        let update_url = args.update_url.iter().map(|text| url(text, "--update-url", HTTP));
        put_some(info, "update-url", update_url.collect::<Result<Vec<_>, _>>()?.first())
    }

    /// Sets the field of a `--set`: `KEY=JSON` or `info.KEY=JSON`.
    fn set(&mut self, set: &str) -> Result<(), Failure> {
        let wrong = |cause: &str| Failure::usage(format!("`--set {set}`: {cause}"));
        let (key, json) = set.split_once('=').ok_or_else(|| wrong("there is no `=`"))?;
        let (fields, key, taken) = match key.strip_prefix("info.") {
            Some(key) => (&mut self.info, key, INFO_KEYS),
            None => (&mut self.outer, key, OUTER_KEYS),
        };
        if let Some((_, option)) = taken.iter().find(|(taken, _)| *taken == key) {
            return Err(wrong(&format!("`{key}` is not for `--set`")).hint(*option));
        }
        if key.is_empty() {
            return Err(wrong("the key is empty"));
        }
        let json = serde_json::from_str(json).map_err(|error| wrong(&format!("not JSON: {error}")))?;
        let value = bencode_of(&json, SET_NESTING).map_err(wrong)?;
        if fields.contains_key(key.as_bytes()) {
            return Err(wrong("the key was set before"));
        }
        put(fields, key, &value)
    }
}

/// How deep a value for `--set` may nest: far from what readers refuse.
const SET_NESTING: usize = 32;

/// The keys that have another way to be set, and that way.
const OUTER_KEYS: &[(&str, &str)] = &[
    ("announce", "use `--announce`"),
    ("announce-list", "use `--announce`"),
    ("comment", "use `--comment`"),
    ("created by", "use `--created-by`"),
    ("creation date", "use `--date`"),
    ("httpseeds", "use `--http-seed`"),
    ("info", "keys of the info dictionary are set by `info.KEY`"),
    ("nodes", "use `--node`"),
    ("piece layers", "it comes from the data"),
    ("url-list", "use `--web-seed`"),
];

const INFO_KEYS: &[(&str, &str)] = &[
    ("attr", "it belongs to files, not to torrents"),
    ("path", "it comes from the files"),
    ("path.utf-8", "it comes from the files"),
    ("root hash", "it comes from the data"),
    ("symlink path", "it belongs to files, not to torrents"),
    ("collections", "use `--collection`"),
    ("file tree", "it comes from the files"),
    ("files", "it comes from the files"),
    ("length", "it comes from the files"),
    ("meta version", "use `--protocol`"),
    ("name", "use `--name`"),
    ("name.utf-8", "use `--name`"),
    ("piece length", "use `--piece-length`"),
    ("pieces", "it comes from the data"),
    ("private", "use `--private`"),
    ("similar", "use `--similar`"),
    ("source", "use `--source`"),
    ("update-url", "use `--update-url`"),
    ("x_cross_seed", "use `--cross-seed`"),
];

fn put<T: Serialize + ?Sized>(fields: &mut Fields, key: &str, value: &T) -> Result<(), Failure> {
    let value = bencoded(&value).map_err(|error| Failure::usage(format!("`{key}`: {error}")))?;
    fields.insert(key.as_bytes().to_vec(), value);
    Ok(())
}

fn put_some<T: Serialize>(fields: &mut Fields, key: &str, value: Option<&T>) -> Result<(), Failure> {
    value.map_or(Ok(()), |value| put(fields, key, value))
}

/// Nothing rather than an empty list.
fn put_list<T: Serialize>(fields: &mut Fields, key: &str, list: &[T]) -> Result<(), Failure> {
    if list.is_empty() { Ok(()) } else { put(fields, key, list) }
}

fn tiers(announce: &[String]) -> Result<Vec<Vec<String>>, Failure> {
    let tier = |text: &String| text.split(',').map(|url| tracker(url, text)).collect();
    announce.iter().map(tier).collect()
}

/// A tracker out of what was typed for its tier.
fn tracker(text: &str, typed: &str) -> Result<String, Failure> {
    url(text, "--announce", TRACKER).map_err(|failure| match text.contains("://") {
        true => failure,
        false if text != typed => {
            failure.hint("commas separate trackers of a tier: within a URL, write `%2C`")
        }
        false => Failure { hint: meant_tracker(text), ..failure },
    })
}

fn meant_tracker(text: &str) -> Option<String> {
    let meant = meant(text, TRACKER)?;
    // Without a scheme of its own it may be of two.
    let guessed = meant.strip_prefix("http://").filter(|rest| *rest == text);
    Some(match guessed {
        Some(rest) => format!("`udp://{rest}` or `{meant}`, perhaps"),
        None => format!("`{meant}`, perhaps"),
    })
}

/// The URL that a text without `://` may be, if it looks like one.
pub(crate) fn meant(text: &str, schemes: &[&str]) -> Option<String> {
    let schemed = text.split_once(':').filter(|(scheme, _)| schemes.contains(scheme));
    let rest = schemed.map_or(text, |(_, rest)| rest.trim_start_matches('/'));
    let leads_somewhere = Authority::parse(rest.as_bytes()).is_ok();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let other_scheme = text.split_once(':').is_some_and(|(start, after)| {
        start.chars().all(char::is_alphabetic) && !after.starts_with(|c: char| c.is_ascii_digit())
    });
    let looks_like_host = authority.contains(['.', ':']) && leads_somewhere && !other_scheme;
    match schemed {
        Some((scheme, _)) if leads_somewhere => Some(format!("{scheme}://{rest}")),
        None if looks_like_host => Some(format!("http://{text}")),
        _ => None,
    }
}

/// A tracker that is named twice would be asked twice by some clients.
fn without_repeats(tiers: Vec<Vec<String>>, world: &World) -> Vec<Vec<String>> {
    let mut seen = HashSet::new();
    let mut is_new = |url: &String| {
        let is_new = seen.insert(url.clone());
        if !is_new {
            world.note(format!("`--announce {url}`: it was named before, and is left out here"));
        }
        is_new
    };
    let tiers = tiers.into_iter().map(|tier| tier.into_iter().filter(&mut is_new).collect::<Vec<_>>());
    tiers.filter(|tier| !tier.is_empty()).collect()
}

fn urls(texts: &[String], option: &str, schemes: &[&str]) -> Result<Vec<String>, Failure> {
    texts.iter().map(|text| url(text, option, schemes)).collect()
}

pub(crate) const HTTP: &[&str] = &["http", "https"];
/// `ws` and `wss` are trackers of browsers.
const TRACKER: &[&str] = &["http", "https", "udp", "ws", "wss"];

/// A URL of one of `schemes` with a host, in characters that URLs have.
fn url(text: &str, option: &str, schemes: &[&str]) -> Result<String, Failure> {
    let wrong = |cause: &str| Failure::usage(format!("`{option} {text}`: {cause}"));
    if text.is_empty() {
        return Err(Failure::usage(format!("`{option}`: a URL is empty")));
    }
    let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("not a URL"))?;
    if !schemes.contains(&scheme.to_ascii_lowercase().as_str()) {
        return Err(wrong(&format!("the scheme is not one of {}", schemes.join(", "))));
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(wrong("a URL holds no white space").hint("write `%20` for a space"));
    }
    match Authority::parse(rest.as_bytes()) {
        Ok(_) => Ok(text.to_owned()),
        Err(AddressError::Host) if !text.is_ascii() => {
            Err(wrong(&AddressError::Host.to_string()).hint("a name with other letters is written `xn--…`"))
        }
        Err(error) => Err(wrong(&error.to_string())),
    }
}

fn nodes(texts: &[String]) -> Result<Vec<(String, u16)>, Failure> {
    let wrong = |text: &String| {
        Failure::usage(format!("`--node {text}`: not `HOST:PORT`")).hint("IPv6: `[::1]:6881`")
    };
    let node =
        |text: &String| Peer::parse(text).map(|peer| (peer.host, peer.port)).ok_or_else(|| wrong(text));
    texts.iter().map(node).collect()
}

fn check_private(args: &Args) -> Result<(), Failure> {
    if args.announce.is_empty() {
        return Err(Failure::usage("`--private` needs a tracker: nobody could find a peer")
            .hint("add `--announce URL`"));
    }
    if !args.node.is_empty() {
        return Err(Failure::usage(
            "`--private` and `--node` exclude each other: private torrents do not use the DHT",
        ));
    }
    Ok(())
}

/// BEP 38: 20 bytes of SHA-1, or 32 of SHA-256.
fn similar(texts: &[String]) -> Result<Vec<ByteBuf>, Failure> {
    let wrong = |text: &str| {
        Failure::usage(format!("`--similar {text}`: an info hash has 40 or 64 hexadecimal digits"))
    };
    let hash = |text: &String| {
        let hash = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
        hash.filter(|hash| matches!(hash.len(), 20 | 32)).map(ByteBuf::from).ok_or_else(|| wrong(text))
    };
    texts.iter().map(hash).collect()
}

fn random_hex() -> Result<String, Failure> {
    let mut bytes = [0_u8; 16];
    let failure = |errno: rustix::io::Errno| Failure::io("random bytes", &errno.into());
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()).map_err(failure)?;
    Ok(HEXLOWER.encode(&bytes))
}

/// What bencode has for a JSON value.
fn bencode_of(json: &Json, nesting: usize) -> Result<Value, &'static str> {
    let inner = |json: &Json| bencode_of(json, nesting.checked_sub(1).ok_or("it nests too deep")?);
    match json {
        Json::String(text) => Ok(Value::Bytes(text.clone().into_bytes())),
        Json::Number(number) => number.as_i64().map(Value::Int).ok_or("bencode has no such number"),
        Json::Array(items) => items.iter().map(inner).collect::<Result<_, _>>().map(Value::List),
        Json::Object(entries) => {
            let entry = |(key, value): (&String, &Json)| Ok((key.clone().into_bytes(), inner(value)?));
            entries.iter().map(entry).collect::<Result<HashMap<_, _>, _>>().map(Value::Dict)
        }
        Json::Bool(_) => Err("bencode has no truth values: write 1 or 0"),
        Json::Null => Err("bencode has no null: leave the key out"),
    }
}
