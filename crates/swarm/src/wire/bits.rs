//! A set of pieces, kept the way a bitfield is sent (BEP 3): the first piece in the highest bit of the first byte.

use super::WireError;

/// A set of the pieces of a torrent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bits {
    /// Spare bits at the end are zero.
    bytes: Vec<u8>,
    length: u32,
    count: u32,
}

impl Bits {
    /// None of `length` pieces.
    pub fn new(length: u32) -> Self {
        Self { bytes: vec![0; (length as usize).div_ceil(8)], length, count: 0 }
    }

    /// All of `length` pieces.
    pub fn full(length: u32) -> Self {
        let mut bytes = vec![0xff; (length as usize).div_ceil(8)];
        if let Some(last) = bytes.last_mut() {
            *last &= !spare(length);
        }
        Self { bytes, length, count: length }
    }

    /// What a peer sent of a torrent of `length` pieces.
    ///
    /// # Errors
    /// It has another length, or a bit is set that stands for no piece.
    pub fn from_wire(bytes: Vec<u8>, length: u32) -> Result<Self, WireError> {
        if !fits(&bytes, length) {
            return Err(WireError::Bitfield);
        }
        let count = bytes.iter().map(|byte| byte.count_ones()).sum();
        Ok(Self { bytes, length, count })
    }

    /// What is sent.
    pub fn as_wire(&self) -> &[u8] {
        &self.bytes
    }

    /// How many pieces the torrent has.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// How many are in the set.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Whether all are in the set.
    pub fn is_full(&self) -> bool {
        self.count == self.length
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether a piece is in the set; none behind the last one is.
    pub fn get(&self, piece: u32) -> bool {
        let (byte, mask) = place(piece);
        self.bytes.get(byte).is_some_and(|bits| bits & mask != 0)
    }

    /// Puts a piece in. False if it was in already, or does not exist.
    pub fn set(&mut self, piece: u32) -> bool {
        let is_new = piece < self.length && !self.get(piece);
        if is_new {
            let (byte, mask) = place(piece);
            self.bytes[byte] |= mask;
            self.count += 1;
        }
        is_new
    }

    /// Takes a piece out. False if it was not in.
    pub fn unset(&mut self, piece: u32) -> bool {
        let was_in = self.get(piece);
        if was_in {
            let (byte, mask) = place(piece);
            self.bytes[byte] &= !mask;
            self.count -= 1;
        }
        was_in
    }

    /// The pieces in the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.bytes
            .iter()
            .enumerate()
            .flat_map(|(at, byte)| bits_of(*byte).map(move |bit| at as u32 * 8 + bit))
    }
}

/// The bits that are set in a byte, the highest first, which is 0.
fn bits_of(mut byte: u8) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = byte.leading_zeros();
        byte &= !0x80_u8.checked_shr(bit)?;
        Some(bit)
    })
}

fn place(piece: u32) -> (usize, u8) {
    (piece as usize / 8, 0x80 >> (piece % 8))
}

/// The bits of the last byte that stand for no piece.
fn spare(length: u32) -> u8 {
    match length % 8 {
        0 => 0,
        used => 0xff >> used,
    }
}

/// Whether a bitfield is one of `length` pieces.
pub(super) fn fits(bytes: &[u8], length: u32) -> bool {
    let has_spare_bit = bytes.last().is_some_and(|last| last & spare(length) != 0);
    bytes.len() == (length as usize).div_ceil(8) && !has_spare_bit
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_piece_is_the_highest_bit() {
        let mut bits = Bits::new(11);
        assert!(bits.set(0) && bits.set(7) && bits.set(10) && !bits.set(7) && !bits.set(11));
        assert_eq!((bits.as_wire(), bits.count()), ([0x81, 0x20].as_slice(), 3));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 7, 10]);
        assert!(bits.unset(7) && !bits.unset(7) && !bits.unset(400) && !bits.get(7));
        assert_eq!((bits.as_wire(), bits.count()), ([0x80, 0x20].as_slice(), 2));
    }

    #[test]
    fn what_stands_for_no_piece_is_refused() {
        assert!(Bits::from_wire(vec![0xff, 0xe0], 11).is_ok_and(|bits| bits.is_full()));
        for wrong in [vec![0xff, 0xf0], vec![0xff, 0x01], vec![0xff], vec![0, 0, 0], vec![]] {
            assert_eq!(Bits::from_wire(wrong, 11), Err(WireError::Bitfield));
        }
        assert!(Bits::from_wire(vec![0xff], 8).is_ok_and(|bits| bits.is_full()));
        assert!(Bits::from_wire(vec![], 0).is_ok_and(|bits| bits.is_full() && bits.is_empty()));
    }

    proptest! {
        #[test]
        fn it_is_a_set(length in 0_u32..100, pieces in prop::collection::vec(0_u32..120, 0..60)) {
            let mut bits = Bits::new(length);
            let mut set = std::collections::BTreeSet::new();
            for piece in pieces {
                prop_assert_eq!(bits.set(piece), piece < length && set.insert(piece));
            }
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), set.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(bits.count() as usize, set.len());
            prop_assert_eq!(Bits::from_wire(bits.as_wire().to_vec(), length), Ok(bits));
            prop_assert_eq!(Bits::full(length).iter().count() as u32, length);
        }
    }
}
