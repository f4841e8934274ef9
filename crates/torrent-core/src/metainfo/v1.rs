//! The v1 half of a torrent: `files` or `length`, and `pieces` (BEP 3, BEP 47).

use std::collections::BTreeSet;

use super::fields::Known;
use super::file_hash::FileHash;
use super::keys::Info;
use super::odd::Odd;
use super::paths::{chosen_path, is_called_pad, link_target, path};
use super::{Refusal, Warning};
use crate::bencode::{BencodeEvent, Events, Value};
use crate::files::{Attributes, FileList};
use crate::limits;
use crate::path::RawPathBuf;

/// The files of the v1 half, and whether it is a single one, which then has the torrent's name. Of `files` and `length`
/// together, libtorrent takes `files`.
pub(super) fn files(
    info: &Info<'_>,
    name: &[u8],
    memory: u64,
    warnings: &mut Vec<Warning>,
) -> Result<(FileList, bool), Refusal> {
    match (info.get("files"), info.get("length")) {
        (Some(files), length) => {
            warnings.extend(length.map(|_| Warning::LengthAndFiles));
            list(files, memory, warnings).map(|files| (files, false))
        }
        (None, length) => {
            let length = length.and_then(Value::as_u64).ok_or(Refusal::Length(0))?;
            let mut files = FileList::default();
            check_total(&files, length)?;
            files.push(RawPathBuf::of([name]).as_path(), length);
            Ok((files, true))
        }
    }
}

const FILE_KEYS: [&str; 5] = ["attr", "length", "path", "path.utf-8", "symlink path"];
type FileFields<'a> = Known<'a, { FILE_KEYS.len() }>;

fn list(value: Value<'_>, memory: u64, warnings: &mut Vec<Warning>) -> Result<FileList, Refusal> {
    let mut files = FileList::default();
    let (mut malformed, mut odd) = (BTreeSet::new(), Odd::default());
    let mut events = Events::of_list(value).ok_or(Refusal::File(0))?;
    for index in 0.. {
        match events.value() {
            Some(BencodeEvent::Enter) => {
                let entries = events
                    .entries()
                    .inspect(|(key, value)| malformed.extend(FileHash::malformed(key, *value)));
                add(&mut files, &Known::of(entries, &FILE_KEYS)?, index, &mut odd)?;
            }
            Some(_) => return Err(Refusal::File(index)),
            None => break,
        }
        if files.len() > limits::FILES {
            return Err(Refusal::TooManyFiles(limits::FILES));
        }
        if files.memory() > memory {
            return Err(Refusal::file_memory(memory, files.len(), files.memory(), events.share_read()));
        }
    }
    files.shrink();
    warnings.extend(odd.warnings());
    warnings.extend(malformed.into_iter().map(Warning::Advisory));
    if files.is_empty() { Err(Refusal::NoFiles) } else { Ok(files) }
}

fn add(files: &mut FileList, entry: &FileFields<'_>, index: usize, odd: &mut Odd) -> Result<(), Refusal> {
    let attr = letters(entry.get("attr"), index, odd);
    if attr.contains(&b'l') {
        let path = path(entry.get("path")).ok_or(Refusal::Path(index))?;
        files.push_link(path, link_target(entry.get("symlink path")).ok_or(Refusal::NoTarget(index))?);
        return Ok(());
    }
    let length = entry.get("length").and_then(Value::as_u64).ok_or(Refusal::Length(index))?;
    check_total(files, length)?;
    let (raw, twin) = (entry.get("path"), entry.get("path.utf-8"));
    let path = chosen_path(raw, twin);
    if attr.contains(&b'p') {
        files.push_pad(length);
        return Ok(());
    }
    if path.is_some_and(is_called_pad) {
        files.push_called_pad(length);
        return Ok(());
    }
    odd.twin(raw, twin, index);
    files.push_with(path.ok_or(Refusal::Path(index))?, length, attributes(attr));
    Ok(())
}

/// The value of `attr`; no letters if it is no string.
pub(super) fn letters<'a>(attr: Option<Value<'a>>, index: usize, odd: &mut Odd) -> &'a [u8] {
    let letters = attr.map(Value::as_bytes);
    odd.attr.note(letters == Some(None), index);
    letters.flatten().unwrap_or_default()
}

/// What BEP 47's letters say.
pub(super) fn attributes(attr: &[u8]) -> Attributes {
    Attributes {
        executable: attr.contains(&b'x'),
        hidden: attr.contains(&b'h'),
        symlink: attr.contains(&b'l'),
    }
}

fn check_total(files: &FileList, length: u64) -> Result<(), Refusal> {
    let total = files.padded_length().checked_add(length);
    total.filter(|total| *total <= limits::TOTAL_LENGTH).map(drop).ok_or(Refusal::TotalLength)
}

/// The piece hashes, as many as the files demand.
pub(super) fn pieces<'a>(info: &Info<'a>, files: &FileList, piece_length: u64) -> Result<&'a [u8], Refusal> {
    let pieces = info.get("pieces").and_then(Value::as_bytes).ok_or(Refusal::NoPieces)?;
    if !pieces.len().is_multiple_of(20) {
        return Err(Refusal::PiecesLength(pieces.len()));
    }
    let (found, expected) = (pieces.len() as u64 / 20, files.padded_length().div_ceil(piece_length));
    if found == expected { Ok(pieces) } else { Err(Refusal::PieceCount { found, expected }) }
}
