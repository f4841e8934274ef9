//! From the bytes of a .torrent to a [`Metainfo`].

use std::ops::Range;

use piece_hash::{Backend, Sha1, Sha256};

use super::advisory::Advisory;
use super::fields::Known;
use super::file_hash::FileHash;
use super::keys::{INFO_KEYS, Info, ROOT_KEYS, Root, range_of};
use super::paths::utf8;
use super::{Kind, Metainfo, Parsed, Protocol, Refusal, Warning, v1, v2};
use crate::bencode::{Fault, Outline, ScanError, ScanErrorKind, Value, outline, scan};
use crate::files::FileList;
use crate::limits;

impl Metainfo {
    /// Reads a torrent. What is readable but not right is accepted with a warning each.
    ///
    /// # Errors
    /// The first reason not to accept it.
    pub fn parse(bytes: Vec<u8>) -> Result<Parsed, Refusal> {
        Self::parse_within(bytes, u64::MAX)
    }

    /// [`parse`](Self::parse) for those who have `memory` bytes of memory for the list of files: it may take ten times as much as
    /// the torrent.
    ///
    /// # Errors
    /// Those of `parse`, and [`Refusal::FileMemory`].
    pub fn parse_within(bytes: Vec<u8>, memory: u64) -> Result<Parsed, Refusal> {
        let scanned = outline(&bytes, limits::NESTING);
        let (faults, outline) = scanned.map_err(|error| Refusal::of_scan(&bytes, error))?;
        let read = Reader::new(&bytes, &faults, &outline, memory)?.read();
        let (parts, warnings) = read.map_err(|refusal| refusal.beside(bytes.len()))?;
        Ok(Parsed { metainfo: parts.own(bytes, outline), warnings })
    }

    /// Reads a torrent that must be right in every way.
    ///
    /// # Errors
    /// The first reason not to accept it; what [`Metainfo::parse`] warns of included.
    pub fn parse_strict(bytes: Vec<u8>) -> Result<Self, Refusal> {
        let parsed = Self::parse(bytes)?;
        parsed.refuse_warnings().map(|()| parsed.metainfo)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    faults: &'a [Fault],
    root: Root<'a>,
    raw_info: &'a [u8],
    info: Info<'a>,
    /// Bytes that the list of files may take.
    memory: u64,
}

/// A [`Metainfo`] that still borrows its bytes.
struct Parts {
    info: Range<usize>,
    protocol: Protocol,
    name: Range<usize>,
    piece_length: u64,
    single_file: bool,
    files: FileList,
    pieces: Range<usize>,
    layers: v2::Layers,
    private: Option<bool>,
    advisory: Advisory,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], faults: &'a [Fault], outline: &'a Outline, memory: u64) -> Result<Self, Refusal> {
        // So do `denied` and `left` begin.
        let is_word = bytes.len() > 2 && matches!(bytes[..2], [b'd' | b'l', b'e']);
        if is_word {
            return Err(Refusal::of_scan(bytes, ScanError { offset: 0, kind: ScanErrorKind::NoValue }));
        }
        if bytes.first() != Some(&b'd') {
            return Err(Refusal::NotADictionary);
        }
        let root = Known::of(outline.dict(bytes, 0), &ROOT_KEYS)?;
        let info = root.get("info").filter(|info| info.as_dict().is_some());
        let info = info.ok_or_else(|| no_info(bytes))?;
        let known = Known::of(outline.dict(bytes, range_of(bytes, info.raw()).start), &INFO_KEYS)?;
        Ok(Self { bytes, faults, root, raw_info: info.raw(), info: known, memory })
    }

    fn read(&self) -> Result<(Parts, Vec<Warning>), Refusal> {
        let protocol = self.protocol()?;
        let piece_length = self.piece_length(protocol)?;
        let mut warnings: Vec<Warning> = self.faults.iter().map(warning_of).collect();
        let name = self.name(&mut warnings)?;
        let (files, single_file) = self.files(protocol, name, piece_length, &mut warnings)?;
        if single_file && protocol.has_v1() {
            let entries = Value::first(self.raw_info).and_then(Value::as_dict).into_iter().flatten();
            let malformed = entries.filter_map(|(key, value)| FileHash::malformed(key, value));
            warnings.extend(malformed.map(Warning::Advisory));
        }
        let pieces = if protocol.has_v1() { v1::pieces(&self.info, &files, piece_length)? } else { b"" };
        let layers = match self.root.get("piece layers") {
            Some(layers) if protocol.has_v2() => {
                let layers = v2::layers(layers, &files, piece_length, self.bytes)?;
                warnings.extend(v2::lacking(&layers, &files, piece_length));
                layers
            }
            None if protocol.has_v2() => {
                warnings.push(Warning::NoPieceLayers);
                v2::Layers::new()
            }
            _ => v2::Layers::new(),
        };
        if files.content_length() == 0 {
            warnings.push(Warning::Empty);
        }
        let parts = Parts {
            info: range_of(self.bytes, self.raw_info),
            protocol,
            name: range_of(self.bytes, name),
            piece_length,
            single_file,
            files,
            pieces: range_of(self.bytes, pieces),
            layers,
            private: self.private(&mut warnings),
            advisory: Advisory::read(&self.root, &self.info, &mut warnings),
        };
        Ok((parts, warnings))
    }

    /// BEP 52 has clients look at `meta version` before all else.
    fn protocol(&self) -> Result<Protocol, Refusal> {
        let version = self.info.get("meta version").map(|value| value.as_i64().unwrap_or(i64::MIN));
        let has_pieces = self.info.get("pieces").is_some();
        let leftover = ["length", "files"].into_iter().find(|key| self.info.get(key).is_some());
        let protocol = match (version, leftover) {
            (None | Some(1), _) => return Ok(Protocol::V1),
            (Some(2), _) if has_pieces => Protocol::Hybrid,
            (Some(2), Some(key)) => return Err(Refusal::HalfOfV1(key)),
            (Some(2), None) => Protocol::V2,
            (Some(other), _) => return Err(Refusal::MetaVersion(other)),
        };
        // Of each kind only the first fault is known, and that may stand before one in the info dictionary.
        let inside = match self.faults.is_empty() {
            true => vec![],
            // It was scanned once as a part of the whole, so it is no error.
            false => scan(self.raw_info, limits::NESTING).map(|(_, faults)| faults).unwrap_or_default(),
        };
        inside.first().map_or(Ok(protocol), |fault| Err(Refusal::NotCanonical(fault.kind)))
    }

    fn piece_length(&self, protocol: Protocol) -> Result<u64, Refusal> {
        let stated = self.info.get("piece length").and_then(Value::as_i64).ok_or(Refusal::NoPieceLength)?;
        let length =
            u64::try_from(stated).ok().filter(|length| (1..=limits::PIECE_LENGTH_MAX).contains(length));
        let length = length.ok_or(Refusal::PieceLength(stated))?;
        if protocol.has_v2() && !(length.is_power_of_two() && length >= limits::PIECE_LENGTH_MIN_V2) {
            return Err(Refusal::PieceLengthV2(stated));
        }
        Ok(length)
    }

    /// `name.utf-8` before `name`, and alone if need be: as libtorrent reads them.
    fn name(&self, warnings: &mut Vec<Warning>) -> Result<&'a [u8], Refusal> {
        // NUL bytes alone are what a zeroed buffer leaves behind, not a name.
        let is_name = |name: &&[u8]| name.iter().any(|byte| *byte != 0);
        let plain = self.info.get("name").and_then(Value::as_bytes).filter(is_name);
        let twin = self.info.get("name.utf-8");
        let better = utf8(twin).filter(is_name);
        if twin.is_some() && better.is_none() {
            warnings.push(Warning::Advisory("name.utf-8"));
        } else if twin.is_some() && plain.is_none() {
            warnings.push(Warning::OnlyUtf8("name"));
        }
        better.or(plain).ok_or(Refusal::NoName)
    }

    fn files(
        &self,
        protocol: Protocol,
        name: &[u8],
        piece_length: u64,
        warnings: &mut Vec<Warning>,
    ) -> Result<(FileList, bool), Refusal> {
        if protocol == Protocol::V1 {
            return v1::files(&self.info, name, self.memory, warnings);
        }
        let tree = self.info.get("file tree").ok_or(Refusal::NoFileTree)?;
        if protocol == Protocol::V2 {
            let files = v2::files(tree, piece_length, self.memory, warnings)?;
            let single_file = v2::is_single_file(&files, name);
            return Ok((files, single_file));
        }
        let (mut files, single_file) = v1::files(&self.info, name, self.memory, warnings)?;
        let roots = v2::roots(tree, &files, piece_length, self.memory)?;
        files.set_roots(roots);
        Ok((files, single_file))
    }

    fn private(&self, warnings: &mut Vec<Warning>) -> Option<bool> {
        let value = self.info.get("private")?;
        let private = value.as_i64().filter(|flag| matches!(flag, 0 | 1)).map(|flag| flag == 1);
        if private.is_none() {
            warnings.push(Warning::Advisory("private"));
        }
        // Whoever wrote anything but 0 meant it.
        private.or(Some(true))
    }
}

impl Parts {
    fn own(self, bytes: Vec<u8>, outline: Outline) -> Metainfo {
        let info = &bytes[self.info.clone()];
        let backend = Backend::best();
        Metainfo {
            info_hash_v1: self.protocol.has_v1().then(|| backend.digest::<Sha1>(info)),
            info_hash_v2: self.protocol.has_v2().then(|| backend.digest::<Sha256>(info)),
            info: self.info,
            protocol: self.protocol,
            name: self.name,
            piece_length: self.piece_length,
            single_file: self.single_file,
            files: self.files,
            pieces: self.pieces,
            layers: self.layers,
            private: self.private,
            advisory: self.advisory,
            bytes,
            outline,
        }
    }
}

fn no_info(bytes: &[u8]) -> Refusal {
    let kind = Value::first(bytes).and_then(Kind::of_dictionary);
    kind.map_or(Refusal::NoInfo, Refusal::OtherDictionary)
}

fn warning_of(fault: &Fault) -> Warning {
    let Fault { offset, kind } = *fault;
    Warning::Bencode { offset, kind }
}
