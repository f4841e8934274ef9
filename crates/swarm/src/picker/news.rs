//! What can be requested that could not be before, and of which piece: a peer for which nothing was found is looked at again only if it
//! has such a piece.
//!
//! Without that, every request that one peer frees would have all others look through all pieces, for 5 bytes of a choke.

use std::collections::VecDeque;

use torrent_core::layout::PieceIndex;

use crate::piece_set::PieceSet;

/// The last news, each a version.
#[derive(Debug, Default)]
pub(crate) struct News {
    version: u64,
    /// In which piece; `None` for any.
    pieces: VecDeque<Option<PieceIndex>>,
    /// Somebody found a piece to begin, and the budget did not allow it.
    lacks_budget: bool,
}

impl News {
    /// Grows with everything new.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Whether there is anything new since a version for a peer that has these pieces.
    pub(crate) fn are_for(&self, since: u64, has: &PieceSet) -> bool {
        let count = usize::try_from(self.version - since).unwrap_or(usize::MAX);
        let is_for_it = |piece: &Option<PieceIndex>| piece.is_none_or(|piece| has.contains(piece));
        count > self.pieces.len() || self.pieces.iter().rev().take(count).any(is_for_it)
    }

    /// Something in a piece can be asked for.
    pub(crate) fn in_piece(&mut self, piece: PieceIndex) {
        self.add(Some(piece));
    }

    /// The same, and the budget has more left. Where that was what lacked, any piece may be begun now.
    pub(crate) fn in_piece_and_budget(&mut self, piece: PieceIndex) {
        let lacked = std::mem::take(&mut self.lacks_budget);
        self.add((!lacked).then_some(piece));
    }

    /// Something may have changed everywhere.
    pub(crate) fn anywhere(&mut self) {
        self.add(None);
    }

    /// A piece can be begun as soon as the budget allows it.
    pub(crate) fn await_budget(&mut self) {
        self.lacks_budget = true;
    }

    fn add(&mut self, piece: Option<PieceIndex>) {
        self.version += 1;
        if self.pieces.len() == KEPT {
            self.pieces.pop_front();
        }
        self.pieces.push_back(piece);
    }
}

/// How many news are kept. For a peer that was not looked at for longer, all pieces are looked at.
const KEPT: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_for_those_who_have_the_piece() {
        let has = |piece: u32| {
            let mut has = PieceSet::none(9);
            has.insert(piece.into());
            has
        };
        let mut news = News::default();
        news.in_piece(3.into());
        assert!(news.are_for(0, &has(3)) && !news.are_for(0, &has(4)) && !news.are_for(1, &has(3)));
        news.in_piece_and_budget(4.into());
        assert!(!news.are_for(1, &has(3)), "nobody waited for the budget");
        news.await_budget();
        news.in_piece_and_budget(4.into());
        assert!(news.are_for(2, &has(3)) && !news.are_for(3, &has(3)));
        (0..KEPT).for_each(|_| news.in_piece(1.into()));
        assert!(news.are_for(2, &has(7)), "nobody knows any more");
        assert!(!news.are_for(3, &has(7)));
    }
}
