//! Our requests to a peer that are in flight, and those of which nothing is expected any more.

use std::collections::VecDeque;

use crate::Time;
use crate::limits::LATE;
use crate::wire::BlockAddress;

/// A request that has not been answered yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InFlight {
    pub(crate) block: BlockAddress,
    pub(crate) sent_at: Time,
}

/// Requests of which nothing is expected any more, though each may still be answered once.
#[derive(Debug, Default)]
pub(crate) struct LateBlocks(VecDeque<BlockAddress>);

impl LateBlocks {
    /// A request was taken back, or a choke made it void. The oldest one is forgotten if there are too many.
    pub(crate) fn add(&mut self, block: BlockAddress) {
        if self.0.len() >= LATE {
            self.0.pop_front();
        }
        self.0.push_back(block);
    }

    /// A block came, or its rejection; whether this is where it belongs.
    pub(crate) fn take(&mut self, block: BlockAddress) -> bool {
        let index = self.0.iter().position(|late| *late == block);
        index.and_then(|index| self.0.remove(index)).is_some()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
