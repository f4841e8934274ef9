//! How far a swarm is.

use std::collections::BTreeMap;

use crate::CloseReason;

/// How far a swarm is. Bytes are payload.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Progress {
    /// Bytes of wanted pieces that are written.
    pub done: u64,
    /// Bytes of wanted pieces; 0 until there is metadata.
    pub wanted: u64,
    /// Bytes of all pieces; 0 until there is metadata.
    pub total: u64,
    /// Pieces that are written, wanted or not.
    pub pieces: u32,
    /// Bytes of payload received from peers and web seeds, whether needed or not.
    pub downloaded: u64,
    /// Those of them that came as they were asked for and were needed, less those of pieces that turned out to be bad: as long as this
    /// grows beyond what it was, the download goes on.
    pub useful: u64,
    /// Bytes sent as blocks.
    pub uploaded: u64,
    /// Received bytes that were not needed: they came twice, or too late, or nobody had asked for them.
    pub duplicate: u64,
    /// Received bytes that did not fit their hash.
    pub bad: u64,
    /// Bytes a second received, of late.
    pub download_rate: f64,
    /// Bytes a second sent, of late.
    pub upload_rate: f64,
    /// How many peers are connected.
    pub peers: usize,
    /// Connected peers that have everything.
    pub seeds: usize,
    /// Connected peers that give us blocks if we ask.
    pub unchoked_by: usize,
    /// Connected peers that get blocks from us if they ask.
    pub unchoked: usize,
    /// Addresses that are known and were not tried, or may be tried again.
    pub candidates: usize,
    /// Hosts that are not talked to any more.
    pub banned: usize,
    /// How many connections we closed, by reason.
    pub closed: BTreeMap<CloseReason, u64>,
    /// Bytes of the info dictionary that are here, of those it is said to have; for magnet links.
    pub metadata: Option<(usize, usize)>,
    /// Blocks that are asked for, here, or could be asked for at any time: never more than the budget, or one piece and
    /// [`limits::HELP_BLOCKS`](crate::limits::HELP_BLOCKS).
    pub committed: usize,
}
