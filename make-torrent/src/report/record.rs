//! A torrent as one line of JSON: `schema/make-torrent-1.json`.

use std::os::unix::ffi::OsStrExt;

use cli_kit::{JsonBytes, hex};
use serde::Serialize;
use torrent_core::files::File;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::{Draft, Metainfo};

use super::said::Said;
use super::{Fate, Warning, Warnings};
use crate::torrent::{Output, Torrent};

/// What is said of a torrent that was made, or would be.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    torrent: Option<JsonBytes<&'a [u8]>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unchanged: bool,
    name: JsonBytes<&'a [u8]>,
    protocol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash_v1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash_v2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    magnet: Option<String>,
    size: u64,
    padded_size: u64,
    piece_length: u64,
    pieces: u64,
    single_file: bool,
    file_count: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<FileRecord>,
    torrent_size: u64,
    #[serde(flatten)]
    said: Said<'a>,
    private: bool,
    warnings: &'a [Warning],
}

#[derive(Serialize)]
struct FileRecord {
    path: JsonBytes<Vec<u8>>,
    length: u64,
    offset: u64,
}

const SCHEMA: &str = "piecework/make-torrent/1";

impl<'a> Record<'a> {
    pub(super) fn of_made(
        torrent: &'a Torrent,
        metainfo: &'a Metainfo,
        warnings: &'a Warnings,
        fate: Fate,
    ) -> Self {
        Self {
            schema: SCHEMA,
            torrent: path_of(torrent),
            dry_run: false,
            unchanged: fate == Fate::Kept,
            name: JsonBytes(metainfo.name()),
            protocol: metainfo.protocol().name(),
            info_hash_v1: metainfo.info_hash_v1().map(|hash| hex(&hash)),
            info_hash_v2: metainfo.info_hash_v2().map(|hash| hex(&hash)),
            magnet: Some(Magnet::of(metainfo).to_string()),
            size: metainfo.files().content_length(),
            padded_size: metainfo.files().padded_length(),
            piece_length: metainfo.piece_length(),
            pieces: metainfo.layout().piece_count(),
            single_file: metainfo.is_single_file(),
            file_count: metainfo.files().len(),
            files: Vec::new(),
            torrent_size: metainfo.bytes().len() as u64,
            said: Said::of_made(metainfo),
            private: metainfo.private() == Some(true),
            warnings: &warnings.0,
        }
    }

    pub(super) fn of_draft(torrent: &'a Torrent, draft: &'a Draft, warnings: &'a Warnings) -> Self {
        let file = |file: File<'_>| FileRecord {
            path: JsonBytes(file.path.joined()),
            length: file.length,
            offset: file.offset,
        };
        Self {
            schema: SCHEMA,
            torrent: path_of(torrent),
            dry_run: true,
            unchanged: false,
            name: JsonBytes(draft.name.as_slice()),
            protocol: draft.protocol.name(),
            info_hash_v1: None,
            info_hash_v2: None,
            magnet: None,
            size: draft.files.content_length(),
            padded_size: draft.files.padded_length(),
            piece_length: draft.piece_length,
            pieces: draft.layout().piece_count(),
            single_file: draft.single_file,
            file_count: draft.files.len(),
            files: draft.files.iter().map(file).collect(),
            torrent_size: draft.size(),
            said: Said::of_draft(draft),
            private: draft.info.contains_key(b"private".as_slice()),
            warnings: &warnings.0,
        }
    }
}

fn path_of(torrent: &Torrent) -> Option<JsonBytes<&'_ [u8]>> {
    match &torrent.output {
        Output::File(path) => Some(JsonBytes(path.as_os_str().as_bytes())),
        Output::Stdout => None,
    }
}
