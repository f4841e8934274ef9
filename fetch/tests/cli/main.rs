//! `fetch` as its users see it. What needs a swarm is judged by real clients in `tests/interop`, or meets itself here.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod alone;
mod ending;
mod json;
mod many;
mod together;
mod usage;

use test_kit::{Folder, Outcome, Tool, bytes, dict, int, list, seeded_bytes};
use torrent_core::data::{
    FileSource, Input, Io, Job, Scan, Selection, Symlinks, Wanted, Watch, hash_pieces, scan,
};
use torrent_core::metainfo::{Draft, Protocol};

/// The tool, typed in `folder` with words separated by spaces.
fn tool(folder: &Folder, typed: &str) -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_fetch")).in_dir(folder.path()).args(typed.split_whitespace())
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

/// Writes the torrent `t` of what is at `d`.
fn make(folder: &Folder, protocol: Protocol) {
    let single_file = folder.join("d").is_file();
    let inputs = vec![Input { path: folder.join("d"), name: single_file.then(|| b"d".to_vec()) }];
    let (selection, symlinks) = (Selection::default(), Symlinks::Store);
    let how =
        Scan { inputs, selection, symlinks, raw_names: true, output: None, scratch: None, stop: &|| false };
    let scanned = scan(how);
    let (name, (info, outer), piece_length) = (b"d".to_vec(), Default::default(), 32768);
    let mut draft = Draft { protocol, name, piece_length, single_file, files: scanned.files, info, outer };
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
