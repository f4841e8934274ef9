//! Hashes that we ask for (BEP 52): layers that the torrent came without, and the leaves of a bad piece, which tell which peer lied.

use std::collections::BTreeMap;

use piece_hash::Sha256Digest;
use torrent_core::layout::PieceIndex;
use torrent_core::merkle;

use super::Swarm;
use super::blame::Guilt;
use crate::geometry::{Geometry, bytes_in};
use crate::hash_tree::{Expected, MissingLayers, is_proved};
use crate::limits::{HASH_PATIENCE, HASH_REQUESTS, HASH_TRIES, HASHES};
use crate::peer::Judgement;
use crate::picker::{BlockSource, PieceState};
use crate::wire::{HashRange, Message};
use crate::{CloseReason, ConnectionId, PieceDigests, Time};

/// What is known of hashes beside the metainfo, and what is asked for.
#[derive(Debug)]
pub(crate) struct Hashes<B> {
    pub(crate) layers: MissingLayers,
    in_flight: Vec<RangeInFlight>,
    /// Bad pieces that wait for the hashes of their leaves.
    accused: BTreeMap<PieceIndex, Accused<B>>,
}

#[derive(Clone, Copy, Debug)]
struct RangeInFlight {
    connection: ConnectionId,
    range: HashRange,
    /// The accused piece, if it is about leaves.
    piece: Option<PieceIndex>,
    sent_at: Time,
}

/// A piece that does not fit, from several givers.
#[derive(Debug)]
struct Accused<B> {
    blocks: Vec<B>,
    /// What the blocks hash to.
    leaves: Vec<Sha256Digest>,
    /// What they should hash to, as far as it is known.
    right: Vec<Option<Sha256Digest>>,
    since: Time,
}

impl<B> Default for Hashes<B> {
    fn default() -> Self {
        Self { layers: MissingLayers::default(), in_flight: Vec::new(), accused: BTreeMap::new() }
    }
}

impl<B> Hashes<B> {
    /// How many requests for hashes of layers a peer has not answered.
    pub(crate) fn layers_in_flight(&self, id: ConnectionId) -> usize {
        self.in_flight.iter().filter(|request| request.connection == id && request.piece.is_none()).count()
    }

    /// What a piece must hash to.
    pub(crate) fn expected(&self, geometry: &Geometry, piece: PieceIndex) -> Expected {
        let mut expected = geometry.expected(piece);
        if expected.merkle.is_none() {
            expected.merkle =
                geometry.tree_place(piece).and_then(|place| self.layers.get(&place.root, place.index));
        }
        expected
    }
}

impl<B> Swarm<B> {
    /// The piece layers that the torrent came without, by the root of their file, once all of them are here.
    pub fn piece_layers(&self) -> Option<BTreeMap<Sha256Digest, Vec<Sha256Digest>>> {
        let known = self.picker.is_some() && self.hashes.layers.are_complete();
        known.then(|| self.hashes.layers.iter().map(|(root, layer)| (*root, layer)).collect())
    }

    /// Asks for layers that are lacking.
    pub(crate) fn request_hashes(&mut self) {
        if self.hashes.layers.are_complete() {
            return;
        }
        let able = |peer: &&crate::peer::PeerConnection| peer.may_request_hashes(self.now);
        let ids: Vec<ConnectionId> = self.connections.values().filter(able).map(|peer| peer.id).collect();
        for id in ids {
            let mut in_flight =
                self.hashes.in_flight.iter().filter(|request| request.connection == id).count();
            while in_flight < HASH_REQUESTS {
                let Some(peer) = self.connections.get(&id) else { break };
                let Some(range) = self.hashes.layers.next(&peer.pieces.has) else { break };
                self.request_range(id, range, None);
                in_flight += 1;
            }
        }
    }

    pub(crate) fn on_hashes(
        &mut self,
        id: ConnectionId,
        range: &HashRange,
        hashes: &[Sha256Digest],
    ) -> Judgement {
        let Some(request) = self.take_hash_request(id, range) else { return self.unrequested_hashes(id) };
        let good = match request.piece {
            None => self.learn_layer(range, hashes),
            Some(piece) => self.learn_leaves(piece, range, hashes),
        };
        if good {
            self.connections.get_mut(&id).into_iter().for_each(|peer| peer.hashes.rejects = 0);
            self.request_hashes();
            return Ok(());
        }
        self.hashes_failed(request);
        let ip = self.connections.get(&id).map(|peer| peer.address.ip());
        ip.into_iter().for_each(|ip| self.ban(ip, CloseReason::BadHashes));
        Err(CloseReason::BadHashes)
    }

    pub(crate) fn on_hash_reject(&mut self, id: ConnectionId, range: &HashRange) -> Judgement {
        let Some(request) = self.take_hash_request(id, range) else { return self.unrequested_hashes(id) };
        let judgement = self.refused_hashes(request);
        self.request_hashes();
        judgement
    }

    /// A bad piece has several givers: asks for the hashes of its leaves, if there is somebody to ask. The blocks are kept
    /// meanwhile. Gives them back if nobody can tell.
    pub(crate) fn accuse(
        &mut self,
        piece: PieceIndex,
        blocks: Vec<B>,
        digests: &PieceDigests,
    ) -> Result<(), Vec<B>> {
        let Some(ranges) = self.leaf_ranges(piece).filter(|_| digests.leaves.len() == blocks.len()) else {
            return Err(blocks);
        };
        let Some(witness) = self.witness(piece) else { return Err(blocks) };
        let leaves = digests.leaves.clone();
        let right = vec![None; leaves.len()];
        self.hashes.accused.insert(piece, Accused { blocks, leaves, right, since: self.now });
        ranges.into_iter().for_each(|range| self.request_range(witness, range, Some(piece)));
        Ok(())
    }

    /// Gives up what was not answered in time.
    pub(crate) fn watch_hashes(&mut self) {
        let late = |at: Time| self.now.saturating_sub(at) > HASH_PATIENCE;
        let (overdue, others) =
            std::mem::take(&mut self.hashes.in_flight).into_iter().partition(|request| late(request.sent_at));
        let unsolved: Vec<PieceIndex> = self
            .hashes
            .accused
            .iter()
            .filter(|(_, accused)| late(accused.since))
            .map(|(piece, _)| *piece)
            .collect();
        self.hashes.in_flight = others;
        let overdue: Vec<RangeInFlight> = overdue;
        for request in overdue {
            if let Err(why) = self.refused_hashes(request) {
                self.close(request.connection, why);
            }
        }
        unsolved.into_iter().for_each(|piece| self.acquit(piece));
    }

    /// What this peer was asked for will not come.
    pub(crate) fn drop_hashes(&mut self, id: ConnectionId) {
        let (lost, others) = std::mem::take(&mut self.hashes.in_flight)
            .into_iter()
            .partition(|request| request.connection == id);
        self.hashes.in_flight = others;
        let lost: Vec<RangeInFlight> = lost;
        lost.into_iter().for_each(|request| self.hashes_failed(request));
    }

    fn request_range(&mut self, connection: ConnectionId, range: HashRange, piece: Option<PieceIndex>) {
        self.hashes.in_flight.push(RangeInFlight { connection, range, piece, sent_at: self.now });
        self.send(connection, Message::HashRequest(range));
    }

    fn take_hash_request(&mut self, id: ConnectionId, range: &HashRange) -> Option<RangeInFlight> {
        let matches = |request: &RangeInFlight| request.connection == id && request.range == *range;
        let index = self.hashes.in_flight.iter().position(matches)?;
        Some(self.hashes.in_flight.swap_remove(index))
    }

    /// Hashes may come too late, but not for ever.
    fn unrequested_hashes(&mut self, id: ConnectionId) -> Judgement {
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        peer.hashes.unrequested += 1;
        if peer.hashes.unrequested > UNREQUESTED { Err(CloseReason::Protocol) } else { Ok(()) }
    }

    /// A peer did not give hashes that it was asked for: it is left alone for a while. Of a v2 torrent's layers a seed knows
    /// all, and without them it is of no use.
    fn refused_hashes(&mut self, request: RangeInFlight) -> Judgement {
        self.hashes_failed(request);
        let Some(peer) = self.connections.get_mut(&request.connection) else { return Ok(()) };
        if peer.hashes.not_before > self.now {
            return Ok(()); // One of several that were asked for at once.
        }
        peer.hashes.not_before = self.now + FIRST_WAIT * 2_u32.pow(peer.hashes.rejects.min(WAIT_DOUBLINGS));
        peer.hashes.rejects += 1;
        let must_know = request.piece.is_none() && peer.is_seed() && self.config.info_hash_v1.is_none();
        if must_know && peer.hashes.rejects >= HASH_TRIES { Err(CloseReason::BadHashes) } else { Ok(()) }
    }

    fn hashes_failed(&mut self, request: RangeInFlight) {
        match request.piece {
            None => self.hashes.layers.put_back(request.range),
            Some(piece) => match self.witness(piece).filter(|witness| *witness != request.connection) {
                Some(witness) if self.hashes.accused.contains_key(&piece) => {
                    self.request_range(witness, request.range, Some(piece));
                }
                _ => self.acquit(piece),
            },
        }
    }

    fn learn_layer(&mut self, range: &HashRange, hashes: &[Sha256Digest]) -> bool {
        let Some(pieces) = self.hashes.layers.put(range, hashes) else { return false };
        if let Some(picker) = &mut self.picker {
            picker.allow(pieces.into_iter());
        }
        self.look_if_complete();
        true
    }

    fn learn_leaves(&mut self, piece: PieceIndex, range: &HashRange, hashes: &[Sha256Digest]) -> bool {
        let Some((first, height, hash)) = self.piece_tree(piece) else { return false };
        if !is_proved(range, hashes, height, &hash) {
            return false;
        }
        let Some(accused) = self.hashes.accused.get_mut(&piece) else { return true };
        let places = accused.right.iter_mut().skip((range.index - first) as usize);
        places.zip(hashes).take(range.hashes()).for_each(|(right, hash)| *right = Some(*hash));
        if accused.right.iter().all(Option::is_some) {
            self.convict(piece);
        }
        true
    }

    /// The leaves tell which blocks are bad: their givers are banned, the other blocks stay.
    fn convict(&mut self, piece: PieceIndex) {
        let (Some(accused), Some(picker)) = (self.hashes.accused.remove(&piece), &mut self.picker) else {
            return;
        };
        let bad: Vec<bool> =
            accused.leaves.iter().zip(&accused.right).map(|(leaf, right)| Some(*leaf) != *right).collect();
        if !bad.contains(&true) {
            return self.drop_bad_piece(piece, accused.blocks);
        }
        let Some(open) = picker.get(piece) else { return };
        let mut liars: Vec<BlockSource> =
            (0..bad.len()).filter(|index| bad[*index]).filter_map(|index| open.giver(index)).collect();
        liars.sort();
        liars.dedup();
        self.totals.spoil(bytes_in(bad.iter().filter(|bad| **bad).count()));
        picker.refill(piece, accused.blocks, |index, _| !bad[index]);
        self.connections.values_mut().for_each(|peer| peer.download.forget_piece(piece));
        liars.into_iter().for_each(|liar| self.blame(liar, Guilt::Proven));
    }

    /// No leaves came that could tell which peer lied.
    fn acquit(&mut self, piece: PieceIndex) {
        if let Some(accused) = self.hashes.accused.remove(&piece) {
            self.drop_bad_piece(piece, accused.blocks);
        }
    }

    /// The peer to ask for leaves: one that has the piece, best one that gave no block of the bad one.
    fn witness(&self, piece: PieceIndex) -> Option<ConnectionId> {
        let givers =
            self.picker.as_ref()?.get(piece).filter(|open| open.state == PieceState::Hashing)?.givers();
        let able = self
            .connections
            .values()
            .filter(|peer| peer.may_request_hashes(self.now) && peer.pieces.has.contains(piece));
        able.min_by_key(|peer| (givers.contains(&peer.source()), !peer.is_seed(), peer.id))
            .map(|peer| peer.id)
    }

    /// Requests for the leaves of a piece of several blocks.
    fn leaf_ranges(&self, piece: PieceIndex) -> Option<Vec<HashRange>> {
        let place = self.picker.as_ref()?.geometry().tree_place(piece)?;
        let (first, height, _) = self.piece_tree(piece)?;
        let leaves = 1_u32.checked_shl(height).filter(|leaves| *leaves > 1)?;
        let length = leaves.min(HASHES);
        let proof_layers = if length == leaves { 0 } else { height - 1 };
        let range = |index| HashRange { pieces_root: place.root, base_layer: 0, index, length, proof_layers };
        Some((first..first.checked_add(leaves)?).step_by(length as usize).map(range).collect())
    }

    /// The index of a piece's first leaf, how high its tree is, and the top of it.
    pub(crate) fn piece_tree(&self, piece: PieceIndex) -> Option<(u32, u32, Sha256Digest)> {
        let geometry = self.picker.as_ref()?.geometry();
        let (place, hash) = (geometry.tree_place(piece)?, self.hashes.expected(geometry, piece).merkle?);
        let piece_height = merkle::piece_height(geometry.metainfo().piece_length());
        let height = geometry.tree_height(place.pieces);
        Some((place.index.checked_mul(1 << piece_height)?, height, hash))
    }
}

/// Bytes that a request of ours takes.
pub(crate) const HASH_REQUEST_BYTES: usize = size_of::<RangeInFlight>();
/// The wait after the first rejection of a hash request; each further one doubles it, up to [`WAIT_DOUBLINGS`] times.
const FIRST_WAIT: Time = Time::from_secs(1);
const WAIT_DOUBLINGS: u32 = 5;
/// Answers that we did not ask for, or that came too late, which a peer may send.
const UNREQUESTED: u32 = 32;
