//! Magnet links: reading and writing them (BEP 9, 46, 52, 53).

mod link;
mod read;
#[cfg(test)]
mod tests;
use std::fmt;
use std::net::Ipv6Addr;

use data_encoding::HEXLOWER;
use percent_encoding::percent_encode;
use piece_hash::{Sha1Digest, Sha256Digest};

pub(crate) use link::{bare, links_of};
pub use link::{link_in, link_of};
pub(crate) use read::percent_decoded;
pub use read::{LinkWarning, ParsedLink};

use crate::address::VALUE;
use crate::limits;
use crate::metainfo::Metainfo;

/// What a magnet link says. Parameters that are none of ours are left out.
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
    /// Trackers that the link names: parameter `tr`.
    pub trackers: Vec<Vec<u8>>,
    /// Web seeds that the link names: parameter `ws`.
    pub web_seeds: Vec<Vec<u8>>,
    /// Peers that the link names: parameter `x.pe`.
    pub peers: Vec<Peer>,
    /// `so` (BEP 53): first and last index of runs of files.
    pub select: Vec<(u32, u32)>,
    /// `xs` and `as`: where the .torrent is.
    pub torrents: Vec<Vec<u8>>,
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

    /// Reads a link. Keys may be in any case and numbered (`tr.1`), values percent-encoded with `+` for a space. What is
    /// wrong is left out, what others have broken is mended, each with a warning; without a good hash it is an error.
    ///
    /// # Errors
    /// Why it is not a link to a torrent.
    pub fn read(link: &str) -> Result<ParsedLink, MagnetError> {
        read::read(link)
    }

    /// [`read`](Self::read) for those who say no warnings.
    ///
    /// # Errors
    /// Why it is not a link to a torrent.
    pub fn parse(link: &str) -> Result<Self, MagnetError> {
        Self::read(link).map(|parsed| parsed.magnet)
    }

    /// Reads a run of file indices: `4` or `4-6`.
    pub fn parse_run(text: &str) -> Option<(u32, u32)> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        // `parse` would take a sign.
        let index = |text: &str| text.starts_with(|c: char| c.is_ascii_digit()).then(|| text.parse().ok())?;
        let (first, last) = (index(first)?, index(last)?);
        let is_one = first <= last && usize::try_from(last).is_ok_and(|last| last < limits::FILES);
        is_one.then_some((first, last))
    }
}

const SCHEME: &str = "magnet:?";

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

    /// False for a host that no look-up could ever find (RFC 1035, section 2.3.4).
    pub fn can_be_found(&self) -> bool {
        match self.host.split('%').next().filter(|_| self.host.contains(':')) {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => {
                let name = self.host.strip_suffix('.').unwrap_or(&self.host);
                name.chars().count() <= 253
                    && name.split('.').all(|label| (1..=63).contains(&label.chars().count()))
            }
        }
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
        let mut parameters = Parameters { f, is_first: true };
        parameters
            .plain("xt=urn:btih", self.info_hash_v1.map(|hash| format!(":{}", HEXLOWER.encode(&hash))))?;
        parameters
            .plain("xt=urn:btmh", self.info_hash_v2.map(|hash| format!(":1220{}", HEXLOWER.encode(&hash))))?;
        if let Some(mutable) = &self.mutable {
            parameters.plain("xs=urn:btpk", Some(format!(":{}", HEXLOWER.encode(&mutable.public_key))))?;
            parameters.encoded("s=", Some(&mutable.salt).filter(|salt| !salt.is_empty()))?;
        }
        parameters.encoded("dn=", &self.name)?;
        parameters.plain("xl=", self.length)?;
        parameters.encoded("tr=", &self.trackers)?;
        parameters.encoded("ws=", &self.web_seeds)?;
        parameters.encoded("xs=", &self.torrents)?;
        parameters.plain("x.pe=", &self.peers)?;
        let runs: Vec<String> = self.select.iter().map(|run| run_text(*run)).collect();
        parameters.plain("so=", (!runs.is_empty()).then(|| runs.join(",")))
    }
}

/// Writes parameters as they come: a link may be several times as long as the torrent.
struct Parameters<'f, 'b> {
    f: &'f mut fmt::Formatter<'b>,
    is_first: bool,
}

impl Parameters<'_, '_> {
    fn key(&mut self, key: &str) -> fmt::Result {
        self.f.write_str(if std::mem::take(&mut self.is_first) { SCHEME } else { "&" })?;
        self.f.write_str(key)
    }

    fn plain(&mut self, key: &str, values: impl IntoIterator<Item = impl fmt::Display>) -> fmt::Result {
        values.into_iter().try_for_each(|value| {
            self.key(key)?;
            write!(self.f, "{value}")
        })
    }

    fn encoded<'v>(&mut self, key: &str, values: impl IntoIterator<Item = &'v Vec<u8>>) -> fmt::Result {
        values.into_iter().try_for_each(|value| {
            self.key(key)?;
            write!(self.f, "{}", percent_encode(value, VALUE))
        })
    }
}

fn run_text((first, last): (u32, u32)) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
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
    /// A hash of the wrong length or alphabet.
    #[error("the info hash is malformed")]
    Hash,
    /// No hash that BitTorrent knows.
    #[error("there is no BitTorrent info hash")]
    NoHash,
}
