//! The files of a torrent: paths, lengths and where each stands in the torrent's bytes.
//!
//! Made for millions of files: all paths in one buffer, 24 bytes beside each.

use std::collections::BTreeMap;

use piece_hash::Sha256Digest;

use crate::path::{RawPath, RawPathBuf};

/// The files of a torrent in its order, pad files left out: they are gaps between the offsets.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FileList {
    /// Every path, one after the other; [`Entry::path_end`] says where each ends.
    paths: Vec<u8>,
    entries: Vec<Entry>,
    /// By file; empty in a list without v2 roots.
    roots: Vec<Option<Sha256Digest>>,
    symlinks: BTreeMap<usize, RawPathBuf>,
    /// Bytes of all targets of symbolic links.
    targets: usize,
    padded_length: u64,
    has_called_pads: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Entry {
    length: u64,
    offset: u64,
    /// Where its path ends: the lower 32 bits, and 8 more.
    path_end: u32,
    path_end_high: u8,
    attributes: Attributes,
}

// There may be ten million of them.
const _: () = assert!(size_of::<Entry>() == 24);

impl Entry {
    fn new(path_end: usize, length: u64, offset: u64, attributes: Attributes) -> Self {
        let path_end_high = (path_end >> 32) as u8;
        Self { length, offset, path_end: path_end as u32, path_end_high, attributes }
    }

    fn path_end(&self) -> usize {
        usize::from(self.path_end_high) << 32 | self.path_end as usize
    }
}

/// The index of a file in a list, in 4 bytes: [`FILES`](crate::limits::FILES) fits. For tables that have one for each file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FileIndex(u32);

impl FileIndex {
    /// Makes a table's entry of an index.
    pub fn of(index: usize) -> Self {
        Self(index as u32)
    }

    /// The index that the entry was made of.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What BEP 47's `attr` says of a file. The pad attribute is not here: pad files are gaps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attributes {
    /// The attribute `x`: it is a program.
    pub executable: bool,
    /// The attribute `h`: it is hidden.
    pub hidden: bool,
    /// The attribute `l`: it is a symbolic link.
    pub symlink: bool,
}

/// One file of a [`FileList`].
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Its path below the torrent's name; for a torrent of a single file the name itself.
    pub path: RawPath<'a>,
    /// How many bytes the file has.
    pub length: u64,
    /// Where it starts in the bytes of the torrent, padding counted.
    pub offset: u64,
    /// The attributes of the file (BEP 47).
    pub attributes: Attributes,
    /// The root of its BEP 52 tree; empty files and v1 torrents have none.
    pub root: Option<Sha256Digest>,
    /// Where a symbolic link points, from the torrent's root.
    pub symlink: Option<RawPath<'a>>,
}

/// How files stand in the bytes of a torrent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placement {
    /// One directly behind the other: v1.
    Packed,
    /// Every file that is not empty starts a piece, and so would whatever came behind the last one, if there is more
    /// than one file. The gaps are what BEP 52's reference creator fills with BEP 47 pad files in hybrids; in v2
    /// torrents nobody sees them.
    Aligned {
        /// How many bytes a piece has.
        piece_length: u64,
    },
}

impl FileList {
    /// Appends a file right behind what the list holds.
    pub fn push(&mut self, path: RawPath<'_>, length: u64) {
        self.push_with(path, length, Attributes::default());
    }

    /// Appends a file right behind what the list holds.
    pub fn push_with(&mut self, path: RawPath<'_>, length: u64, attributes: Attributes) {
        self.paths.extend_from_slice(path.as_bencoded());
        let (path_end, offset) = (self.paths.len(), self.padded_length);
        self.entries.push(Entry::new(path_end, length, offset, attributes));
        self.padded_length += length;
    }

    /// Appends a symbolic link (BEP 47), whose `target` counts from the torrent's root.
    pub fn push_link(&mut self, path: RawPath<'_>, target: RawPathBuf) {
        self.targets += target.as_path().as_bencoded().len();
        self.symlinks.insert(self.len(), target);
        self.push_with(path, 0, Attributes { symlink: true, ..Attributes::default() });
    }

    /// Appends a gap of zeros: a pad file.
    pub fn push_pad(&mut self, length: u64) {
        self.padded_length += length;
    }

    /// Appends a gap that only its name says to be one: its bytes may be others than zeros.
    pub fn push_called_pad(&mut self, length: u64) {
        self.push_pad(length);
        self.has_called_pads = true;
    }

    /// Whether some gaps are pad files by their names alone (BitComet's), so that nothing says that they are zeros.
    pub fn has_called_pads(&self) -> bool {
        self.has_called_pads
    }

    /// Appends the files of another list right behind what this one holds. Roots are not taken along.
    pub fn append(&mut self, other: &Self) {
        let (files, bytes, offset) = (self.len(), self.paths.len(), self.padded_length);
        self.paths.extend_from_slice(&other.paths);
        self.entries.extend(other.entries.iter().map(|entry| {
            let (path_end, offset) = (bytes + entry.path_end(), offset + entry.offset);
            Entry::new(path_end, entry.length, offset, entry.attributes)
        }));
        self.targets += other.targets;
        self.has_called_pads |= other.has_called_pads;
        self.symlinks.extend(other.symlinks.iter().map(|(index, target)| (files + index, target.clone())));
        self.padded_length = offset.saturating_add(other.padded_length);
    }

    /// Moves the files as `placement` has it. `None` if the bytes would reach 2^63.
    pub fn place(&mut self, placement: Placement) -> Option<()> {
        let tail = self.len() > 1;
        let mut end = 0_u64;
        let mut padded = 0_u64;
        for entry in &mut self.entries {
            entry.offset = padded;
            end = if entry.length == 0 { end } else { padded.checked_add(entry.length)? };
            padded = placement.next_start(if entry.length == 0 { padded } else { end })?;
        }
        self.padded_length = if tail { padded } else { end };
        i64::try_from(padded).ok().map(drop)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there is no file.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The file at `index`.
    ///
    /// # Panics
    /// If the list is not that long.
    pub fn get(&self, index: usize) -> File<'_> {
        let entry = &self.entries[index];
        File {
            index,
            path: self.path(index),
            length: entry.length,
            offset: entry.offset,
            attributes: entry.attributes,
            root: self.roots.get(index).copied().flatten(),
            symlink: self.symlinks.get(&index).map(RawPathBuf::as_path),
        }
    }

    /// The path of the file at `index`, as [`get`](Self::get) has it.
    ///
    /// # Panics
    /// If the list is not that long.
    pub fn path(&self, index: usize) -> RawPath<'_> {
        let start = index.checked_sub(1).map_or(0, |before| self.entries[before].path_end());
        RawPath::from_bencoded(&self.paths[start..self.entries[index].path_end()])
    }

    /// The files in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = File<'_>> + ExactSizeIterator + Clone {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The first file that ends behind `offset`, skipping empty ones before it.
    pub(crate) fn first_ending_behind(&self, offset: u64) -> usize {
        self.entries.partition_point(|entry| entry.offset + entry.length <= offset)
    }

    /// The bytes of all files, padding left out.
    pub fn content_length(&self) -> u64 {
        self.entries.iter().map(|entry| entry.length).sum()
    }

    /// The bytes of the torrent, padding counted.
    pub fn padded_length(&self) -> u64 {
        self.padded_length
    }

    /// Sets the v2 roots, one for each file.
    pub fn set_roots(&mut self, roots: Vec<Option<Sha256Digest>>) {
        debug_assert_eq!(roots.len(), self.len());
        self.roots = roots;
        self.roots.shrink_to_fit();
    }

    /// About how many bytes of memory it takes.
    pub fn memory(&self) -> u64 {
        let links: usize =
            self.symlinks.values().map(|target| LINK + target.as_path().as_bencoded().len()).sum();
        let (entries, roots) = (size_of_val(&*self.entries), size_of_val(&*self.roots));
        (self.paths.len() + entries + roots + links) as u64
    }

    /// Gives back what the buffers hold beyond the files.
    pub fn shrink(&mut self) {
        self.paths.shrink_to_fit();
        self.entries.shrink_to_fit();
    }
}

/// Bytes that a symbolic link takes beside its target: a place in a tree, and an allocation.
const LINK: usize = 80;

impl Placement {
    /// Where the file behind one that ends at `end` starts.
    fn next_start(self, end: u64) -> Option<u64> {
        match self {
            Self::Packed => Some(end),
            Self::Aligned { piece_length } => end.checked_next_multiple_of(piece_length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(lengths: &[u64], placement: Placement) -> (Vec<u64>, u64) {
        let mut files = FileList::default();
        for length in lengths {
            files.push(RawPathBuf::of([b"x".as_slice()]).as_path(), *length);
        }
        files.place(placement).unwrap();
        (files.iter().map(|file| file.offset).collect(), files.padded_length())
    }

    #[test]
    fn files_stand_where_the_placement_says() {
        let aligned = Placement::Aligned { piece_length: 16 };
        assert_eq!(offsets(&[5, 0, 7], Placement::Packed), (vec![0, 5, 5], 12));
        assert_eq!(offsets(&[5, 0, 7], aligned), (vec![0, 16, 16], 32));
        assert_eq!(offsets(&[5, 0], aligned), (vec![0, 16], 16));
        assert_eq!(offsets(&[0, 5], aligned), (vec![0, 0], 16));
        assert_eq!(offsets(&[5], aligned), (vec![0], 5));
        assert_eq!(offsets(&[16, 32], aligned), (vec![0, 16], 48));
        assert_eq!(offsets(&[0, 0], aligned), (vec![0, 0], 0));
    }

    #[test]
    fn sums_beyond_63_bits_are_refused() {
        let mut files = FileList::default();
        files.push(RawPathBuf::of([b"x".as_slice()]).as_path(), (1 << 63) - 1);
        assert_eq!(files.place(Placement::Packed), Some(()));
        assert_eq!(files.place(Placement::Aligned { piece_length: 1 << 14 }), None);
    }
}
