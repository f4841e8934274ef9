//! Piece lengths, and sizes at which some client gives up.

use super::findings::Findings;
use crate::metainfo::Metainfo;

pub(super) fn check(torrent: &Metainfo, findings: &mut Findings) {
    check_piece_length(torrent.piece_length(), findings);
    check_limits(torrent, findings);
    for file in torrent.files().iter().filter(|file| file.length > FILE) {
        let message = format_args!("file {} has {} bytes", file.index, file.length);
        findings.file("W-large-file", file.index, message);
    }
}

fn check_piece_length(length: u64, findings: &mut Findings) {
    if !length.is_power_of_two() {
        let message = format_args!("`piece length` {length} is not a power of two");
        findings.torrent("W-piece-length-power", message);
    }
    let code = match length {
        0..BLOCK => "W-piece-length-small",
        BLOCK..=LARGE => return,
        _ if length <= VERY_LARGE => "I-piece-length-large",
        _ if length <= HUGE => "W-piece-length-large",
        _ => "E-piece-length-huge",
    };
    findings.torrent(code, format_args!("`piece length` is {length}"));
}

fn check_limits(torrent: &Metainfo, findings: &mut Findings) {
    let (bytes, info) = (torrent.bytes().len(), torrent.raw_info().len());
    let pieces = torrent.layout().piece_count();
    if pieces > PIECES {
        findings.torrent("W-many-pieces", format_args!("there are {pieces} pieces"));
    }
    if bytes > TORRENT {
        findings.torrent("W-large-torrent", format_args!("the .torrent has {bytes} bytes"));
    }
    if info > INFO {
        findings.torrent("W-large-info", format_args!("the info dictionary has {info} bytes"));
    }
    let tokens = torrent.tokens();
    if tokens > TOKENS {
        findings.torrent("W-many-tokens", format_args!("the .torrent has {tokens} bencoded values and ends"));
    }
}

/// What peers ask for at a time.
const BLOCK: u64 = crate::limits::BLOCK;

/// uTorrent and its kin trip over larger pieces; see the rules for who refuses what.
const LARGE: u64 = 16 << 20;
const VERY_LARGE: u64 = 64 << 20;
const HUGE: u64 = 256 << 20;

/// libtorrent's limits on loading: pieces, bytes, tokens; the bytes of a file; the metadata it takes from peers.
const PIECES: u64 = 0x20_0000;
const TORRENT: usize = 10_000_000;
const TOKENS: usize = 3_000_000;
const FILE: u64 = (1 << 48) - 1;
const INFO: usize = 30 << 20;
