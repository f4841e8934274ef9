//! Hashes of v2 pieces that the torrent came without, as torrents from magnet links do (BEP 52, `piece layers`).
//!
//! They come in runs of 512, each with the hashes that prove it up to the root, which the metadata has. So each run is
//! believed or not by itself, whoever sent it.

use std::collections::{BTreeMap, VecDeque};

use piece_hash::Sha256Digest;
use torrent_core::layout::{PieceIndex, PieceRange};
use torrent_core::merkle;

use super::layer_runs::{LayerRuns, RUN};
use super::tree::is_proved;
use crate::geometry::Geometry;
use crate::limits::HASHES;
use crate::piece_set::PieceSet;
use crate::wire::HashRange;

/// The piece layers that are being put together.
#[derive(Debug, Default)]
pub(crate) struct MissingLayers {
    /// By root, because files of the same content share a layer.
    layers: BTreeMap<Sha256Digest, Layer>,
    /// What nobody is asked for at the moment.
    waiting: VecDeque<HashRange>,
    /// How many runs did not come yet.
    missing: usize,
}

/// The layer of a file, or of several with the same content.
#[derive(Debug)]
struct Layer {
    /// The first piece of each of the files.
    first_pieces: Vec<PieceIndex>,
    pieces: u32,
    /// The runs that have come, by their first piece: what is kept grows with what comes, not with what is claimed.
    runs: BTreeMap<u32, Vec<Sha256Digest>>,
    /// How many runs did not come yet.
    missing: usize,
}

impl MissingLayers {
    /// What the torrent lacks.
    pub(crate) fn lacking(geometry: &Geometry) -> Self {
        let mut layers = Self::default();
        let metainfo = geometry.metainfo();
        let layout = metainfo.layout();
        for file in metainfo.files().iter() {
            let pieces = layout.pieces_of(file.index);
            let Some(root) = file.root.filter(|_| pieces.count() > 1) else { continue };
            if metainfo.piece_layer(file.index).is_none() {
                layers.add(root, pieces, metainfo.piece_length());
            }
        }
        layers
    }

    fn add(&mut self, root: Sha256Digest, pieces: PieceRange, piece_length: u64) {
        if let Some(layer) = self.layers.get_mut(&root) {
            layer.first_pieces.push(pieces.start);
            return;
        }
        let (first_pieces, missing) = (vec![pieces.start], pieces.len().div_ceil(RUN));
        let layer = Layer { first_pieces, pieces: pieces.count(), runs: BTreeMap::new(), missing };
        self.layers.insert(root, layer);
        let base_layer = merkle::piece_height(piece_length);
        let height = merkle::height_of(pieces.len());
        for index in (0..pieces.count()).step_by(RUN) {
            // As many as the layer has there, filled up to a power of two (as libtorrent asks).
            let length = (pieces.count() - index).next_power_of_two().clamp(2, HASHES);
            let range = HashRange { pieces_root: root, base_layer, index, length, proof_layers: height - 1 };
            self.waiting.push_back(range);
            self.missing += 1;
        }
    }

    /// Every layer is here.
    pub(crate) fn are_complete(&self) -> bool {
        self.missing == 0
    }

    /// The hash at a place in a layer, if the layer was lacking and it has come.
    pub(crate) fn get(&self, root: &Sha256Digest, index: u32) -> Option<Sha256Digest> {
        self.layers.get(root)?.runs.get(&(index - index % HASHES))?.get((index % HASHES) as usize).copied()
    }

    /// A run that a peer with these pieces should know; from now on it is asked for. Looks at a few only.
    pub(crate) fn next(&mut self, has: &PieceSet) -> Option<HashRange> {
        for _ in 0..LOOKS.min(self.waiting.len()) {
            let range = self.waiting.pop_front()?;
            if self.is_known_to(&range, has) {
                return Some(range);
            }
            self.waiting.push_back(range);
        }
        None
    }

    /// A run did not come.
    pub(crate) fn put_back(&mut self, range: HashRange) {
        self.waiting.push_back(range);
    }

    /// A run came; gives the pieces whose hashes are known by it, `None` if it is not proved.
    pub(crate) fn put(&mut self, range: &HashRange, hashes: &[Sha256Digest]) -> Option<Vec<PieceIndex>> {
        let layer = self.layers.get_mut(&range.pieces_root)?;
        let height = merkle::height_of(PieceRange::first(layer.pieces).len());
        is_proved(range, hashes, height, &range.pieces_root).then_some(())?;
        let run = hashes[..layer.pieces_at(range, PieceIndex::default()).len()].to_vec();
        if layer.runs.insert(range.index, run).is_none() {
            layer.missing -= 1;
            self.missing -= 1;
        }
        Some(layer.first_pieces.iter().flat_map(|first| layer.pieces_at(range, *first)).collect())
    }

    /// A layer that was lacking, if all of it has come.
    pub(crate) fn whole(&self, root: &Sha256Digest) -> Option<LayerRuns<'_>> {
        let layer = self.layers.get(root).filter(|layer| layer.missing == 0)?;
        Some(LayerRuns::Pieced { pieces: layer.pieces, runs: &layer.runs })
    }

    /// The layers that were lacking, by root, as far as they have come.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Sha256Digest, Vec<Sha256Digest>)> {
        self.layers.iter().map(|(root, layer)| (root, layer.runs.values().flatten().copied().collect()))
    }

    fn is_known_to(&self, range: &HashRange, has: &PieceSet) -> bool {
        let Some(layer) = self.layers.get(&range.pieces_root) else { return false };
        has.is_all()
            || (layer.first_pieces.iter())
                .any(|first| layer.pieces_at(range, *first).iter().any(|piece| has.contains(piece)))
    }
}

impl Layer {
    /// The pieces whose hashes are in a run, of the file that begins with `first`.
    fn pieces_at(&self, range: &HashRange, first: PieceIndex) -> PieceRange {
        PieceRange::new(first, self.pieces).part(range.index..range.index + range.length)
    }
}

/// Runs that are looked at for one peer.
const LOOKS: usize = 16;
