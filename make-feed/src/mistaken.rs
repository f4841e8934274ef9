//! What was given where a file was expected: what it is, and what to type instead.

use std::path::Path;

use cli_kit::{Exit, Failure, escape};
use feed::NotAFeed;
use torrent_core::metainfo::{Kind, Metainfo, Refusal};

use crate::passkeys;

/// What looks like a place in the network. A file of that name is a file.
enum Elsewhere {
    Url,
    Magnet,
    InfoHash,
}

impl Elsewhere {
    fn of(path: &Path) -> Option<Self> {
        let text = path.to_str().filter(|_| !path.exists())?.to_ascii_lowercase();
        let is_hash =
            matches!(text.len(), 32 | 40 | 64) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match text.as_str() {
            _ if text.starts_with("magnet:") => Some(Self::Magnet),
            _ if text.contains("://") => Some(Self::Url),
            _ if is_hash => Some(Self::InfoHash),
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Url => "a URL",
            Self::Magnet => "a magnet link",
            Self::InfoHash => "an info hash",
        }
    }
}

/// Refuses what is no path of a torrent.
pub(crate) fn check_torrent(path: &Path) -> Result<(), Failure> {
    let Some(what) = Elsewhere::of(path) else { return Ok(()) };
    let typed = shown(path);
    let cause = format!("`{typed}`: it is {}, and torrents are read from files", what.name());
    Err(Failure::usage(cause).hint(format!("`fetch --print-torrent '{typed}' > x.torrent` gets the torrent")))
}

/// Refuses what is no path of a feed.
pub(crate) fn check_feed(path: &Path) -> Result<(), Failure> {
    let Some(what) = Elsewhere::of(path) else { return Ok(()) };
    let typed = shown(path);
    let hint = match what {
        Elsewhere::Url => format!("`curl '{typed}' | make-feed --check -` checks what is there"),
        Elsewhere::Magnet => format!("`inspect-torrent --check '{typed}'` checks links"),
        Elsewhere::InfoHash => format!("`inspect-torrent '{typed}'` makes a link of it"),
    };
    Err(Failure::usage(format!("`{typed}`: it is {}, and feeds are read from files", what.name())).hint(hint))
}

/// Refuses what is no path for a feed to be written.
pub(crate) fn check_place(option: &str, path: &Path) -> Result<(), Failure> {
    let Some(what) = Elsewhere::of(path) else { return Ok(()) };
    let cause = format!("`{option} {}`: it is {}, and feeds are written to files", shown(path), what.name());
    let hint = "write the file where the web server has it, or upload it then";
    Err(Failure::usage(cause).hint_if(matches!(what, Elsewhere::Url).then_some(hint)))
}

/// What people type may hold their passkey, and messages end up in logs.
fn shown(path: &Path) -> String {
    escape(passkeys::masked(&path.to_string_lossy()).as_bytes()).into_owned()
}

/// What stands in a file that is no feed.
pub(crate) fn no_feed(name: &str, bytes: Vec<u8>, why: NotAFeed) -> Failure {
    let failure = |cause: &str| Failure::of(Exit::Unacceptable, name, cause);
    if matches!(why, NotAFeed::TooLarge | NotAFeed::Empty) {
        return failure(&why.to_string());
    }
    let Err(refusal) = Metainfo::parse(bytes) else {
        let hint = format!(
            "`inspect-torrent --check {name}` checks torrents, `make-feed {name}` makes a feed of them"
        );
        return failure("it is a torrent, not a feed").hint(hint);
    };
    match refusal.kind().filter(|kind| !is_feed(kind)) {
        // Where it is no bencode is nobody's question here.
        Some(kind) => failure(kind.words().split(": ").next().unwrap_or_default()).hint(kind.hint()),
        None => failure(&why.to_string()),
    }
}

/// What to do with something that is no torrent.
pub(crate) fn hint_of_torrent(refusal: &Refusal) -> Option<&'static str> {
    match refusal.kind() {
        Some(kind) if is_feed(kind) => {
            Some("`--update FILE` adds torrents to a feed, `--check FILE` checks one")
        }
        _ => refusal.hint(),
    }
}

fn is_feed(kind: &Kind) -> bool {
    [" feed", " Feed"].iter().any(|word| kind.words().ends_with(word))
}
