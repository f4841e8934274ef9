//! `verify-data` as its users see it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod behaviour;
mod json;
mod random;
mod saying;
mod usage;

use test_kit::{Folder, Outcome, Tool};
use torrent_core::data::{
    FileSource, Input, Io, Job, Scan, Selection, Symlinks, Wanted, Watch, hash_pieces, scan,
};
use torrent_core::metainfo::{Draft, Protocol};

/// The tool, typed in `folder` with words separated by spaces.
fn tool(folder: &Folder, typed: &str) -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_verify-data")).in_dir(folder.path()).args(typed.split_whitespace())
}

fn run(folder: &Folder, typed: &str) -> Outcome {
    tool(folder, typed).run()
}

struct Blind;

impl Watch for Blind {
    fn advance(&self, _: u64) {}
    fn file(&self, _: usize) {}
    fn stop(&self) -> bool {
        false
    }
}

/// Writes the torrent `t` of the folder `d`.
fn make(folder: &Folder, protocol: Protocol, piece_length: u64) {
    let inputs = vec![Input { path: folder.join("d"), name: None }];
    let (selection, symlinks) = (Selection::default(), Symlinks::Store);
    let how =
        Scan { inputs, selection, symlinks, raw_names: true, output: None, scratch: None, stop: &|| false };
    let scanned = scan(how);
    let (name, (info, outer)) = (b"d".to_vec(), Default::default());
    let mut draft =
        Draft { protocol, name, piece_length, single_file: false, files: scanned.files, info, outer };
    draft.place(false).unwrap();
    let wanted = Wanted { sha1: protocol.has_v1(), merkle: protocol.has_v2() };
    let job = Job {
        wanted,
        piece_length,
        backend: piece_hash::Backend::best(),
        watch: &Blind,
        memory: torrent_core::data::MEMORY,
    };
    let hashes =
        hash_pieces(draft.layout(), &FileSource::new(&draft.files, scanned.found, Io::Auto), job).unwrap();
    folder.write("t", draft.finish(&hashes).torrent);
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
