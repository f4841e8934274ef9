//! Pad files (BEP 47) and what padding costs (BEP 52).

use super::entry::Entry;
use super::findings::Findings;
use crate::bencode::Value;
use crate::metainfo::{Metainfo, Protocol};
use crate::path::RawPath;

/// Reads the entries of `files` in order and judges the pad files among them.
pub(super) struct Pads {
    piece_length: u64,
    /// Files so far, pad files left out.
    files: usize,
    offset: u64,
    before: Before,
    is_hybrid: bool,
    /// Pad files that are not just what the next file needs to start a piece.
    odd: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    File,
    Pad,
}

impl Pads {
    pub(super) fn new(torrent: &Metainfo) -> Self {
        let is_hybrid = torrent.protocol() == Protocol::Hybrid;
        let piece_length = torrent.piece_length();
        Self { piece_length, files: 0, offset: 0, before: Before::Nothing, is_hybrid, odd: 0 }
    }

    pub(super) fn entry(&mut self, entry: &Entry<'_>, findings: &mut Findings) {
        // The length of a link is passed over, as the parser does.
        let length = if entry.is_link() { 0 } else { entry.length };
        self.offset = self.offset.saturating_add(length);
        if entry.is_pad() {
            self.pad(entry, findings);
            self.before = Before::Pad;
        } else {
            self.files += 1;
            self.before = Before::File;
        }
    }

    /// libtorrent places the files of the v2 half itself, with the pad files that they need, and compares.
    pub(super) fn end(&self, findings: &mut Findings) {
        if self.is_hybrid && self.odd > 0 {
            let message = format_args!("{} pad files are none that the v2 half asks for", self.odd);
            findings.torrent("E-hybrid-pads", message);
        }
    }

    fn pad(&mut self, entry: &Entry<'_>, findings: &mut Findings) {
        let is_long = entry.length >= self.piece_length;
        let is_unaligned = !self.offset.is_multiple_of(self.piece_length);
        let is_misplaced = self.before != Before::File || entry.length == 0;
        self.odd += usize::from(is_long || is_unaligned || is_misplaced);
        self.place(entry, findings);
        let mut say = |code, what| {
            let file = self.files.checked_sub(1);
            match file {
                Some(file) => {
                    findings.add(code, Some(file), format_args!("the pad file behind file {file} {what}"))
                }
                None => findings.add(code, None, format_args!("the pad file at the front {what}")),
            }
        };
        if is_long {
            say("W-pad-length", "is not shorter than a piece");
        }
        if is_unaligned {
            say("W-pad-unaligned", "does not end where a piece ends");
        }
        if !entry.is_marked_pad() {
            say("I-pad-without-attr", "is one by its name only: `attr` does not say `p`");
        } else if !entry.path.is_some_and(is_in_pad_folder) {
            say("I-pad-path", "is not called `.pad/` and a number");
        }
    }

    fn place(&self, entry: &Entry<'_>, findings: &mut Findings) {
        let file = self.files.checked_sub(1);
        if self.before == Before::Nothing {
            findings.add("W-pad-place", file, "the torrent starts with a pad file");
        }
        if self.before == Before::Pad {
            findings.add("W-pad-place", file, "two pad files follow one another");
        }
        if entry.length == 0 {
            findings.add("W-pad-place", file, "a pad file has no bytes");
        }
    }
}

fn is_in_pad_folder(path: Value<'_>) -> bool {
    let mut components = path.as_list().into_iter().flatten().map(Value::as_bytes);
    components.next().flatten() == Some(b".pad") && components.next().flatten().is_some_and(is_number)
}

fn is_number(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_digit)
}

/// `.pad/123` (BEP 47), which without `attr` is a file as any other.
pub(super) fn looks_like_pad(path: RawPath<'_>) -> bool {
    let mut components = path.components();
    let [folder, name, more] = [components.next(), components.next(), components.next()];
    folder == Some(b".pad") && name.is_some_and(is_number) && more.is_none()
}

/// How much of what v1 clients download is zeros, and whether the last file of a hybrid is padded.
pub(super) fn check_overhead(torrent: &Metainfo, findings: &mut Findings) {
    let files = torrent.files();
    let (content, padded) = (files.content_length(), files.padded_length());
    if torrent.protocol().has_v1() && content > 0 && padded - content > content / 4 {
        let message = format_args!("{} bytes of padding for {content} bytes of files", padded - content);
        findings.torrent("W-padding-overhead", message);
    }
    let has_tail = padded.is_multiple_of(torrent.piece_length());
    if torrent.protocol() == Protocol::Hybrid && files.len() > 1 && !has_tail {
        findings.torrent("I-tail-pad", "no pad file follows the last file of the v1 half");
    }
}
