//! Sets of pieces: one bit each, in the order of the wire (BEP 3: the first piece in the highest bit of the first byte).

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
        Self { words: vec![0; pieces.div_ceil(64) as usize], pieces, count: 0 }
    }

    /// Every piece of `pieces`.
    pub fn all(pieces: u32) -> Self {
        let mut words = vec![u64::MAX; pieces.div_ceil(64) as usize];
        if let (Some(last), spare @ 1..) = (words.last_mut(), (64 - pieces % 64) % 64) {
            *last <<= spare;
        }
        Self { words, pieces, count: pieces }
    }

    /// The pieces for which `contains` says so.
    pub fn of(contains: &[bool]) -> Self {
        let mut set = Self::none(contains.len() as u32);
        (0_u32..).zip(contains).filter(|(_, contains)| **contains).for_each(|(piece, _)| {
            set.insert(piece);
        });
        set
    }

    /// What a `bitfield` message says; `None` if it has another length than it must, or a spare bit set.
    pub fn from_bitfield(bytes: &[u8], pieces: u32) -> Option<Self> {
        if bytes.len() != pieces.div_ceil(8) as usize {
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
        bytes.truncate(self.pieces.div_ceil(8) as usize);
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
    pub fn contains(&self, piece: u32) -> bool {
        self.words.get((piece / 64) as usize).is_some_and(|word| word & bit(piece) != 0)
    }

    /// Puts a piece in; whether it was not there before.
    pub fn insert(&mut self, piece: u32) -> bool {
        if piece >= self.pieces || self.contains(piece) {
            return false;
        }
        self.words[(piece / 64) as usize] |= bit(piece);
        self.count += 1;
        true
    }

    /// Takes a piece out; whether it was there.
    pub fn remove(&mut self, piece: u32) -> bool {
        if !self.contains(piece) {
            return false;
        }
        self.words[(piece / 64) as usize] &= !bit(piece);
        self.count -= 1;
        true
    }

    /// The pieces in the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0_u32..).zip(&self.words).flat_map(|(index, word)| ones(index * 64, *word))
    }

    /// A piece that is in both sets, looked for from the word of `start` on and round.
    pub fn common_from(&self, other: &Self, start: u32) -> Option<u32> {
        let words = self.words.len().min(other.words.len());
        let start = (start / 64) as usize;
        (start..words).chain(0..start.min(words)).find_map(|index| {
            let both = self.words[index] & other.words[index];
            (both != 0).then(|| index as u32 * 64 + both.leading_zeros())
        })
    }

    /// The first piece of the set at or behind `start`.
    pub fn next(&self, start: u32) -> Option<u32> {
        let index = (start / 64) as usize;
        let mut words = self.words.iter().copied().skip(index);
        let word = words.next()? & (u64::MAX >> (start % 64));
        let mut words = (index as u32..).zip(std::iter::once(word).chain(words));
        words.find(|(_, word)| *word != 0).map(|(index, word)| index * 64 + word.leading_zeros())
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

fn bit(piece: u32) -> u64 {
    1 << (63 - piece % 64)
}

fn word_of(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_be_bytes(word)
}

fn ones(first: u32, mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let place = word.leading_zeros();
        (place < 64).then(|| {
            word &= !bit(place);
            first + place
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitfield_is_read_as_it_is_written() {
        for pieces in [1, 7, 8, 9, 63, 64, 65, 200] {
            let all = PieceSet::all(pieces);
            assert_eq!(all.iter().collect::<Vec<_>>(), (0..pieces).collect::<Vec<_>>());
            assert_eq!(PieceSet::from_bitfield(&all.to_bitfield(), pieces), Some(all));
        }
        let mut some = PieceSet::none(12);
        assert!(some.insert(0) && some.insert(9) && !some.insert(9) && !some.insert(12));
        assert_eq!(some.to_bitfield(), [0x80, 0x40]);
        assert!(some.remove(9) && !some.remove(9));
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
        let pieces = [3, 63, 64, 200];
        pieces.iter().for_each(|piece| {
            set.insert(*piece);
        });
        for start in 0..310 {
            assert_eq!(set.next(start), pieces.into_iter().find(|piece| *piece >= start), "{start}");
        }
    }

    #[test]
    fn what_two_sets_share_is_found_from_any_start() {
        let mut one = PieceSet::none(300);
        one.insert(3);
        one.insert(250);
        let all = PieceSet::all(300);
        assert_eq!(one.common_from(&all, 100), Some(250));
        assert_eq!(one.common_from(&all, 299), Some(3));
        assert_eq!(one.common_from(&PieceSet::none(300), 0), None);
        assert_eq!(one.common_count(&all), 2);
    }
}
