//! What a .torrent says (BEP 3, 47, 52): v1, v2 or hybrid.
//!
//! A [`Metainfo`] comes from [`Metainfo::parse`] and is consistent by construction: hashes fit lengths, both halves of
//! a hybrid agree, tree layers fold to their roots. Names are kept as they are: whether they can be file paths is
//! for [`crate::path`] to say. Info hashes are of the raw bytes. A [`Draft`] is a torrent on its way to be written.

mod advisory;
mod draft;
mod entries;
mod fields;
mod file_hash;
mod keys;
mod kind;
mod odd;
mod parse;
mod paths;
mod piece_length;
mod read;
mod refusal;
#[cfg(test)]
mod tests;
mod v1;
mod v2;
mod write;

use std::collections::BTreeMap;
use std::ops::Range;

use piece_hash::{Sha1Digest, Sha256Digest};

pub use advisory::Advisory;
pub use draft::{Draft, PieceHashes, Written, bencoded, values_of};
pub use entries::FILE_KEYS;
pub use file_hash::FileHash;
pub use keys::{INFO_KEYS, ROOT_KEYS};
pub use kind::Kind;
pub(crate) use paths::{chosen_path, holds_pad_mark, is_called_pad};
pub use piece_length::{AUTOMATIC_MAX, Bounds, Unreachable, automatic as automatic_piece_length};
pub use read::{ReadError, open_torrent, read_torrent};
pub use refusal::{Refusal, Warning};
pub use write::{Fields, outer_of, torrent_around};

use crate::bencode::{Dict, Outline};
use crate::clashes::check_files;
use crate::files::{File, FileList};
use crate::layout::Layout;
use crate::path::{UnsafeName, check_component};

/// Which hashes a torrent has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    /// SHA-1 over pieces (BEP 3).
    V1,
    /// SHA-256 trees over files (BEP 52).
    V2,
    /// Both (BEP 52, "upgrade path").
    Hybrid,
}

impl Protocol {
    /// Whether it has SHA-1 pieces.
    pub fn has_v1(self) -> bool {
        self != Self::V2
    }

    /// Whether it has SHA-256 trees.
    pub fn has_v2(self) -> bool {
        self != Self::V1
    }

    /// `v1`, `v2` or `hybrid`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
            Self::Hybrid => "hybrid",
        }
    }
}

/// A torrent that was read.
#[derive(Clone, Debug)]
pub struct Metainfo {
    /// The whole .torrent as it came.
    bytes: Vec<u8>,
    outline: Outline,
    info: Range<usize>,
    protocol: Protocol,
    info_hash_v1: Option<Sha1Digest>,
    info_hash_v2: Option<Sha256Digest>,
    name: Range<usize>,
    piece_length: u64,
    single_file: bool,
    files: FileList,
    /// Where in `bytes` the v1 piece hashes stand; empty for v2.
    pieces: Range<usize>,
    /// Where in `bytes` the piece layer of a file stands, by index of the file.
    layers: BTreeMap<usize, Range<usize>>,
    private: Option<bool>,
    advisory: Advisory,
}

/// A torrent and what is odd about it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The torrent that was read.
    pub metainfo: Metainfo,
    /// What was accepted though it should not be so.
    pub warnings: Vec<Warning>,
}

impl Parsed {
    /// Counts what is odd as wrong.
    ///
    /// # Errors
    /// The first warning.
    pub fn refuse_warnings(&self) -> Result<(), Refusal> {
        self.warnings.first().map_or(Ok(()), |warning| Err(Refusal::Strict(warning.clone())))
    }
}

impl Metainfo {
    /// The .torrent as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// About how many bytes of memory it takes.
    pub fn memory(&self) -> u64 {
        let layers = (self.layers.len() * LAYER) as u64;
        self.bytes.len() as u64 + self.files.memory() + layers + self.advisory.memory()
    }

    /// The `info` dictionary as it stands: what the info hashes are of.
    pub fn raw_info(&self) -> &[u8] {
        &self.bytes[self.info.clone()]
    }

    /// The entries of the outer dictionary, known and unknown. Cheap, however many files there are.
    pub fn root_entries(&self) -> Dict<'_> {
        self.outline.dict(&self.bytes, 0)
    }

    /// The entries of the `info` dictionary, just so.
    pub fn info_entries(&self) -> Dict<'_> {
        self.outline.dict(&self.bytes, self.info.start)
    }

    /// How many strings, integers, and starts and ends of lists and dictionaries the .torrent has.
    pub(crate) fn tokens(&self) -> usize {
        self.outline.tokens
    }

    /// Which hashes it has.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// SHA-1 of the raw info dictionary; v1 and hybrid.
    pub fn info_hash_v1(&self) -> Option<Sha1Digest> {
        self.info_hash_v1
    }

    /// SHA-256 of the raw info dictionary; v2 and hybrid.
    pub fn info_hash_v2(&self) -> Option<Sha256Digest> {
        self.info_hash_v2
    }

    /// The name of the file or folder, any bytes.
    pub fn name(&self) -> &[u8] {
        &self.bytes[self.name.clone()]
    }

    /// What keeps the names from being file paths: that of the torrent, and the first file's. Nothing if they are safe.
    pub fn unsafe_names(&self) -> impl Iterator<Item = UnsafeName> {
        let name = check_component(self.name()).err().map(UnsafeName::Torrent);
        let file = || check_files(&self.files).err().map(UnsafeName::File);
        name.into_iter().chain(std::iter::once_with(file).flatten())
    }

    /// Checks that all names can be file paths.
    ///
    /// # Errors
    /// The first of [`Metainfo::unsafe_names`].
    pub fn check_names(&self) -> Result<(), UnsafeName> {
        self.unsafe_names().next().map_or(Ok(()), Err)
    }

    /// Bytes of a piece.
    pub fn piece_length(&self) -> u64 {
        self.piece_length
    }

    /// True if the torrent is a file, not a folder: its one path is then the name.
    pub fn is_single_file(&self) -> bool {
        self.single_file
    }

    /// The files, pad files left out.
    pub fn files(&self) -> &FileList {
        &self.files
    }

    /// Where the files stand in pieces.
    pub fn layout(&self) -> Layout<'_> {
        Layout::new(&self.files, self.piece_length)
    }

    /// The SHA-1 hashes of the pieces; none for v2.
    pub fn pieces(&self) -> &[Sha1Digest] {
        self.bytes[self.pieces.clone()].as_chunks().0
    }

    /// The SHA-256 hashes of a file's pieces; `None` where the torrent has no layer: files of one piece, whose root
    /// says it all, and torrents that came without layers.
    pub fn piece_layer(&self, file: usize) -> Option<&[Sha256Digest]> {
        Some(self.bytes[self.layers.get(&file)?.clone()].as_chunks().0)
    }

    /// The hashes of all pieces, if it does not lack any ([`Metainfo::lacks_layers`]).
    fn hashes(&self) -> PieceHashes {
        let layer = |file: File<'_>| match self.piece_layer(file.index) {
            Some(layer) => layer.to_vec(),
            None => file.root.into_iter().collect(),
        };
        PieceHashes { sha1: self.pieces().to_vec(), merkle: self.files.iter().flat_map(layer).collect() }
    }

    /// Whether the hashes of some v2 pieces are not here and peers have to be asked for them (BEP 52, `piece layers`).
    pub fn lacks_layers(&self) -> bool {
        let mut long =
            self.files().iter().filter(|file| file.root.is_some() && file.length > self.piece_length());
        long.any(|file| self.piece_layer(file.index).is_none())
    }

    /// BEP 27's `private`: absent, 0 or 1.
    pub fn private(&self) -> Option<bool> {
        self.private
    }

    /// Trackers, web seeds, dates and the like.
    pub fn advisory(&self) -> &Advisory {
        &self.advisory
    }
}

/// Bytes that it takes to know where a piece layer stands: a place in a tree.
const LAYER: usize = 48;
