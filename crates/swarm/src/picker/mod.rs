//! Which block to request from which peer.
//!
//! A piece waits, is open (blocks of it are asked for, here, being hashed or written), is had, or is not wanted.
//! Opening a piece reserves all of its blocks in the budget, so that what was begun can be ended: if single blocks were
//! reserved, many halves of pieces could fill it for ever. Because of that the budget must allow at least
//! one piece; if it does not, one piece is open at a time, and the budget is exceeded by what it lacks, and by what others
//! are asked for to help with it.

mod news;
mod open;
mod rarity;
#[cfg(test)]
mod tests;
mod web;

use std::collections::HashMap;

use slab::Slab;
use torrent_core::layout::PieceIndex;

use crate::geometry::{Geometry, bytes_in};
use crate::limits::HELP_BLOCKS;
use crate::piece_set::PieceSet;
use crate::wire::BlockAddress;

use news::News;
pub(crate) use open::{BlockClaims, BlockSource, OpenPiece, PieceState};
use rarity::Rarity;

/// The pieces of a torrent and their blocks on the way.
///
/// What holds between any two calls (`tests` checks it after random moves):
///
/// - A piece that is `missing` waits (`rarity`), or is open (`open`), or its hash is not known yet. No other piece waits or is open.
/// - `keys` has the open pieces and no other; `partial` has the key of each of them that has free blocks, once.
/// - `reserved` is the number of blocks of all open pieces; `extra` is the number of claims beyond the first of each block.
/// - `reserved` and `extra` together are within the budget, or within one piece and [`HELP_BLOCKS`] if these are more.
/// - A sealed piece has claims and blocks of its owner only.
/// - `news` has grown since there was last nothing for somebody, if there is something for it now.
#[derive(Debug)]
pub(crate) struct Picker<B> {
    geometry: Geometry,
    have: PieceSet,
    /// Wanted and not had.
    missing: PieceSet,
    /// What can be opened.
    rarity: Rarity,
    /// The open pieces, which are few.
    open: Slab<OpenPiece<B>>,
    /// By piece: the key of an open piece in `open`.
    keys: HashMap<PieceIndex, usize>,
    /// Keys of the open pieces that have free blocks.
    partial: Vec<usize>,
    /// Blocks of 16 KiB that may be committed.
    budget: usize,
    /// Blocks of all open pieces.
    reserved: usize,
    /// Claims beyond the first of a block.
    extra: usize,
    /// What there is to ask for that was not there before.
    news: News,
    rng: fastrand::Rng,
}

/// What a block is picked for: the peer or web seed that is to give it, and how.
#[derive(Clone, Copy)]
pub(crate) struct PickOptions<'a> {
    pub(crate) source: BlockSource,
    pub(crate) has: &'a PieceSet,
    /// The piece whose blocks it was last asked for.
    pub(crate) current: Option<PieceIndex>,
    /// It gives a whole piece in a moment: what it begins is for it alone.
    pub(crate) quick: bool,
    /// It must show first that what it gives is good: it takes no part in what others began, if there is a choice.
    pub(crate) stranger: bool,
    /// It is to give pieces alone and nobody may help, because it is not clear whether it lies.
    pub(crate) on_parole: bool,
    /// It may begin at another piece than it is at.
    pub(crate) may_begin: bool,
}

/// What became of a block.
pub(crate) enum Put<B> {
    /// It is in its place. `others` were asked for it too; with it, the piece may be `full`.
    Stored { others: Vec<BlockSource>, full: bool },
    /// Nobody needs it.
    Unneeded(B),
}

impl<B> Picker<B> {
    pub(crate) fn new(
        geometry: Geometry,
        have: PieceSet,
        wanted: PieceSet,
        budget: usize,
        rng: fastrand::Rng,
    ) -> Self {
        let mut missing = wanted;
        have.iter().for_each(|piece| {
            missing.remove(piece);
        });
        Self {
            have,
            missing,
            rarity: Rarity::new(geometry.pieces()),
            open: Slab::new(),
            keys: HashMap::new(),
            partial: Vec::new(),
            budget,
            reserved: 0,
            extra: 0,
            news: News::default(),
            rng,
            geometry,
        }
    }

    pub(crate) fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    pub(crate) fn have(&self) -> &PieceSet {
        &self.have
    }

    /// The pieces that are still to come.
    pub(crate) fn missing(&self) -> &PieceSet {
        &self.missing
    }

    /// A piece is still to come.
    pub(crate) fn needs(&self, piece: PieceIndex) -> bool {
        self.missing.contains(piece)
    }

    /// How many of these pieces are still to come.
    pub(crate) fn needed_of(&self, has: &PieceSet) -> u32 {
        has.common_count(&self.missing)
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.missing.count() == 0
    }

    /// Grows whenever there is something to ask for that was not there before.
    pub(crate) fn version(&self) -> u64 {
        self.news.version()
    }

    /// Whether a peer that has these pieces may find something to ask for that was not there at version `since`.
    pub(crate) fn has_news(&self, since: u64, has: &PieceSet) -> bool {
        self.news.are_for(since, has)
    }

    /// Blocks that are asked for or here, or could be at any time without further asking.
    pub(crate) fn committed(&self) -> usize {
        self.reserved + self.extra
    }

    pub(crate) fn set_budget(&mut self, blocks: usize) {
        self.budget = blocks;
        self.news.anywhere();
    }

    /// Pieces whose hashes are known, so that they can be asked for.
    pub(crate) fn allow(&mut self, pieces: impl Iterator<Item = PieceIndex>) {
        pieces.for_each(|piece| self.allow_one(piece));
        self.news.anywhere();
    }

    /// All pieces whose hashes the torrent has.
    pub(crate) fn allow_known(&mut self) {
        for piece in self.geometry.pieces() {
            if self.geometry.expected(piece).is_known() {
                self.allow_one(piece);
            }
        }
        self.news.anywhere();
    }

    fn allow_one(&mut self, piece: PieceIndex) {
        if self.needs(piece) && !self.keys.contains_key(&piece) {
            self.rarity.insert_at_random(piece, &mut self.rng);
        }
    }

    /// One more peer has `piece`. Peers that have everything are not counted: they make no piece rarer.
    pub(crate) fn raise_availability(&mut self, piece: PieceIndex) {
        self.rarity.raise(piece);
    }

    /// One peer less has `piece`.
    pub(crate) fn lower_availability(&mut self, piece: PieceIndex) {
        self.rarity.lower(piece);
    }

    /// The next block to request from the source of `options`.
    pub(crate) fn next(&mut self, options: &PickOptions<'_>) -> Option<BlockAddress> {
        if let Some(block) = options.current.and_then(|piece| self.claim_at(piece, options)) {
            return Some(block);
        }
        if !options.may_begin {
            return None;
        }
        // What others began comes first, so that pieces get whole; a stranger begins its own, so that it is clear what it gives. If
        // nothing can be begun, anybody takes part in anything.
        let shared =
            if options.stranger { None } else { self.find_partial(options, |open| open.owner.is_none()) };
        let key = shared.or_else(|| self.begin(options)).or_else(|| self.find_partial(options, |_| true))?;
        self.claim(key, options.source)
    }

    /// One more claim on a block that somebody slower was asked for, if there are fewer than `most`.
    pub(crate) fn claim_too(&mut self, block: BlockAddress, source: BlockSource, most: usize) -> bool {
        // A second request needs a block of its own in the budget: both answers may be on their way.
        if self.committed() >= self.budget_for_help() {
            return false;
        }
        let claimed =
            self.get_mut(block.piece).is_some_and(|open| !open.sealed && open.claim_too(block, source, most));
        self.extra += usize::from(claimed);
        claimed
    }

    /// A block will not come from `source`.
    pub(crate) fn release(&mut self, block: BlockAddress, source: BlockSource) {
        let Some(key) = self.key_of(block.piece) else { return };
        let Some(open) = self.open.get_mut(key) else { return };
        match open.release(block, source) {
            None => return,
            // The block is free again. If it is the only one, the piece had none before.
            Some(0) if open.free() == 1 => self.partial.push(key),
            Some(0) => {}
            // Others were asked for it, too.
            Some(_) => self.extra -= 1,
        }
        self.news.in_piece_and_budget(block.piece);
        self.close_if_untouched(key);
    }

    /// Ends the exclusive claim of `source` on a piece: others may continue it. What a suspect gave of it is thrown away,
    /// so that it stays clear who is to blame; gives how many bytes that were.
    pub(crate) fn disown(&mut self, piece: PieceIndex, source: BlockSource) -> u64 {
        let Some(open) = self.get_mut(piece).filter(|open| open.owner == Some(source)) else { return 0 };
        open.owner = None;
        let thrown_away = if std::mem::take(&mut open.sealed) { self.discard(piece, source) } else { 0 };
        self.news.in_piece(piece);
        thrown_away
    }

    /// `source` gives no more of a piece: what it gave is thrown away, and others may go on. Gives how many bytes that were.
    pub(crate) fn give_up(&mut self, piece: PieceIndex, source: BlockSource) -> u64 {
        if let Some(open) = self.get_mut(piece).filter(|open| open.owner == Some(source)) {
            (open.owner, open.sealed) = (None, false);
        }
        self.news.in_piece(piece);
        self.discard(piece, source)
    }

    /// From now on nobody may help `source` with a piece; false if others have helped it already, or it is theirs.
    pub(crate) fn seal(&mut self, piece: PieceIndex, source: BlockSource) -> bool {
        let Some(open) = self.get_mut(piece).filter(|open| open.owner == Some(source)) else { return false };
        open.sealed |= open.state == PieceState::Filling && open.is_only_of(source);
        open.sealed
    }

    /// Begins a piece anew that others have left, for a suspect that finds nothing else to begin: what they gave of it is
    /// thrown away, so that it will be clear who is to blame. Gives the piece, and how many bytes that were.
    pub(crate) fn begin_anew(&mut self, has: &PieceSet, source: BlockSource) -> Option<(PieceIndex, u64)> {
        let is_left =
            |open: &OpenPiece<B>| !open.sealed && has.contains(open.piece) && open.claims().next().is_none();
        let key = self.find_open(is_left)?;
        let open = self.open.get_mut(key)?;
        (open.owner, open.sealed) = (Some(source), true);
        Some((open.piece, bytes_in(open.clear())))
    }

    /// A block has come.
    pub(crate) fn put(&mut self, block: BlockAddress, source: BlockSource, data: B) -> Put<B> {
        let Some(key) = self.key_of(block.piece) else { return Put::Unneeded(data) };
        let Some(open) = self.open.get_mut(key) else { return Put::Unneeded(data) };
        if open.sealed && open.owner != Some(source) {
            return Put::Unneeded(data);
        }
        let free = open.free();
        match open.put(block, source, data) {
            Err(data) => Put::Unneeded(data),
            Ok(claims) => {
                // Its claims go with the block: the others are told to cancel.
                self.extra -= claims.len().saturating_sub(1);
                let (full, emptied) = (open.is_full(), free > 0 && open.free() == 0);
                if emptied {
                    self.leave_partial(key);
                }
                Put::Stored { others: claims.iter().filter(|other| *other != source).collect(), full }
            }
        }
    }

    /// An open piece.
    pub(crate) fn get(&self, piece: PieceIndex) -> Option<&OpenPiece<B>> {
        self.open.get(self.key_of(piece)?)
    }

    pub(crate) fn get_mut(&mut self, piece: PieceIndex) -> Option<&mut OpenPiece<B>> {
        self.open.get_mut(self.key_of(piece)?)
    }

    /// The open pieces.
    pub(crate) fn iter_open(&self) -> impl Iterator<Item = &OpenPiece<B>> {
        self.open.iter().map(|(_, open)| open)
    }

    /// A full piece did not fit: what `keep` does not keep is asked for again. `keep` gets the index of a block.
    pub(crate) fn refill(&mut self, piece: PieceIndex, blocks: Vec<B>, keep: impl FnMut(usize, &B) -> bool) {
        let Some(key) = self.key_of(piece) else { return };
        let Some(open) = self.open.get_mut(key) else { return };
        open.refill(blocks, keep);
        open.owner = None;
        open.sealed = false;
        if open.free() > 0 {
            self.partial.push(key);
        }
        self.news.in_piece(piece);
        self.close_if_untouched(key);
    }

    /// A piece is on disk. Whether it was not before.
    pub(crate) fn done(&mut self, piece: PieceIndex) -> bool {
        let Some(key) = self.key_of(piece) else { return false };
        self.close(key);
        self.missing.remove(piece);
        self.have.insert(piece)
    }

    /// A piece of padding alone is full without a block: opens it.
    pub(crate) fn begin_empty(&mut self) -> Vec<PieceIndex> {
        let waiting: Vec<PieceIndex> =
            self.rarity.waiting().iter().filter(|p| self.geometry.length(*p) == 0).collect();
        waiting.iter().for_each(|piece| {
            self.open_piece(*piece, None, false);
        });
        waiting
    }

    /// A piece that was had is not on disk any more, and is not to be fetched. Whether it was had.
    pub(crate) fn lose(&mut self, piece: PieceIndex) -> bool {
        self.have.remove(piece)
    }

    /// A piece that was lost is there again. False if it was not lost.
    pub(crate) fn find(&mut self, piece: PieceIndex) -> bool {
        !self.missing.contains(piece) && self.have.insert(piece)
    }

    fn claim_at(&mut self, piece: PieceIndex, options: &PickOptions<'_>) -> Option<BlockAddress> {
        let key = self.key_of(piece)?;
        let open = self.open.get(key)?;
        let open_to = !open.sealed || open.owner == Some(options.source);
        let alone = !options.on_parole || open.owner == Some(options.source);
        (open_to && alone).then(|| self.claim(key, options.source))?
    }

    fn claim(&mut self, key: usize, source: BlockSource) -> Option<BlockAddress> {
        let open = self.open.get_mut(key)?;
        let block = open.claim_next(source)?;
        if open.free() == 0 {
            self.leave_partial(key);
        }
        Some(block)
    }

    fn find_partial(&self, options: &PickOptions<'_>, fits: impl Fn(&OpenPiece<B>) -> bool) -> Option<usize> {
        let may = |open: &OpenPiece<B>| !open.sealed && options.has.contains(open.piece) && fits(open);
        if options.on_parole { None } else { self.find_open(may) }
    }

    /// The key of an open piece with free blocks.
    fn find_open(&self, fits: impl Fn(&OpenPiece<B>) -> bool) -> Option<usize> {
        self.partial.iter().copied().find(|key| self.open.get(*key).is_some_and(&fits))
    }

    fn begin(&mut self, options: &PickOptions<'_>) -> Option<usize> {
        let start = self.any_piece();
        let piece = self.rarity.pick(options.has, start)?;
        let owner = (options.quick || options.stranger).then_some(options.source);
        if !self.fits(piece) {
            self.news.await_budget();
            return None;
        }
        Some(self.open_piece(piece, owner, options.on_parole))
    }

    /// A piece by chance.
    fn any_piece(&mut self) -> PieceIndex {
        self.rng.u32(..self.geometry.pieces().count().max(1)).into()
    }

    /// What may be committed if somebody is helped: a budget that one piece fills must not make it wait for the slowest.
    fn budget_for_help(&self) -> usize {
        self.budget.max(self.geometry.blocks_a_piece() + HELP_BLOCKS)
    }

    fn waits(&self, piece: PieceIndex) -> bool {
        self.rarity.waiting().contains(piece)
    }

    fn fits(&self, piece: PieceIndex) -> bool {
        // The first piece is opened whatever the budget, or nothing would ever come.
        self.reserved == 0 || self.committed() + self.geometry.blocks(piece) <= self.budget
    }

    fn open_piece(&mut self, piece: PieceIndex, owner: Option<BlockSource>, sealed: bool) -> usize {
        let open = OpenPiece::new(piece, self.geometry.length(piece), owner, sealed);
        self.rarity.remove(piece);
        self.reserved += open.block_count();
        let has_free = open.free() > 0;
        let key = self.open.insert(open);
        if has_free {
            self.partial.push(key);
        }
        self.keys.insert(piece, key);
        key
    }

    /// Nothing of the piece is left: it waits again, and its part of the budget is free.
    fn close_if_untouched(&mut self, key: usize) {
        let untouched = |open: &OpenPiece<B>| {
            (open.is_untouched() && open.state == PieceState::Filling).then_some(open.piece)
        };
        if let Some(piece) = self.open.get(key).and_then(untouched) {
            self.close(key);
            self.rarity.insert(piece);
        }
    }

    fn close(&mut self, key: usize) {
        let Some(open) = self.open.try_remove(key) else { return };
        if open.free() > 0 {
            self.leave_partial(key);
        }
        self.reserved -= open.block_count();
        self.keys.remove(&open.piece);
        self.news.in_piece_and_budget(open.piece);
    }

    fn discard(&mut self, piece: PieceIndex, source: BlockSource) -> u64 {
        let Some(key) = self.key_of(piece) else { return 0 };
        let Some(open) = self.open.get_mut(key).filter(|open| open.state == PieceState::Filling) else {
            return 0;
        };
        let free = open.free();
        let discarded = open.discard(source);
        if free == 0 && open.free() > 0 {
            self.partial.push(key);
        }
        self.close_if_untouched(key);
        bytes_in(discarded)
    }

    fn leave_partial(&mut self, key: usize) {
        if let Some(index) = self.partial.iter().position(|other| *other == key) {
            self.partial.swap_remove(index);
        }
    }

    fn key_of(&self, piece: PieceIndex) -> Option<usize> {
        self.keys.get(&piece).copied()
    }
}
