//! What an expert would say of a torrent: everything in it that is wrong, odd or worth knowing, each with a stable code
//! and a rule that explains it ([`rule`]).
//!
//! [`check`] looks at torrents that were accepted, [`check_link`] at magnet links, [`of_refusal`] speaks of the others. It reads only the .torrent: no
//! files, no network, no clock. Time is linear in its size but for sorting the paths; findings are capped by code, so
//! that a torrent of millions of files gives a page, not a book. Messages never quote a URL: it may hold a passkey.

mod entries;
mod entry;
mod fields;
mod findings;
mod keys;
mod link;
mod names;
mod padding;
mod pieces;
mod portable;
mod quoted;
mod rules;
#[cfg(test)]
mod tests;
mod trackers;
mod tree;
mod url;
mod web_seeds;

pub use link::check_link;
pub use rules::{RULES, Rule, rule};

use crate::metainfo::{Parsed, Refusal};
use crate::order::Order;
use findings::Findings;
use keys::Keys;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Worth knowing; nothing to mend.
    Info,
    /// It works, here and with most clients, but should be mended.
    Warning,
    /// This project or a client refuses it, or the data cannot be right.
    Error,
}

impl Severity {
    /// `error`, `warning` or `info`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    fn of(code: &str) -> Self {
        match code.as_bytes().first() {
            Some(b'E') => Self::Error,
            Some(b'W') => Self::Warning,
            _ => Self::Info,
        }
    }
}

/// Something to say of a torrent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Stable: `E-…`, `W-…` or `I-…`. [`rule`] explains it.
    pub code: &'static str,
    /// What is so, in a line: lower case, no full stop. Names in it are cut, but as they are: escape it before a
    /// terminal sees it.
    pub message: String,
    /// The file it is about, in the torrent's list of files. A finding about a pad file names the file before it; one
    /// about a folder the first file in it.
    pub file: Option<usize>,
}

impl Finding {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        Severity::of(self.code)
    }
}

/// All there is to say of an accepted torrent: about the whole first, then file by file; where a code was found too
/// often, how many more times, at the end.
pub fn check(parsed: &Parsed) -> Vec<Finding> {
    let torrent = &parsed.metainfo;
    let mut findings = Findings::default();
    for warning in &parsed.warnings {
        findings.torrent(warning.code(), warning);
    }
    let keys = Keys::read(torrent, &mut findings);
    pieces::check(torrent, &mut findings);
    fields::check(torrent, &keys, &mut findings);
    trackers::check(torrent, &keys, &mut findings);
    web_seeds::check(torrent, &keys, &mut findings);
    padding::check_overhead(torrent, &mut findings);
    entries::check(torrent, &keys, &mut findings);
    let order = Order::of(torrent.files());
    tree::check(torrent, &keys, &order, &mut findings);
    names::check(torrent, &order, &mut findings);
    portable::check(torrent, &order, &mut findings);
    findings.in_order()
}

/// What a refusal says, as a finding. Its `file` is none: a refused torrent has no list of files to point into.
pub fn of_refusal(refusal: &Refusal) -> Finding {
    let message = match refusal {
        Refusal::Strict(warning) => warning.to_string(),
        other => other.to_string(),
    };
    Finding { code: refusal.code(), message, file: None }
}
