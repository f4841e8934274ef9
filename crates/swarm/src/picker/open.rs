//! A piece on its way: which of its blocks are free, asked for or here, and whose they are.

use torrent_core::layout::PieceIndex;

use crate::ConnectionId;
use crate::geometry::{block_at, blocks_in};
use crate::limits::CLAIMS;
use crate::wire::BlockAddress;

/// Where a block comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum BlockSource {
    Peer(ConnectionId),
    /// By place in the list of web seeds.
    Web(usize),
}

/// How far a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PieceState {
    /// Blocks are missing.
    Filling,
    /// All blocks are here; their hash is being made.
    Hashing,
    /// The hash fits; it is on its way to disk.
    Writing,
}

/// A piece on its way.
#[derive(Debug)]
pub(crate) struct OpenPiece<B> {
    pub(crate) piece: PieceIndex,
    pub(crate) state: PieceState,
    /// Bytes that are asked for.
    pub(crate) length: u32,
    blocks: Vec<Block<B>>,
    /// Blocks that are neither here nor asked for.
    free: usize,
    /// Blocks that are here.
    received: usize,
    /// Before it, no block is free.
    next_free: usize,
    /// Who fetches it alone, as long as others have something else to do.
    pub(crate) owner: Option<BlockSource>,
    /// Only the owner may give a block, so that it is clear which peer is to blame.
    pub(crate) sealed: bool,
}

#[derive(Debug)]
struct Block<B> {
    data: Option<B>,
    /// Who sent the data.
    from: Option<BlockSource>,
    claims: BlockClaims,
}

impl<B> Default for Block<B> {
    fn default() -> Self {
        Self { data: None, from: None, claims: BlockClaims::default() }
    }
}

/// The peers and web seeds that were asked for a block. There are more than two where the first ones are silent: a list only then.
#[derive(Clone, Default, Debug)]
pub(crate) struct BlockClaims([Option<BlockSource>; CLAIMS], Vec<BlockSource>);

impl BlockClaims {
    pub(crate) fn iter(&self) -> impl Iterator<Item = BlockSource> + '_ {
        self.0.iter().flatten().chain(&self.1).copied()
    }

    pub(crate) fn contains(&self, source: BlockSource) -> bool {
        self.iter().any(|claim| claim == source)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    pub(crate) fn len(&self) -> usize {
        self.iter().count()
    }

    fn add(&mut self, source: BlockSource) {
        match self.0.iter_mut().find(|claim| claim.is_none()) {
            Some(place) => *place = Some(source),
            None => self.1.push(source),
        }
    }

    fn remove(&mut self, source: BlockSource) -> bool {
        if let Some(index) = self.1.iter().position(|claim| *claim == source) {
            self.1.swap_remove(index);
            return true;
        }
        let place = self.0.iter_mut().find(|claim| **claim == Some(source));
        place.map(|place| *place = None).is_some()
    }
}

impl<B> OpenPiece<B> {
    pub(crate) fn new(piece: PieceIndex, length: u32, owner: Option<BlockSource>, sealed: bool) -> Self {
        let count = blocks_in(length);
        let blocks = std::iter::repeat_with(Block::default).take(count).collect();
        let state = PieceState::Filling;
        Self { piece, state, length, blocks, free: count, received: 0, next_free: 0, owner, sealed }
    }

    /// Blocks that are neither here nor asked for.
    pub(crate) fn free(&self) -> usize {
        self.free
    }

    pub(crate) fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// Every block is here.
    pub(crate) fn is_full(&self) -> bool {
        self.received == self.blocks.len()
    }

    /// How many blocks are not here.
    pub(crate) fn lacking(&self) -> usize {
        self.blocks.len() - self.received
    }

    /// A block is not here, `source` was not asked for it, and may be.
    pub(crate) fn may_join(&self, source: BlockSource) -> bool {
        let lacks = |block: &Block<B>| block.data.is_none() && !block.claims.contains(source);
        self.state == PieceState::Filling && !self.sealed && self.blocks.iter().any(lacks)
    }

    /// Not one block is here or asked for.
    pub(crate) fn is_untouched(&self) -> bool {
        self.free == self.blocks.len()
    }

    /// The next free block, now claimed by `source`.
    pub(crate) fn claim_next(&mut self, source: BlockSource) -> Option<BlockAddress> {
        if self.free == 0 {
            return None;
        }
        let is_free = |block: &Block<B>| block.data.is_none() && block.claims.is_empty();
        let index = (self.next_free..self.blocks.len()).find(|index| is_free(&self.blocks[*index]))?;
        self.blocks[index].claims.add(source);
        self.next_free = index + 1;
        self.free -= 1;
        Some(self.address(index))
    }

    /// One more claim on a block that was asked for already, but of no more than `most`.
    pub(crate) fn claim_too(&mut self, block: BlockAddress, source: BlockSource, most: usize) -> bool {
        let Some(index) = self.index_of(block) else { return false };
        let block = &mut self.blocks[index];
        let possible =
            block.data.is_none() && (1..most).contains(&block.claims.len()) && !block.claims.contains(source);
        if possible {
            block.claims.add(source);
        }
        possible
    }

    /// Who was asked for a block that is not here.
    pub(crate) fn claims_on(&self, block: BlockAddress) -> Option<&BlockClaims> {
        self.index_of(block).map(|index| &self.blocks[index].claims)
    }

    /// Takes a claim back; gives how many are left on the block, if there was one.
    pub(crate) fn release(&mut self, block: BlockAddress, source: BlockSource) -> Option<usize> {
        let index = self.index_of(block)?;
        let block = &mut self.blocks[index];
        if !block.claims.remove(source) {
            return None;
        }
        if block.claims.is_empty() {
            self.free += 1;
            self.next_free = self.next_free.min(index);
        }
        Some(block.claims.len())
    }

    /// Puts a block in its place and says who was asked for it; gives it back if it has none or is here already.
    pub(crate) fn put(
        &mut self,
        block: BlockAddress,
        source: BlockSource,
        data: B,
    ) -> Result<BlockClaims, B> {
        let Some(index) = self.index_of(block) else { return Err(data) };
        let block = &mut self.blocks[index];
        if block.data.is_some() || self.state != PieceState::Filling {
            return Err(data);
        }
        let claims = std::mem::take(&mut block.claims);
        block.data = Some(data);
        block.from = Some(source);
        self.free -= usize::from(claims.is_empty());
        self.received += 1;
        Ok(claims)
    }

    /// The blocks of a full piece, to be hashed.
    pub(crate) fn take_blocks(&mut self) -> Vec<B> {
        self.blocks.iter_mut().filter_map(|block| block.data.take()).collect()
    }

    /// Takes back the blocks for which `keep` says so; the others, which are bad, are free again.
    pub(crate) fn refill(&mut self, blocks: Vec<B>, mut keep: impl FnMut(usize, &B) -> bool) {
        self.state = PieceState::Filling;
        for (index, (block, data)) in self.blocks.iter_mut().zip(blocks).enumerate() {
            let good = keep(index, &data);
            *block =
                Block { data: good.then_some(data), from: block.from.filter(|_| good), ..Block::default() };
        }
        self.recount();
    }

    /// Throws away what a source gave.
    pub(crate) fn discard(&mut self, source: BlockSource) -> usize {
        let received = self.received;
        let given = self.blocks.iter_mut().filter(|block| block.from == Some(source));
        given.for_each(|block| *block = Block::default());
        self.recount();
        received - self.received
    }

    /// Throws away all that is here; gives how many blocks that were.
    pub(crate) fn clear(&mut self) -> usize {
        let received = self.received;
        self.blocks.iter_mut().for_each(|block| *block = Block::default());
        self.recount();
        received
    }

    /// Nobody but `source` gave a block or was asked for one.
    pub(crate) fn is_only_of(&self, source: BlockSource) -> bool {
        let mut sources = self.blocks.iter().flat_map(|block| block.claims.iter().chain(block.from));
        sources.all(|other| other == source)
    }

    /// Who gave the block at `index`.
    pub(crate) fn giver(&self, index: usize) -> Option<BlockSource> {
        self.blocks.get(index)?.from
    }

    /// Every peer and web seed that gave a block, each once.
    pub(crate) fn givers(&self) -> Vec<BlockSource> {
        let mut givers: Vec<BlockSource> = Vec::new();
        for source in self.blocks.iter().filter_map(|block| block.from) {
            if givers.last() != Some(&source) && !givers.contains(&source) {
                givers.push(source);
            }
        }
        givers
    }

    /// Every claim on a block that is not here.
    pub(crate) fn claims(&self) -> impl Iterator<Item = (BlockAddress, BlockSource)> + '_ {
        let claims = |(index, block): (usize, &Block<B>)| {
            let address = self.address(index);
            block.claims.iter().map(move |source| (address, source)).collect::<Vec<_>>()
        };
        self.blocks.iter().enumerate().flat_map(claims)
    }

    fn recount(&mut self) {
        let is_free = |block: &&Block<B>| block.data.is_none() && block.claims.is_empty();
        self.free = self.blocks.iter().filter(is_free).count();
        self.received = self.blocks.iter().filter(|block| block.data.is_some()).count();
        self.next_free = 0;
    }

    fn address(&self, index: usize) -> BlockAddress {
        block_at(self.piece, index, self.length)
    }

    fn index_of(&self, block: BlockAddress) -> Option<usize> {
        let index = block.index();
        (index < self.blocks.len() && self.address(index) == block).then_some(index)
    }
}
