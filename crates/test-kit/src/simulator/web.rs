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
    /// Which it is of the node's.
    web_seed: usize,
    seed: WebSeed,
    /// Bytes that come in front of the blocks.
    skip: u64,
    /// Where the answer stands after the blocks, if it is still open then.
    stands: Option<u64>,
    blocks: VecDeque<BlockAddress>,
    /// How it ends once the blocks have come.
    result: Result<(), WebError>,
}

impl World {
    pub(super) fn web_get(
        &mut self,
        node: usize,
        (job, web_seed): (WebJob, usize),
        bytes: Range<u64>,
        whole_files: bool,
    ) {
        let seed = self.nodes[node].peer.web_seeds[web_seed];
        let mut blocks = self.blocks_of(bytes.clone());
        let stood = self.nodes[node].open_answers.remove(&web_seed).filter(|stood| *stood <= bytes.start);
        let is_part = !whole_files && bytes.end - bytes.start < self.payload.metainfo.layout().length();
        let middle = self.payload.metainfo.layout().length() / 2;
        let (mut skip, mut stands) = (0, None);
        if whole_files {
            (skip, stands) = (bytes.start - stood.unwrap_or(0), Some(bytes.end));
        }
        let (keep, result) = match seed.fault {
            Some(WebFault::Gone) => (0, Err(WebError::Useless("404".into()))),
            Some(WebFault::LacksFiles) => self.what_is_there(&blocks),
            Some(WebFault::NoRanges | WebFault::NoRangesAndCuts) if is_part => {
                let is_front = bytes.start == 0;
                stands = Some(if is_front { bytes.end } else { 0 });
                (if is_front { blocks.len() } else { 0 }, Err(WebError::NoRanges))
            }
            Some(WebFault::NoRangesAndCuts) if bytes.end > middle => {
                (skip, stands) = (skip.min(middle.saturating_sub(stood.unwrap_or(0))), None);
                let blocks = middle.saturating_sub(bytes.start) / u64::from(swarm::limits::BLOCK);
                (blocks as usize, Err(WebError::Failed("cut".into())))
            }
            Some(WebFault::Busy) if job.0.is_multiple_of(2) => (0, Err(WebError::Busy { retry_after: None })),
            Some(WebFault::Short | WebFault::Stalls) => (blocks.len() / 2, Ok(())),
            _ => (blocks.len(), Ok(())),
        };
        blocks.truncate(keep);
        let life = self.nodes[node].life;
        let transfer = Transfer { node, life, job, web_seed, seed, skip, stands, blocks, result };
        let wait = if stood.is_some() { Duration::ZERO } else { ANSWER };
        self.queue.plan(self.now + wait, Plan::Web(transfer));
    }

    pub(super) fn web_cancel(&mut self, node: usize, job: WebJob) {
        self.nodes[node].cancelled.push(job);
    }

    /// What comes next: bytes that nobody wants, a block, the end.
    pub(super) fn web_block(&mut self, mut transfer: Transfer) {
        let (node, job) = (transfer.node, transfer.job);
        if self.nodes[node].life != transfer.life {
            return;
        }
        if self.nodes[node].cancelled.contains(&job) {
            return self.tell(
                node,
                Event::WebEnded { job, ranges: false, result: Err(WebError::Failed("cancelled".into())) },
            );
        }
        if transfer.skip > 0 {
            let bytes = transfer.skip.min(SKIP);
            transfer.skip -= bytes;
            let wait = Duration::from_secs_f64(bytes as f64 / transfer.seed.rate);
            self.queue.plan(self.now + wait, Plan::Web(transfer));
            return self.tell(node, Event::WebSkipped { job, bytes });
        }
        let Some(block) = transfer.blocks.pop_front() else {
            if transfer.seed.fault == Some(WebFault::Stalls) {
                self.queue.plan(self.now + Duration::from_secs(1), Plan::Web(transfer));
                return;
            }
            if let Some(stands) = transfer.stands {
                self.nodes[node].open_answers.insert(transfer.web_seed, stands);
            }
            let ranges = !matches!(transfer.seed.fault, Some(WebFault::NoRanges | WebFault::NoRangesAndCuts));
            return self.tell(node, Event::WebEnded { job, ranges, result: transfer.result });
        };
        let lease = Some(Lease::of(&self.nodes[node].memory));
        let data = Token { block, good: transfer.seed.fault != Some(WebFault::Stale), lease };
        let wait = Duration::from_secs_f64(f64::from(block.length) / transfer.seed.rate);
        self.queue.plan(self.now + wait, Plan::Web(transfer));
        self.tell(node, Event::WebBlock { job, block, data });
    }

    /// How many of the blocks are in front of the first file that a web seed lacks.
    fn what_is_there(&self, blocks: &VecDeque<BlockAddress>) -> (usize, Result<(), WebError>) {
        let metainfo = &self.payload.metainfo;
        let lacking = |block: &BlockAddress| {
            let start = metainfo.layout().piece(block.piece).start + u64::from(block.offset);
            let mut files = metainfo.layout().files_in(start..start + u64::from(block.length));
            files.find(|file| file % 2 == 1)
        };
        let lack = (0..).zip(blocks).find_map(|(index, block)| Some((index, lacking(block)?)));
        lack.map_or((blocks.len(), Ok(())), |(index, file)| {
            (index, Err(WebError::Lacks { file, why: "404".into() }))
        })
    }

    /// The blocks that are asked for of some whole pieces.
    fn blocks_of(&self, bytes: Range<u64>) -> VecDeque<BlockAddress> {
        let pieces = self.payload.metainfo.layout().pieces_in(bytes);
        pieces.into_iter().flat_map(|piece| swarm::blocks_of(&self.payload.metainfo, piece)).collect()
    }
}

/// Bytes that nobody wants come in such parts.
const SKIP: u64 = 256 << 10;
const ANSWER: Duration = Duration::from_millis(60);
