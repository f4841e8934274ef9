//! Hashes that peers ask us for (BEP 52, "hash request"): of the layers of pieces, and leaves of the pieces that we have.
//!
//! The leaves of the last pieces are in memory. Requests for others wait in a line with limits, while the driver reads
//! pieces from the disk, a few at a time. What it finds there is believed only if it leads to the hash of the piece: a disk
//! that has rotted does not make us lie.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use piece_hash::Sha256Digest;
use torrent_core::merkle;

use super::Swarm;
use crate::geometry::Geometry;
use crate::hash_tree::{Crown, LayerRuns, LayerTree, Tree, is_sound};
use crate::limits::{
    BLOCK, HASHES, LEAVES_KEPT, LEAVES_RATE, LEAVES_READ, LEAVES_WAITING, LEAVES_WAITING_PER_PEER,
};
use crate::peer::Judgement;
use crate::picker::Picker;
use crate::wire::{HashRange, Message};
use crate::{Action, CloseReason, ConnectionId, PieceDigests, Time};

/// What requests for hashes are answered from, and those that wait.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// The files by the first bytes of their roots, in that order, once somebody has asked.
    roots: Option<Vec<(u64, u32)>>,
    /// Of the trees over the layers of files of more than a run, what stands above the runs; by root, made when somebody first
    /// asked. For each run there are two hashes, so all together take no more than 1/256 of all layers.
    crowns: BTreeMap<Sha256Digest, Crown>,
    /// Bytes that were read from the disk of late.
    read: u64,
    leaves: PieceTrees,
    waiting: VecDeque<LeafRequest>,
    /// The pieces that the driver was asked for, and for whom.
    reading: Vec<(u32, ConnectionId)>,
}

/// Trees over the leaves of the pieces that came or were read last.
#[derive(Debug, Default)]
struct PieceTrees {
    trees: BTreeMap<u32, Tree>,
    /// The oldest first.
    order: VecDeque<u32>,
    hashes: usize,
}

/// A request for leaves, and what is known of its answer.
#[derive(Debug)]
struct LeafRequest {
    connection: ConnectionId,
    range: HashRange,
    place: LeafPlace,
    /// By piece: its leaves, or those that are asked for and what proves them up to the hash of the piece.
    parts: BTreeMap<u32, Vec<Sha256Digest>>,
}

/// Where leaves are.
#[derive(Clone, Debug)]
struct LeafPlace {
    /// At least one. What is behind the last piece of the file is no piece.
    pieces: Range<u32>,
    /// How many levels the tree of each of them has; at least one.
    height: u32,
}

impl<B> Swarm<B> {
    pub(crate) fn on_hash_request(&mut self, id: ConnectionId, range: HashRange) -> Judgement {
        self.charge(id, 1)?;
        let Some(picker) = &self.picker else { return Err(CloseReason::Protocol) };
        let base = merkle::piece_height(picker.geometry().metainfo().piece_length());
        if range.base_layer == base {
            let hashes = self.layer_tree(&range.pieces_root).and_then(|mut tree| tree.answer(&range));
            self.reply(id, range, hashes);
        } else {
            self.on_leaf_request(id, range);
        }
        Ok(())
    }

    /// The driver has read a piece, or could not.
    pub(crate) fn on_leaves(&mut self, piece: u32, leaves: Option<Vec<Sha256Digest>>) {
        let Some(index) = self.answers.reading.iter().position(|(read, _)| *read == piece) else { return };
        let (_, reader) = self.answers.reading.remove(index);
        let mut tree = leaves.and_then(|leaves| self.proven_tree(piece, leaves));
        let mut left = Vec::new();
        for mut request in std::mem::take(&mut self.answers.waiting) {
            match &mut tree {
                Some(tree) if request.lacks(piece) => request.take(piece, tree),
                None if request.lacks(piece) => {
                    self.reply(request.connection, request.range, None);
                    continue;
                }
                _ => {}
            }
            if request.is_complete() { self.answer_leaves(request) } else { left.push(request) }
        }
        // The others first, now: everybody has a turn.
        let (own, others) = left.into_iter().partition(|request| request.connection == reader);
        self.answers.waiting = others;
        self.answers.waiting.extend::<VecDeque<_>>(own);
        tree.into_iter().for_each(|tree| self.answers.leaves.keep(piece, tree));
        self.read_leaves();
    }

    /// The leaves of a good piece may be asked for by others.
    pub(crate) fn keep_leaves(&mut self, piece: u32, digests: &PieceDigests) {
        let Some((_, height, hash)) = self.piece_tree(piece) else { return };
        if height > 0 && digests.merkle == Some(hash) {
            self.answers.leaves.keep(piece, Tree::over(digests.leaves.clone(), 0, height));
        }
    }

    /// Counts what a peer costs us. Nobody needs every hash twice.
    fn charge(&mut self, id: ConnectionId, cost: u64) -> Judgement {
        let Some(picker) = &self.picker else { return Err(CloseReason::Protocol) };
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        peer.hashes.cost += cost;
        let each = 1 + runs_a_piece(picker.geometry());
        let most = 2 * u64::from(picker.geometry().pieces()) * each + 64;
        if peer.v2 && peer.hashes.cost <= most { Ok(()) } else { Err(CloseReason::Protocol) }
    }

    fn reply(&mut self, id: ConnectionId, range: HashRange, hashes: Option<Vec<Sha256Digest>>) {
        let message = match hashes {
            Some(hashes) => Message::Hashes { range, hashes },
            None => Message::HashReject(range),
        };
        self.send(id, message);
    }

    fn on_leaf_request(&mut self, id: ConnectionId, range: HashRange) {
        let Some(place) = self.place_of(&range) else { return self.reply(id, range, None) };
        let mut request = LeafRequest { connection: id, range, place, parts: BTreeMap::new() };
        for piece in request.place.pieces.clone() {
            let tree = self.answers.leaves.trees.get_mut(&piece);
            tree.into_iter().for_each(|tree| request.take(piece, tree));
        }
        if request.is_complete() {
            self.answer_leaves(request);
        } else if self.answers.is_full(id) {
            self.reply(id, range, None);
        } else {
            self.answers.waiting.push_back(request);
            self.read_leaves();
        }
    }

    /// Some time has passed: more may be read.
    pub(crate) fn allow_leaves(&mut self, passed: Time) {
        let allowed = (LEAVES_RATE as f64 * passed.as_secs_f64()) as u64;
        self.answers.read = self.answers.read.saturating_sub(allowed);
        self.read_leaves();
    }

    /// Asks the driver for pieces that somebody waits for, as many as it may read at a time.
    fn read_leaves(&mut self) {
        while self.answers.read < LEAVES_RATE
            && let Some((id, piece)) = self.answers.next_read()
        {
            let Some(geometry) = self.picker.as_ref().map(Picker::geometry) else { return };
            let (cost, bytes) = (runs_a_piece(geometry), geometry.metainfo().piece_length());
            self.answers.read = self.answers.read.saturating_add(bytes);
            if let Err(why) = self.charge(id, cost) {
                self.close(id, why);
                continue;
            }
            self.answers.reading.push((piece, id));
            self.actions.push_back(Action::Leaves { piece });
        }
    }

    fn answer_leaves(&mut self, request: LeafRequest) {
        let (id, range) = (request.connection, request.range);
        let (height, index) = (request.place.height, u64::from(range.index));
        let above = request.uncles_above().map(|level| (level - height, (index >> level) as u32 ^ 1));
        let mut hashes = request.parts.into_values().flatten().collect::<Vec<_>>();
        hashes.resize(hashes.len().max(range.length as usize), merkle::NO_LEAF);
        for (level, index) in above {
            let Some(mut tree) = self.layer_tree(&range.pieces_root) else {
                return self.reply(id, range, None);
            };
            hashes.push(tree.at(level, index));
        }
        self.reply(id, range, Some(hashes));
    }

    /// Where leaves are that a peer asks for; `None` if it cannot have them from us.
    fn place_of(&mut self, range: &HashRange) -> Option<LeafPlace> {
        let geometry = self.picker.as_ref()?.geometry().clone();
        let files = self.answers.files_of(&geometry, &range.pieces_root);
        let mut places = files.into_iter().filter_map(|file| LeafPlace::of(&geometry, file, range));
        let place = places.find(|place| place.pieces.clone().all(|piece| self.has_leaves(piece)))?;
        let needs_layer = range.length.ilog2().max(place.height) <= range.proof_layers;
        (!needs_layer || self.layer_tree(&range.pieces_root).is_some()).then_some(place)
    }

    fn has_leaves(&self, piece: u32) -> bool {
        let is_written = self.have().is_some_and(|have| have.contains(piece));
        self.answers.leaves.trees.contains_key(&piece) || is_written && self.piece_tree(piece).is_some()
    }

    /// The tree over the leaves of a piece, if it leads to where it should.
    fn proven_tree(&self, piece: u32, leaves: Vec<Sha256Digest>) -> Option<Tree> {
        let (_, height, hash) = self.piece_tree(piece)?;
        let mut tree = Tree::over(leaves, 0, height);
        (tree.top() == hash).then_some(tree)
    }

    /// The tree over the piece layer of a file, if all of the layer is known.
    fn layer_tree(&mut self, root: &Sha256Digest) -> Option<LayerTree<'_>> {
        let geometry = self.picker.as_ref()?.geometry();
        let file = *self.answers.files_of(geometry, root).first()?;
        let layer = match geometry.metainfo().piece_layer(file) {
            Some(layer) => LayerRuns::Plain(layer),
            None => self.hashes.layers.whole(root)?,
        };
        let piece_length = geometry.metainfo().piece_length();
        let crown = (layer.len() > HASHES as usize)
            .then(|| self.answers.crowns.entry(*root).or_insert_with(|| Crown::over(layer, piece_length)));
        Some(LayerTree::new(layer, crown, piece_length))
    }
}

impl Answers {
    /// A peer is gone: it is not answered any more.
    pub(crate) fn forget(&mut self, id: ConnectionId) {
        self.waiting.retain(|request| request.connection != id);
    }

    /// How many requests of a peer wait, and the hashes that are ready for them.
    pub(crate) fn kept_for(&self, id: ConnectionId) -> (usize, usize) {
        let own = || self.waiting.iter().filter(|request| request.connection == id);
        (own().count(), own().flat_map(|request| request.parts.values()).map(Vec::len).sum())
    }

    /// Whether a peer may not wait for leaves any more.
    fn is_full(&self, id: ConnectionId) -> bool {
        let own = self.waiting.iter().filter(|request| request.connection == id).count();
        own >= LEAVES_WAITING_PER_PEER || self.waiting.len() >= LEAVES_WAITING
    }

    /// The next piece to be read, and for whom; none while enough are.
    fn next_read(&self) -> Option<(ConnectionId, u32)> {
        if self.reading.len() >= LEAVES_READ {
            return None;
        }
        let is_served = |id| self.reading.iter().any(|(_, reader)| *reader == id);
        let is_read = |piece: &u32| self.reading.iter().any(|(read, _)| read == piece);
        let mut waiting = self.waiting.iter().filter(|request| !is_served(request.connection));
        waiting.find_map(|request| {
            let piece =
                request.place.pieces.clone().find(|piece| request.lacks(*piece) && !is_read(piece))?;
            Some((request.connection, piece))
        })
    }

    /// The files with this root; of many, some.
    fn files_of(&mut self, geometry: &Geometry, root: &Sha256Digest) -> Vec<usize> {
        let files = geometry.metainfo().files();
        let roots = self.roots.get_or_insert_with(|| {
            let root_of = |file: usize| Some((front(&files.get(file).root?), file as u32));
            let mut roots: Vec<(u64, u32)> = (0..files.len()).filter_map(root_of).collect();
            roots.sort_unstable();
            roots
        });
        let same = roots[roots.partition_point(|(other, _)| *other < front(root))..].iter();
        let same = same.take_while(|(other, _)| *other == front(root)).map(|(_, file)| *file as usize);
        same.filter(|file| files.get(*file).root == Some(*root)).take(TWINS).collect()
    }
}

impl PieceTrees {
    fn keep(&mut self, piece: u32, tree: Tree) {
        let hashes = hashes_of(&tree);
        if hashes > LEAVES_KEPT || self.trees.contains_key(&piece) {
            return;
        }
        self.trees.insert(piece, tree);
        self.order.push_back(piece);
        self.hashes += hashes;
        while self.hashes > LEAVES_KEPT {
            let Some(oldest) = self.order.pop_front() else { return };
            self.hashes -= self.trees.remove(&oldest).as_ref().map_or(0, hashes_of);
        }
    }
}

impl LeafRequest {
    fn lacks(&self, piece: u32) -> bool {
        self.place.pieces.contains(&piece) && !self.parts.contains_key(&piece)
    }

    fn is_complete(&self) -> bool {
        self.parts.len() == self.place.pieces.len()
    }

    /// Takes from the tree of a piece what belongs to the answer.
    fn take(&mut self, piece: u32, tree: &mut Tree) {
        let (range, width) = (&self.range, 1 << self.place.height);
        let proof_layers = range.proof_layers.min(self.place.height - 1);
        let part = tree.run(range.index % width, range.length.min(width), proof_layers);
        self.parts.insert(piece, part);
    }

    /// The levels of the file's tree with uncles above the pieces.
    fn uncles_above(&self) -> impl Iterator<Item = u32> + use<> {
        self.range.length.ilog2().max(self.place.height)..=self.range.proof_layers
    }
}

impl LeafPlace {
    /// Where the leaves of a file are that a request is for; `None` if the file has no such leaves.
    fn of(geometry: &Geometry, file: usize, range: &HashRange) -> Option<Self> {
        let pieces = geometry.metainfo().layout().pieces_of(file);
        let (first, end) = (pieces.start as u32, pieces.end as u32);
        let height = geometry.tree_height(first, end - first);
        let whole = height + merkle::height_of((end - first) as usize);
        let behind = u64::from(range.index) + u64::from(range.length);
        let fits = behind <= 1 << whole && range.proof_layers < whole;
        if range.base_layer != 0 || !is_sound(range) || !fits {
            return None;
        }
        let pieces = first + (range.index >> height)..end.min(first + ((behind - 1) >> height) as u32 + 1);
        (!pieces.is_empty()).then_some(Self { pieces, height })
    }
}

/// How many requests the leaves of a piece take, at least.
fn runs_a_piece(geometry: &Geometry) -> u64 {
    (geometry.metainfo().piece_length() / u64::from(BLOCK)).div_ceil(HASHES.into()).max(1)
}

/// The leaves and all that stands above them.
fn hashes_of(tree: &Tree) -> usize {
    2 * tree.width()
}

fn front(root: &Sha256Digest) -> u64 {
    root.first_chunk().copied().map_or(0, u64::from_be_bytes)
}

/// Bytes that a waiting request takes, its hashes left out.
pub(crate) const LEAF_REQUEST_BYTES: usize = size_of::<LeafRequest>();
/// Files of the same content that are looked at.
const TWINS: usize = 16;
