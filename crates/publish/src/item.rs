//! A torrent as an item of a feed.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::slice;

use feed::{Enclosure, Item, TORRENT_TYPE};
use percent_encoding::{AsciiSet, percent_encode};
use torrent_core::address::{Scheme, TARGET, Url, VALUE};
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::Metainfo;

use crate::media_type;
use crate::passkeys::is_secret;
use crate::summary::Summary;

/// What is attached to items.
pub enum Attached {
    /// The .torrent, below this URL.
    Torrent(String),
    /// A magnet link, without a file.
    Magnet,
    /// The media, and beside it the .torrent below this URL.
    Podcast {
        /// Where the .torrent files are.
        base: String,
        /// Media URLs that may hold a passkey are published.
        force: bool,
    },
    /// Nobody said where the .torrent files will be.
    Nowhere,
}

/// A torrent that was read.
pub struct Found<'a> {
    /// What it is.
    pub metainfo: &'a Metainfo,
    /// The path below the base URL, as bytes of a path.
    pub path: &'a Path,
    /// Its date, from wherever it is known.
    pub date: i64,
}

/// Why a torrent cannot be an item of this feed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoItem {
    /// Nobody said where the .torrent files will be.
    NoPlace,
    /// Only a torrent of a single file has media.
    SeveralFiles,
    /// It names no web seed over HTTP.
    NoWebSeed,
    /// The web seed may hold a passkey.
    SecretWebSeed,
    /// The web seed holds a password.
    Password,
}

/// The item.
///
/// # Errors
/// Why there can be none.
pub fn item(found: &Found<'_>, attached: &Attached) -> Result<Item, NoItem> {
    let Found { metainfo, path, date } = found;
    let summary = Summary::of(metainfo);
    let url = |base: &str| format!("{base}{}", percent_encoded(path));
    let place = match attached {
        Attached::Torrent(base) | Attached::Podcast { base, .. } => Some(url(base)),
        Attached::Magnet | Attached::Nowhere => None,
    };
    let (magnet, bytes) = (magnet(metainfo, place), metainfo.bytes().len() as u64);
    let dot_torrent = |base: &str| typed(url(base), TORRENT_TYPE, bytes);
    let (enclosure, alternates) = match attached {
        Attached::Torrent(base) => (dot_torrent(base), Vec::new()),
        Attached::Magnet => (typed(magnet.clone(), TORRENT_TYPE, bytes), Vec::new()),
        Attached::Podcast { base, force } => {
            let (url, mime) = media(metainfo, *force)?;
            let alternate = Enclosure { length: Some(summary.size), ..dot_torrent(base) };
            (typed(url, mime, summary.size), vec![alternate])
        }
        Attached::Nowhere => return Err(NoItem::NoPlace),
    };
    let file_name = path.file_name().unwrap_or_default().as_bytes();
    Ok(Item { alternates, ..summary.item(*date, enclosure, file_name, magnet) })
}

fn typed(url: String, mime: &str, length: u64) -> Enclosure {
    Enclosure { url, mime: Some(mime.to_owned()), length: Some(length), ..Enclosure::default() }
}

/// The link, with the URL of the .torrent if that has a place (`xs`), and with its trackers, unless they are nobody's business or too many for a
/// feed; without anybody's passkey.
fn magnet(metainfo: &Metainfo, place: Option<String>) -> String {
    let mut full = Magnet::of(metainfo);
    full.torrents = place.map(String::into_bytes).into_iter().collect();
    full.trackers.retain(|url| !is_secret(url));
    full.web_seeds.retain(|url| !is_secret(url));
    let bare = Magnet { trackers: Vec::new(), web_seeds: Vec::new(), ..full.clone() };
    match full.to_string() {
        text if text.len() <= LONGEST_MAGNET && metainfo.private() != Some(true) => text,
        _ => bare.to_string(),
    }
}

/// Where a single file can be had over HTTP (BEP 19), and its type.
fn media(metainfo: &Metainfo, force: bool) -> Result<(String, &'static str), NoItem> {
    if !metainfo.is_single_file() {
        return Err(NoItem::SeveralFiles);
    }
    let seeds = metainfo.advisory().web_seeds.iter().filter(|url| is_http(url));
    let (open, secret): (Vec<_>, Vec<_>) = seeds.partition(|url| !is_secret(url));
    // Many servers want something in the query, which may be no secret; a password always is one.
    let doubtful = secret.iter().find(|url| !url.contains(&b'@'));
    let seed = match (open.first().or(doubtful.filter(|_| force)), doubtful) {
        (Some(seed), _) => seed,
        (None, Some(_)) => return Err(NoItem::SecretWebSeed),
        (None, None) if secret.is_empty() => return Err(NoItem::NoWebSeed),
        (None, None) => return Err(NoItem::Password),
    };
    let seed = escaped(seed);
    let name = Path::new(std::ffi::OsStr::from_bytes(metainfo.name()));
    let url = if seed.ends_with('/') { format!("{seed}{}", percent_encoded(name)) } else { seed };
    Ok((url, media_type(metainfo.name()).unwrap_or("application/octet-stream")))
}

/// Of http or https, with a host that all programs read alike.
fn is_http(url: &[u8]) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() != Scheme::Udp)
}

/// A URL as somebody wrote it, with what may not stand in one percent-encoded.
fn escaped(url: &[u8]) -> String {
    let is_escape = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    let mut text = String::new();
    for (at, byte) in url.iter().enumerate() {
        match byte {
            b'%' if !url.get(at + 1..at + 3).is_some_and(is_escape) => text.push_str("%25"),
            _ => text.extend(percent_encode(slice::from_ref(byte), TARGET)),
        }
    }
    text
}

/// The bytes of a path, as they stand in a URL: its slashes are the URL's.
fn percent_encoded(path: &Path) -> String {
    const PATH: &AsciiSet = &VALUE.remove(b'/');
    percent_encode(path.as_os_str().as_bytes(), PATH).to_string()
}

/// A feed drops longer texts when it is read; trackers make a few thousand bytes.
const LONGEST_MAGNET: usize = 32 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_seeds_become_urls() {
        let cases: [(&[u8], &str); 4] = [
            (b"https://w/x.mp4?a=1&b#c", "https://w/x.mp4?a=1&b#c"),
            (b"http://w/a b\xff\"<\n", "http://w/a%20b%FF%22%3C%0A"),
            (b"http://w/%20%2f%zz%", "http://w/%20%2f%25zz%25"),
            ("http://ü/".as_bytes(), "http://%C3%BC/"),
        ];
        for (seed, url) in cases {
            assert_eq!(escaped(seed), url);
        }
        let others: [&[u8]; 9] = [
            b"http://",
            b"https:///x",
            b"httpx://w/",
            b"ftp://w/",
            b"",
            b"javascript:alert()",
            b"udp://w:1/",
            b"http://0x7f.1/",
            b"http://a@b@w/",
        ];
        assert!(others.iter().all(|url| !is_http(url)) && is_http(b"HTTP://w"));
    }

    #[test]
    fn paths_are_encoded_byte_by_byte() {
        use std::ffi::OsStr;
        let path = Path::new(OsStr::from_bytes(b"a b/\xff<&?#%.torrent"));
        assert_eq!(percent_encoded(path), "a%20b/%FF%3C%26%3F%23%25.torrent");
    }
}
