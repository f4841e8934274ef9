//! Sets of pieces: one bit each, in the order of the wire (BEP 3: the first piece in the highest bit of the first byte).

use torrent_core::layout::{PieceIndex, PieceRange};

/// Some of the pieces of a torrent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PieceSet {
    words: Vec<u64>,
    pieces: u32,
    count: u32,
}

impl PieceSet {
    /// No piece of `pieces`.
    pub fn none(pieces: u32) -> Self {
        Self { words: vec![0; words_of(pieces)], pieces, count: 0 }
    }

    /// Every piece of `pieces`.
    pub fn all(pieces: u32) -> Self {
        let mut words = vec![u64::MAX; words_of(pieces)];
        if let (Some(last), spare @ 1..) = (words.last_mut(), (64 - pieces % 64) % 64) {
            *last <<= spare;
        }
        Self { words, pieces, count: pieces }
    }

    /// The pieces for which `contains` says so.
    pub fn of(contains: &[bool]) -> Self {
        let pieces = PieceRange::first(u32::try_from(contains.len()).unwrap_or(u32::MAX));
        let mut set = Self::none(pieces.count());
        pieces.into_iter().zip(contains).filter(|(_, contains)| **contains).for_each(|(piece, _)| {
            set.insert(piece);
        });
        set
    }

    /// What a `bitfield` message says; `None` if it has another length than it must, or a spare bit set.
    pub fn from_bitfield(bytes: &[u8], pieces: u32) -> Option<Self> {
        if bytes.len() != bitfield_length(pieces) {
            return None;
        }
        let words: Vec<u64> = bytes.chunks(8).map(word_of).collect();
        let count = words.iter().map(|word| word.count_ones()).sum();
        let set = Self { words, pieces, count };
        set.spare_bits_are_zero().then_some(set)
    }

    /// The payload of a `bitfield` message.
    pub fn to_bitfield(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.words.iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.truncate(bitfield_length(self.pieces));
        bytes
    }

    /// How many pieces are in the set.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How many pieces the torrent has.
    pub fn pieces(&self) -> u32 {
        self.pieces
    }

    /// Whether every piece is in the set.
    pub fn is_all(&self) -> bool {
        self.count == self.pieces
    }

    /// Whether a piece is in the set.
    pub fn contains(&self, piece: PieceIndex) -> bool {
        self.words.get(piece.index() / 64).is_some_and(|word| word & bit(piece) != 0)
    }

    /// Puts a piece in; whether it was not there before.
    pub fn insert(&mut self, piece: PieceIndex) -> bool {
        if !PieceRange::first(self.pieces).contains(piece) || self.contains(piece) {
            return false;
        }
        self.words[piece.index() / 64] |= bit(piece);
        self.count += 1;
        true
    }

    /// Takes a piece out; whether it was there.
    pub fn remove(&mut self, piece: PieceIndex) -> bool {
        if !self.contains(piece) {
            return false;
        }
        self.words[piece.index() / 64] &= !bit(piece);
        self.count -= 1;
        true
    }

    /// The pieces in the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = PieceIndex> + '_ {
        self.words.iter().enumerate().flat_map(|(word, bits)| ones(word, *bits))
    }

    /// A piece that is in both sets, looked for from the word of `start` on and round.
    pub fn common_from(&self, other: &Self, start: PieceIndex) -> Option<PieceIndex> {
        let words = self.words.len().min(other.words.len());
        let start = start.index() / 64;
        let both = |word: usize| ones(word, self.words[word] & other.words[word]).next();
        (start..words).chain(0..start.min(words)).find_map(both)
    }

    /// The first piece of the set at or behind `start`.
    pub fn next(&self, start: PieceIndex) -> Option<PieceIndex> {
        let word = start.index() / 64;
        let first = self.words.get(word)? & (u64::MAX >> (start.index() % 64));
        let rest = (word + 1..self.words.len()).map(|word| (word, self.words[word]));
        std::iter::once((word, first)).chain(rest).find_map(|(word, bits)| ones(word, bits).next())
    }

    /// How many pieces are in both sets.
    pub fn common_count(&self, other: &Self) -> u32 {
        self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones()).sum()
    }

    fn spare_bits_are_zero(&self) -> bool {
        let spare = (64 - self.pieces % 64) % 64;
        self.words.last().is_none_or(|last| last.trailing_zeros() >= spare)
    }
}

/// Bytes of a bitfield of so many pieces (BEP 3).
pub(crate) fn bitfield_length(pieces: u32) -> usize {
    PieceRange::first(pieces).len().div_ceil(8)
}

fn words_of(pieces: u32) -> usize {
    PieceRange::first(pieces).len().div_ceil(64)
}

/// Where a piece stands in its word.
fn bit(piece: PieceIndex) -> u64 {
    FIRST >> (piece.index() % 64)
}

fn word_of(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_be_bytes(word)
}

/// The pieces that the bits of a word stand for.
fn ones(word: usize, mut bits: u64) -> impl Iterator<Item = PieceIndex> {
    std::iter::from_fn(move || {
        let place = bits.leading_zeros();
        (place < 64).then(|| {
            bits &= !(FIRST >> place);
            PieceIndex::from(word as u32 * 64 + place)
        })
    })
}

/// The bit of the first piece in a word.
const FIRST: u64 = 1 << 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitfield_is_read_as_it_is_written() {
        for pieces in [1, 7, 8, 9, 63, 64, 65, 200] {
            let all = PieceSet::all(pieces);
            assert_eq!(all.iter().collect::<Vec<_>>(), PieceRange::first(pieces).iter().collect::<Vec<_>>());
            assert_eq!(PieceSet::from_bitfield(&all.to_bitfield(), pieces), Some(all));
        }
        let mut some = PieceSet::none(12);
        for (piece, is_new) in [(0, true), (9, true), (9, false), (12, false)] {
            assert_eq!(some.insert(piece.into()), is_new, "{piece}");
        }
        assert_eq!(some.to_bitfield(), [0x80, 0x40]);
        assert!(some.remove(9.into()) && !some.remove(9.into()));
        assert_eq!(some.count(), 1);
    }

    #[test]
    fn a_bitfield_of_another_length_or_with_spare_bits_is_none() {
        assert_eq!(PieceSet::from_bitfield(&[0xff], 9), None);
        assert_eq!(PieceSet::from_bitfield(&[0xff, 0x80, 0], 9), None);
        assert_eq!(PieceSet::from_bitfield(&[0xff, 0xc0], 9), None);
        assert!(PieceSet::from_bitfield(&[0xff, 0x80], 9).unwrap().is_all());
    }

    #[test]
    fn the_next_piece_of_a_set_is_found_from_any_start() {
        let mut set = PieceSet::none(300);
        let pieces = [3, 63, 64, 200].map(PieceIndex::from);
        pieces.iter().for_each(|piece| {
            set.insert(*piece);
        });
        for start in PieceRange::first(310) {
            assert_eq!(set.next(start), pieces.into_iter().find(|piece| *piece >= start), "{start}");
        }
    }

    #[test]
    fn what_two_sets_share_is_found_from_any_start() {
        let mut one = PieceSet::none(300);
        one.insert(3.into());
        one.insert(250.into());
        let all = PieceSet::all(300);
        assert_eq!(one.common_from(&all, 100.into()), Some(250.into()));
        assert_eq!(one.common_from(&all, 299.into()), Some(3.into()));
        assert_eq!(one.common_from(&PieceSet::none(300), 0.into()), None);
        assert_eq!(one.common_count(&all), 2);
    }
}
