//! The numbers of pieces, and runs of them.

use std::fmt;
use std::iter::Map;
use std::num::{NonZero, TryFromIntError};
use std::ops::Range;

/// The number of a piece, from 0 on (BEP 3): as wide as on the wire, and 4 bytes in a table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PieceIndex(u32);

/// A run of successive pieces, which may be empty.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct PieceRange {
    /// The first of them.
    pub start: PieceIndex,
    /// The one behind the last of them.
    pub end: PieceIndex,
}

impl PieceIndex {
    /// The largest number: ranges of pieces end there at the latest.
    pub(super) const LAST: Self = Self(u32::MAX);

    /// The place of the piece in a table with an entry for each.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The next piece. Behind the largest number there is none.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl PieceRange {
    /// So many pieces from `start` on.
    pub const fn new(start: PieceIndex, count: u32) -> Self {
        Self { start, end: PieceIndex(start.0.saturating_add(count)) }
    }

    /// So many pieces, from the first one of the torrent on.
    pub const fn first(count: u32) -> Self {
        Self::new(PieceIndex(0), count)
    }

    /// So many pieces up to and with `last`, or as many as there are.
    pub const fn up_to(last: PieceIndex, count: u32) -> Self {
        let end = last.next();
        Self { start: PieceIndex(end.0.saturating_sub(count)), end }
    }

    /// How many there are.
    pub const fn count(self) -> u32 {
        self.end.0.saturating_sub(self.start.0)
    }

    /// The same, as the length of a table with an entry for each.
    pub const fn len(self) -> usize {
        self.count() as usize
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.count() == 0
    }

    /// Whether a piece is among them.
    pub fn contains(self, piece: PieceIndex) -> bool {
        (self.start..self.end).contains(&piece)
    }

    /// Their places in a table with an entry for each piece of the torrent.
    pub const fn indices(self) -> Range<usize> {
        self.start.index()..self.end.index()
    }

    /// Those of them at these places, counted from the first of them.
    #[must_use]
    pub fn part(self, places: Range<u32>) -> Self {
        let at = |place: u32| PieceIndex(self.start.0.saturating_add(place)).min(self.end);
        Self { start: at(places.start), end: at(places.end) }
    }

    /// All of them, `count` at a time.
    pub fn batches(self, count: NonZero<u32>) -> impl Iterator<Item = Self> {
        let starts = (0..self.count()).step_by(PieceIndex(count.get()).index());
        starts.map(move |start| self.part(start..start.saturating_add(count.get())))
    }

    /// Each of them, in order.
    pub fn iter(self) -> Pieces {
        self.into_iter()
    }
}

/// The pieces of a range, in order.
pub type Pieces = Map<Range<u32>, fn(u32) -> PieceIndex>;

impl IntoIterator for PieceRange {
    type Item = PieceIndex;
    type IntoIter = Pieces;

    fn into_iter(self) -> Pieces {
        (self.start.0..self.end.0).map(PieceIndex)
    }
}

impl From<Range<PieceIndex>> for PieceRange {
    fn from(pieces: Range<PieceIndex>) -> Self {
        Self { start: pieces.start, end: pieces.end }
    }
}

/// A piece is a run of one.
impl From<PieceIndex> for PieceRange {
    fn from(piece: PieceIndex) -> Self {
        Self::new(piece, 1)
    }
}

/// A number that came over the wire, or is below the count of pieces.
impl From<u32> for PieceIndex {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

impl TryFrom<u64> for PieceIndex {
    type Error = TryFromIntError;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        number.try_into().map(Self)
    }
}

impl TryFrom<usize> for PieceIndex {
    type Error = TryFromIntError;

    fn try_from(number: usize) -> Result<Self, Self::Error> {
        number.try_into().map(Self)
    }
}

impl From<PieceIndex> for u32 {
    fn from(piece: PieceIndex) -> Self {
        piece.0
    }
}

impl From<PieceIndex> for u64 {
    fn from(piece: PieceIndex) -> Self {
        piece.0.into()
    }
}

impl fmt::Display for PieceIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number alone, so that a list of pieces reads like one.
impl fmt::Debug for PieceIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// Tables have one for each piece.
const _: () = assert!(size_of::<PieceIndex>() == 4);

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of a range.
    fn numbers(pieces: PieceRange) -> Vec<u32> {
        pieces.into_iter().map(u32::from).collect()
    }

    #[test]
    fn a_range_counts_from_its_first_piece() {
        let pieces = PieceRange::new(7.into(), 3);
        assert_eq!(numbers(pieces), [7, 8, 9]);
        assert_eq!((pieces.count(), pieces.indices(), pieces.is_empty()), (3, 7..10, false));
        assert!(pieces.contains(9.into()) && !pieces.contains(10.into()) && !pieces.contains(6.into()));
        assert_eq!(PieceRange::from(PieceIndex::from(4)), PieceRange::new(4.into(), 1));
        assert_eq!(numbers(PieceRange::up_to(7.into(), 2)), [6, 7]);
        assert_eq!(numbers(PieceRange::up_to(1.into(), 9)), [0, 1]);
        for (places, part) in [(0..3, vec![7, 8, 9]), (1..2, vec![8]), (2..9, vec![9]), (3..4, vec![])] {
            assert_eq!(numbers(pieces.part(places.clone())), part, "{places:?}");
        }
    }

    #[test]
    fn no_number_is_cut_short() {
        let largest = PieceIndex::from(u32::MAX);
        assert_eq!(PieceIndex::try_from(u64::from(u32::MAX)), Ok(largest));
        assert!(PieceIndex::try_from(u64::from(u32::MAX) + 1).is_err());
        assert!(PieceIndex::try_from(usize::MAX).is_err());
        assert_eq!(largest.next(), largest);
        assert_eq!(PieceRange::new(largest, 5).count(), 0);
        assert_eq!(PieceRange::first(5).part(2..u32::MAX).count(), 3);
    }
}
