//! `make-feed` as its users see it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod check;
mod json;
mod kept;
mod make;
mod signing;
mod torrents;
mod update;
mod usage;
mod words;

use feed::{Feed, FeedLimits};
use test_kit::{Folder, Outcome, Tool, bytes, dict, int, list};

/// The tool, typed in `folder` with words separated by spaces.
fn tool(folder: &Folder, typed: &str) -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_make-feed")).in_dir(folder.path()).args(typed.split_whitespace())
}

fn run(folder: &Folder, typed: &str) -> Outcome {
    tool(folder, typed).run()
}

/// What a new feed needs.
const NEW: &str = "--title Demo --link https://pub.example/ --base-url https://pub.example/t/";

/// A v1 torrent of one file.
fn torrent(name: &str, length: i64, outer: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let pieces = vec![7; 20 * usize::try_from(length.max(1)).unwrap().div_ceil(1 << 20)];
    let info = [
        ("length", int(length)),
        ("name", bytes(name)),
        ("piece length", int(1 << 20)),
        ("pieces", bytes(pieces)),
    ];
    let mut torrent = outer.to_vec();
    torrent.push(("info", dict(info)));
    torrent.sort();
    dict(torrent)
}

fn dated(name: &str, seconds: i64) -> Vec<u8> {
    torrent(name, 3 << 20, &[("creation date", int(seconds))])
}

/// A folder with torrents `a`, `b` and `c`, made at 100, 200 and 300.
fn three() -> Folder {
    let folder = Folder::new("");
    for (name, seconds) in [("a", 100), ("b", 200), ("c", 300)] {
        folder.write(format!("{name}.torrent"), dated(name, seconds));
    }
    folder
}

fn feed_in(bytes: impl AsRef<[u8]>) -> Feed {
    feed::read(bytes.as_ref(), FeedLimits::default()).unwrap().feed
}

fn titles(folder: &Folder, path: &str) -> Vec<String> {
    feed_in(folder.read(path)).items.into_iter().map(|item| item.title).collect()
}

/// A list of URLs, bencoded.
fn urls(urls: &[&str]) -> Vec<u8> {
    list(urls.iter().map(bytes))
}
