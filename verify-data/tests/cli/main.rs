//! `verify-data` as its users see it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod behaviour;
mod file_hashes;
mod json;
mod links;
mod padding;
mod random;
mod saying;
mod usage;

use test_kit::{Folder, Outcome, Recipe, Tool, torrent_of};
use torrent_core::metainfo::Protocol;

/// The tool, typed in `folder` with words separated by spaces.
fn tool(folder: &Folder, typed: &str) -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_verify-data")).in_dir(folder.path()).args(typed.split_whitespace())
}

fn run(folder: &Folder, typed: &str) -> Outcome {
    tool(folder, typed).run()
}

/// Writes the torrent `t` of what is at `d`.
fn make(folder: &Folder, protocol: Protocol, piece_length: u64) {
    folder.write("t", torrent_of(folder, Recipe { protocol, piece_length, align: false }));
}

/// A folder with data `d` and its torrent `t`.
fn whole(tree: &str, protocol: Protocol) -> Folder {
    let folder = Folder::new(tree);
    make(&folder, protocol, 16384);
    folder
}

/// The state of each file and its bad ranges, as JSON says them: `path state first+length …`.
fn states(outcome: &Outcome) -> Vec<String> {
    let line = |line: &str| -> String {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let bad = record["bad"].as_array().unwrap().iter().map(|range| format!(" {}+{}", range[0], range[1]));
        format!(
            "{} {}{}",
            record["path"].as_str().unwrap(),
            record["state"].as_str().unwrap(),
            bad.collect::<String>()
        )
    };
    outcome.stdout().lines().filter(|line| line.contains("piecework/verify-data-file/1")).map(line).collect()
}
