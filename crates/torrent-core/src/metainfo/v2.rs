//! The v2 half of a torrent: `file tree` and `piece layers` (BEP 52).

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use piece_hash::{Backend, Sha256Digest};

use super::fields::Known;
use super::keys::range_of;
use super::odd::Odd;
use super::paths::link_target;
use super::{Refusal, Warning, v1};
use crate::bencode::{BencodeEvent, Events, Value};
use crate::files::{File, FileList, Placement};
use crate::limits;
use crate::merkle;
use crate::path::RawPathBuf;

/// The files of a tree in its order, with their roots, placed at the starts of pieces.
pub(super) fn files(
    tree: Value<'_>,
    piece_length: u64,
    memory: u64,
    warnings: &mut Vec<Warning>,
) -> Result<FileList, Refusal> {
    let mut walk = Walk::new(tree, None, memory);
    walk.tree(Events::new(tree.raw()))?;
    let Walk { mut files, roots, odd, .. } = walk;
    warnings.extend(odd.warnings());
    files.set_roots(roots);
    files.shrink();
    files.place(Placement::Aligned { piece_length }).ok_or(Refusal::TotalLength)?;
    if files.is_empty() { Err(Refusal::NoFiles) } else { Ok(files) }
}

/// The roots of a hybrid's files, whose tree must name the same files in the same order as the v1 half; the v1 half
/// must start each with a piece.
pub(super) fn roots(
    tree: Value<'_>,
    v1: &FileList,
    piece_length: u64,
    memory: u64,
) -> Result<Roots, Refusal> {
    let mut walk = Walk::new(tree, Some(v1), memory);
    walk.tree(Events::new(tree.raw()))?;
    if walk.roots.len() != v1.len() {
        return Err(Refusal::HalvesDiffer);
    }
    let astray = v1.iter().find(|file| file.length > 0 && !file.offset.is_multiple_of(piece_length));
    astray.map_or(Ok(walk.roots), |file| Err(Refusal::NotAligned(file.index)))
}

/// The root of each file; empty files and links have none.
type Roots = Vec<Option<Sha256Digest>>;

/// One pass over the tree without recursion.
struct Walk<'a> {
    /// The v1 half of a hybrid, to be compared with instead of building the same list again.
    known: Option<&'a FileList>,
    files: FileList,
    roots: Roots,
    path: RawPathBuf,
    /// How many more bytes the paths may have.
    path_bytes_left: usize,
    /// Bytes that all of it may take.
    memory: u64,
    /// The folders around the place: where to cut the path on leaving, and how many keys came so far.
    open: Vec<(usize, usize)>,
    odd: Odd,
}

impl<'a> Walk<'a> {
    fn new(tree: Value<'_>, known: Option<&'a FileList>, memory: u64) -> Self {
        let roots = Vec::with_capacity(known.map_or(0, FileList::len));
        let path_bytes_left = tree.raw().len().saturating_mul(limits::PATH_EXPANSION);
        let (files, path, odd) = (FileList::default(), RawPathBuf::default(), Odd::default());
        Self { known, files, roots, path, path_bytes_left, memory, open: Vec::new(), odd }
    }

    fn tree(&mut self, mut events: Events<'_>) -> Result<(), Refusal> {
        self.enter(&mut events)?;
        while let Some((mark, keys)) = self.open.last_mut() {
            match events.key().ok_or(Refusal::NoFileTree)? {
                BencodeEvent::Leave => {
                    self.path.cut(*mark);
                    self.open.pop();
                }
                BencodeEvent::Key(b"") => {
                    if std::mem::replace(keys, 1) > 0 {
                        return Err(Refusal::FileTree("a file has siblings beside its empty key"));
                    }
                    self.file(&mut events)?;
                }
                BencodeEvent::Key(name) => {
                    *keys += 1;
                    self.folder(name, &mut events)?;
                }
                BencodeEvent::Value(_) | BencodeEvent::Enter => return Err(Refusal::NoFileTree),
            }
        }
        Ok(())
    }

    fn folder(&mut self, name: &[u8], events: &mut Events<'_>) -> Result<(), Refusal> {
        let mark = self.path.mark();
        self.path.push(name);
        self.enter(events)?;
        if let Some((cut, _)) = self.open.last_mut() {
            *cut = mark;
        }
        Ok(())
    }

    fn enter(&mut self, events: &mut Events<'_>) -> Result<(), Refusal> {
        if events.value() != Some(BencodeEvent::Enter) {
            return Err(Refusal::FileTree("an entry is not a dictionary"));
        }
        self.open.push((self.path.mark(), 0));
        Ok(())
    }

    /// The properties behind an empty key; the key must be the only one of its dictionary, and not stand at the root.
    fn file(&mut self, events: &mut Events<'_>) -> Result<(), Refusal> {
        if self.open.len() < 2 {
            return Err(Refusal::FileTree("the root is a file"));
        }
        if events.value() != Some(BencodeEvent::Enter) {
            return Err(Refusal::FileTree("a file's properties are not a dictionary"));
        }
        if self.roots.len() == limits::FILES {
            return Err(Refusal::TooManyFiles(limits::FILES));
        }
        let taken = self.known.unwrap_or(&self.files).memory() + size_of_val(&*self.roots) as u64;
        if taken > self.memory {
            return Err(Refusal::file_memory(self.memory, self.roots.len(), taken, events.share_read()));
        }
        self.add(&Known::of(events.entries(), &FILE_KEYS)?)?;
        match events.key() {
            Some(BencodeEvent::Leave) => {}
            _ => return Err(Refusal::FileTree("a file has siblings beside its empty key")),
        }
        let (mark, _) = self.open.pop().unwrap_or_default();
        self.path.cut(mark);
        Ok(())
    }

    fn add(&mut self, properties: &FileFields<'_>) -> Result<(), Refusal> {
        let index = self.roots.len();
        let attr = v1::letters(properties.get("attr"), index, &mut self.odd);
        if attr.contains(&b'p') {
            return Err(Refusal::PadInTree(index));
        }
        if attr.contains(&b'l') {
            let target = link_target(properties.get("symlink path")).ok_or(Refusal::NoTarget(index))?;
            self.roots.push(None);
            return self.take(0, attr, Some(target));
        }
        let length = properties.get("length").and_then(Value::as_u64).ok_or(Refusal::Length(index))?;
        let root = properties.get("pieces root").and_then(Value::as_bytes);
        let root =
            root.and_then(|root| Sha256Digest::try_from(root).ok()).filter(|root| *root != merkle::NO_LEAF);
        if length > 0 && root.is_none() {
            return Err(Refusal::PiecesRoot(index));
        }
        self.roots.push(root.filter(|_| length > 0));
        self.take(length, attr, None)
    }

    /// Appends the file at the current path, or finds it in the list that is known.
    fn take(&mut self, length: u64, attr: &[u8], link: Option<RawPathBuf>) -> Result<(), Refusal> {
        let path = self.path.as_path();
        self.path_bytes_left =
            self.path_bytes_left.checked_sub(path.as_bencoded().len()).ok_or(Refusal::Paths)?;
        if let Some(known) = self.known {
            let is_same = |file: File<'_>| {
                (file.path, file.length, file.symlink)
                    == (path, length, link.as_ref().map(RawPathBuf::as_path))
            };
            let index = self.roots.len() - 1;
            let found = index < known.len() && is_same(known.get(index));
            return if found { Ok(()) } else { Err(Refusal::HalvesDiffer) };
        }
        let total = self.files.padded_length().checked_add(length);
        total.filter(|total| *total <= limits::TOTAL_LENGTH).ok_or(Refusal::TotalLength)?;
        match link {
            Some(target) => self.files.push_link(path, target),
            None => self.files.push_with(path, length, v1::attributes(attr)),
        }
        Ok(())
    }
}

const FILE_KEYS: [&str; 4] = ["attr", "length", "pieces root", "symlink path"];
type FileFields<'a> = Known<'a, { FILE_KEYS.len() }>;

/// BEP 52: a tree of one file that has the torrent's name is a single file, not a folder with a file.
pub(super) fn is_single_file(tree: &FileList, name: &[u8]) -> bool {
    tree.len() == 1 && tree.get(0).path.components().eq([name])
}

/// Where the piece layer of each file of more than one piece stands in the .torrent.
pub(super) type Layers = BTreeMap<usize, Range<usize>>;

/// Reads `piece layers`: for each root of a file of more than one piece an entry of the right length, leading to that root, and no
/// others. Entries may be lacking, as in copies that clients save before peers have given them all.
pub(super) fn layers(
    value: Value<'_>,
    files: &FileList,
    piece_length: u64,
    bytes: &[u8],
) -> Result<Layers, Refusal> {
    let mut by_root: HashMap<&[u8], (&[u8], bool)> = HashMap::new();
    for (root, layer) in value.as_dict().ok_or(Refusal::PieceLayers)? {
        let layer = layer.as_bytes().ok_or(Refusal::PieceLayers)?;
        if by_root.insert(root, (layer, false)).is_some() {
            return Err(Refusal::DuplicateKey("piece layers"));
        }
    }
    let mut layers = Layers::new();
    for file in files.iter().filter(|file| file.length > piece_length) {
        let root = file.root.ok_or(Refusal::PiecesRoot(file.index))?;
        let Some((layer, seen)) = by_root.get_mut(root.as_slice()) else { continue };
        if layer.len() as u64 != file.length.div_ceil(piece_length) * 32 {
            return Err(Refusal::PieceLayerLength(file.index));
        }
        // Files with the same content share one entry, which is folded once.
        if !std::mem::replace(seen, true) && fold(layer, piece_length) != root {
            return Err(Refusal::PieceLayerRoot(file.index));
        }
        layers.insert(file.index, range_of(bytes, layer));
    }
    let stray = by_root.values().any(|(_, seen)| !seen);
    if stray { Err(Refusal::UnknownPieceLayer) } else { Ok(layers) }
}

/// What is odd about layers that do not cover all files of more than one piece.
pub(super) fn lacking(layers: &Layers, files: &FileList, piece_length: u64) -> Option<Warning> {
    let lacks = |file: &File<'_>| file.length > piece_length && !layers.contains_key(&file.index);
    let mut lacking = files.iter().filter(lacks);
    let first = lacking.next()?.index;
    Some(Warning::LayersLacking { first, count: 1 + lacking.count() })
}

fn fold(layer: &[u8], piece_length: u64) -> Sha256Digest {
    merkle::file_root(Backend::best(), layer.as_chunks().0, piece_length)
}
