//! The web seeds of the world.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use swarm::wire::BlockAddress;
use swarm::{Event, WebError, WebJob};

use super::payload::{Lease, Token};
use super::peer::{WebFault, WebSeed};
use super::{Plan, World};

/// A request on its way.
#[derive(Debug)]
pub(super) struct Transfer {
    node: usize,
    life: u32,
    job: WebJob,
    seed: WebSeed,
    blocks: VecDeque<BlockAddress>,
    /// How it ends once the blocks have come.
    result: Result<(), WebError>,
}

impl World {
    pub(super) fn web_get(&mut self, node: usize, job: WebJob, web_seed: usize, bytes: Range<u64>) {
        let seed = self.nodes[node].peer.web_seeds[web_seed];
        let mut blocks = self.blocks_of(bytes);
        let (keep, result) = match seed.fault {
            Some(WebFault::Gone) => (0, Err(WebError::Useless("404".into()))),
            Some(WebFault::NoRanges) => (0, Err(WebError::NoRanges)),
            Some(WebFault::Busy) if job.0.is_multiple_of(2) => (0, Err(WebError::Busy { retry_after: None })),
            Some(WebFault::Short | WebFault::Stalls) => (blocks.len() / 2, Ok(())),
            _ => (blocks.len(), Ok(())),
        };
        blocks.truncate(keep);
        let life = self.nodes[node].life;
        self.queue.plan(self.now + ANSWER, Plan::Web(Transfer { node, life, job, seed, blocks, result }));
    }

    pub(super) fn web_cancel(&mut self, node: usize, job: WebJob) {
        self.nodes[node].cancelled.push(job);
    }

    /// The next block, or the end.
    pub(super) fn web_block(&mut self, mut transfer: Transfer) {
        let (node, job) = (transfer.node, transfer.job);
        if self.nodes[node].life != transfer.life {
            return;
        }
        if self.nodes[node].cancelled.contains(&job) {
            return self
                .tell(node, Event::WebEnded { job, result: Err(WebError::Failed("cancelled".into())) });
        }
        let Some(block) = transfer.blocks.pop_front() else {
            if transfer.seed.fault == Some(WebFault::Stalls) {
                self.queue.plan(self.now + Duration::from_secs(1), Plan::Web(transfer));
                return;
            }
            return self.tell(node, Event::WebEnded { job, result: transfer.result });
        };
        let lease = Some(Lease::of(&self.nodes[node].memory));
        let data = Token { block, good: transfer.seed.fault != Some(WebFault::Stale), lease };
        let wait = Duration::from_secs_f64(f64::from(block.length) / transfer.seed.rate);
        self.queue.plan(self.now + wait, Plan::Web(transfer));
        self.tell(node, Event::WebBlock { job, block, data });
    }

    /// The blocks that are asked for of some whole pieces.
    fn blocks_of(&self, bytes: Range<u64>) -> VecDeque<BlockAddress> {
        let piece_length = self.payload.metainfo.piece_length();
        let pieces = bytes.start / piece_length..bytes.end.div_ceil(piece_length);
        pieces.flat_map(|piece| swarm::blocks_of(&self.payload.metainfo, piece as u32)).collect()
    }
}

const ANSWER: Duration = Duration::from_millis(60);
