//! Hashes that peers ask us for (BEP 52, "hash request"): of the layers of pieces, and leaves of the pieces that came last.
//!
//! Both are answered from memory. Nothing is read from the disk for a request of 53 bytes: a peer that asks for other leaves hears at once
//! that it does not get them, and asks somebody else.

use std::collections::{BTreeMap, VecDeque};

use piece_hash::Sha256Digest;
use torrent_core::files::FileIndex;
use torrent_core::layout::{PieceIndex, PieceRange};
use torrent_core::merkle;

use super::Swarm;
use crate::geometry::Geometry;
use crate::hash_tree::{LayerRuns, LayerTree, Tree, UpperLayers, is_valid_request};
use crate::limits::{BLOCK, HASHES, LEAVES_KEPT};
use crate::peer::Judgement;
use crate::wire::{HashRange, Message};
use crate::{CloseReason, ConnectionId, PieceDigests};

/// What requests for hashes are answered from.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// The files by the first bytes of their roots, in that order, once somebody has asked.
    roots: Option<Vec<(u64, FileIndex)>>,
    /// Of the trees over the layers of files of more than a run, what stands above the runs; by root, made when somebody first
    /// asked. For each run there are two hashes, so all together take no more than 1/256 of all layers.
    upper_layers: BTreeMap<Sha256Digest, UpperLayers>,
    leaves: PieceTrees,
}

/// Trees over the leaves of the pieces that came last.
#[derive(Debug, Default)]
struct PieceTrees {
    trees: BTreeMap<PieceIndex, Tree>,
    /// The oldest first.
    order: VecDeque<PieceIndex>,
    hashes: usize,
}

/// Where leaves are.
#[derive(Clone, Debug)]
struct LeafPlace {
    /// At least one. What is behind the last piece of the file is no piece.
    pieces: PieceRange,
    /// How many levels the tree of each of them has; at least one.
    height: u32,
}

impl<B> Swarm<B> {
    pub(crate) fn on_hash_request(&mut self, id: ConnectionId, range: HashRange) -> Judgement {
        self.count_request(id)?;
        let Some(picker) = &self.picker else { return Err(CloseReason::Protocol) };
        let base = merkle::piece_height(picker.geometry().metainfo().piece_length());
        let hashes = match range.base_layer == base {
            true => self.layer_tree(&range.pieces_root).and_then(|mut tree| tree.answer(&range)),
            false => self.leaves(&range),
        };
        let message = match hashes {
            Some(hashes) => Message::Hashes { range, hashes },
            None => Message::HashReject(range),
        };
        self.send(id, message);
        Ok(())
    }

    /// The leaves of a good piece may be asked for by others.
    pub(crate) fn keep_leaves(&mut self, piece: PieceIndex, digests: &PieceDigests) {
        let Some((_, height, hash)) = self.piece_tree(piece) else { return };
        if height > 0 && digests.merkle == Some(hash) {
            self.answers.leaves.keep(piece, Tree::over(digests.leaves.clone(), 0));
        }
    }

    /// Counts what a peer asks for. Nobody needs every hash twice.
    fn count_request(&mut self, id: ConnectionId) -> Judgement {
        let Some(picker) = &self.picker else { return Err(CloseReason::Protocol) };
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        peer.hashes.requests += 1;
        let each = 1 + runs_a_piece(picker.geometry());
        let most = 2 * u64::from(picker.geometry().pieces().count()) * each + 64;
        if peer.v2 && peer.hashes.requests <= most { Ok(()) } else { Err(CloseReason::Protocol) }
    }

    /// Leaves that a peer asks for, and what proves them; `None` if they are not in memory, or cannot be proved.
    fn leaves(&mut self, range: &HashRange) -> Option<Vec<Sha256Digest>> {
        let geometry = self.picker.as_ref()?.geometry().clone();
        let files = self.answers.files_of(&geometry, &range.pieces_root);
        let mut places = files.into_iter().filter_map(|file| LeafPlace::of(&geometry, file, range));
        let place = places.find(|place| self.answers.leaves.has_all(place.pieces))?;
        let mut hashes = self.answers.leaves.run(&place, range);
        hashes.resize(hashes.len().max(range.hashes()), merkle::NO_LEAF);
        let above = range.length.ilog2().max(place.height)..=range.proof_layers;
        if !above.is_empty() {
            let mut tree = self.layer_tree(&range.pieces_root)?;
            hashes.extend(above.map(|level| tree.at(level - place.height, range.index >> level ^ 1)));
        }
        Some(hashes)
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
        let upper = layer.has_several_runs().then(|| {
            self.answers.upper_layers.entry(*root).or_insert_with(|| UpperLayers::over(layer, piece_length))
        });
        Some(LayerTree::new(layer, upper, piece_length))
    }
}

impl Answers {
    /// The files with this root; of many, some.
    fn files_of(&mut self, geometry: &Geometry, root: &Sha256Digest) -> Vec<usize> {
        let files = geometry.metainfo().files();
        let roots = self.roots.get_or_insert_with(|| {
            let root_of = |file: usize| Some((front(&files.get(file).root?), FileIndex::of(file)));
            let mut roots: Vec<(u64, FileIndex)> = (0..files.len()).filter_map(root_of).collect();
            roots.sort_unstable();
            roots
        });
        let same = roots[roots.partition_point(|(other, _)| *other < front(root))..].iter();
        let same = same.take_while(|(other, _)| *other == front(root)).map(|(_, file)| file.index());
        same.filter(|file| files.get(*file).root == Some(*root)).take(TWINS).collect()
    }
}

impl PieceTrees {
    fn has_all(&self, pieces: PieceRange) -> bool {
        pieces.into_iter().all(|piece| self.trees.contains_key(&piece))
    }

    /// Leaves of some pieces, and their uncles within the piece if they are no more than a part of one.
    fn run(&mut self, place: &LeafPlace, range: &HashRange) -> Vec<Sha256Digest> {
        let width = 1 << place.height;
        let (index, length) = (range.index % width, range.length.min(width));
        let proof_layers = range.proof_layers.min(place.height - 1);
        let trees = self.trees.range_mut(place.pieces.start..place.pieces.end);
        trees.flat_map(|(_, tree)| tree.run(index, length, proof_layers)).collect()
    }

    fn keep(&mut self, piece: PieceIndex, tree: Tree) {
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

impl LeafPlace {
    /// Where the leaves of a file are that a request is for; `None` if the file has no such leaves.
    fn of(geometry: &Geometry, file: usize, range: &HashRange) -> Option<Self> {
        let pieces = geometry.metainfo().layout().pieces_of(file);
        let height = geometry.tree_height(pieces);
        let whole = height + merkle::height_of(pieces.len());
        let behind = u64::from(range.index) + u64::from(range.length);
        let fits = behind <= 1 << whole && range.proof_layers < whole;
        if range.base_layer != 0 || !is_valid_request(range) || !fits {
            return None;
        }
        let last = u32::try_from((behind - 1) >> height).ok()?;
        let pieces = pieces.part(range.index >> height..last + 1);
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

/// Files of the same content that are looked at.
const TWINS: usize = 16;
