//! Trials: a peer that has given nothing yet is asked for a block that others were asked for and do not give.
//!
//! The first to be asked is the peer that came first, and that may be one that says it has everything and gives nothing. Peers that are
//! known to give help in the end game. Beside them, peers that nothing is known of are tried: for one block each, and as many at a time as
//! are silent by then, so that one that gives is found among a hundred that do not within half a minute. Such a block may come more than
//! once, but only from peers that gave nothing for seconds and then gave all the same.

use std::collections::BTreeSet;

use super::Swarm;
use crate::limits::{CLAIMS_IN_VAIN, HUSH};
use crate::peer::PeerConnection;
use crate::picker::{BlockClaims, BlockSource};
use crate::wire::BlockAddress;
use crate::{ConnectionId, Time};

/// What is to be expected of a peer; the best comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Promise {
    /// It gave blocks, or the metadata.
    Kept,
    Unknown,
    /// It left requests unanswered.
    Broken,
}

impl PeerConnection {
    pub(crate) fn promise(&self) -> Promise {
        match self.download.meter.total() > 0 || self.metadata.has_sent_it {
            _ if self.download.window.is_snubbed() => Promise::Broken,
            true => Promise::Kept,
            false if self.metadata.has_failed() => Promise::Broken,
            false => Promise::Unknown,
        }
    }

    /// It has left requests unanswered for seconds.
    pub(crate) fn is_silent(&self, now: Time) -> bool {
        self.download.seconds_waiting(now) >= HUSH.as_secs_f64()
    }
}

/// Peers and web seeds that were asked for blocks and may well give none.
pub(crate) struct Doubts {
    /// Nothing has come of it for seconds.
    silent: BTreeSet<BlockSource>,
    /// They were asked a moment ago, and have given nothing before.
    on_trial: BTreeSet<BlockSource>,
}

impl Doubts {
    /// Whether nobody else was asked for a block, nor all of them a moment ago.
    pub(crate) fn are_all(&self, claims: &BlockClaims) -> bool {
        let is_doubtful = |source| self.silent.contains(&source) || self.on_trial.contains(&source);
        claims.iter().all(is_doubtful) && claims.iter().any(|source| self.silent.contains(&source))
    }
}

impl<B> Swarm<B> {
    /// The peers and web seeds that may well not give what they were asked for.
    pub(crate) fn doubts(&self) -> Doubts {
        let delivering = self.connections.values().filter(|peer| !peer.download.in_flight.is_empty());
        let (silent, others): (Vec<&PeerConnection>, Vec<&PeerConnection>) =
            delivering.partition(|peer| peer.is_silent(self.now));
        let silent = silent.into_iter().map(PeerConnection::source).chain(self.web.silent(self.now, HUSH));
        let on_trial =
            others.into_iter().filter(|peer| peer.download.meter.total() == 0).map(PeerConnection::source);
        Doubts { silent: silent.collect(), on_trial: on_trial.collect() }
    }

    /// Asks idle peers that nothing is known of for blocks that nobody gives.
    pub(crate) fn try_strangers(&mut self, strangers: &[ConnectionId], doubts: &Doubts) {
        let tries = doubts.silent.len().saturating_sub(doubts.on_trial.len());
        if tries == 0 || strangers.is_empty() {
            return;
        }
        let free = strangers
            .iter()
            .filter_map(|id| self.connections.get(id))
            .filter(|peer| peer.download.in_flight.is_empty());
        let mut strangers: Vec<(Promise, Time, ConnectionId)> =
            free.map(|peer| (peer.promise(), peer.download.waited, peer.id)).collect();
        strangers.sort_unstable();
        let mut blocks = self.given_by_nobody(doubts);
        for (_, _, id) in strangers.into_iter().take(tries) {
            blocks.sort_unstable();
            let asked = blocks.iter().position(|(_, block)| self.request_too(id, *block, CLAIMS_IN_VAIN));
            asked.into_iter().for_each(|index| blocks[index].0 += 1);
        }
    }

    /// Some blocks that only those were asked for who are silent, and how many that are.
    fn given_by_nobody(&self, doubts: &Doubts) -> Vec<(usize, BlockAddress)> {
        let asked =
            doubts.silent.iter().flat_map(|source| self.last_blocks_of(*source).into_iter().take(EACH));
        let blocks: BTreeSet<BlockAddress> = asked.collect();
        let claims = |block: &BlockAddress| {
            let claims = self.picker.as_ref()?.get(block.piece)?.claims_on(*block)?;
            doubts.are_all(claims).then(|| claims.len())
        };
        blocks.iter().filter_map(|block| Some((claims(block)?, *block))).take(MOST).collect()
    }
}

/// Blocks of each silent one that are looked at, and of all of them: a stranger is tried with one.
const EACH: usize = 8;
const MOST: usize = 256;
