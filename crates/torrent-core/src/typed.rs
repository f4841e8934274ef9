//! What was typed where a path belongs: URLs, magnet links and info hashes, as the shell or a web page may have left them.

use std::path::Path;

use crate::magnet::{bare, link_of, links_of};

/// Something that is no path, because no file has that name. Links and hashes are as they are to be typed: without
/// quotes around them, and not percent-encoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Typed {
    /// No character at all.
    Nothing,
    /// Of the scheme `file`.
    FileUrl,
    /// Of any other scheme.
    Url(String),
    /// Also one that lacks its `magnet:?`.
    Magnet(String),
    /// Of v1 or v2.
    InfoHash(String),
}

impl Typed {
    /// A file that is there is a file, whatever its name looks like.
    pub fn of(path: &Path) -> Option<Self> {
        path.to_str().filter(|_| !path.exists()).and_then(Self::of_text)
    }

    fn of_text(text: &str) -> Option<Self> {
        let text = bare(text);
        let starts = |start: &str| text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
        let is_scheme = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_of_scheme)
        };
        match (text, link_of(text)) {
            ("", _) => Some(Self::Nothing),
            (_, Some(_)) if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Some(Self::InfoHash(text.to_owned()))
            }
            (_, Some(link)) => Some(Self::Magnet(link)),
            _ if starts("magnet:") || starts("magnet%3a") => Some(Self::Magnet(text.to_owned())),
            _ if starts("file:/") => Some(Self::FileUrl),
            _ if text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) => {
                Some(Self::Url(text.to_owned()))
            }
            _ => None,
        }
    }

    /// What it is: `a URL`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nothing => "an empty name",
            Self::FileUrl | Self::Url(_) => "a URL",
            Self::Magnet(_) => "a magnet link",
            Self::InfoHash(_) => "an info hash",
        }
    }

    /// What `fetch` takes in its place, if there is such a thing.
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Nothing | Self::FileUrl => None,
            Self::Url(text) | Self::Magnet(text) | Self::InfoHash(text) => Some(text),
        }
    }

    /// What to do about a magnet link that could not be read as one.
    pub fn hint_of_link(text: &str) -> &'static str {
        match links_of(&text.to_ascii_lowercase()) {
            0 | 1 => {
                "a link begins with `magnet:?`; this one is not whole, or not percent-encoded as it should be"
            }
            _ => "several links are several arguments",
        }
    }

    /// How the path is to be typed that was meant, if one was.
    pub fn hint_of_path(&self) -> Option<&'static str> {
        match self {
            Self::Nothing => Some("the name is empty: perhaps a variable of the shell is not set"),
            Self::FileUrl => Some("a file is named by its path, without `file://`"),
            _ => None,
        }
    }
}

/// RFC 3986, section 3.1.
fn is_of_scheme(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+-.".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "abababababababababababababababababababab";

    #[track_caller]
    fn check(text: &str, expected: Option<Typed>) {
        assert_eq!(Typed::of_text(text), expected, "{text}");
    }

    #[test]
    fn what_is_no_path() {
        let link = format!("magnet:?xt=urn:btih:{HASH}");
        let magnet = || Some(Typed::Magnet(link.clone()));
        for text in [
            link.clone(),
            format!("\"{link}\""),
            format!("'{link}'"),
            format!("<{link}>"),
            format!("({link})"),
            format!("[{link}]"),
            format!("\u{201c}{link}\u{201d} "),
            format!("urn:btih:{HASH}"),
            format!("xt=urn:btih:{HASH}"),
            format!("magnet%3A%3Fxt%3Durn%3Abtih%3A{HASH}"),
            format!("magnet%3a%3fxt=urn:btih:{HASH}"),
        ] {
            check(&text, magnet());
        }
        check("MAGNET:?xt=a&tr=http://t/+b", Some(Typed::Magnet("MAGNET:?xt=a&tr=http://t/+b".into())));
        check("magnet%3A%3Fdn%3Da%2Bb+c", Some(Typed::Magnet("magnet:?dn=a+b+c".into())));
        for hash in [HASH.to_owned(), "VOV2XK5LVOV2XK5LVOV2XK5LVOV2XK5L".into(), "cd".repeat(32)] {
            check(&hash, Some(Typed::InfoHash(hash.clone())));
            for dressed in [format!("`{hash}`"), format!("[{hash}]"), format!("({hash})"), format!("{hash}.")]
            {
                check(&dressed, Some(Typed::InfoHash(hash.clone())));
            }
        }
        for url in ["https://h/x", "FTP://h/x", "svn+ssh://h/"] {
            check(url, Some(Typed::Url(url.into())));
            check(&format!("<{url}>"), Some(Typed::Url(url.into())));
        }
        check("file:///tmp/x", Some(Typed::FileUrl));
        check("FILE:/tmp/x", Some(Typed::FileUrl));
        for nothing in ["", " ", "\"\""] {
            check(nothing, Some(Typed::Nothing));
        }
        for path in [
            "...",
            "[x]",
            "x.",
            "x.torrent",
            "../d/x",
            "a b/http://h",
            "://x",
            "magnet.txt",
            "file:x",
            &HASH[1..],
            "'x'",
        ] {
            check(path, None);
        }
    }

    #[test]
    fn a_file_that_is_there_is_a_file() {
        let folder = test_kit::Folder::new(&format!("{HASH} 5"));
        assert_eq!(Typed::of(&folder.join(HASH)), None);
    }
}
