//! Which pieces few peers have: an array sorted by availability, with the start of each bucket beside it.
//!
//! A `have` moves a piece over one boundary. Nothing here takes longer if there are more pieces.

use torrent_core::layout::{PieceIndex, PieceRange};

use crate::piece_set::PieceSet;

/// The pieces that wait to be fetched, rarest first.
#[derive(Debug)]
pub(crate) struct Rarity {
    /// The waiting pieces, by availability, in random order among equals.
    order: Vec<PieceIndex>,
    /// By piece: where it stands in `order`.
    position: Vec<u32>,
    /// By piece: how many peers have it, those with everything left out.
    availability: Vec<u16>,
    /// By availability: where its bucket starts in `order`. One longer than the largest availability.
    starts: Vec<u32>,
    /// The same pieces as in `order`.
    waiting: PieceSet,
}

const NOWHERE: u32 = u32::MAX;

/// How many pieces are looked at one by one before whole words are.
const LOOKS: usize = 256;

impl Rarity {
    /// Nothing waits yet.
    pub(crate) fn new(pieces: PieceRange) -> Self {
        let count = pieces.len();
        Self {
            order: Vec::with_capacity(count),
            position: vec![NOWHERE; count],
            availability: vec![0; count],
            starts: vec![0; 2],
            waiting: PieceSet::none(pieces.count()),
        }
    }

    /// The pieces that wait.
    pub(crate) fn waiting(&self) -> &PieceSet {
        &self.waiting
    }

    /// One more peer has `piece`.
    pub(crate) fn raise(&mut self, piece: PieceIndex) {
        let count = self.bucket_of(piece);
        self.availability[piece.index()] += 1;
        if self.starts.len() < count + 3 {
            self.starts.push(self.end());
        }
        if self.position[piece.index()] != NOWHERE {
            self.up(piece, count);
        }
    }

    /// One peer less has `piece`.
    pub(crate) fn lower(&mut self, piece: PieceIndex) {
        let count = self.bucket_of(piece);
        debug_assert!(count > 0);
        self.availability[piece.index()] -= 1;
        if self.position[piece.index()] != NOWHERE {
            self.down(piece, count);
        }
    }

    /// `piece` waits from now on, at a random place among those of the same availability.
    pub(crate) fn insert_at_random(&mut self, piece: PieceIndex, rng: &mut fastrand::Rng) {
        self.insert(piece);
        let bucket = self.bucket_of(piece);
        self.swap(piece, rng.u32(self.starts[bucket]..self.starts[bucket + 1]));
    }

    /// `piece` waits from now on.
    pub(crate) fn insert(&mut self, piece: PieceIndex) {
        if !self.waiting.insert(piece) {
            return;
        }
        self.position[piece.index()] = self.end();
        self.order.push(piece);
        let top = self.starts.len() - 1;
        self.starts[top] += 1;
        for bucket in (self.bucket_of(piece) + 1..top).rev() {
            self.down(piece, bucket);
        }
    }

    /// `piece` does not wait any more.
    pub(crate) fn remove(&mut self, piece: PieceIndex) {
        if !self.waiting.remove(piece) {
            return;
        }
        let top = self.starts.len() - 1;
        for bucket in self.bucket_of(piece)..top {
            self.up(piece, bucket);
        }
        self.order.pop();
        self.position[piece.index()] = NOWHERE;
    }

    /// The rarest waiting piece that a peer has; `start` makes the choice random where it is not by rarity.
    pub(crate) fn pick(&self, has: &PieceSet, start: PieceIndex) -> Option<PieceIndex> {
        let first = if has.is_all() { 0 } else { self.starts[1] as usize };
        let near = self.order.iter().skip(first).take(LOOKS).find(|piece| has.contains(**piece));
        near.copied().or_else(|| has.common_from(&self.waiting, start))
    }

    /// The bucket that a piece belongs to.
    fn bucket_of(&self, piece: PieceIndex) -> usize {
        self.availability[piece.index()].into()
    }

    /// Where `order` ends; of pieces with numbers of 32 bits there are no more.
    fn end(&self) -> u32 {
        self.order.len() as u32
    }

    /// Moves `piece` from `bucket` into the next one.
    fn up(&mut self, piece: PieceIndex, bucket: usize) {
        self.starts[bucket + 1] -= 1;
        self.swap(piece, self.starts[bucket + 1]);
    }

    /// Moves `piece` from `bucket` into the one before.
    fn down(&mut self, piece: PieceIndex, bucket: usize) {
        self.swap(piece, self.starts[bucket]);
        self.starts[bucket] += 1;
    }

    fn swap(&mut self, piece: PieceIndex, to: u32) {
        let from = self.position[piece.index()];
        let other = self.order[to as usize];
        self.order.swap(from as usize, to as usize);
        self.position[other.index()] = from;
        self.position[piece.index()] = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rarity: &Rarity) {
        assert_eq!(rarity.order.len() as u32, rarity.waiting.count());
        assert_eq!(*rarity.starts.last().unwrap() as usize, rarity.order.len());
        for (position, piece) in (0_u32..).zip(&rarity.order) {
            assert_eq!(rarity.position[piece.index()], position);
            let count = usize::from(rarity.availability[piece.index()]);
            assert!((rarity.starts[count]..rarity.starts[count + 1]).contains(&position));
        }
    }

    #[test]
    fn whatever_happens_the_order_stays_sorted() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut rarity = Rarity::new(PieceRange::first(20));
        for _ in 0..5000 {
            let piece = PieceIndex::from(rng.u32(0..20));
            match rng.u8(0..5) {
                0 => rarity.insert(piece),
                1 => rarity.remove(piece),
                2 if rarity.availability[piece.index()] > 0 => rarity.lower(piece),
                3 if rarity.position[piece.index()] == NOWHERE => rarity.insert_at_random(piece, &mut rng),
                _ => rarity.raise(piece),
            }
            check(&rarity);
        }
    }

    #[test]
    fn the_rarest_is_picked() {
        let mut rarity = Rarity::new(PieceRange::first(3));
        (0..3).for_each(|piece| rarity.insert(piece.into()));
        [0, 0, 1, 2, 2, 2].iter().for_each(|piece| rarity.raise((*piece).into()));
        let mut has = PieceSet::none(3);
        has.insert(0.into());
        has.insert(2.into());
        assert_eq!(rarity.pick(&has, 0.into()), Some(0.into()));
        assert_eq!(rarity.pick(&PieceSet::all(3), 0.into()), Some(1.into()));
        rarity.remove(0.into());
        assert_eq!(rarity.pick(&has, 0.into()), Some(2.into()));
    }
}
