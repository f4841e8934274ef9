//! How far a swarm is.

use std::collections::BTreeMap;

use crate::{CloseReason, Time};

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
    /// What it costs to be the only seed, if [`Config::origin`](crate::Config::origin) says that we are.
    pub bill: Option<Bill>,
}

/// What it costs to be the only seed of a torrent. A copy is as many bytes as the torrent has.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bill {
    /// Copies that were sent.
    pub given: f64,
    /// Copies that peers have, or had when they left, as far as they announced it to us.
    pub received: f64,
    /// How long a piece takes from us to somebody who did not get it from us: the median of late.
    pub relay_time: Time,
    /// Pieces that nobody was given yet.
    pub fresh: u32,
    /// Pieces that somebody has who did not get them from us.
    pub spread: u32,
    /// Other complete peers that have stayed for a minute and were seen to serve. As long as there are any, whoever has an upload slot gets
    /// all that it lacks.
    pub seeds: u32,
    /// Bytes that are promised and not sent,
    pub promised: u64,
    /// of so many that may be.
    pub most_promised: u64,
    /// When the oldest promise was made that is not kept yet.
    pub oldest_promise: Option<Time>,
}

impl Bill {
    /// The same with what an engine had counted before this one.
    #[must_use]
    pub fn after(self, earlier: Option<Self>) -> Self {
        let (given, received) = earlier.map_or((0.0, 0.0), |bill| (bill.given, bill.received));
        Self { given: given + self.given, received: received + self.received, ..self }
    }

    /// How many bytes peers received for each byte that was sent; `None` if none was.
    pub fn for_each_given(&self) -> Option<f64> {
        (self.given > 0.0).then(|| self.received / self.given)
    }
}
