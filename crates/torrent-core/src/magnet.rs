//! Magnet links: reading and writing them (BEP 9, 46, 52, 53).

use std::fmt;

use data_encoding::{BASE32, HEXLOWER, HEXLOWER_PERMISSIVE};
use piece_hash::{Sha1Digest, Sha256Digest};

use crate::limits;
use crate::metainfo::Metainfo;

/// What a magnet link says. Parameters that are none of ours are dropped.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Magnet {
    /// `xt=urn:btih:` (BEP 9): 40 hexadecimal digits, or 32 of base 32 in old links.
    pub info_hash_v1: Option<Sha1Digest>,
    /// `xt=urn:btmh:1220` (BEP 52): a multihash that says SHA-256, 32 bytes.
    pub info_hash_v2: Option<Sha256Digest>,
    /// `dn`, any bytes.
    pub name: Option<Vec<u8>>,
    /// `xl`: bytes of the content.
    pub length: Option<u64>,
    /// `tr`
    pub trackers: Vec<Vec<u8>>,
    /// `ws`
    pub web_seeds: Vec<Vec<u8>>,
    /// `x.pe`
    pub peers: Vec<Peer>,
    /// `so` (BEP 53): first and last index of runs of files.
    pub select: Vec<(u32, u32)>,
    /// `xs=urn:btpk:` with `s` (BEP 46): where the info hash can be looked up.
    pub mutable: Option<Mutable>,
}

/// Somebody who has the torrent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peer {
    /// A name or address, an IPv6 address without its brackets.
    pub host: String,
    /// TCP or UDP, not 0.
    pub port: u16,
}

/// An entry of the DHT that its owner can change (BEP 46).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mutable {
    /// The owner's ed25519 key.
    pub public_key: [u8; 32],
    /// Empty if there is none.
    pub salt: Vec<u8>,
}

impl Magnet {
    /// The link to a torrent, with its trackers and web seeds.
    pub fn of(metainfo: &Metainfo) -> Self {
        Self {
            info_hash_v1: metainfo.info_hash_v1(),
            info_hash_v2: metainfo.info_hash_v2(),
            name: Some(metainfo.name().to_vec()),
            trackers: metainfo.advisory().trackers.concat(),
            web_seeds: metainfo.advisory().web_seeds.clone(),
            ..Self::default()
        }
    }

    /// Reads a link. Keys may be in any case and numbered (`tr.1`), values percent-encoded with `+` for a space. URLs,
    /// peers and file indices that make no sense are passed over; a hash that makes none is an error.
    ///
    /// # Errors
    /// Why it is not a link to a torrent.
    pub fn parse(link: &str) -> Result<Self, MagnetError> {
        if link.len() > limits::MAGNET {
            return Err(MagnetError::TooLong);
        }
        let scheme = link.get(..SCHEME.len()).filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
        scheme.ok_or(MagnetError::NotAMagnet)?;
        let mut magnet = Self::default();
        let mut salt = Vec::new();
        for parameter in link[SCHEME.len()..].split('&') {
            let Some((key, value)) = parameter.split_once('=') else { continue };
            let (key, value) = (key_of(key)?, percent_decoded(value)?);
            match key.as_str() {
                "s" => salt = value,
                _ => magnet.parameter(&key, value)?,
            }
        }
        if let Some(mutable) = &mut magnet.mutable {
            mutable.salt = salt;
        }
        let hashes = (magnet.info_hash_v1, magnet.info_hash_v2, &magnet.mutable);
        if hashes == (None, None, &None) { Err(MagnetError::NoHash) } else { Ok(magnet) }
    }

    /// Reads a run of file indices: `4` or `4-6`.
    pub fn parse_run(text: &str) -> Option<(u32, u32)> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        // `parse` would take a sign.
        let index = |text: &str| text.starts_with(|c: char| c.is_ascii_digit()).then(|| text.parse().ok())?;
        let (first, last) = (index(first)?, index(last)?);
        (first <= last && last < limits::FILES as u32).then_some((first, last))
    }

    fn parameter(&mut self, key: &str, value: Vec<u8>) -> Result<(), MagnetError> {
        match key {
            "xt" => self.topic(&value)?,
            "xs" => self.mutable = mutable(&value).or(self.mutable.take()),
            "dn" => self.name = Some(value),
            "xl" => self.length = std::str::from_utf8(&value).ok().and_then(|digits| digits.parse().ok()),
            "tr" => self.trackers.extend(url(value)),
            "ws" => self.web_seeds.extend(url(value)),
            "x.pe" => self.peers.extend(std::str::from_utf8(&value).ok().and_then(Peer::parse)),
            "so" => {
                self.select.extend(String::from_utf8_lossy(&value).split(',').filter_map(Self::parse_run))
            }
            _ => {}
        }
        Ok(())
    }

    /// `urn:btih:…` or `urn:btmh:…`; topics of other networks are passed over.
    fn topic(&mut self, value: &[u8]) -> Result<(), MagnetError> {
        let (kind, digits) = value.split_at_checked(9).unwrap_or((value, b""));
        if kind.eq_ignore_ascii_case(b"urn:btih:") {
            self.info_hash_v1 = Some(v1_hash(digits).ok_or(MagnetError::Hash)?);
        } else if kind.eq_ignore_ascii_case(b"urn:btmh:") {
            self.info_hash_v2 = Some(v2_hash(digits).ok_or(MagnetError::Hash)?);
        }
        Ok(())
    }
}

const SCHEME: &str = "magnet:?";

/// The key in lower case, without the number some writers append to keys that stand more than once.
fn key_of(key: &str) -> Result<String, MagnetError> {
    let key = String::from_utf8_lossy(&percent_decoded(key)?).to_ascii_lowercase();
    let unnumbered =
        key.rsplit_once('.').filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
    Ok(unnumbered.map_or_else(|| key.clone(), |(key, _)| key.to_owned()))
}

fn v1_hash(digits: &[u8]) -> Option<Sha1Digest> {
    let hash = match digits.len() {
        32 => BASE32.decode(&digits.to_ascii_uppercase()).ok()?,
        _ => HEXLOWER_PERMISSIVE.decode(digits).ok()?,
    };
    hash.try_into().ok()
}

fn v2_hash(digits: &[u8]) -> Option<Sha256Digest> {
    let multihash = HEXLOWER_PERMISSIVE.decode(digits).ok()?;
    multihash.strip_prefix(SHA_256_OF_32)?.try_into().ok()
}

/// Multihash: the code of SHA-256, and the length of the digest.
const SHA_256_OF_32: &[u8] = &[0x12, 0x20];

fn mutable(value: &[u8]) -> Option<Mutable> {
    let digits = value.strip_prefix(b"urn:btpk:")?;
    let public_key = HEXLOWER_PERMISSIVE.decode(digits).ok()?.try_into().ok()?;
    Some(Mutable { public_key, salt: Vec::new() })
}

/// Only what can be a URL: a word alone is of no use to anybody.
fn url(value: Vec<u8>) -> Option<Vec<u8>> {
    value.windows(3).any(|window| window == b"://").then_some(value)
}

impl Peer {
    /// `HOST:PORT`, with brackets around an IPv6 address.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = bare.or((!host.contains([':', '[', ']'])).then_some(host))?;
        let is_host = !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || ".:-_%".contains(c));
        let port = port.parse().ok().filter(|port| *port > 0)?;
        is_host.then(|| Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// The link, in one canonical form.
impl fmt::Display for Magnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parameters = Vec::new();
        parameters.extend(self.info_hash_v1.map(|hash| format!("xt=urn:btih:{}", HEXLOWER.encode(&hash))));
        parameters
            .extend(self.info_hash_v2.map(|hash| format!("xt=urn:btmh:1220{}", HEXLOWER.encode(&hash))));
        if let Some(mutable) = &self.mutable {
            parameters.push(format!("xs=urn:btpk:{}", HEXLOWER.encode(&mutable.public_key)));
            if !mutable.salt.is_empty() {
                parameters.push(format!("s={}", percent_encoded(&mutable.salt)));
            }
        }
        parameters.extend(self.name.iter().map(|name| format!("dn={}", percent_encoded(name))));
        parameters.extend(self.length.map(|length| format!("xl={length}")));
        parameters.extend(self.trackers.iter().map(|url| format!("tr={}", percent_encoded(url))));
        parameters.extend(self.web_seeds.iter().map(|url| format!("ws={}", percent_encoded(url))));
        parameters.extend(self.peers.iter().map(|peer| format!("x.pe={peer}")));
        let runs: Vec<String> = self.select.iter().map(|run| run_text(*run)).collect();
        parameters.extend((!runs.is_empty()).then(|| format!("so={}", runs.join(","))));
        write!(f, "{SCHEME}{}", parameters.join("&"))
    }
}

fn run_text((first, last): (u32, u32)) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

/// Everything but RFC 3986's unreserved characters becomes `%XX`.
fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte))
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

fn percent_decoded(text: &str) -> Result<Vec<u8>, MagnetError> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [bytes.next(), bytes.next()].map(Option::unwrap_or_default);
                HEXLOWER_PERMISSIVE.decode(&digits).map_err(|_| MagnetError::Encoding)?[0]
            }
            plain => plain,
        });
    }
    Ok(decoded)
}

/// Why a link is not one to a torrent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MagnetError {
    /// It does not start with `magnet:?`.
    #[error("it does not start with `magnet:?`")]
    NotAMagnet,
    /// It is longer than [`limits::MAGNET`].
    #[error("it is longer than a mebibyte")]
    TooLong,
    /// A `%` is not followed by two hexadecimal digits.
    #[error("a `%` is not followed by two hexadecimal digits")]
    Encoding,
    /// A hash of the wrong length or alphabet.
    #[error("the info hash is malformed")]
    Hash,
    /// No hash that BitTorrent knows.
    #[error("there is no BitTorrent info hash")]
    NoHash,
}

#[cfg(test)]
mod tests;
