//! Pieces for web seeds: whole ones, and several one after the other, because each request is an HTTP request.

use std::ops::Range;

use super::Picker;
use super::open::{BlockSource, OpenPiece};
use crate::limits::CLAIMS;
use crate::piece_set::PieceSet;
use crate::wire::BlockAddress;

/// The pieces that a web seed has; `None` is all.
pub(crate) type WebPieces<'a> = Option<&'a PieceSet>;

impl<B> Picker<B> {
    /// Opens successive waiting pieces for a web seed, all blocks claimed: the first ones that it `has`, or any; at most `pieces`.
    pub(crate) fn begin_run(
        &mut self,
        (source, has): (BlockSource, WebPieces<'_>),
        is_first: bool,
        pieces: u32,
    ) -> Option<Range<u32>> {
        let start = if is_first { 0 } else { self.rng.u32(..self.geometry.pieces().max(1)) };
        let waiting = self.rarity.waiting();
        let first = waiting.common_from(has.unwrap_or(waiting), start)?;
        let may = |piece: &u32| self.waits(*piece) && is_in(has, *piece);
        let first = (0..pieces).map_while(|back| first.checked_sub(back)).take_while(may).last()?;
        let mut end = first;
        while end < first + pieces && is_in(has, end) && self.take_whole(end, source) {
            end += 1;
        }
        (end > first).then_some(first..end)
    }

    /// Takes up successive pieces for a web seed that sends whole files: from the first that lacks something; at most `pieces`.
    /// It takes part in what others were asked for: they give nothing.
    pub(crate) fn begin_in_order(
        &mut self,
        (source, has): (BlockSource, WebPieces<'_>),
        pieces: u32,
    ) -> Option<Range<u32>> {
        let first = self.first_lacking(source, has)?;
        let is_taken = |piece: &u32| {
            is_in(has, *piece) && (self.take_whole(*piece, source) || self.join(*piece, source))
        };
        let end = first + (first..first + pieces).take_while(is_taken).count() as u32;
        (end > first).then_some(first..end)
    }

    /// Claims what is free of an open piece, and what others were asked for as well: of the piece that lacks the most.
    /// For web seeds, at the tail, which give whole pieces.
    pub(crate) fn join_slowest(&mut self, (source, has): (BlockSource, WebPieces<'_>)) -> Option<u32> {
        let may = |open: &&OpenPiece<B>| open.may_join(source) && is_in(has, open.piece);
        let piece = self.iter_open().filter(may).max_by_key(|open| open.lacking()).map(|open| open.piece)?;
        self.join(piece, source).then_some(piece)
    }

    /// Opens a waiting piece, all blocks claimed; false if it does not wait or does not fit into the budget.
    fn take_whole(&mut self, piece: u32, source: BlockSource) -> bool {
        if !self.waits(piece) || !self.fits(piece) {
            return false;
        }
        let key = self.open_piece(piece, Some(source), false);
        while self.claim(key, source).is_some() {}
        true
    }

    /// Claims all blocks of an open piece that are not here, as far as others were not asked for them too often.
    fn join(&mut self, piece: u32, source: BlockSource) -> bool {
        let Some(key) = self.key_of(piece) else { return false };
        let Some(open) = self.get(piece).filter(|open| open.may_join(source)) else { return false };
        let claimed: Vec<BlockAddress> = open.claims().map(|(block, _)| block).collect();
        while self.claim(key, source).is_some() {}
        claimed.into_iter().for_each(|block| {
            self.claim_too(block, source, CLAIMS);
        });
        true
    }

    /// The first piece that waits, or of which something lacks that `source` may be asked for.
    fn first_lacking(&self, source: BlockSource, has: WebPieces<'_>) -> Option<u32> {
        let waiting = self.rarity.waiting();
        let waiting = waiting.common_from(has.unwrap_or(waiting), 0).filter(|piece| self.fits(*piece));
        let may = |open: &&OpenPiece<B>| open.may_join(source) && is_in(has, open.piece);
        self.iter_open().filter(may).map(|open| open.piece).chain(waiting).min()
    }
}

fn is_in(has: WebPieces<'_>, piece: u32) -> bool {
    has.is_none_or(|has| has.contains(piece))
}
