//! `inspect-torrent` as its users see it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod check;
mod diff;
mod json;
mod magnet;
mod people;
mod print;
mod raw;
mod reading;

use test_kit::{Folder, Outcome, Tool, bytes, dict, int, list};

/// The tool, typed in `folder` with words separated by spaces.
fn tool(folder: &Folder, typed: &str) -> Tool {
    Tool::new(env!("CARGO_BIN_EXE_inspect-torrent")).in_dir(folder.path()).args(typed.split_whitespace())
}

fn run(folder: &Folder, typed: &str) -> Outcome {
    tool(folder, typed).run()
}

/// A folder that holds one torrent `t`.
fn holding(torrent: &[u8]) -> Folder {
    let folder = Folder::new("");
    folder.write("t", torrent);
    folder
}

fn file(length: i64, path: &[&str]) -> Vec<u8> {
    dict([("length", int(length)), ("path", list(path.iter().map(bytes)))])
}

/// A v1 torrent of these files, with further entries around and in the info dictionary.
fn v1(files: &[Vec<u8>], outer: &[(&str, Vec<u8>)], info: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut entries = vec![
        ("files", list(files)),
        ("name", bytes("album")),
        ("piece length", int(16384)),
        ("pieces", bytes([7; 20])),
    ];
    entries.retain(|(key, _)| info.iter().all(|(new, _)| new != key));
    entries.extend_from_slice(info);
    entries.sort();
    let mut torrent = outer.to_vec();
    torrent.push(("info", dict(entries)));
    torrent.sort();
    dict(torrent)
}

/// A torrent with some of everything.
fn sample() -> Vec<u8> {
    let files = [file(5, &["a.txt"]), file(7000, &["sub", "b"]), file(0, &["sub", "c"])];
    let tiers = list([list([bytes("udp://one/"), bytes("http://two/")]), list([bytes("wss://three/")])]);
    let outer = [
        ("announce", bytes("udp://one/")),
        ("announce-list", tiers),
        ("comment", bytes("hello")),
        ("created by", bytes("hand")),
        ("creation date", int(1_577_836_800)),
        ("nodes", list([list([bytes("::1"), int(6881)])])),
        ("publisher", bytes("me")),
        ("url-list", list([bytes("https://w/")])),
    ];
    v1(&files, &outer, &[("private", int(1)), ("source", bytes("SRC"))])
}
