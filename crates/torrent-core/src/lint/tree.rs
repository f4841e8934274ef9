//! The v2 half as it stands (BEP 52), and what it means to those who read only the other.

use super::entries::Notes;
use super::entry::Entry;
use super::findings::Findings;
use super::keys::Keys;
use crate::bencode::{BencodeEvent, Events};
use crate::files::{File, FileIndex, FileList};
use crate::metainfo::{Metainfo, Protocol};
use crate::order::Order;

pub(super) fn check(torrent: &Metainfo, keys: &Keys<'_>, order: &Order<'_>, findings: &mut Findings) {
    check_versions(torrent, keys, findings);
    if torrent.protocol().has_v2() {
        check_tree(torrent, keys, findings);
        check_identical(torrent.files(), findings);
    } else if let Some(index) = order.first_astray() {
        let message = format_args!("file {index} would stand before file {} by its path", index - 1);
        findings.file("I-file-order", index, message);
    }
}

fn check_versions(torrent: &Metainfo, keys: &Keys<'_>, findings: &mut Findings) {
    match torrent.protocol() {
        Protocol::V2 => findings.torrent("I-v2-only", "clients that know only v1 cannot load it"),
        Protocol::Hybrid => {}
        Protocol::V1 => check_leftovers(keys, findings),
    }
}

fn check_leftovers(keys: &Keys<'_>, findings: &mut Findings) {
    if keys.info("meta version").is_some() {
        findings.torrent("I-meta-version", "`meta version` 1 says what its absence says as well");
    }
    let stray = [("file tree", keys.info("file tree")), ("piece layers", keys.root("piece layers"))];
    for (key, _) in stray.iter().filter(|(_, value)| value.is_some()) {
        let message = format_args!("`{key}` has no effect without `meta version` 2");
        findings.torrent("W-v2-keys-ignored", message);
    }
}

/// One pass over the tree, which the parser has found to be one.
fn check_tree(torrent: &Metainfo, keys: &Keys<'_>, findings: &mut Findings) {
    let Some(tree) = keys.info("file tree") else { return };
    let mut events = Events::new(tree.raw());
    let mut notes = Notes::default();
    let (mut depth, mut index) = (0_usize, 0);
    events.value();
    loop {
        match events.key() {
            Some(BencodeEvent::Key(b"")) => {
                events.value();
                let entry = Entry::of(events.entries());
                check_entry(torrent, index, &entry, findings);
                notes.file(&entry, findings);
                index += 1;
            }
            Some(BencodeEvent::Key(_)) => {
                depth += 1;
                events.value();
            }
            Some(BencodeEvent::Leave) if depth > 0 => depth -= 1,
            _ => break,
        }
    }
    if torrent.protocol() == Protocol::V2 {
        notes.say(findings);
    }
}

fn check_entry(torrent: &Metainfo, index: usize, entry: &Entry<'_>, findings: &mut Findings) {
    if entry.length == 0 && entry.has_root {
        findings.file("W-empty-file-root", index, format_args!("file {index} has a root, but no bytes"));
    }
    // The list has what the v1 half says.
    if torrent.protocol() != Protocol::Hybrid || torrent.is_single_file() || index >= torrent.files().len() {
        return;
    }
    let v1 = torrent.files().get(index).attributes;
    let has = |letter: u8| entry.attr.contains(&letter);
    if (v1.executable, v1.hidden) != (has(b'x'), has(b'h')) && !v1.symlink {
        let message = format_args!("the v1 and v2 halves give file {index} different attributes");
        findings.file("W-attributes-differ", index, message);
    }
}

/// Files with the same root have the same bytes.
fn check_identical(files: &FileList, findings: &mut Findings) {
    // The start of a root settles the order of all but identical ones, and then the list need not be looked into.
    let start_of = |file: File<'_>| Some((u64::from_be_bytes(*file.root?.first_chunk()?), file.index));
    let mut roots: Vec<(u64, FileIndex)> =
        files.iter().filter_map(start_of).map(|(start, file)| (start, FileIndex::of(file))).collect();
    let root = |file: FileIndex| files.get(file.index()).root;
    roots.sort_unstable_by(|&(a, first), &(b, second)| {
        a.cmp(&b).then_with(|| root(first).cmp(&root(second))).then(first.cmp(&second))
    });
    for pair in roots.windows(2) {
        let [(a, first), (b, second)] = [pair[0], pair[1]];
        if a == b && root(first) == root(second) {
            let (first, second) = (first.index(), second.index());
            let message = format_args!("file {second} has the same bytes as file {first}");
            findings.file("I-identical-files", second, message);
        }
    }
}
