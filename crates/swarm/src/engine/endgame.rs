//! The end game: when every block has been requested, fast peers help the slow ones.
//!
//! A peer that has nothing left to do is also asked for the blocks that the slowest peers would deliver last. When one of the two
//! delivers a block, the request to the other is cancelled. A block is requested twice only if the second peer should be much
//! faster, so that few blocks arrive twice.
//!
//! Of a peer that has given nothing yet it is not known how fast it is: it is tried where others are silent (`trials`).

use super::Swarm;
use super::trials::Doubts;
use crate::limits::{BLOCK, CLAIMS, CLAIMS_IN_VAIN};
use crate::peer::{InFlight, PeerConnection};
use crate::picker::BlockSource;
use crate::wire::{BlockAddress, Message};
use crate::{Action, ConnectionId, Time};

impl<B> Swarm<B> {
    /// Lets peers that have nothing to do help the slowest.
    pub(crate) fn end_game(&mut self) {
        let Some(version) = self.picker.as_ref().map(|picker| picker.version()) else { return };
        let is_idle = |peer: &&PeerConnection| {
            peer.may_request(self.now) && peer.download.nothing_since == Some(version)
        };
        let (givers, strangers): (Vec<&PeerConnection>, Vec<&PeerConnection>) =
            self.connections.values().filter(is_idle).partition(|peer| peer.download.meter.total() > 0);
        let mut idle: Vec<(f64, ConnectionId)> =
            givers.into_iter().map(|peer| (peer.download.meter.rate(), peer.id)).collect();
        // The fastest helps first: it takes the blocks that would come last.
        idle.sort_by(|a, b| b.0.total_cmp(&a.0));
        let strangers: Vec<ConnectionId> = strangers.into_iter().map(|peer| peer.id).collect();
        // Before anything is requested: what is asked for in this round casts no doubt on anybody.
        let doubts = self.doubts();
        for (_, id) in idle {
            let is_suspect = self.connections.get(&id).is_some_and(|peer| peer.trust.is_suspect());
            self.take_back_from_suspects(is_suspect);
            if is_suspect {
                self.begin_anew(id);
            } else {
                self.help(id, &doubts);
            }
        }
        self.try_strangers(&strangers, &doubts);
    }

    /// A suspect may not help others. If it has nothing else to do, it gets a piece that nobody else is working on.
    fn begin_anew(&mut self, id: ConnectionId) {
        let (Some(peer), Some(picker)) = (self.connections.get_mut(&id), &mut self.picker) else { return };
        if !peer.download.unverified.is_empty() || !peer.download.in_flight.is_empty() {
            return;
        }
        let Some((piece, thrown_away)) = picker.begin_anew(&peer.pieces.has, peer.source()) else { return };
        self.totals.throw_away(thrown_away);
        peer.download.go_on_with(piece);
        peer.download.nothing_since = None;
        self.send_requests(id);
    }

    /// Also asks a fast peer for the blocks that the slowest would deliver last.
    fn help(&mut self, id: ConnectionId, doubts: &Doubts) {
        let Some(helper) = self.connections.get(&id) else { return };
        let (rate, in_flight) = (helper.download.meter.rate().max(1.0), helper.download.in_flight.len());
        let free = helper.download.window.depth().saturating_sub(in_flight);
        let mut others = self.others(id);
        others.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut taken = 0;
        for (seconds, other) in others {
            let blocks = self.last_blocks_of(other);
            let each = seconds / blocks.len() as f64;
            let stalls = self.seconds_stalled(other);
            for (behind, block) in blocks.into_iter().enumerate() {
                let here = (in_flight + taken + 1) as f64 * f64::from(BLOCK) / rate;
                // Blocks are counted from the last one: each of those in front of it comes `each` seconds earlier.
                let there = (seconds - behind as f64 * each).max(stalls);
                // The blocks in front of this one come even sooner from there, so none of them is worth it.
                if taken == free || there < 2.0 * here + MARGIN {
                    break;
                }
                let most = self.most_claims(block, doubts);
                taken += usize::from(self.request_too(id, block, most));
            }
        }
    }

    /// Who else has been asked for blocks, and in how many seconds each would have delivered all of them.
    fn others(&self, id: ConnectionId) -> Vec<(f64, BlockSource)> {
        let peers =
            self.connections.values().filter(|peer| peer.id != id && !peer.download.in_flight.is_empty());
        let is_hopeless =
            |peer: &PeerConnection| peer.download.meter.total() == 0 && peer.is_silent(self.now);
        let seconds = |peer| if is_hopeless(peer) { NEVER } else { seconds_to_deliver(peer, self.now) };
        let peers = peers.map(|peer| (seconds(peer), peer.source()));
        peers.chain(self.web.lasting(self.now)).collect()
    }

    /// How many seconds a peer that has stopped sending may go on not to: as long as it was, twice. Each of its blocks is as late.
    fn seconds_stalled(&self, source: BlockSource) -> f64 {
        let BlockSource::Peer(id) = source else { return 0.0 };
        let late = |peer: &PeerConnection| {
            peer.download.seconds_waiting(self.now) - f64::from(BLOCK) / rate_of(peer)
        };
        self.connections.get(&id).map_or(0.0, |peer| 2.0 * late(peer).max(0.0))
    }

    /// The blocks that `source` was asked for, the last one first.
    pub(crate) fn last_blocks_of(&self, source: BlockSource) -> Vec<BlockAddress> {
        match source {
            BlockSource::Peer(id) => {
                let requests = self.connections.get(&id).map(|peer| peer.download.in_flight.iter().rev());
                requests.into_iter().flatten().map(|request| request.block).collect()
            }
            BlockSource::Web(_) => {
                let open = self.picker.iter().flat_map(|picker| picker.iter_open());
                let claims = open.flat_map(|open| open.claims().filter(|(_, other)| *other == source));
                let mut blocks: Vec<BlockAddress> = claims.map(|(block, _)| block).collect();
                blocks.sort_by(|a, b| b.cmp(a));
                blocks
            }
        }
    }

    /// Asks a peer for a block that others were asked for, but fewer than `most`.
    pub(crate) fn request_too(&mut self, id: ConnectionId, block: BlockAddress, most: usize) -> bool {
        let (Some(peer), Some(picker)) = (self.connections.get_mut(&id), &mut self.picker) else {
            return false;
        };
        if !peer.pieces.has.contains(block.piece) || !picker.claim_too(block, peer.source(), most) {
            return false;
        }
        peer.download.in_flight.push_back(InFlight { block, sent_at: self.now });
        self.actions.push_back(Action::Send { connection: id, message: Message::Request(block) });
        true
    }

    /// How many may be asked for a block: more where all that were are doubtful.
    fn most_claims(&self, block: BlockAddress, doubts: &Doubts) -> usize {
        let open = self.picker.as_ref().and_then(|picker| picker.get(block.piece));
        let claims = open.and_then(|open| open.claims_on(block));
        if claims.is_some_and(|claims| doubts.are_all(claims)) { CLAIMS_IN_VAIN } else { CLAIMS }
    }

    /// Nobody may help a suspect with its piece, so if it chokes us or is slow, an idle peer takes the whole piece over. Suspects do
    /// not take pieces from each other for being slow: that could go on for ever.
    fn take_back_from_suspects(&mut self, for_suspect: bool) {
        let slow = |peer: &PeerConnection| {
            peer.it_chokes || !for_suspect && seconds_to_deliver(peer, self.now) > SUSPECT_PATIENCE
        };
        // A piece may be left to a suspect for as long as it delivers: that is how it shows what it gives.
        let holds = |peer: &&PeerConnection| {
            peer.trust.is_suspect() && !peer.download.unverified.is_empty() && slow(peer)
        };
        let suspects: Vec<ConnectionId> =
            self.connections.values().filter(holds).map(|peer| peer.id).collect();
        for id in suspects {
            let Some(peer) = self.connections.get_mut(&id) else { continue };
            let pieces = std::mem::take(&mut peer.download.unverified);
            // Requests first: a piece goes back to those that wait only if nobody is asked for a block of it.
            self.cancel_all(id);
            for piece in pieces {
                self.disown(piece, BlockSource::Peer(id));
            }
        }
    }
}

/// In how many seconds a peer should have delivered what it was asked for.
fn seconds_to_deliver(peer: &PeerConnection, now: Time) -> f64 {
    let bytes = peer.download.in_flight.len() as f64 * f64::from(BLOCK);
    (bytes / rate_of(peer)).max(2.0 * peer.download.seconds_waiting(now))
}

/// Bytes a second. A peer that has not given anything yet counts as a slow one: half a block a second.
fn rate_of(peer: &PeerConnection) -> f64 {
    peer.download.meter.rate().max(f64::from(BLOCK) / 2.0)
}

/// How many seconds a second request must gain at least: a block that is already being sent cannot be cancelled.
const MARGIN: f64 = 1.0;
/// In how many seconds a peer delivers that was asked for blocks and has never given one.
const NEVER: f64 = 1e6;
/// How many seconds' worth of blocks a suspect may owe us before an idle peer takes its piece over.
const SUSPECT_PATIENCE: f64 = 10.0;
