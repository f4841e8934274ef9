//! What is kept of a file that was found: there may be a million of them.

use rustix::fs::Stat;

use crate::journal::{Holder, Stamp};

/// The files that were found, by what they hold. A tree would take twice as much.
#[derive(Default)]
pub(super) struct FoundFiles(Vec<(Holder, Found)>);

impl FoundFiles {
    /// Notes a file, cheaply if it comes in the order of the torrent.
    pub(super) fn insert(&mut self, holder: Holder, found: Found) {
        if self.0.last().is_none_or(|(last, _)| *last < holder) {
            return self.0.push((holder, found));
        }
        match self.place(holder) {
            Ok(place) => self.0[place].1 = found,
            Err(place) => self.0.insert(place, (holder, found)),
        }
    }

    pub(super) fn get(&self, holder: Holder) -> Option<&Found> {
        self.place(holder).ok().map(|place| &self.0[place].1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order of the torrent.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(Holder, Found)> {
        self.0.iter()
    }

    fn place(&self, holder: Holder) -> Result<usize, usize> {
        self.0.binary_search_by_key(&holder, |(holder, _)| *holder)
    }
}

/// A file that holds bytes, as it is now.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub(crate) stamp: Stamp,
    /// Bytes that it has room for.
    pub(crate) room: u64,
}

impl Found {
    pub(crate) fn of(stat: &Stat) -> Self {
        Self { stamp: Stamp::of(stat), room: stat.st_blocks as u64 * 512 }
    }
}

// A `Stat` takes 144.
const _: () = assert!(size_of::<Found>() == 40);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_whatever_order_they_were_noted() {
        let found = |room| Found { stamp: Stamp { length: 1, modified: 2, changed: 3, inode: 4 }, room };
        let mut files = FoundFiles::default();
        for (holder, room) in [(Holder::File(1), 1), (Holder::File(5), 5), (Holder::Side, 9)] {
            files.insert(holder, found(room));
        }
        files.insert(Holder::File(3), found(3));
        files.insert(Holder::File(5), found(6));
        let rooms: Vec<u64> = files.iter().map(|(_, found)| found.room).collect();
        assert_eq!(rooms, [1, 3, 6, 9]);
        assert_eq!(files.get(Holder::File(3)).map(|found| found.room), Some(3));
        assert!(files.get(Holder::File(2)).is_none());
    }
}
