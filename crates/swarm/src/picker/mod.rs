//! Which block to ask whom for.
//!
//! A piece waits, is open (blocks of it are asked for, here, being hashed or written), is had, or is not wanted.
//! Opening a piece reserves room for all of its blocks in the budget, so that what was begun can be ended: with the
//! room of single blocks, many halves of pieces could fill it for ever. Because of that the budget must hold at least
//! one piece; if it does not, one piece is open at a time, and the budget is exceeded by what it lacks, and by what others
//! are asked for to help with it.

mod news;
mod open;
mod rarity;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::geometry::Geometry;
use crate::limits::{BLOCK, CLAIMS, HELP_BLOCKS};
use crate::piece_set::PieceSet;
use crate::wire::BlockAddress;

use news::News;
pub(crate) use open::{Claims, Open, Phase, Source};
use rarity::Rarity;

/// The pieces of a torrent and their blocks on the way.
#[derive(Debug)]
pub(crate) struct Picker<B> {
    geometry: Geometry,
    have: PieceSet,
    /// Wanted and not had.
    missing: PieceSet,
    /// What can be opened.
    rarity: Rarity,
    /// Of the open pieces, which are few: their places in `open`.
    place: HashMap<u32, u32>,
    open: Vec<Option<Open<B>>>,
    vacant: Vec<u32>,
    /// Places of the open pieces that have free blocks.
    partial: Vec<u32>,
    budget: usize,
    /// Blocks of all open pieces.
    reserved: usize,
    /// Claims beyond the first of a block.
    extra: usize,
    /// What there is to ask for that was not there before.
    news: News,
    rng: fastrand::Rng,
}

/// Who looks for something to do.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) source: Source,
    pub(crate) has: &'a PieceSet,
    /// The piece it was at.
    pub(crate) at: Option<u32>,
    /// It gives a whole piece in a moment: what it begins is for it alone.
    pub(crate) quick: bool,
    /// It must show first that what it gives is good: it takes no part in what others began, if there is a choice.
    pub(crate) stranger: bool,
    /// It is to give pieces alone and nobody may help, because it is not clear whether it lies.
    pub(crate) sealed: bool,
    /// It may begin at another piece than it is at.
    pub(crate) may_begin: bool,
}

/// The pieces that a web seed has; `None` is all.
pub(crate) type Stock<'a> = Option<&'a PieceSet>;

fn is_in(has: Stock<'_>, piece: u32) -> bool {
    has.is_none_or(|has| has.contains(piece))
}

/// What became of a block.
pub(crate) enum Put<B> {
    /// It is in its place. `others` were asked for it too; with it, the piece may be `full`.
    Held { others: Vec<Source>, full: bool },
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
        let pieces = geometry.pieces();
        let mut missing = wanted;
        have.iter().for_each(|piece| {
            missing.remove(piece);
        });
        Self {
            have,
            missing,
            rarity: Rarity::new(pieces),
            place: HashMap::new(),
            open: Vec::new(),
            vacant: Vec::new(),
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
    pub(crate) fn needs(&self, piece: u32) -> bool {
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

    /// Whether somebody who has these pieces may find something to ask for that was not there at version `since`.
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
    pub(crate) fn allow(&mut self, pieces: impl Iterator<Item = u32>) {
        pieces.for_each(|piece| self.allow_one(piece));
        self.news.anywhere();
    }

    /// All pieces whose hashes the torrent has.
    pub(crate) fn allow_known(&mut self) {
        for piece in 0..self.geometry.pieces() {
            if self.geometry.expected(piece).is_known() {
                self.allow_one(piece);
            }
        }
        self.news.anywhere();
    }

    fn allow_one(&mut self, piece: u32) {
        if self.needs(piece) && !self.place.contains_key(&piece) {
            self.rarity.insert_at_random(piece, &mut self.rng);
        }
    }

    /// One more peer has `piece`. Peers that have everything are not counted: they make no piece rarer.
    pub(crate) fn more(&mut self, piece: u32) {
        self.rarity.more(piece);
    }

    /// One peer less has `piece`.
    pub(crate) fn less(&mut self, piece: u32) {
        self.rarity.less(piece);
    }

    /// The next block to ask `asker` for.
    pub(crate) fn next(&mut self, asker: &Asker<'_>) -> Option<BlockAddress> {
        if let Some(block) = asker.at.and_then(|piece| self.claim_at(piece, asker)) {
            return Some(block);
        }
        if !asker.may_begin {
            return None;
        }
        let shared =
            if asker.stranger { None } else { self.find_partial(asker, |open| open.owner.is_none()) };
        let place = shared.or_else(|| self.begin(asker)).or_else(|| self.find_partial(asker, |_| true))?;
        self.claim(place, asker.source)
    }

    /// Opens waiting pieces in a row for a web seed, all blocks claimed: the first ones that it `has`, or any; at most `pieces`.
    pub(crate) fn begin_run(
        &mut self,
        (source, has): (Source, Stock<'_>),
        is_first: bool,
        pieces: u32,
    ) -> Option<std::ops::Range<u32>> {
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

    /// Takes up pieces in a row for a web seed that sends whole files: from the first that lacks something; at most `pieces`.
    /// It takes part in what others were asked for: they give nothing.
    pub(crate) fn begin_in_order(
        &mut self,
        (source, has): (Source, Stock<'_>),
        pieces: u32,
    ) -> Option<std::ops::Range<u32>> {
        let first = self.first_lacking(source, has)?;
        let is_taken = |piece: &u32| {
            is_in(has, *piece) && (self.take_whole(*piece, source) || self.join(*piece, source))
        };
        let end = first + (first..first + pieces).take_while(is_taken).count() as u32;
        (end > first).then_some(first..end)
    }

    /// Claims what is free of an open piece, and what others were asked for as well: of the piece that lacks the most.
    /// For web seeds at the tail, who give whole pieces.
    pub(crate) fn join_slowest(&mut self, (source, has): (Source, Stock<'_>)) -> Option<u32> {
        let may = |open: &&Open<B>| open.may_join(source) && is_in(has, open.piece);
        let piece = self.iter_open().filter(may).max_by_key(|open| open.lacking()).map(|open| open.piece)?;
        self.join(piece, source).then_some(piece)
    }

    /// One more claim on a block that somebody slower was asked for, if there are fewer than `most`.
    pub(crate) fn claim_too(&mut self, block: BlockAddress, source: Source, most: usize) -> bool {
        if self.committed() >= self.room_for_help() {
            return false;
        }
        let claimed =
            self.get_mut(block.piece).is_some_and(|open| !open.sealed && open.claim_too(block, source, most));
        self.extra += usize::from(claimed);
        claimed
    }

    /// A block will not come from `source`.
    pub(crate) fn release(&mut self, block: BlockAddress, source: Source) {
        let Some(place) = self.place_of(block.piece) else { return };
        let Some(open) = self.open[place as usize].as_mut() else { return };
        match open.release(block, source) {
            None => return,
            Some(0) if open.free() == 1 => self.partial.push(place),
            Some(0) => {}
            Some(_) => self.extra -= 1,
        }
        self.news.in_piece_and_room(block.piece);
        self.close_if_untouched(place);
    }

    /// `source` works at this piece alone no more: anybody may go on with it. What a suspect gave of it is thrown away,
    /// so that it stays clear who is to blame; gives how many bytes that were.
    pub(crate) fn disown(&mut self, piece: u32, source: Source) -> u32 {
        let Some(open) = self.get_mut(piece).filter(|open| open.owner == Some(source)) else { return 0 };
        open.owner = None;
        let thrown_away = if std::mem::take(&mut open.sealed) { self.discard(piece, source) } else { 0 };
        self.news.in_piece(piece);
        thrown_away
    }

    /// From now on nobody may help `source` with a piece; false if others have helped it already, or it is theirs.
    pub(crate) fn seal(&mut self, piece: u32, source: Source) -> bool {
        let Some(open) = self.get_mut(piece).filter(|open| open.owner == Some(source)) else { return false };
        open.sealed |= open.phase == Phase::Filling && open.is_only_of(source);
        open.sealed
    }

    /// Begins a piece anew that others have left, for a suspect that finds nothing else to begin: what they gave of it is
    /// thrown away, so that it will be clear who is to blame. Gives the piece, and how many bytes that were.
    pub(crate) fn begin_anew(&mut self, has: &PieceSet, source: Source) -> Option<(u32, u32)> {
        let is_left =
            |open: &Open<B>| !open.sealed && has.contains(open.piece) && open.claims().next().is_none();
        let place = self.find_open(is_left)?;
        let open = self.open[place as usize].as_mut()?;
        (open.owner, open.sealed) = (Some(source), true);
        Some((open.piece, open.clear() * BLOCK))
    }

    /// A block has come.
    pub(crate) fn put(&mut self, block: BlockAddress, source: Source, data: B) -> Put<B> {
        let Some(place) = self.place_of(block.piece) else { return Put::Unneeded(data) };
        let Some(open) = self.open[place as usize].as_mut() else { return Put::Unneeded(data) };
        if open.sealed && open.owner != Some(source) {
            return Put::Unneeded(data);
        }
        let free = open.free();
        match open.put(block, source, data) {
            Err(data) => Put::Unneeded(data),
            Ok(claims) => {
                self.extra -= claims.len().saturating_sub(1);
                let (full, emptied) = (open.is_full(), free > 0 && open.free() == 0);
                if emptied {
                    self.leave_partial(place);
                }
                Put::Held { others: claims.iter().filter(|other| *other != source).collect(), full }
            }
        }
    }

    /// An open piece.
    pub(crate) fn get(&self, piece: u32) -> Option<&Open<B>> {
        self.open.get(self.place_of(piece)? as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, piece: u32) -> Option<&mut Open<B>> {
        let place = self.place_of(piece)?;
        self.open.get_mut(place as usize)?.as_mut()
    }

    /// The open pieces.
    pub(crate) fn iter_open(&self) -> impl Iterator<Item = &Open<B>> {
        self.open.iter().flatten()
    }

    /// A full piece did not fit: what `keep` does not keep is asked for again. `keep` gets the index of a block.
    pub(crate) fn refill(&mut self, piece: u32, blocks: Vec<B>, keep: impl FnMut(usize, &B) -> bool) {
        let Some(place) = self.place_of(piece) else { return };
        let Some(open) = self.open[place as usize].as_mut() else { return };
        open.refill(blocks, keep);
        open.owner = None;
        open.sealed = false;
        if open.free() > 0 {
            self.partial.push(place);
        }
        self.news.in_piece(piece);
        self.close_if_untouched(place);
    }

    /// A piece is on disk. Whether it was not before.
    pub(crate) fn done(&mut self, piece: u32) -> bool {
        let Some(place) = self.place_of(piece) else { return false };
        self.close(place);
        self.missing.remove(piece);
        self.have.insert(piece)
    }

    /// A piece of padding alone is full without a block: opens it.
    pub(crate) fn begin_empty(&mut self) -> Vec<u32> {
        let waiting: Vec<u32> =
            self.rarity.waiting().iter().filter(|p| self.geometry.length(*p) == 0).collect();
        waiting.iter().for_each(|piece| {
            self.open_piece(*piece, None, false);
        });
        waiting
    }

    /// Opens a waiting piece, all blocks claimed; false if it does not wait or has no room.
    fn take_whole(&mut self, piece: u32, source: Source) -> bool {
        if !self.waits(piece) || !self.fits(piece) {
            return false;
        }
        let place = self.open_piece(piece, Some(source), false);
        while self.claim(place, source).is_some() {}
        true
    }

    /// Claims all blocks of an open piece that are not here, as far as others were not asked for them too often.
    fn join(&mut self, piece: u32, source: Source) -> bool {
        let Some(place) = self.place_of(piece) else { return false };
        let Some(open) = self.get(piece).filter(|open| open.may_join(source)) else { return false };
        let claimed: Vec<BlockAddress> = open.claims().map(|(block, _)| block).collect();
        while self.claim(place, source).is_some() {}
        claimed.into_iter().for_each(|block| {
            self.claim_too(block, source, CLAIMS);
        });
        true
    }

    /// The first piece that waits, or of which something lacks that `source` may be asked for.
    fn first_lacking(&self, source: Source, has: Stock<'_>) -> Option<u32> {
        let waiting = self.rarity.waiting();
        let waiting = waiting.common_from(has.unwrap_or(waiting), 0).filter(|piece| self.fits(*piece));
        let may = |open: &&Open<B>| open.may_join(source) && is_in(has, open.piece);
        self.iter_open().filter(may).map(|open| open.piece).chain(waiting).min()
    }

    fn claim_at(&mut self, piece: u32, asker: &Asker<'_>) -> Option<BlockAddress> {
        let place = self.place_of(piece)?;
        let open = self.open[place as usize].as_ref()?;
        let open_to = !open.sealed || open.owner == Some(asker.source);
        let alone = !asker.sealed || open.owner == Some(asker.source);
        (open_to && alone).then(|| self.claim(place, asker.source))?
    }

    fn claim(&mut self, place: u32, source: Source) -> Option<BlockAddress> {
        let open = self.open[place as usize].as_mut()?;
        let block = open.claim_next(source)?;
        if open.free() == 0 {
            self.leave_partial(place);
        }
        Some(block)
    }

    fn find_partial(&self, asker: &Asker<'_>, fits: impl Fn(&Open<B>) -> bool) -> Option<u32> {
        let may = |open: &Open<B>| !open.sealed && asker.has.contains(open.piece) && fits(open);
        if asker.sealed { None } else { self.find_open(may) }
    }

    /// The place of an open piece with free blocks.
    fn find_open(&self, fits: impl Fn(&Open<B>) -> bool) -> Option<u32> {
        self.partial.iter().copied().find(|place| self.open[*place as usize].as_ref().is_some_and(&fits))
    }

    fn begin(&mut self, asker: &Asker<'_>) -> Option<u32> {
        let start = self.rng.u32(..self.geometry.pieces().max(1));
        let piece = self.rarity.pick(asker.has, start)?;
        let owner = (asker.quick || asker.stranger).then_some(asker.source);
        if !self.fits(piece) {
            self.news.await_room();
            return None;
        }
        Some(self.open_piece(piece, owner, asker.sealed))
    }

    /// What may be committed if somebody is helped: a budget that one piece fills must not make it wait for the slowest.
    fn room_for_help(&self) -> usize {
        let piece = self.geometry.metainfo().piece_length().div_ceil(BLOCK.into()) as usize;
        self.budget.max(piece + HELP_BLOCKS)
    }

    fn waits(&self, piece: u32) -> bool {
        self.rarity.waiting().contains(piece)
    }

    fn fits(&self, piece: u32) -> bool {
        self.reserved == 0 || self.committed() + self.geometry.blocks(piece) <= self.budget
    }

    fn open_piece(&mut self, piece: u32, owner: Option<Source>, sealed: bool) -> u32 {
        let open = Open::new(piece, self.geometry.length(piece), owner, sealed);
        self.rarity.remove(piece);
        self.reserved += open.block_count();
        let place = self.vacant.pop().unwrap_or_else(|| {
            self.open.push(None);
            self.open.len() as u32 - 1
        });
        if open.free() > 0 {
            self.partial.push(place);
        }
        self.open[place as usize] = Some(open);
        self.place.insert(piece, place);
        place
    }

    /// Nothing of the piece is left: it waits again, and its room is free.
    fn close_if_untouched(&mut self, place: u32) {
        let untouched =
            |open: &Open<B>| (open.is_untouched() && open.phase == Phase::Filling).then_some(open.piece);
        if let Some(piece) = self.open[place as usize].as_ref().and_then(untouched) {
            self.close(place);
            self.rarity.insert(piece);
        }
    }

    fn close(&mut self, place: u32) {
        let Some(open) = self.open[place as usize].take() else { return };
        if open.free() > 0 {
            self.leave_partial(place);
        }
        self.reserved -= open.block_count();
        self.place.remove(&open.piece);
        self.vacant.push(place);
        self.news.in_piece_and_room(open.piece);
    }

    fn discard(&mut self, piece: u32, source: Source) -> u32 {
        let Some(place) = self.place_of(piece) else { return 0 };
        let Some(open) = self.open[place as usize].as_mut().filter(|open| open.phase == Phase::Filling)
        else {
            return 0;
        };
        let free = open.free();
        let discarded = open.discard(source);
        if free == 0 && open.free() > 0 {
            self.partial.push(place);
        }
        self.close_if_untouched(place);
        discarded * BLOCK
    }

    fn leave_partial(&mut self, place: u32) {
        if let Some(index) = self.partial.iter().position(|other| *other == place) {
            self.partial.swap_remove(index);
        }
    }

    fn place_of(&self, piece: u32) -> Option<u32> {
        self.place.get(&piece).copied()
    }
}
