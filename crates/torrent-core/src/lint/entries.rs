//! The entries of files as they stand: what the parser passes over (BEP 3, BEP 47), in v1's `files` and in v2's tree.

use super::entry::Entry;
use super::findings::Findings;
use super::keys::Keys;
use super::padding::Pads;
use super::quoted::Quoted;
use crate::bencode::{BencodeEvent, Events, Value};
use crate::files::Attributes;
use crate::metainfo::Metainfo;

pub(super) fn check(torrent: &Metainfo, keys: &Keys<'_>, findings: &mut Findings) {
    let mut notes = Notes::default();
    let mut pads = Pads::new(torrent);
    if let Some(mut files) = keys.info("files").and_then(Events::of_list) {
        while files.value() == Some(BencodeEvent::Enter) {
            let entry = Entry::of(files.entries());
            pads.entry(&entry, findings);
            if !entry.is_pad() {
                notes.file(&entry, findings);
            }
        }
    }
    pads.end(findings);
    notes.utf8_names += usize::from(keys.info("name.utf-8").is_some());
    notes.hashes += usize::from(keys.info("md5sum").or(keys.info("sha1")).is_some());
    notes.say(findings);
    check_attributes(torrent, findings);
}

/// What is reported once for all files, and the place of the next one.
#[derive(Default)]
pub(super) struct Notes<'a> {
    index: usize,
    utf8_names: usize,
    hashes: usize,
    unknown: Vec<&'a [u8]>,
}

impl<'a> Notes<'a> {
    /// Looks at the next file that is no pad file.
    pub(super) fn file(&mut self, entry: &Entry<'a>, findings: &mut Findings) {
        let index = self.index;
        self.index += 1;
        self.utf8_names += usize::from(entry.path_utf8.is_some());
        self.hashes += usize::from(entry.sha1.or(entry.md5sum).is_some());
        check_hashes(index, entry, findings);
        check_letters(index, entry, findings);
        if entry.is_link() && entry.length > 0 {
            let message = format_args!("the symbolic link at file {index} has {} bytes", entry.length);
            findings.file("W-link-length", index, message);
        }
        self.unknown_key(index, entry, findings);
    }

    /// Every unknown key once, at the first file that has it.
    fn unknown_key(&mut self, index: usize, entry: &Entry<'a>, findings: &mut Findings) {
        let Some(key) = entry.unknown else { return };
        if self.unknown.len() < super::findings::MOST && !self.unknown.contains(&key) {
            self.unknown.push(key);
            let message = format_args!("file {index} has the key {}, which is not in any BEP", Quoted(key));
            findings.file("I-unknown-file-key", index, message);
        }
    }

    pub(super) fn say(&self, findings: &mut Findings) {
        if self.utf8_names > 0 {
            let message = format_args!("{} names stand beside a `.utf-8` twin", self.utf8_names);
            findings.torrent("I-utf8-twin", message);
        }
        if self.hashes > 0 {
            let message = format_args!("{} files carry `sha1` or `md5sum`", self.hashes);
            findings.torrent("I-file-hash", message);
        }
    }
}

fn check_hashes(index: usize, entry: &Entry<'_>, findings: &mut Findings) {
    let is_odd = |value: Option<Value<'_>>, length| {
        value.is_some_and(|value| value.as_bytes().map(<[u8]>::len) != Some(length))
    };
    if is_odd(entry.sha1, 20) {
        findings.file("I-file-hash-form", index, format_args!("`sha1` of file {index} has not 20 bytes"));
    }
    if is_odd(entry.md5sum, 32) {
        let message = format_args!("`md5sum` of file {index} has not 32 hexadecimal digits");
        findings.file("I-file-hash-form", index, message);
    }
}

fn check_letters(index: usize, entry: &Entry<'_>, findings: &mut Findings) {
    if entry.attr.iter().any(|letter| !b"hlpx".contains(letter)) {
        let message = format_args!("`attr` of file {index} has letters that BEP 47 does not know");
        findings.file("I-unknown-attribute", index, message);
    }
}

type IsMarked = fn(Attributes) -> bool;

const MARKS: [(&str, &str, IsMarked); 3] = [
    ("I-executable", "executable", |attributes| attributes.executable),
    ("I-hidden", "hidden", |attributes| attributes.hidden),
    ("I-symlink", "symbolic links", |attributes| attributes.symlink),
];

fn check_attributes(torrent: &Metainfo, findings: &mut Findings) {
    for (code, what, is_marked) in MARKS {
        let count = torrent.files().iter().filter(|file| is_marked(file.attributes)).count();
        if count > 0 {
            findings.torrent(code, format_args!("{count} files are marked as {what}"));
        }
    }
}
