//! `make-torrent` as its users see it: what is typed, what comes out, what is left on disk.

#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod again;
mod content;
mod json;
mod metadata;
mod output;
mod selection;
mod usage;

use test_kit::{Folder, Outcome, Tool};
use torrent_core::metainfo::Metainfo;

/// The tool, typed in `folder` with words separated by spaces.
fn tool(folder: &Folder, typed: &str) -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_make-torrent")).in_dir(folder.path()).args(typed.split_whitespace())
}

fn run(folder: &Folder, typed: &str) -> Outcome {
    tool(folder, typed).run()
}

/// Runs, expects success, and reads the torrent `t` that `-o t` wrote.
#[track_caller]
fn made(folder: &Folder, typed: &str) -> Metainfo {
    run(folder, &format!("{typed} -o t -f")).expect(0);
    Metainfo::parse_strict(folder.read("t")).unwrap()
}

/// The paths of the files in a torrent, with `/` between components.
fn paths(torrent: &Metainfo) -> Vec<String> {
    torrent.files().iter().map(|file| String::from_utf8_lossy(&file.path.joined()).into_owned()).collect()
}

/// Expects a failure with an exit code and what is said, and that nothing was written.
#[track_caller]
fn fails(folder: &Folder, typed: &str, code: i32, said: &str) {
    let before = folder.list();
    let outcome = run(folder, typed).expect(code);
    assert_eq!(outcome.stderr(), said, "{typed}");
    assert_eq!((outcome.stdout(), folder.list()), ("", before), "{typed}");
}
