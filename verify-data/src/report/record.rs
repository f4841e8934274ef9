//! JSON: one line for the torrent, then one a file: `schema/verify-data-*.json`.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;

use cli_kit::{JsonBytes, hex, io_cause};
use serde::Serialize;
use torrent_core::data::{FileReport, Verdict};
use torrent_core::files::File;
use torrent_core::metainfo::Protocol;

use super::{LEADS_OUT, Verified, state_name};
use crate::plan::{Extent, Plan, is_stdin};

/// The torrent as a whole.
#[derive(Serialize)]
pub(super) struct SummaryRecord<'a> {
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    torrent: Option<JsonBytes<&'a [u8]>>,
    name: JsonBytes<&'a [u8]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash_v1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash_v2: Option<String>,
    extent: &'static str,
    size: u64,
    proven: u64,
    complete: bool,
    file_count: usize,
    states: BTreeMap<&'static str, usize>,
    piece_length: u64,
    pieces: usize,
    pieces_good: usize,
    pieces_bad: usize,
    pieces_disputed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_count: Option<usize>,
}

impl<'a> SummaryRecord<'a> {
    pub(super) fn new(plan: &Plan, verified: &Verified<'a>) -> Self {
        let torrent = verified.torrent;
        let count =
            |is: fn(&Verdict) -> bool| verified.report.pieces.iter().filter(|verdict| is(verdict)).count();
        Self {
            schema: "piecework/verify-data/1",
            torrent: torrent_of(verified),
            name: JsonBytes(torrent.name()),
            info_hash_v1: torrent.info_hash_v1().map(|hash| hex(&hash)),
            info_hash_v2: torrent.info_hash_v2().map(|hash| hex(&hash)),
            extent: match plan.extent {
                Extent::All if verified.selected.is_some() => "selection",
                Extent::All => "all",
                Extent::Sizes => "sizes",
                Extent::Sample { .. } => "sample",
            },
            size: verified.size(),
            proven: verified.proven(),
            complete: verified.report.is_complete(),
            file_count: verified.files().count(),
            states: verified.states().into_iter().map(|(state, count)| (state_name(state), count)).collect(),
            piece_length: torrent.piece_length(),
            pieces: verified.report.pieces.len(),
            pieces_good: count(|verdict| *verdict == Verdict::Good),
            pieces_bad: count(|verdict| matches!(verdict, Verdict::Bad { .. } | Verdict::Hole)),
            pieces_disputed: match torrent.protocol() {
                Protocol::Hybrid => count(Verdict::is_disputed),
                _ => 0,
            },
            extra_count: plan.extra.then_some(verified.extra.len()),
        }
    }
}

/// Whose line it is: absent for standard input.
fn torrent_of<'a>(verified: &Verified<'a>) -> Option<JsonBytes<&'a [u8]>> {
    (!is_stdin(verified.path)).then(|| JsonBytes(verified.path.as_os_str().as_bytes()))
}

/// A file, as a line of JSON says it.
#[derive(Serialize)]
pub(super) struct FileRecord<'a> {
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    torrent: Option<JsonBytes<&'a [u8]>>,
    path: JsonBytes<Vec<u8>>,
    length: u64,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    found_length: Option<u64>,
    proven: u64,
    bad: &'a [(u64, u64)],
    #[serde(skip_serializing_if = "Option::is_none")]
    proven_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl<'a> FileRecord<'a> {
    pub(super) fn new(verified: &Verified<'a>, file: File<'_>, report: &'a FileReport) -> Self {
        Self {
            schema: "piecework/verify-data-file/1",
            torrent: torrent_of(verified),
            path: JsonBytes(file.path.joined()),
            length: file.length,
            state: state_name(report.state),
            found_length: report.found_length,
            proven: report.proven,
            bad: &report.bad,
            proven_by: report.file_hash.map(|hash| hash.name()),
            error: match report.leads_out {
                true => Some(LEADS_OUT.to_owned()),
                false => report.error.as_ref().map(io_cause),
            },
        }
    }
}

/// Something beside the torrent's files.
#[derive(Serialize)]
pub(super) struct ExtraRecord<'a> {
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    torrent: Option<JsonBytes<&'a [u8]>>,
    path: JsonBytes<&'a [u8]>,
    state: &'static str,
}

impl<'a> ExtraRecord<'a> {
    pub(super) fn new(verified: &Verified<'a>, path: &'a [u8]) -> Self {
        let torrent = torrent_of(verified);
        Self { schema: "piecework/verify-data-extra/1", torrent, path: JsonBytes(path), state: "extra" }
    }
}
