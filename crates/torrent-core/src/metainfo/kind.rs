//! What bytes are that are no torrent, as far as their first ones tell: mostly something that came in its place.

use std::borrow::Cow;

use crate::bencode::{ScanError, ScanErrorKind, Value};
use crate::magnet::links_of;

/// Something that people have taken for a torrent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kind {
    /// The sentence behind `not a torrent: `.
    words: Cow<'static, str>,
    hint: &'static str,
}

impl Kind {
    /// What the first `bytes` of a file are in which no bencoded value stands.
    pub(crate) fn of(bytes: &[u8], error: ScanError) -> Self {
        let text = start_of_text(bytes);
        let known = || MAGIC.iter().find(|(magic, ..)| bytes.starts_with(magic));
        match bytes {
            [] => of_words("the file is empty", AGAIN),
            // A dictionary has a key; a word that begins with `d` goes on with a letter.
            [b'd', b'0'..=b'9', ..] => broken(bytes, error),
            _ if bytes.iter().all(|byte| *byte == 0) => of_words("the file holds nothing but zeros", AGAIN),
            _ if is_markup(&text) => markup(&text),
            _ if is_json(&text) => json(&text),
            _ if let Some((_, words, hint)) = known() => of_words(words, hint),
            _ if links_of(&text) > 1 => of_words(
                "it is a list of magnet links",
                "give one link at a time: `xargs -n 1` takes them apart",
            ),
            _ if let Some((_, words, hint)) = WORDS.iter().find(|(word, ..)| text.starts_with(word)) => {
                of_words(words, hint)
            }
            _ if is_torrent_behind_something(bytes) => {
                of_words("bytes stand in front of it, such as a byte order mark or a blank", EDITOR)
            }
            _ if is_info_hash(&text) => of_words("it is an info hash", LINK),
            _ if is_printable(bytes) => of_words("it is a text file", LOOK),
            _ => Self { words: format!("it is some other binary file: {error}").into(), hint: LOOK },
        }
    }

    /// What a dictionary without `info` is.
    pub(crate) fn of_dictionary(root: Value<'_>) -> Option<Self> {
        let has = |key: &[u8]| root.as_dict().is_some_and(|dict| dict.get(key).is_some());
        let (_, words, hint) = DICTIONARIES.iter().find(|(key, ..)| has(key.as_bytes()))?;
        Some(of_words(words, hint))
    }

    /// The sentence that a user is shown.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        self.hint
    }
}

fn of_words(words: &'static str, hint: &'static str) -> Kind {
    Kind { words: words.into(), hint }
}

/// A torrent once, but something happened to it on its way.
fn broken(bytes: &[u8], error: ScanError) -> Kind {
    let is_text = memchr::memmem::find_iter(bytes, REPLACEMENT).nth(3).is_some();
    match error.kind {
        ScanErrorKind::Nesting | ScanErrorKind::IntegerRange => {
            Kind { words: error.to_string().into(), hint: "no client can read it; recreate the torrent" }
        }
        _ if is_text => of_words("the torrent was saved as text, and so its hashes were lost", AGAIN),
        ScanErrorKind::EndsEarly | ScanErrorKind::StringPastEnd => {
            Kind { words: format!("it is cut off, {error}").into(), hint: AGAIN }
        }
        _ => Kind { words: format!("it is damaged, {error}").into(), hint: AGAIN },
    }
}

/// U+FFFD, which programs write for bytes that are no text.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// The start as lower-case text, without byte order mark and white space in front.
fn start_of_text(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    String::from_utf8_lossy(&bytes[..bytes.len().min(LOOKED_AT)]).to_ascii_lowercase()
}

const LOOKED_AT: usize = 2048;

fn is_markup(text: &str) -> bool {
    text.strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "!?".contains(c)))
}

/// Whichever element comes first says what the document is.
fn markup(text: &str) -> Kind {
    let named = MARKUP.iter().filter_map(|(tag, words, hint)| Some((text.find(tag)?, words, hint)));
    match named.min_by_key(|(place, ..)| *place) {
        Some((_, words, hint)) => of_words(words, hint),
        None if text.starts_with("<?xml") => of_words("it is XML", LOOK),
        None => of_words(WEB_PAGE, BROWSER),
    }
}

fn is_json(text: &str) -> bool {
    let behind = |open| text.strip_prefix(open).map(|rest: &str| rest.trim_start());
    behind('{').is_some_and(|rest| rest.starts_with(['"', '}']))
        || behind('[').is_some_and(|rest| rest.starts_with(['"', '{', '[', ']']))
}

/// Whichever mark of the table comes first says whose it is.
fn json(text: &str) -> Kind {
    let text: String = text.split_whitespace().collect();
    let marked = JSON.iter().filter_map(|(mark, words, hint)| Some((text.find(mark)?, words, hint)));
    let first = marked.min_by_key(|(place, ..)| *place);
    first.map_or_else(
        || of_words("it is JSON, perhaps a server's error message", LOOK),
        |(_, words, hint)| of_words(words, hint),
    )
}

fn is_torrent_behind_something(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(64)];
    start.windows(4).any(|window| {
        matches!(window, [b'd', b'0'..=b'9', b':', _]) || window[0] == b'd' && &window[1..] == b"10:"
    })
}

fn is_info_hash(text: &str) -> bool {
    let text = text.trim_end();
    matches!(text.len(), 32 | 40 | 64 | 68) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_printable(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..);
    // The end may cut a character in two.
    let is_utf8 = std::str::from_utf8(start).map_or_else(|error| error.error_len().is_none(), |_| true);
    is_utf8 && start.iter().all(is_text)
}

const AGAIN: &str = "download it again";
const LOOK: &str = "`head -c 300` shows how it begins";
const LINK: &str = "`fetch --print-torrent LINK > x.torrent` makes a torrent of it";
const BROWSER: &str = "open its address in a browser: it may ask for a login, or say what is wrong";
const DECODE: &str = "`base64 -d` decodes it";
const UNPACK: &str = "unpack it first";
const EDITOR: &str = "an editor or a script changed it; download it again";
const ITEMS: &str = "give it one of the torrents that the feed names";
const SWAPPED: &str = "are the arguments swapped?";
const WEB_PAGE: &str = "it is a web page, perhaps a login page";

type Row = (&'static str, &'static str, &'static str);

const MARKUP: &[Row] = &[
    ("<rss", "it is an RSS feed", ITEMS),
    ("<feed", "it is an Atom feed", ITEMS),
    ("<rdf:rdf", "it is an RSS feed", ITEMS),
    ("<html", WEB_PAGE, BROWSER),
    ("<!doctype html", WEB_PAGE, BROWSER),
    ("<metalink", "it is a Metalink", "look in it for the URL of a torrent"),
    ("<error", "it is a server's error message", BROWSER),
    ("<svg", "it is an image", SWAPPED),
];

const RAW: &str = "it is JSON as `inspect-torrent --raw` prints it";
const FROM_RAW: &str = "`inspect-torrent --from-raw FILE > x.torrent` makes a torrent of it";
const OURS: &str = "name the .torrent, not what was said of it";

/// What JSON says that is known, in lower case and without its white space.
const JSON: &[Row] = &[
    (
        "\"schema\":\"piecework/make-torrent/",
        "it is what `make-torrent --json` prints",
        "`torrent` in it names the .torrent; `make-feed … < FILE` reads such lines",
    ),
    ("\"schema\":\"piecework/inspect-torrent", "it is what `inspect-torrent --json` prints", OURS),
    ("\"schema\":\"piecework/verify-data", "it is what `verify-data --json` prints", OURS),
    ("\"schema\":\"piecework/make-feed", "it is what `make-feed --json` prints", OURS),
    ("\"schema\":\"piecework/fetch", "it is what `fetch --json` prints", OURS),
    ("\"https://jsonfeed.org/version/", "it is a JSON Feed", ITEMS),
    ("\"https:\\/\\/jsonfeed.org\\/version\\/", "it is a JSON Feed", ITEMS),
    // As the keys of a torrent stand in order; `info` alone may be anybody's.
    ("{\"announce\":", RAW, FROM_RAW),
    ("{\"announce-list\":", RAW, FROM_RAW),
    ("\"info\":{\"filetree\":", RAW, FROM_RAW),
    ("\"info\":{\"files\":[{", RAW, FROM_RAW),
    ("\"info\":{\"length\":", RAW, FROM_RAW),
];

/// How texts begin, in lower case.
const WORDS: &[Row] = &[
    ("magnet:", "it is a magnet link", LINK),
    ("http://", "it is the URL of something", "give the URL to `fetch`"),
    ("https://", "it is the URL of something", "give the URL to `fetch`"),
    ("http/", "it begins with the headers of a web server's answer", "save the body alone"),
    ("version https://git-lfs", "it is a pointer of Git LFS", "`git lfs pull` gets the file"),
    ("[internetshortcut]", "it is a shortcut to a web address", BROWSER),
    ("[desktop entry]", "it is a shortcut to a web address", BROWSER),
    ("zdg6", "it is base64", DECODE),
    ("zdew", "it is base64", DECODE),
    ("zdq6", "it is base64", DECODE),
];

const MAGIC: &[(&[u8], &str, &str)] = &[
    (b"\x1f\x8b", "it is compressed with gzip", UNPACK),
    (b"BZh", "it is compressed with bzip2", UNPACK),
    (b"\xfd7zXZ\0", "it is compressed with xz", UNPACK),
    (b"\x28\xb5\x2f\xfd", "it is compressed with zstd", UNPACK),
    (b"\x04\x22\x4d\x18", "it is compressed with lz4", UNPACK),
    (b"PK\x03\x04", "it is a zip archive", UNPACK),
    (b"PK\x05\x06", "it is a zip archive without files", AGAIN),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7z archive", UNPACK),
    (b"Rar!\x1a\x07", "it is a RAR archive", UNPACK),
    (b"%PDF-", "it is a PDF", SWAPPED),
    (b"\x89PNG", "it is an image", SWAPPED),
    (b"\xff\xd8\xff", "it is an image", SWAPPED),
    (b"GIF8", "it is an image", SWAPPED),
    (b"\x7fELF", "it is a program", SWAPPED),
    (b"MZ", "it is a program for Windows", SWAPPED),
    (b"\x1a\x45\xdf\xa3", "it is a video", SWAPPED),
    (b"ID3", "it is a sound file", SWAPPED),
    (b"fLaC", "it is a sound file", SWAPPED),
    (b"OggS", "it is a sound file", SWAPPED),
    (b"RIFF", "it is a sound file or a video", SWAPPED),
    (b"SQLite format 3", "it is a database", LOOK),
    (b"\xff\xfe", "it is text in UTF-16", EDITOR),
    (b"\xfe\xff", "it is text in UTF-16", EDITOR),
];

/// Keys of bencoded files that are no torrents.
const DICTIONARIES: &[Row] = &[
    ("failure reason", "it is a tracker's answer, which says why it refused", LOOK),
    ("interval", "it is a tracker's answer", "save the .torrent, not what its announce URL gives"),
    ("file-format", "it is a client's resume data", "the torrent lies beside it"),
    ("libtorrent_resume", "it is a client's resume data", "the torrent lies beside it"),
    ("destination", "it is a client's resume data", "the torrent lies beside it"),
    ("files", "it is an info dictionary or a tracker's answer, without the rest of a torrent", AGAIN),
    (
        "pieces",
        "it is an info dictionary without the rest of a torrent",
        "put `d4:info` in front and `e` behind it",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metainfo::Metainfo;

    #[track_caller]
    fn check(bytes: impl AsRef<[u8]>, expected: &str) {
        let refusal = Metainfo::parse(bytes.as_ref().to_vec()).unwrap_err();
        assert_eq!(refusal.to_string(), format!("not a torrent: {expected}"));
        assert!(refusal.hint().is_some(), "{expected}");
    }

    #[test]
    fn what_came_in_the_place_of_a_torrent() {
        for page in [
            "<!DOCTYPE html><html>",
            "\n <HTML>",
            "<h1>404</h1>",
            "\u{feff}<!-- x --><html>",
            "<?xml version='1.0'?><html>",
        ] {
            check(page, WEB_PAGE);
        }
        check("<?xml version='1.0'?><rss><item>&lt;html", "it is an RSS feed");
        check("<feed xmlns=\"http://www.w3.org/2005/Atom\">", "it is an Atom feed");
        check("<?xml version='1.0'?><metalink>", "it is a Metalink");
        check("<?xml version='1.0'?><x/>", "it is XML");
        check("{\"error\": 401}", "it is JSON, perhaps a server's error message");
        check("[ {\"a\":1}]", "it is JSON, perhaps a server's error message");
        check(b"\x1f\x8b\x08\0", "it is compressed with gzip");
        check(b"PK\x03\x04\x14\0", "it is a zip archive");
        check("magnet:?xt=urn:btih:abc", "it is a magnet link");
        check(format!("{}\n", "ab".repeat(20)), "it is an info hash");
        check("https://h/x.torrent", "it is the URL of something");
        check("HTTP/1.1 200 OK\r\n\r\nd4:info", "it begins with the headers of a web server's answer");
        check("ZDg6YW5ub3VuY2U=", "it is base64");
        check("version https://git-lfs.github.com/spec/v1", "it is a pointer of Git LFS");
        check("Please log in", "it is a text file");
        for word in ["denied", "left", "i am not a torrent", "4 files"] {
            check(word, "it is a text file");
        }
        check("login required", "it is a text file");
        check(b"\xff\xfed\0", "it is text in UTF-16");
        check([0xc3, 1, 2, 3], "it is some other binary file: no bencoded value at byte 0");
        check("", "the file is empty");
        check([0; 40], "the file holds nothing but zeros");
    }

    #[test]
    fn json_is_called_by_its_name() {
        let raw = "it is JSON as `inspect-torrent --raw` prints it";
        let server = "it is JSON, perhaps a server's error message";
        for (json, expected) in [
            (r#"{"announce":"udp://t/","info":{"length":5}}"#, raw),
            (r#"{"announce-list":[["udp://t/"]]}"#, raw),
            ("{\n  \"comment\": \"x\",\n  \"info\": {\n    \"files\": [\n      {", raw),
            (r#"{"info":{"file tree":{"a":{}}}}"#, raw),
            (
                r#"{"schema":"piecework/make-torrent/1","torrent":"x"}"#,
                "it is what `make-torrent --json` prints",
            ),
            (
                r#"{ "schema": "piecework/inspect-torrent-check/1" }"#,
                "it is what `inspect-torrent --json` prints",
            ),
            (r#"{"schema":"piecework/verify-data-file/1"}"#, "it is what `verify-data --json` prints"),
            (r#"{"schema":"piecework/fetch/1","job":0}"#, "it is what `fetch --json` prints"),
            (r#"{"schema":"piecework/make-feed/1"}"#, "it is what `make-feed --json` prints"),
            (r#"{"version": "https://jsonfeed.org/version/1.1"}"#, "it is a JSON Feed"),
            (r#"{"title":"x","version":"https:\/\/jsonfeed.org\/version\/1"}"#, "it is a JSON Feed"),
            // A package index, and others.
            (r#"{"info":{"author":"x"}}"#, server),
            (r#"{"schema":"other/1"}"#, server),
            (r#"{"version":"1.1"}"#, server),
        ] {
            check(json, expected);
        }
    }

    #[test]
    fn a_list_of_links_is_no_link_in_a_link() {
        let link = format!("magnet:?xt=urn:btih:{}", "ab".repeat(20));
        let (one, several) = ("it is a magnet link", "it is a list of magnet links");
        for (text, expected) in [
            (format!("{link}&tr=magnet:?x"), one),
            (format!("{link}&xs=MAGNET:?x&dn=n\n"), one),
            (format!("{link}\n{link}"), several),
            (format!("{link} {link}"), several),
            (format!("{link}{link}"), several),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn what_happened_to_a_torrent() {
        check("d4:infod4:name", "it is cut off, the data ends early at byte 14");
        check("d8:announce30:http", "it is cut off, a string runs past the end at byte 11");
        check("d4:infox", "it is damaged, no bencoded value at byte 7");
        let text = format!("d4:info{}x", "\u{fffd}".repeat(9));
        check(text, "the torrent was saved as text, and so its hashes were lost");
        for front in ["\n", "\u{feff}", "  ", "\r\n"] {
            check(
                format!("{front}d4:infode1:xe"),
                "bytes stand in front of it, such as a byte order mark or a blank",
            );
        }
        check("d14:failure reason2:noe", "it is a tracker's answer, which says why it refused");
        check("d11:file-format22:libtorrent resume filee", "it is a client's resume data");
        check("d6:pieces0:e", "it is an info dictionary without the rest of a torrent");
    }
}
