//! A torrent on its way to be written: canonical bencode, and how long it will be before anything is hashed.

use std::collections::BTreeMap;
use std::ops::Range;

use piece_hash::{Backend, Sha1Digest, Sha256Digest};
use serde::Serialize;

use super::fields::Known;
use super::keys::{INFO_KEYS, ROOT_KEYS};
use super::write::{Fields, write_back, write_front, write_layers};
use super::{Advisory, Metainfo, Protocol};
use crate::bencode::{Sink, Value, Writer};
use crate::files::{File, FileList, Placement};
use crate::layout::Layout;
use crate::merkle;
use crate::path::RawPath;

/// Everything a torrent will say, but for its hashes.
#[derive(Clone, Debug)]
pub struct Draft {
    /// v1, v2 or hybrid.
    pub protocol: Protocol,
    /// The name of the file or folder.
    pub name: Vec<u8>,
    /// Bytes of a piece.
    pub piece_length: u64,
    /// A torrent of one file, not of a folder.
    pub single_file: bool,
    /// The files, placed.
    pub files: FileList,
    /// Further keys of the info dictionary.
    pub info: Fields,
    /// Further keys beside it.
    pub outer: Fields,
}

/// The hashes of a torrent's pieces.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PieceHashes {
    /// SHA-1 of each piece; empty where there is no v1 half.
    pub sha1: Vec<Sha1Digest>,
    /// The top of each piece's tree; empty where there is no v2 half.
    pub merkle: Vec<Sha256Digest>,
}

/// A .torrent that was written.
pub struct Written<S> {
    /// The bytes, or their number.
    pub torrent: S,
    /// Where the info dictionary stands in it.
    pub info: Range<u64>,
}

/// A value as bencode. For small typed values: lists, strings, numbers.
///
/// # Errors
/// None for values that bencode can hold; floating point and the like cannot.
pub fn bencoded<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_bencode::Error> {
    serde_bencode::to_bytes(value)
}

impl Draft {
    /// How long the .torrent will be, at most: files with the same content share a piece layer, which only their
    /// hashes can tell.
    pub fn size(&self) -> u64 {
        self.write(None, 0_u64).torrent
    }

    /// What it will say beside its content.
    pub fn advisory(&self) -> Advisory {
        let known = Known::of(values_of(&self.outer), &ROOT_KEYS).and_then(|root| {
            let info = Known::of(values_of(&self.info), &INFO_KEYS)?;
            Ok(Advisory::read(&root, &info, &mut Vec::new()))
        });
        // No key of a map stands twice.
        known.unwrap_or_default()
    }

    /// Sets the roots of the files from `hashes` and writes the .torrent.
    pub fn finish(&mut self, hashes: &PieceHashes) -> Written<Vec<u8>> {
        if self.protocol.has_v2() {
            let roots = self.files.iter().map(|file| self.root_of(file, hashes)).collect();
            self.files.set_roots(roots);
        }
        self.write(Some(hashes), Vec::with_capacity(usize::try_from(self.size()).unwrap_or_default()))
    }

    /// Whether a torrent that was read says what this one was to say, once [`Draft::finish`] has set the roots. Piece
    /// layers need no comparing: reading has proved that they lead to the roots.
    pub fn is_described_by(&self, read: &Metainfo, pieces: &[Sha1Digest]) -> bool {
        (read.protocol(), read.name(), read.piece_length())
            == (self.protocol, self.name.as_slice(), self.piece_length)
            && read.is_single_file() == self.single_file
            && *read.files() == self.files
            && read.pieces() == pieces
    }

    /// The .torrent that this becomes if its files still have the contents whose hashes `read` states. `None` if that cannot be:
    /// there are other files, or it lacks hashes.
    pub fn with_hashes_of(&mut self, read: &Metainfo) -> Option<Vec<u8>> {
        let place = |file: File<'_>| (file.offset, file.length);
        let is_alike = (read.protocol(), read.piece_length()) == (self.protocol, self.piece_length)
            && read.files().len() == self.files.len()
            && read.files().iter().map(place).eq(self.files.iter().map(place))
            && read.files().padded_length() == self.files.padded_length()
            && !read.lacks_layers();
        is_alike.then(|| self.finish(&read.hashes()).torrent)
    }

    fn root_of(&self, file: File<'_>, hashes: &PieceHashes) -> Option<Sha256Digest> {
        let pieces = hashes_of(self.layout(), file, hashes);
        (file.length > 0).then(|| merkle::file_root(Backend::best(), pieces, self.piece_length))
    }

    /// The hashes that go into `piece layers`: none for a file of one piece.
    fn layer_of<'h>(&self, file: File<'_>, hashes: &'h PieceHashes) -> &'h [Sha256Digest] {
        if file.length > self.piece_length { hashes_of(self.layout(), file, hashes) } else { &[] }
    }

    /// Where the files stand in pieces.
    pub fn layout(&self) -> Layout<'_> {
        Layout::new(&self.files, self.piece_length)
    }

    /// Places the files as the protocol, and `align` for v1, have it. `None` if the bytes would reach 2^63.
    pub fn place(&mut self, align: bool) -> Option<()> {
        let aligned = align || self.protocol.has_v2();
        self.files.place(match aligned {
            true => Placement::Aligned { piece_length: self.piece_length },
            false => Placement::Packed,
        })
    }

    fn write<S: Sink>(&self, hashes: Option<&PieceHashes>, mut sink: S) -> Written<S> {
        let mut out = Writer::new(&mut sink);
        write_front(&mut out, &self.outer);
        let start = out.written();
        self.info(&mut out, hashes);
        let info = start..out.written();
        let layers = |out: &mut Writer<'_, S>| self.piece_layers(out, hashes);
        write_back(&mut out, &self.outer, self.protocol.has_v2().then_some(layers));
        Written { torrent: sink, info }
    }

    fn entry<S: Sink>(&self, out: &mut Writer<'_, S>, entry: Entry<'_>, hashes: Option<&PieceHashes>) {
        match entry {
            Entry::Raw(value) => out.raw(value),
            Entry::Int(value) => out.int(value),
            Entry::Bytes(value) => out.bytes(value),
            Entry::Files => self.v1_files(out),
            Entry::FileTree => self.file_tree(out, hashes.is_some()),
            Entry::Pieces => match hashes {
                Some(hashes) => out.bytes(hashes.sha1.as_flattened()),
                None => out.blank(self.layout().piece_count() * 20),
            },
        }
    }

    fn info<S: Sink>(&self, out: &mut Writer<'_, S>, hashes: Option<&PieceHashes>) {
        let mut keys: BTreeMap<&[u8], Entry<'_>> = entries(&self.info);
        keys.insert(b"name", Entry::Bytes(&self.name));
        keys.insert(b"piece length", Entry::Int(self.piece_length));
        if self.protocol.has_v1() {
            keys.insert(b"pieces", Entry::Pieces);
            match self.single_file {
                true => keys.insert(b"length", Entry::Int(self.files.content_length())),
                false => keys.insert(b"files", Entry::Files),
            };
        }
        if self.protocol.has_v2() {
            keys.insert(b"meta version", Entry::Int(2));
            keys.insert(b"file tree", Entry::FileTree);
        }
        out.dict();
        for (key, entry) in keys {
            out.bytes(key);
            self.entry(out, entry, hashes);
        }
        out.end();
    }

    fn v1_files<S: Sink>(&self, out: &mut Writer<'_, S>) {
        out.list();
        let starts = self.files.iter().skip(1).map(|file| file.offset).chain([self.files.padded_length()]);
        for (file, next) in self.files.iter().zip(starts) {
            v1_file(out, file);
            let pad = next - (file.offset + file.length);
            if pad > 0 {
                pad_file(out, pad);
            }
        }
        out.end();
    }

    /// The files as nested dictionaries. They stand in the order of their components, so a folder's files are
    /// together, and a stack of open folders is all it takes.
    fn file_tree<S: Sink>(&self, out: &mut Writer<'_, S>, hashed: bool) {
        let mut open: Vec<&[u8]> = Vec::new();
        out.dict();
        for file in self.files.iter() {
            let path: Vec<&[u8]> = file.path.components().collect();
            let Some((name, folders)) = path.split_last() else { continue };
            let shared = open.iter().zip(folders).take_while(|(a, b)| a == b).count();
            open.drain(shared..).for_each(|_| out.end());
            for folder in &folders[shared..] {
                out.bytes(folder);
                out.dict();
                open.push(folder);
            }
            out.bytes(name);
            v2_file(out, file, hashed);
        }
        open.iter().for_each(|_| out.end());
        out.end();
    }

    fn piece_layers<S: Sink>(&self, out: &mut Writer<'_, S>, hashes: Option<&PieceHashes>) {
        let large = self.files.iter().filter(|file| file.length > self.piece_length);
        let Some(hashes) = hashes else {
            out.dict();
            for file in large {
                out.blank(32);
                out.blank(file.length.div_ceil(self.piece_length) * 32);
            }
            return out.end();
        };
        let by_root = large.map(|file| (file.root.unwrap_or_default(), self.layer_of(file, hashes)));
        write_layers(out, &by_root.collect::<BTreeMap<_, _>>());
    }
}

/// Keys and values, as those of a torrent that was read.
pub fn values_of(fields: &Fields) -> impl Iterator<Item = (&[u8], Value<'_>)> {
    fields.iter().filter_map(|(key, value)| Some((key.as_slice(), Value::first(value)?)))
}

/// What stands behind a key.
#[derive(Clone, Copy)]
enum Entry<'a> {
    Raw(&'a [u8]),
    Int(u64),
    Bytes(&'a [u8]),
    Files,
    FileTree,
    Pieces,
}

fn entries(fields: &Fields) -> BTreeMap<&[u8], Entry<'_>> {
    fields.iter().map(|(key, value)| (key.as_slice(), Entry::Raw(value))).collect()
}

fn hashes_of<'h>(layout: Layout<'_>, file: File<'_>, hashes: &'h PieceHashes) -> &'h [Sha256Digest] {
    &hashes.merkle[layout.pieces_of(file.index).indices()]
}

fn v1_file<S: Sink>(out: &mut Writer<'_, S>, file: File<'_>) {
    out.dict();
    attr(out, file);
    out.bytes(b"length");
    out.int(file.length);
    out.bytes(b"path");
    path(out, file.path);
    symlink(out, file);
    out.end();
}

fn pad_file<S: Sink>(out: &mut Writer<'_, S>, length: u64) {
    out.dict();
    out.bytes(b"attr");
    out.bytes(b"p");
    out.bytes(b"length");
    out.int(length);
    out.bytes(b"path");
    out.list();
    out.bytes(b".pad");
    out.bytes(length.to_string().as_bytes());
    out.end();
    out.end();
}

fn v2_file<S: Sink>(out: &mut Writer<'_, S>, file: File<'_>, hashed: bool) {
    out.dict();
    out.bytes(b"");
    out.dict();
    attr(out, file);
    out.bytes(b"length");
    out.int(file.length);
    if file.length > 0 {
        out.bytes(b"pieces root");
        match file.root {
            Some(root) if hashed => out.bytes(&root),
            _ => out.blank(32),
        }
    }
    symlink(out, file);
    out.end();
    out.end();
}

fn attr<S: Sink>(out: &mut Writer<'_, S>, file: File<'_>) {
    if file.symlink.is_some() {
        out.bytes(b"attr");
        out.bytes(b"l");
    }
}

fn symlink<S: Sink>(out: &mut Writer<'_, S>, file: File<'_>) {
    if let Some(target) = file.symlink {
        out.bytes(b"symlink path");
        path(out, target);
    }
}

fn path<S: Sink>(out: &mut Writer<'_, S>, path: RawPath<'_>) {
    out.list();
    out.raw(path.as_bencoded());
    out.end();
}
