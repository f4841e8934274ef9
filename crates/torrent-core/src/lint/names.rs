//! Names and paths: which cannot be file paths, which get in each other's way, which trouble people (BEP 3, BEP 47).

use super::findings::Findings;
use super::padding::looks_like_pad;
use crate::files::{File, FileList};
use crate::metainfo::Metainfo;
use crate::order::Order;
use crate::path::{RawPath, UnsafePath, check_component};

pub(super) fn check(torrent: &Metainfo, order: &Order<'_>, findings: &mut Findings) {
    check_name(torrent.name(), findings);
    if torrent.is_single_file() {
        return;
    }
    let files = torrent.files();
    for file in files.iter() {
        check_path(file, findings);
        check_link(file, order, findings);
    }
    check_clashes(files, order, findings);
    if files.len() == 1 {
        findings.torrent("I-folder-of-one", "the torrent is a folder that holds a single file");
    }
}

fn check_name(name: &[u8], findings: &mut Findings) {
    if let Err(why) = check_component(name) {
        findings.torrent(
            "E-unsafe-name",
            format_args!("the name of the torrent cannot be a file's: {}", reason(why)),
        );
    }
    if std::str::from_utf8(name).is_err() {
        findings.torrent("W-name-not-utf8", "the name of the torrent is not UTF-8");
    }
    if has_control(name) {
        findings.torrent("W-control-character", "the name of the torrent holds a control character");
    }
}

fn check_path(file: File<'_>, findings: &mut Findings) {
    let File { index, path, .. } = file;
    let (mut why_unsafe, mut is_utf8, mut holds_control, mut depth) = (None, true, false, 0);
    for component in path.components() {
        why_unsafe = why_unsafe.or(check_component(component).err());
        is_utf8 &= std::str::from_utf8(component).is_ok();
        holds_control |= has_control(component);
        depth += 1;
    }
    if let Some(why) = why_unsafe {
        findings.file("E-unsafe-name", index, format_args!("file {index}: {}", reason(why)));
    }
    if !is_utf8 {
        findings.file("W-path-not-utf8", index, format_args!("the path of file {index} is not UTF-8"));
    }
    if holds_control {
        let message = format_args!("the path of file {index} holds a control character");
        findings.file("W-control-character", index, message);
    }
    if depth > DEPTH {
        findings.file("W-deep-folders", index, format_args!("the path of file {index} has {depth} parts"));
    }
    if looks_like_pad(path) {
        let message = format_args!("file {index} is called like a pad file, but not marked as one");
        findings.file("I-pad-without-attr", index, message);
    }
}

fn reason(why: UnsafePath) -> &'static str {
    match why {
        UnsafePath::Empty => "a name is empty",
        UnsafePath::Dots => "a name is `.` or `..`",
        UnsafePath::Slash => "a name holds a `/`",
        UnsafePath::Nul => "a name holds a NUL byte",
        UnsafePath::TooLong => "a name is longer than 255 bytes",
        // About paths and links, not names: they have rules of their own.
        UnsafePath::Twice | UnsafePath::FileAndFolder | UnsafePath::Link => "the path cannot be used",
    }
}

fn check_link(file: File<'_>, order: &Order<'_>, findings: &mut Findings) {
    let (index, Some(target)) = (file.index, file.symlink) else { return };
    if target.check().is_err() {
        let message = format_args!("the symbolic link at file {index} leads out of the torrent");
        findings.file("E-unsafe-link", index, message);
    } else if order.find(target.components()).is_none() {
        let message = format_args!("the symbolic link at file {index} leads to nothing in the torrent");
        findings.file("W-dangling-link", index, message);
    }
}

fn check_clashes(files: &FileList, order: &Order<'_>, findings: &mut Findings) {
    for (a, b) in order.neighbours() {
        let (first, second) = (files.path(a), files.path(b));
        if first == second {
            findings.file("E-duplicate-path", b, format_args!("file {b} has the same path as file {a}"));
        } else if starts_with(second, first) {
            let message = format_args!("file {b} needs a folder where file {a} is a file");
            findings.file("E-file-and-folder", b, message);
        }
    }
}

fn starts_with(path: RawPath<'_>, start: RawPath<'_>) -> bool {
    let mut components = path.components();
    start.components().all(|component| components.next() == Some(component))
}

/// Control characters, and those that turn the direction of text, with which names lie about their extension.
fn has_control(name: &[u8]) -> bool {
    let printable = |byte: &u8| (0x20..0x7f).contains(byte);
    if name.iter().all(printable) {
        return false;
    }
    let lossy = String::from_utf8_lossy(name);
    lossy.chars().any(|char| char.is_control() || TURNS.contains(&char))
}

const TURNS: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// Parts of a path: libtorrent loads no torrent with more.
pub(super) const DEPTH: usize = 100;
