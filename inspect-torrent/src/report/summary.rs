//! A torrent or magnet link on a screen: labels and values, no wider than the terminal.

use cli_kit::{escape, hex, show_size, show_time};
use piece_hash::{Sha1Digest, Sha256Digest};
use torrent_core::bencode::Value;
use torrent_core::magnet::{LinkWarning, ParsedLink};
use unicode_width::UnicodeWidthChar;

use crate::subject::Torrent;

/// Lines of a label and a value each.
struct Summary {
    text: String,
    columns: usize,
}

pub(super) fn of_torrent(torrent: &Torrent, columns: Option<usize>) -> String {
    let (metainfo, advisory) = (torrent.metainfo(), torrent.advisory());
    let mut summary = Summary::new(columns);
    summary.line("Name", torrent.masked(metainfo.name()));
    summary.hashes(metainfo.info_hash_v1(), metainfo.info_hash_v2());
    summary.content(torrent);
    summary.some(
        "Private",
        metainfo.private().map(|private| if private { "yes" } else { "no (said outright)" }),
    );
    summary.some("Source", advisory.source.as_ref());
    for (number, tier) in advisory.trackers.iter().enumerate() {
        let label = if number == 0 { "Trackers" } else { "" };
        let tier_of = format!("tier {}  ", number + 1);
        summary.list(label, tier.iter().map(|url| [tier_of.as_bytes(), url].concat()));
    }
    summary.list("Web seeds", advisory.web_seeds.iter());
    summary.list("HTTP seeds", advisory.http_seeds.iter());
    summary.list("DHT nodes", torrent.nodes());
    summary.some("Comment", advisory.comment.as_ref());
    summary.some("Created by", advisory.created_by.as_ref());
    summary.some("Created", advisory.creation_date.map(show_time));
    summary.some("Update URL", advisory.update_url.as_ref());
    summary.list("Similar", advisory.similar.iter().map(|hash| hex(hash)));
    summary.list("Collections", advisory.collections.iter());
    summary.list("Signed by", signers(torrent).take(MOST_SIGNERS));
    let warnings = torrent.warnings();
    summary.list("Warnings", warnings.into_iter().map(|(code, message)| format!("{message} [{code}]")));
    summary.text
}

/// Who the torrent says has signed it (BEP 35). That proves nothing: anybody may have written it.
fn signers(torrent: &Torrent) -> impl Iterator<Item = Vec<u8>> {
    let signatures = torrent.metainfo().root_entries().get(b"signatures").and_then(Value::as_dict);
    signatures.into_iter().flatten().map(|(name, _)| [name, b" (unverified)"].concat())
}

pub(super) fn of_link(link: &ParsedLink, columns: Option<usize>) -> String {
    let magnet = &link.magnet;
    let mut summary = Summary::new(columns);
    summary.some("Name", magnet.name.as_ref());
    summary.hashes(magnet.info_hash_v1, magnet.info_hash_v2);
    summary.some("Size", magnet.length.map(size));
    summary.list("Trackers", magnet.trackers.iter());
    summary.list("Web seeds", magnet.web_seeds.iter());
    summary.list("Torrent at", magnet.torrents.iter());
    summary.list("Peers", magnet.peers.iter().map(ToString::to_string));
    let run = |(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first} to {last}") }
    };
    summary.list("Files", magnet.select.iter().map(run));
    summary.some("Public key", magnet.mutable.as_ref().map(|mutable| hex(&mutable.public_key)));
    let warning = |warning: &LinkWarning| format!("{warning} [{}]", warning.code());
    summary.list("Warnings", link.warnings.iter().map(warning));
    summary.text
}

fn size(bytes: u64) -> String {
    if bytes < 1024 { format!("{bytes} bytes") } else { format!("{} ({bytes} bytes)", show_size(bytes)) }
}

impl Summary {
    fn new(columns: Option<usize>) -> Self {
        Self { text: String::new(), columns: columns.unwrap_or(usize::MAX).max(LABEL + 20) }
    }

    fn hashes(&mut self, v1: Option<Sha1Digest>, v2: Option<Sha256Digest>) {
        self.some("Info hash v1", v1.map(|hash| hex(&hash)));
        self.some("Info hash v2", v2.map(|hash| hex(&hash)));
    }

    fn content(&mut self, torrent: &Torrent) {
        let metainfo = torrent.metainfo();
        let (files, layout) = (metainfo.files(), metainfo.layout());
        let content = files.content_length();
        let kind = match (metainfo.is_single_file(), files.len()) {
            (true, _) => "a single file".to_owned(),
            (false, 1) => "a folder with 1 file".to_owned(),
            (false, count) => format!("a folder with {count} files"),
        };
        self.line("Content", kind);
        self.line("Size", size(content));
        self.line("Pieces", format!("{} of {}", layout.piece_count(), show_size(metainfo.piece_length())));
        let padding = files.padded_length() - content;
        if padding > 0 {
            let percent = padding as f64 * 100.0 / files.padded_length() as f64;
            self.line("Padding", format!("{} ({percent:.1} % of what v1 clients count)", show_size(padding)));
        }
        self.line(
            "Torrent",
            format!("{}, {}", metainfo.protocol().name(), size(metainfo.bytes().len() as u64)),
        );
    }

    fn line(&mut self, label: &str, value: impl AsRef<[u8]>) {
        let (shown, rest) = value.as_ref().split_at(value.as_ref().len().min(LONGEST));
        let mut value = escape(shown);
        if !rest.is_empty() {
            value.to_mut().push_str(&format!("… ({} bytes more)", rest.len()));
        }
        let mut label = label;
        for part in wrapped(&value, self.columns - LABEL) {
            self.text.push_str(&format!("{label:<LABEL$}{part}\n"));
            label = "";
        }
    }

    fn some(&mut self, label: &str, value: Option<impl AsRef<[u8]>>) {
        if let Some(value) = value {
            self.line(label, value);
        }
    }

    /// The label beside the first item only.
    fn list(&mut self, label: &str, items: impl Iterator<Item = impl AsRef<[u8]>>) {
        let mut label = label;
        for item in items {
            self.line(label, item);
            label = "";
        }
    }
}

/// Bytes of a value that people are shown; `--json` has all of it.
const LONGEST: usize = 64 << 10;

/// Signers that people are shown; torrents have one.
const MOST_SIGNERS: usize = 16;

/// Columns of the labels.
const LABEL: usize = 14;

/// A text in parts that fit, cut anywhere: most of what is long has no spaces.
fn wrapped(text: &str, columns: usize) -> Vec<&str> {
    let (mut parts, mut start, mut width) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        let wide = c.width().unwrap_or(0);
        if width + wide > columns {
            parts.push(&text[start..at]);
            (start, width) = (at, 0);
        }
        width += wide;
    }
    parts.push(&text[start..]);
    parts
}
