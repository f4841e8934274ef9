//! `fetch` as its users see it. What needs a swarm is judged by real clients in `tests/interop`, or meets itself here.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod alone;
mod dht;
mod ending;
mod json;
mod links;
mod many;
mod memory;
mod names;
mod signed;
mod together;
mod usage;

use test_kit::{Folder, Outcome, Recipe, Tool, bytes, dict, int, list, seeded_bytes, torrent_of};
use torrent_core::metainfo::Protocol;

/// The tool, typed in `folder` with words separated by spaces.
fn tool(folder: &Folder, typed: &str) -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_fetch")).in_dir(folder.path()).args(typed.split_whitespace())
}

fn run(folder: &Folder, typed: &str) -> Outcome {
    tool(folder, typed).run()
}

/// Writes the torrent `t` of what is at `d`.
fn make(folder: &Folder, protocol: Protocol) {
    folder.write("t", torrent_of(folder, Recipe { protocol, piece_length: 32768, align: false }));
}

/// A folder with content `d` and its torrent `t`.
fn whole(tree: &str, protocol: Protocol) -> Folder {
    let folder = Folder::new(tree);
    make(&folder, protocol);
    folder
}

/// A folder with a torrent `t` whose content is not there.
fn wanting(tree: &str, protocol: Protocol) -> Folder {
    let folder = whole(tree, protocol);
    folder.remove("d");
    folder
}

/// A torrent of one file with entries around the info dictionary.
fn v1(path: &[&str], outer: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let file = dict([("length", int(5)), ("path", list(path.iter().map(bytes)))]);
    let info = dict([
        ("files", list([file])),
        ("name", bytes("n")),
        ("piece length", int(16384)),
        ("pieces", bytes(seeded_bytes(1, 20))),
    ]);
    let mut torrent = outer.to_vec();
    torrent.push(("info", info));
    torrent.sort();
    dict(torrent)
}
