//! `seed` as its users see it. Real clients download from it in `tests/interop`.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod json;
mod live;
mod many;
mod offering;
mod service;
mod serving;
mod usage;
mod watch;

use test_kit::{Folder, Outcome, Recipe, Tool, torrent_of};
use torrent_core::metainfo::Protocol;

/// The tool, typed in `folder` with words separated by spaces.
fn tool(folder: &Folder, typed: &str) -> Tool {
    let seed = Tool::new(env!("CARGO_BIN_EXE_seed")).env("STATE_DIRECTORY", env!("CARGO_TARGET_TMPDIR"));
    seed.in_dir(folder.path()).args(typed.split_whitespace())
}

fn run(folder: &Folder, typed: &str) -> Outcome {
    tool(folder, typed).run()
}

/// Writes the torrent `d.torrent` of what is at `d`.
fn make(folder: &Folder, protocol: Protocol) {
    folder.write("d.torrent", torrent_of(folder, Recipe { protocol, piece_length: 32768, align: false }));
}

/// A folder with content `d` and its torrent `d.torrent`.
fn whole(tree: &str, protocol: Protocol) -> Folder {
    let folder = Folder::new(tree);
    make(&folder, protocol);
    folder
}
