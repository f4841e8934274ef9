//! Pieces that nobody was given yet, in the order in which they are.

use torrent_core::layout::PieceIndex;

/// Pieces that nobody was given yet. Whether a piece is among them, and taking it out, takes the same time however many there are; the one
/// that is last takes the place of one that goes.
#[derive(Clone, Debug, Default)]
pub(super) struct FreshPieces {
    order: Vec<PieceIndex>,
    /// By piece, where it stands in `order`.
    places: Vec<Option<u32>>,
}

impl FreshPieces {
    /// These pieces, in this order, of a torrent that has `pieces` of them.
    pub(super) fn new(order: Vec<PieceIndex>, pieces: usize) -> Self {
        let mut fresh = Self { order: Vec::with_capacity(order.len()), places: vec![None; pieces] };
        order.into_iter().for_each(|piece| fresh.push(piece));
        fresh
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = PieceIndex> + Clone + '_ {
        self.order.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Puts a piece at the end, unless it is there.
    pub(super) fn push(&mut self, piece: PieceIndex) {
        if let Some(place @ None) = self.places.get_mut(piece.index()) {
            *place = Some(self.order.len() as u32);
            self.order.push(piece);
        }
    }

    /// Takes a piece out, if it is there.
    pub(super) fn remove(&mut self, piece: PieceIndex) {
        let Some(place) = self.places.get_mut(piece.index()).and_then(Option::take) else { return };
        self.order.swap_remove(place as usize);
        if let Some(moved) = self.order.get(place as usize) {
            self.places[moved.index()] = Some(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_takes_the_place_of_one_that_goes() {
        let pieces = |numbers: &[u32]| numbers.iter().copied().map(PieceIndex::from).collect::<Vec<_>>();
        let mut fresh = FreshPieces::new(pieces(&[3, 1, 4]), 5);
        for (removed, left) in [(1, vec![3, 4]), (1, vec![3, 4]), (4, vec![3]), (9, vec![3]), (3, vec![])] {
            fresh.remove(removed.into());
            assert_eq!(fresh.iter().collect::<Vec<_>>(), pieces(&left), "without {removed}");
        }
        pieces(&[2, 2, 0]).into_iter().for_each(|piece| fresh.push(piece));
        assert_eq!((fresh.iter().collect::<Vec<_>>(), fresh.len()), (pieces(&[2, 0]), 2));
    }
}
