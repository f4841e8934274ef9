//! A piece that was hashed, on its way back to the loop.

use swarm::PieceDigests;
use torrent_core::layout::PieceIndex;

use crate::job_id::JobId;
use crate::pool::Block;

/// A piece that was hashed.
pub(crate) struct Hashed {
    pub(crate) job: JobId,
    pub(crate) piece: PieceIndex,
    /// The blocks that were hashed, given back.
    pub(crate) blocks: Vec<Block>,
    pub(crate) digests: PieceDigests,
}
