//! Reads links as people and programs pass them on: broken over lines, escaped once too often, half of it wrong. Nothing
//! is lost in silence: each oddity is a warning.

use std::borrow::Cow;

use data_encoding::{BASE32, HEXLOWER_PERMISSIVE};
use piece_hash::{Sha1Digest, Sha256Digest};

use super::{Magnet, MagnetError, Mutable, Peer, SCHEME};
use crate::limits;

/// A link that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParsedLink {
    /// The link that was read.
    pub magnet: Magnet,
    /// What was accepted though it should not be so.
    pub warnings: Vec<LinkWarning>,
    /// Keys that are none of ours, in lower case; of other networks' topics with what they are, as `xt=urn:ed2k`.
    pub unknown: Vec<String>,
}

/// What is odd about a link that is accepted all the same.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum LinkWarning {
    #[error("there are several different values of `{0}`; the last one counts")]
    Several(&'static str),
    #[error("`{key}` number {first} is {what} and is left out{}", more(*.count))]
    Item { key: &'static str, what: &'static str, first: usize, count: usize },
    #[error("{0} of its parts have no `=` and are left out: was an `&` not written as `%26`?")]
    Parts(usize),
    #[error("{0}; this was mended")]
    Mended(&'static str),
    #[error("a `%` that is not followed by two hexadecimal digits is kept as it stands")]
    Escape,
}

impl LinkWarning {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Several("xt=urn:btih" | "xt=urn:btmh") => "W-magnet-hashes",
            Self::Several(_) | Self::Item { .. } | Self::Parts(_) => "W-magnet-item",
            Self::Mended(_) | Self::Escape => "W-magnet-mended",
        }
    }
}

fn more(count: usize) -> String {
    if count > 1 { format!(", and {} more", count - 1) } else { String::new() }
}

pub(super) fn read(link: &str) -> Result<ParsedLink, MagnetError> {
    if link.len() > limits::MAGNET {
        return Err(MagnetError::TooLong);
    }
    let link = link.trim();
    let scheme = link.get(..SCHEME.len()).filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
    scheme.ok_or(MagnetError::NotAMagnet)?;
    let mut reader = Reader::default();
    let parameters = reader.unbroken(&link[SCHEME.len()..]);
    for parameter in reader.decoded_once(&parameters).split('&') {
        reader.part(parameter);
    }
    reader.end()
}

#[derive(Default)]
struct Reader {
    magnet: Magnet,
    salt: Option<Vec<u8>>,
    warnings: Vec<LinkWarning>,
    unknown: Vec<String>,
    /// How often each key that may stand more than once came so far.
    seen: [usize; COUNTED.len()],
    /// Parts without `=`.
    parts: usize,
    /// There was an info hash of the wrong length or alphabet.
    has_bad_hash: bool,
}

impl Reader {
    /// Mail and web pages break long links over lines.
    fn unbroken<'l>(&mut self, parameters: &'l str) -> Cow<'l, str> {
        const BREAKS: [char; 3] = ['\r', '\n', '\t'];
        if !parameters.contains(BREAKS) {
            return Cow::Borrowed(parameters);
        }
        self.mended("the link is broken over lines");
        Cow::Owned(parameters.split(BREAKS).map(str::trim).collect())
    }

    /// A link that was encoded as a whole has no `=` but `%3D`.
    fn decoded_once<'l>(&mut self, parameters: &'l str) -> Cow<'l, str> {
        if parameters.contains('=') || !parameters.to_ascii_lowercase().contains("%3d") {
            return Cow::Borrowed(parameters);
        }
        self.mended("the whole link is percent-encoded");
        let decoded = self.decoded(&parameters.replace('+', "%2B"));
        Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
    }

    fn part(&mut self, parameter: &str) {
        let unescaped = ["amp;", "#38;", "#x26;"].iter().find_map(|rest| parameter.strip_prefix(rest));
        if unescaped.is_some() {
            self.mended("`&amp;` stands for `&`");
        }
        let parameter = unescaped.unwrap_or(parameter);
        let Some((key, value)) = parameter.split_once('=') else {
            self.parts += usize::from(!parameter.is_empty());
            return;
        };
        let (key, value) = (self.decoded(key), self.decoded(value));
        self.parameter(&key_of(&key), value);
    }

    /// Percent-decoded; people write `100%` too.
    fn decoded(&mut self, text: &str) -> Vec<u8> {
        let (decoded, is_right) = unescaped(text);
        if !is_right && !self.warnings.contains(&LinkWarning::Escape) {
            self.warnings.push(LinkWarning::Escape);
        }
        decoded
    }

    fn parameter(&mut self, key: &str, value: Vec<u8>) {
        match key {
            "xt" => self.topic(&value),
            "xs" if starts_with(&value, b"urn:btpk:") => {
                let mutable = self.item("xs", "no public key", mutable(&value));
                once(&mut self.magnet.mutable, mutable, "xs=urn:btpk", &mut self.warnings);
            }
            "xs" | "as" => self.source(if key == "xs" { "xs" } else { "as" }, value),
            "s" => once(&mut self.salt, Some(value), "s", &mut self.warnings),
            "dn" => once(&mut self.magnet.name, Some(value), "dn", &mut self.warnings),
            "xl" => {
                let length = std::str::from_utf8(&value).ok().and_then(|digits| digits.trim().parse().ok());
                let length = self.item("xl", "no number of bytes", length);
                once(&mut self.magnet.length, length, "xl", &mut self.warnings);
            }
            "tr" => {
                let url = self.url("tr", value);
                self.magnet.trackers.extend(url);
            }
            "ws" => {
                let url = self.url("ws", value);
                self.magnet.web_seeds.extend(url);
            }
            "x.pe" => {
                let peer = std::str::from_utf8(&value).ok().and_then(|text| Peer::parse(text.trim()));
                let peer = self.item("x.pe", "no `HOST:PORT`", peer);
                self.magnet.peers.extend(peer);
            }
            "so" => {
                for run in String::from_utf8_lossy(&value).split(',') {
                    let run = self.item("so", "no run of file indices", Magnet::parse_run(run.trim()));
                    self.magnet.select.extend(run);
                }
            }
            other => self.unknown.push(other.to_owned()),
        }
    }

    /// `urn:btih:…` or `urn:btmh:…`; topics of other networks are of no use here.
    fn topic(&mut self, value: &[u8]) {
        const WHAT: &str = "no info hash";
        let digits = self.unpunctuated(value.get(9..).unwrap_or_default());
        if starts_with(value, b"urn:btih:") {
            let hash = self.item("xt", WHAT, v1_hash(digits));
            self.has_bad_hash |= hash.is_none();
            once(&mut self.magnet.info_hash_v1, hash, "xt=urn:btih", &mut self.warnings);
        } else if starts_with(value, b"urn:btmh:") {
            let hash = self.item("xt", WHAT, v2_hash(digits));
            self.has_bad_hash |= hash.is_none();
            once(&mut self.magnet.info_hash_v2, hash, "xt=urn:btmh", &mut self.warnings);
        } else {
            let kind = self.item("xt", WHAT, kind_of(value));
            self.unknown.extend(kind.map(|kind| format!("xt={kind}")));
        }
    }

    /// The end of a sentence, or a bracket around the link, is none of a hash.
    fn unpunctuated<'d>(&mut self, digits: &'d [u8]) -> &'d [u8] {
        let digits = digits.trim_ascii();
        let end = digits.iter().rposition(|byte| !byte.is_ascii_punctuation()).map_or(0, |at| at + 1);
        if end < digits.len() {
            self.mended("punctuation stands behind an info hash");
        }
        &digits[..end]
    }

    /// Where the torrent is: a URL. Names in other networks are of no use here.
    fn source(&mut self, key: &'static str, value: Vec<u8>) {
        match kind_of(&value) {
            Some(kind) => self.unknown.push(format!("{key}={kind}")),
            None => {
                let url = self.url(key, value);
                self.magnet.torrents.extend(url);
            }
        }
    }

    /// Only what can be a URL: a word alone is of no use to anybody.
    fn url(&mut self, key: &'static str, value: Vec<u8>) -> Option<Vec<u8>> {
        let mut url = unspaced(&value);
        if url != value {
            self.mended("white space stands around or in a URL");
        }
        if !is_url(&url)
            && let Some(decoded) = decoded_again(&url)
        {
            self.mended("a URL is percent-encoded twice");
            url = decoded;
        }
        self.item(key, "no URL", is_url(&url).then_some(url))
    }

    /// Counts an item of a list, and says if it is left out.
    fn item<T>(&mut self, key: &'static str, what: &'static str, item: Option<T>) -> Option<T> {
        let place = COUNTED.iter().position(|counted| *counted == key).unwrap_or_default();
        self.seen[place] += 1;
        if item.is_none() {
            let said = self.warnings.iter_mut().find_map(|warning| match warning {
                LinkWarning::Item { key: said, count, .. } if *said == key => Some(count),
                _ => None,
            });
            match said {
                Some(count) => *count += 1,
                None => {
                    self.warnings.push(LinkWarning::Item { key, what, first: self.seen[place], count: 1 })
                }
            }
        }
        item
    }

    fn mended(&mut self, what: &'static str) {
        if !self.warnings.contains(&LinkWarning::Mended(what)) {
            self.warnings.push(LinkWarning::Mended(what));
        }
    }

    fn end(mut self) -> Result<ParsedLink, MagnetError> {
        self.warnings.extend((self.parts > 0).then_some(LinkWarning::Parts(self.parts)));
        match (&mut self.magnet.mutable, self.salt) {
            (Some(mutable), salt) => mutable.salt = salt.unwrap_or_default(),
            (None, Some(_)) => self.unknown.push("s".to_owned()),
            (None, None) => {}
        }
        self.unknown.sort();
        self.unknown.dedup();
        let Magnet { info_hash_v1, info_hash_v2, mutable, .. } = &self.magnet;
        match (info_hash_v1, info_hash_v2, mutable) {
            (None, None, None) if self.has_bad_hash => Err(MagnetError::Hash),
            (None, None, None) => Err(MagnetError::NoHash),
            _ => Ok(ParsedLink { magnet: self.magnet, warnings: self.warnings, unknown: self.unknown }),
        }
    }
}

const COUNTED: [&str; 8] = ["tr", "ws", "x.pe", "so", "xl", "xs", "as", "xt"];

/// Puts in what may stand once; the last value counts, as it does for libtorrent.
fn once<T: PartialEq>(
    place: &mut Option<T>,
    value: Option<T>,
    key: &'static str,
    warnings: &mut Vec<LinkWarning>,
) {
    let Some(value) = value else { return };
    if place.as_ref().is_some_and(|old| *old != value) && !warnings.contains(&LinkWarning::Several(key)) {
        warnings.push(LinkWarning::Several(key));
    }
    *place = Some(value);
}

fn starts_with(value: &[u8], start: &[u8]) -> bool {
    value.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

/// The key in lower case, without the number some writers append to keys that stand more than once.
fn key_of(key: &[u8]) -> String {
    let mut key = String::from_utf8_lossy(key).trim().to_ascii_lowercase();
    let number = key.rsplit_once('.').filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
    let end = number.map_or(key.len(), |(key, _)| key.len());
    key.truncate(end);
    key
}

/// `urn:ed2k` of `urn:ed2k:…`, in lower case.
fn kind_of(topic: &[u8]) -> Option<String> {
    let topic = std::str::from_utf8(topic).ok()?.trim().to_ascii_lowercase();
    let (kind, digits) = topic.strip_prefix("urn:")?.split_once(':')?;
    (!kind.is_empty() && !digits.is_empty()).then(|| format!("urn:{kind}"))
}

fn v1_hash(digits: &[u8]) -> Option<Sha1Digest> {
    let digits = digits.trim_ascii();
    let hash = match digits.len() {
        32 => BASE32.decode(&digits.to_ascii_uppercase()).ok()?,
        _ => HEXLOWER_PERMISSIVE.decode(digits).ok()?,
    };
    hash.try_into().ok()
}

fn v2_hash(digits: &[u8]) -> Option<Sha256Digest> {
    let multihash = HEXLOWER_PERMISSIVE.decode(digits.trim_ascii()).ok()?;
    multihash.strip_prefix(SHA_256_OF_32)?.try_into().ok()
}

/// Multihash: the code of SHA-256, and the length of the digest.
const SHA_256_OF_32: &[u8] = &[0x12, 0x20];

fn mutable(value: &[u8]) -> Option<Mutable> {
    let digits = value.get(b"urn:btpk:".len()..)?;
    let public_key = HEXLOWER_PERMISSIVE.decode(digits).ok()?.try_into().ok()?;
    Some(Mutable { public_key, salt: Vec::new() })
}

fn is_url(value: &[u8]) -> bool {
    value.windows(3).any(|window| window == b"://")
}

/// Without white space at its ends, and without the line breaks and tabs that no URL has.
fn unspaced(url: &[u8]) -> Vec<u8> {
    let mut url = url.trim_ascii().to_vec();
    url.retain(|byte| !matches!(byte, b'\r' | b'\n' | b'\t'));
    url
}

fn decoded_again(url: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(url).ok().filter(|text| text.contains('%'))?;
    percent_decoded(text).filter(|decoded| is_url(decoded)).map(|decoded| unspaced(&decoded))
}

/// Decoded, if every escape is right.
pub(crate) fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let (decoded, is_right) = unescaped(text);
    is_right.then_some(decoded)
}

/// Decoded, and whether every escape was right; one that is not stays as it stands.
fn unescaped(text: &str) -> (Vec<u8>, bool) {
    let (mut decoded, mut is_right) = (Vec::with_capacity(text.len()), true);
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *byte == b'%');
        let escaped = digits.and_then(|digits| HEXLOWER_PERMISSIVE.decode(digits).ok());
        rest = if escaped.is_some() { &behind[2..] } else { behind };
        is_right &= *byte != b'%' || escaped.is_some();
        match escaped {
            Some(escaped) => decoded.extend(escaped),
            None => decoded.push(if *byte == b'+' { b' ' } else { *byte }),
        }
    }
    (decoded, is_right)
}
