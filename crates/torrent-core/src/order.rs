//! The files in the order of their paths' components: folders together, a file right before what is below it.

use std::cmp::Ordering;

use crate::files::{FileIndex, FileList};

/// Files by path. Files that already stand in that order, as v2 demands, cost nothing.
pub struct Order<'f> {
    files: &'f FileList,
    first_astray: Option<usize>,
    /// Empty if the list itself is in order.
    sorted: Vec<FileIndex>,
}

impl<'f> Order<'f> {
    /// The order of `files`.
    pub fn of(files: &'f FileList) -> Self {
        let first_astray = (1..files.len()).find(|&index| compare(files, index - 1, index).is_gt());
        Self { files, first_astray, sorted: first_astray.map(|_| sorted(files)).unwrap_or_default() }
    }

    /// Whether the torrent's own order is that of its paths.
    pub fn is_own(&self) -> bool {
        self.first_astray.is_none()
    }

    /// The first file whose path sorts before that of the file in front of it.
    pub fn first_astray(&self) -> Option<usize> {
        self.first_astray
    }

    /// Each two files that follow one another. Where a path has extensions, one of them follows it directly: neighbours show
    /// every clash.
    pub fn neighbours(&self) -> impl Iterator<Item = (usize, usize)> {
        self.indices().zip(self.indices().skip(1))
    }

    /// The indices of the files, by path.
    pub fn indices(&self) -> impl Iterator<Item = usize> {
        (0..self.files.len()).map(|place| self.at(place))
    }

    /// The file whose path is `components`, or else the first file below that folder.
    pub fn find<'p>(&self, components: impl Iterator<Item = &'p [u8]> + Clone) -> Option<usize>
    where
        'f: 'p,
    {
        let index = self.at_or_after(&components)?;
        let mut path = self.files.path(index).components();
        let mut wanted = components;
        wanted.all(|component| path.next() == Some(component)).then_some(index)
    }

    fn at_or_after<'p>(&self, components: &(impl Iterator<Item = &'p [u8]> + Clone)) -> Option<usize>
    where
        'f: 'p,
    {
        let (mut low, mut high) = (0, self.files.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let path = self.files.path(self.at(middle));
            match path.components().cmp(components.clone()) {
                Ordering::Less => low = middle + 1,
                _ => high = middle,
            }
        }
        (low < self.files.len()).then(|| self.at(low))
    }

    fn at(&self, place: usize) -> usize {
        if self.is_own() { place } else { self.sorted[place].index() }
    }
}

fn sorted(files: &FileList) -> Vec<FileIndex> {
    let mut indices: Vec<FileIndex> = (0..files.len()).map(FileIndex::of).collect();
    // Most lists that are out of order are made of stretches in order, which a stable sort makes use of.
    indices.sort_by(|&a, &b| compare(files, a.index(), b.index()));
    indices
}

fn compare(files: &FileList, a: usize, b: usize) -> Ordering {
    files.path(a).components().cmp(files.path(b).components())
}
