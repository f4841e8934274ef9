//! What was given where a file was expected: what it is, and what to type instead.

use std::io::{self, ErrorKind};
use std::path::Path;

use cli_kit::{Exit, Failure, escape, escape_path};
use feed::NotAFeed;
use publish::passkeys;
use torrent_core::metainfo::{Kind, Metainfo, Refusal};
use torrent_core::typed::Typed;

/// Refuses what is no path of a torrent.
pub(crate) fn check_torrent(path: &Path) -> Result<(), Failure> {
    let Some(typed) = Typed::of(path) else { return Ok(()) };
    let gets = |source| format!("`fetch --print-torrent '{}' > x.torrent` gets the torrent", masked(source));
    let hint = typed.source().map(gets);
    Err(wrong(path, &typed, "torrents are read from files").hint_if(hint.as_deref().or(typed.hint_of_path())))
}

/// Refuses what is no path of a feed.
pub(crate) fn check_feed(path: &Path) -> Result<(), Failure> {
    let Some(typed) = Typed::of(path) else { return Ok(()) };
    let hint = match &typed {
        Typed::Url(url) => {
            Some(format!("`curl '{}' | make-feed --check -` checks what is there", masked(url)))
        }
        Typed::Magnet(link) => Some(format!("`inspect-torrent --check '{}'` checks links", masked(link))),
        Typed::InfoHash(hash) => Some(format!("`inspect-torrent '{hash}'` makes a link of it")),
        Typed::Nothing | Typed::FileUrl => None,
    };
    Err(wrong(path, &typed, "feeds are read from files").hint_if(hint.as_deref().or(typed.hint_of_path())))
}

/// Refuses what is no path for a feed to be written.
pub(crate) fn check_place(option: &str, path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        let failure = Failure::of(Exit::LocalIo, escape_path(path), "is a folder");
        return Err(
            failure.hint(format!("name the file in it: `{option} {}`", escape_path(&path.join("feed.xml"))))
        );
    }
    // A file may be called like a hash.
    let Some(typed) = Typed::of(path).filter(|typed| !matches!(typed, Typed::InfoHash(_))) else {
        return Ok(());
    };
    let typed_there = format!("{option} {}", path.to_string_lossy());
    let failure = wrong(Path::new(&typed_there), &typed, "feeds are written to files");
    let upload = "write the file where the web server has it, or upload it then";
    let is_url = matches!(typed, Typed::Url(_));
    Err(failure.hint_if(typed.hint_of_path().or(is_url.then_some(upload))))
}

fn wrong(path: &Path, typed: &Typed, files: &str) -> Failure {
    Failure::usage(format!("`{}`: it is {}, and {files}", masked(&path.to_string_lossy()), typed.name()))
}

/// Something that is no feed to be read.
pub(crate) fn unread(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::io(path, error);
    match error.kind() {
        ErrorKind::IsADirectory => {
            let file = escape_path(&path.join("feed.xml")).into_owned();
            failure.hint(format!("it is a folder: name the feed in it, such as `{file}`"))
        }
        _ => failure,
    }
}

/// What people type may hold their passkey, and messages end up in logs.
fn masked(text: &str) -> String {
    escape(passkeys::masked(text).as_bytes()).into_owned()
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
