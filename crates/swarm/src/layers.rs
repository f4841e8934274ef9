//! Hashes of v2 pieces that the torrent came without, as torrents from magnet links do (BEP 52, `piece layers`).
//!
//! They come in runs of 512, each with the hashes that prove it up to the root, which the metadata has. So each run is
//! believed or not by itself, whoever sent it.

use std::collections::{BTreeMap, VecDeque};

use piece_hash::Sha256Digest;
use torrent_core::merkle;

use crate::bits::PieceSet;
use crate::geometry::Geometry;
use crate::limits::HASHES;
use crate::tree::is_proved;
use crate::wire::HashRange;

/// The piece layers that are being put together.
#[derive(Debug, Default)]
pub(crate) struct Layers {
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
    first_pieces: Vec<u32>,
    pieces: u32,
    /// Zeros where nothing has come yet.
    hashes: Vec<Sha256Digest>,
}

impl Layers {
    /// What the torrent lacks.
    pub(crate) fn lacking(geometry: &Geometry) -> Self {
        let mut layers = Self::default();
        let metainfo = geometry.metainfo();
        let layout = metainfo.layout();
        for file in metainfo.files().iter() {
            let pieces = layout.pieces_of(file.index);
            let Some(root) = file.root.filter(|_| pieces.end - pieces.start > 1) else { continue };
            if metainfo.piece_layer(file.index).is_none() {
                layers.add(
                    root,
                    pieces.start as u32,
                    (pieces.end - pieces.start) as u32,
                    metainfo.piece_length(),
                );
            }
        }
        layers
    }

    fn add(&mut self, root: Sha256Digest, first: u32, pieces: u32, piece_length: u64) {
        if let Some(layer) = self.layers.get_mut(&root) {
            layer.first_pieces.push(first);
            return;
        }
        let hashes = vec![merkle::NO_LEAF; pieces as usize];
        self.layers.insert(root, Layer { first_pieces: vec![first], pieces, hashes });
        let base_layer = merkle::piece_height(piece_length);
        let height = merkle::height_of(pieces as usize);
        for index in (0..pieces).step_by(HASHES as usize) {
            // As many as the layer has there, filled up to a power of two (as libtorrent asks).
            let length = (pieces - index).next_power_of_two().clamp(2, HASHES);
            let range = HashRange { pieces_root: root, base_layer, index, length, proof_layers: height - 1 };
            self.waiting.push_back(range);
            self.missing += 1;
        }
    }

    /// Every layer is here.
    pub(crate) fn are_complete(&self) -> bool {
        self.missing == 0
    }

    /// The hash of a piece, if the layer was lacking and it has come.
    pub(crate) fn get(&self, root: &Sha256Digest, piece: u32) -> Option<Sha256Digest> {
        let hash = *self.layers.get(root)?.hashes.get(piece as usize)?;
        (hash != merkle::NO_LEAF).then_some(hash)
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
    pub(crate) fn put(&mut self, range: &HashRange, hashes: &[Sha256Digest]) -> Option<Vec<u32>> {
        let layer = self.layers.get_mut(&range.pieces_root)?;
        let height = merkle::height_of(layer.pieces as usize);
        is_proved(range, hashes, height, &range.pieces_root).then_some(())?;
        let end = layer.pieces.min(range.index + range.length);
        let run = range.index as usize..end as usize;
        layer.hashes[run.clone()].copy_from_slice(&hashes[..run.len()]);
        self.missing -= 1;
        Some(layer.first_pieces.iter().flat_map(|first| first + range.index..first + end).collect())
    }

    /// A layer that was lacking, if all of it has come.
    pub(crate) fn whole(&self, root: &Sha256Digest) -> Option<Vec<Sha256Digest>> {
        let hashes = &self.layers.get(root)?.hashes;
        (!hashes.contains(&merkle::NO_LEAF)).then(|| hashes.clone())
    }

    /// The layers that were lacking, by root.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Sha256Digest, &[Sha256Digest])> {
        self.layers.iter().map(|(root, layer)| (root, layer.hashes.as_slice()))
    }

    fn is_known_to(&self, range: &HashRange, has: &PieceSet) -> bool {
        let Some(layer) = self.layers.get(&range.pieces_root) else { return false };
        has.is_all()
            || layer.first_pieces.iter().any(|first| {
                let end = layer.pieces.min(range.index + range.length);
                (first + range.index..first + end).any(|piece| has.contains(piece))
            })
    }
}

/// Runs that are looked at for one peer.
const LOOKS: usize = 16;
