//! Pieces for web seeds: whole ones, and several one after the other, because each request is an HTTP request.

use torrent_core::layout::{PieceIndex, PieceRange};

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
    ) -> Option<PieceRange> {
        let start = if is_first { PieceIndex::default() } else { self.any_piece() };
        let waiting = self.rarity.waiting();
        let first = waiting.common_from(has.unwrap_or(waiting), start)?;
        let may = |piece: &PieceIndex| self.waits(*piece) && is_in(has, *piece);
        let first = PieceRange::up_to(first, pieces).iter().rev().take_while(may).last()?;
        let is_taken = |piece: &PieceIndex| is_in(has, *piece) && self.take_whole(*piece, source);
        taken(PieceRange::new(first, pieces), is_taken)
    }

    /// Takes up successive pieces for a web seed that sends whole files: from the first that lacks something; at most `pieces`.
    /// It takes part in what others were asked for: they give nothing.
    pub(crate) fn begin_in_order(
        &mut self,
        (source, has): (BlockSource, WebPieces<'_>),
        pieces: u32,
    ) -> Option<PieceRange> {
        let first = self.first_lacking(source, has)?;
        let is_taken = |piece: &PieceIndex| {
            is_in(has, *piece) && (self.take_whole(*piece, source) || self.join(*piece, source))
        };
        taken(PieceRange::new(first, pieces), is_taken)
    }

    /// Claims what is free of an open piece, and what others were asked for as well: of the piece that lacks the most.
    /// For web seeds, at the tail, which give whole pieces.
    pub(crate) fn join_slowest(&mut self, (source, has): (BlockSource, WebPieces<'_>)) -> Option<PieceIndex> {
        let may = |open: &&OpenPiece<B>| open.may_join(source) && is_in(has, open.piece);
        let piece = self.iter_open().filter(may).max_by_key(|open| open.lacking()).map(|open| open.piece)?;
        self.join(piece, source).then_some(piece)
    }

    /// Opens a waiting piece, all blocks claimed; false if it does not wait or does not fit into the budget.
    fn take_whole(&mut self, piece: PieceIndex, source: BlockSource) -> bool {
        if !self.waits(piece) || !self.fits(piece) {
            return false;
        }
        let key = self.open_piece(piece, Some(source), false);
        while self.claim(key, source).is_some() {}
        true
    }

    /// Claims all blocks of an open piece that are not here, as far as others were not asked for them too often.
    fn join(&mut self, piece: PieceIndex, source: BlockSource) -> bool {
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
    fn first_lacking(&self, source: BlockSource, has: WebPieces<'_>) -> Option<PieceIndex> {
        let waiting = self.rarity.waiting();
        let waiting = waiting
            .common_from(has.unwrap_or(waiting), PieceIndex::default())
            .filter(|piece| self.fits(*piece));
        let may = |open: &&OpenPiece<B>| open.may_join(source) && is_in(has, open.piece);
        self.iter_open().filter(may).map(|open| open.piece).chain(waiting).min()
    }
}

/// The pieces at the front of a range that are taken, if there are any.
fn taken(pieces: PieceRange, is_taken: impl FnMut(&PieceIndex) -> bool) -> Option<PieceRange> {
    let last = pieces.into_iter().take_while(is_taken).last()?;
    Some((pieces.start..last.next()).into())
}

fn is_in(has: WebPieces<'_>, piece: PieceIndex) -> bool {
    has.is_none_or(|has| has.contains(piece))
}
