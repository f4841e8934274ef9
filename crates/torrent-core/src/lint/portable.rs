//! Names that are fine here and trouble on other systems: the same warnings that make-torrent gives.

use super::findings::Findings;
use super::order::Order;
use super::quoted::Quoted;
use crate::data::{PortabilityWarning, PortabilityWarningKind, portability_warnings};
use crate::files::FileList;
use crate::metainfo::Metainfo;

pub(super) fn check(torrent: &Metainfo, order: &Order<'_>, findings: &mut Findings) {
    let mut name = torrent.name();
    if torrent.is_single_file() {
        // The one path is the name.
        name = b"";
    }
    let of_name = portability_warnings(name, &FileList::default());
    for warning in &of_name {
        say(warning, None, findings);
    }
    // They begin with those of the name once more.
    for warning in of_paths(name, torrent.files(), order).iter().skip(of_name.len()) {
        let file = order.find(warning.path.split(|byte| *byte == b'/'));
        say(warning, file, findings);
    }
}

fn say(warning: &PortabilityWarning, file: Option<usize>, findings: &mut Findings) {
    let PortabilityWarning { path, kind } = warning;
    let path = Quoted(path);
    match kind {
        PortabilityWarningKind::CaseTwin(twin) | PortabilityWarningKind::UnicodeTwin(twin) => {
            findings.add(warning.code(), file, format_args!("{path}: {kind}: {}", Quoted(twin)));
        }
        _ => findings.add(warning.code(), file, format_args!("{path}: {kind}")),
    }
}

fn of_paths(name: &[u8], files: &FileList, order: &Order<'_>) -> Vec<PortabilityWarning> {
    let total: usize = files.iter().map(|file| cost(name, files, file.index)).sum();
    if order.is_own() && total <= BUDGET {
        return portability_warnings(name, files);
    }
    let mut left = BUDGET;
    let mut list = FileList::default();
    for index in order.indices() {
        if let Some(rest) = left.checked_sub(cost(name, files, index)) {
            left = rest;
            list.push(files.get(index).path, 0);
        }
    }
    portability_warnings(name, &list)
}

/// How many bytes the warnings about a file may take: none for ordinary names, and the square of its length for a path
/// of thousands of bad ones.
fn cost(name: &[u8], files: &FileList, index: usize) -> usize {
    let path = files.get(index).path;
    let bad = path.components().filter(|component| may_be_bad(component)).count();
    let is_long = name.len() + path.as_bencoded().len() > LONG;
    path.as_bencoded().len().saturating_mul(bad + usize::from(is_long))
}

/// True for every name that gets a warning of its own, and for few others.
fn may_be_bad(name: &[u8]) -> bool {
    let is_reserved = |byte: &u8| *byte < 32 || b"<>:\"/\\|?*".contains(byte);
    let start = name.get(..3).map(<[u8]>::to_ascii_lowercase).unwrap_or_default();
    name.len() > LONG
        || name.iter().any(is_reserved)
        || name.ends_with(b".")
        || name.ends_with(b" ")
        || [b"con", b"prn", b"aux", b"nul", b"com", b"lpt"].iter().any(|device| start == *device)
}

/// Bytes of names and paths below which nothing is too long.
const LONG: usize = 200;

/// Bytes that the warnings may take. Files whose warnings would take more are passed over: no honest torrent comes near.
const BUDGET: usize = 64 << 20;
