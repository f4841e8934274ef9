//! A torrent as an item of a feed.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::slice;

use cli_kit::hex;
use feed::{Enclosure, Extras, Item, TORRENT_TYPE, Torrent};
use percent_encoding::{AsciiSet, percent_encode};
use torrent_core::address::{Scheme, TARGET, Url, VALUE};
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::Metainfo;

use crate::passkeys::is_secret;

/// What is attached to items.
pub(crate) enum Attached {
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
pub(crate) struct Found<'a> {
    pub(crate) metainfo: &'a Metainfo,
    /// The path below the base URL, as bytes of a path.
    pub(crate) path: &'a Path,
    /// Its date, from wherever it is known.
    pub(crate) date: i64,
}

/// Why a torrent cannot be an item of this feed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoItem {
    NoPlace,
    SeveralFiles,
    NoWebSeed,
    /// The web seed may hold a passkey.
    SecretWebSeed,
    /// The web seed holds a password.
    Password,
}

/// The item, or why there can be none.
pub(crate) fn item(found: &Found<'_>, attached: &Attached) -> Result<Item, NoItem> {
    let Found { metainfo, path, date } = found;
    let size = metainfo.files().content_length();
    let torrent = claims(metainfo, path);
    let bytes = metainfo.bytes().len() as u64;
    let dot_torrent = |base: &str| typed(format!("{base}{}", percent_encoded(path)), TORRENT_TYPE, bytes);
    let (enclosure, alternates) = match attached {
        Attached::Torrent(base) => (dot_torrent(base), Vec::new()),
        Attached::Magnet => {
            (typed(torrent.magnet.clone().unwrap_or_default(), TORRENT_TYPE, bytes), Vec::new())
        }
        Attached::Podcast { base, force } => {
            let (url, mime) = media(metainfo, *force)?;
            (typed(url, mime, size), vec![Enclosure { length: Some(size), ..dot_torrent(base) }])
        }
        Attached::Nowhere => return Err(NoItem::NoPlace),
    };
    let title = clean(&String::from_utf8_lossy(metainfo.name()));
    let id = id(metainfo);
    Ok(Item {
        title: if title.is_empty() { id.clone() } else { title },
        id: Some(id),
        link: None,
        published: Some(*date),
        description: Some(description(size, metainfo.files().len())),
        is_html: false,
        enclosures: vec![enclosure],
        alternates,
        other_links: Vec::new(),
        torrent,
        extras: Extras::default(),
    })
}

fn typed(url: String, mime: &str, length: u64) -> Enclosure {
    Enclosure { url, mime: Some(mime.to_owned()), length: Some(length), ..Enclosure::default() }
}

/// The v1 info hash where there is one, because readers and other feeds know it (BEP 36); else the v2 hash as a URN.
fn id(metainfo: &Metainfo) -> String {
    let v1 = metainfo.info_hash_v1().map(|hash| hex(&hash));
    let v2 = || metainfo.info_hash_v2().map(|hash| format!("urn:btmh:1220{}", hex(&hash)));
    v1.or_else(v2).unwrap_or_default()
}

/// The four that Sonarr wants. Clients call a v2 torrent by the first 20 bytes of its hash (BEP 52).
fn claims(metainfo: &Metainfo, path: &Path) -> Torrent {
    let v2 = || metainfo.info_hash_v2().map(|hash| hex(&hash[..20]));
    let name = path.file_name().unwrap_or_default().as_bytes();
    Torrent {
        file_name: Some(clean(&String::from_utf8_lossy(name))),
        content_length: Some(metainfo.files().content_length()),
        info_hash: metainfo.info_hash_v1().map(|hash| hex(&hash)).or_else(v2),
        magnet: Some(magnet(metainfo)),
    }
}

/// The link with its trackers, unless they are nobody's business or too many for a feed, and without anybody's passkey.
fn magnet(metainfo: &Metainfo) -> String {
    let mut full = Magnet::of(metainfo);
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
    let extension = name.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let known = MEDIA_TYPES.iter().find(|(known, _)| extension.eq_ignore_ascii_case(known));
    Ok((url, known.map_or("application/octet-stream", |(_, mime)| mime)))
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

/// Sonarr and autobrr read a size from it, and know units from KiB to GiB (P13).
fn description(size: u64, files: usize) -> String {
    let files = if files == 1 { String::new() } else { format!(", {files} files") };
    let (unit, name) = match size {
        // Less than a tenth of a unit would be nothing.
        0..1024 => return format!("Size: {size} B{files}"),
        1024..0x10_0000 => (1 << 10, "KiB"),
        0x10_0000..0x4000_0000 => (1 << 20, "MiB"),
        _ => (1 << 30, "GiB"),
    };
    let tenths = u128::from(size) * 10 / unit;
    format!("Size: {}.{} {name}{files}", tenths / 10, tenths % 10)
}

/// A text for a feed: what does not print is replaced, white space is single spaces.
pub(crate) fn clean(text: &str) -> String {
    let words: Vec<String> =
        text.split_whitespace().map(|word| word.chars().map(printing).collect()).collect();
    words.join(" ")
}

fn printing(c: char) -> char {
    let hides =
        matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    if c.is_control() || hides { char::REPLACEMENT_CHARACTER } else { c }
}

/// The bytes of a path, as they stand in a URL: its slashes are the URL's.
fn percent_encoded(path: &Path) -> String {
    const PATH: &AsciiSet = &VALUE.remove(b'/');
    percent_encode(path.as_os_str().as_bytes(), PATH).to_string()
}

/// A feed drops longer texts when it is read; trackers make a few thousand bytes.
const LONGEST_MAGNET: usize = 32 << 10;

const MEDIA_TYPES: [(&str, &str); 14] = [
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("flac", "audio/flac"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("webm", "video/webm"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("ogv", "video/ogg"),
    ("pdf", "application/pdf"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_units_that_readers_know() {
        let cases = [
            (0, 1, "Size: 0 B"),
            (20, 2, "Size: 20 B, 2 files"),
            (1023, 1, "Size: 1023 B"),
            (1024, 1, "Size: 1.0 KiB"),
            (600_162_597, 1, "Size: 572.3 MiB"),
            (1 << 30, 3, "Size: 1.0 GiB, 3 files"),
            (5 << 40, 1, "Size: 5120.0 GiB"),
        ];
        for (size, files, text) in cases {
            assert_eq!(description(size, files), text);
        }
    }

    #[test]
    fn texts_are_clean() {
        let cases = [
            (" a \n b\t", "a b"),
            ("a\x1b[1m\0", "a\u{fffd}[1m\u{fffd}"),
            ("x\u{202e}gpj", "x\u{fffd}gpj"),
            ("", ""),
        ];
        for (text, cleaned) in cases {
            assert_eq!(clean(text), cleaned);
        }
    }

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
