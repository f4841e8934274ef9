//! What is kept of a file that was found: there may be a million of them.

use rustix::fs::Stat;

use crate::journal::{FileStamp, Holder};

/// The files that were found, by what they hold. A tree would take twice as much.
#[derive(Default)]
pub(crate) struct FoundFiles(Vec<(Holder, FoundFile)>);

impl FoundFiles {
    /// Notes a file, cheaply if it comes in the order of the torrent.
    pub(crate) fn insert(&mut self, holder: Holder, found: FoundFile) {
        if self.0.last().is_none_or(|(last, _)| *last < holder) {
            return self.0.push((holder, found));
        }
        match self.place(holder) {
            Ok(place) => self.0[place].1 = found,
            Err(place) => self.0.insert(place, (holder, found)),
        }
    }

    pub(crate) fn get(&self, holder: Holder) -> Option<&FoundFile> {
        self.place(holder).ok().map(|place| &self.0[place].1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order of the torrent.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Holder, FoundFile)> {
        self.0.iter()
    }

    fn place(&self, holder: Holder) -> Result<usize, usize> {
        self.0.binary_search_by_key(&holder, |(holder, _)| *holder)
    }
}

/// A file that holds bytes, as it is now.
#[derive(Clone, Copy)]
pub(crate) struct FoundFile {
    pub(crate) stamp: FileStamp,
    /// Bytes that the file system has allocated for it.
    pub(crate) allocated: u64,
}

impl FoundFile {
    pub(crate) fn of(stat: &Stat) -> Self {
        Self { stamp: FileStamp::of(stat), allocated: stat.st_blocks as u64 * 512 }
    }
}

// A `Stat` takes 144.
const _: () = assert!(size_of::<FoundFile>() == 40);
