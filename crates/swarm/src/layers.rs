//! Hashes of v2 pieces that the torrent came without, as torrents from magnet links do (BEP 52, `piece layers`).
//!
//! They come in runs of 512, each with the hashes that prove it up to the root, which the metadata has. So each run is
//! believed or not by itself, whoever sent it.

use std::collections::{BTreeMap, VecDeque};

use piece_hash::{Backend, Sha256, Sha256Digest};
use torrent_core::merkle;

use crate::bits::PieceSet;
use crate::geometry::Geometry;
use crate::limits::HASHES;
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

/// Whether hashes, followed by their uncles from below upwards, lead to `root`, which stands `height` levels above them.
pub(crate) fn is_proved(
    range: &HashRange,
    hashes: &[Sha256Digest],
    height: u32,
    root: &Sha256Digest,
) -> bool {
    let length = range.length as usize;
    if !length.is_power_of_two() || hashes.len() < length {
        return false;
    }
    let levels = length.ilog2();
    let uncles = &hashes[length..];
    if levels > height || uncles.len() != (height - levels) as usize {
        return false;
    }
    let mut hash = merkle::fold(Backend::best(), hashes[..length].to_vec(), 0, levels);
    for (level, uncle) in (levels..).zip(uncles) {
        let pair = if range.index >> level & 1 == 0 { [hash, *uncle] } else { [*uncle, hash] };
        hash = Backend::best().digest::<Sha256>(pair.as_flattened());
    }
    hash == *root
}

/// A tree over a layer, to answer requests from.
#[derive(Debug)]
pub(crate) struct Tree {
    /// From the layer upwards; what stands behind the end of each is left out.
    levels: Vec<Vec<Sha256Digest>>,
    /// What stands behind the end of each level.
    fillers: Vec<Sha256Digest>,
}

impl Tree {
    /// The tree over the piece layer of a file.
    pub(crate) fn over_pieces(layer: &[Sha256Digest], piece_length: u64) -> Self {
        Self::over(layer, merkle::piece_height(piece_length), merkle::height_of(layer.len()))
    }

    /// The tree of `height` levels over `layer`, which stands `base` levels above the leaves.
    pub(crate) fn over(layer: &[Sha256Digest], base: u32, height: u32) -> Self {
        let mut levels = vec![layer.to_vec()];
        for level in base..base + height {
            let pairs = levels[levels.len() - 1].chunks(2);
            levels.push(pairs.map(|two| merkle::fold(Backend::best(), two.to_vec(), level, 1)).collect());
        }
        Self { levels, fillers: (base..=base + height).map(merkle::blank).collect() }
    }

    /// What a request for hashes of this layer is answered with; `None` if it reaches beyond the tree.
    pub(crate) fn answer(&self, range: &HashRange) -> Option<Vec<Sha256Digest>> {
        let height = self.levels.len() as u32 - 1;
        let (length, index) = (range.length, range.index);
        let sound = length.is_power_of_two() && (2..=HASHES).contains(&length) && index % length == 0;
        let fits = u64::from(index) + u64::from(length) <= 1 << height && range.proof_layers < height.max(1);
        if !sound || !fits {
            return None;
        }
        let own = (index..index + length).map(|index| self.at(0, index));
        let uncles = (length.ilog2()..=range.proof_layers).map(|level| self.at(level, index >> level ^ 1));
        Some(own.chain(uncles).collect())
    }

    fn at(&self, level: u32, index: u32) -> Sha256Digest {
        let level = level as usize;
        self.levels[level].get(index as usize).copied().unwrap_or(self.fillers[level])
    }
}

/// Runs that are looked at for one peer.
const LOOKS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(count: usize) -> Vec<Sha256Digest> {
        (0..count).map(|n| Backend::best().digest::<Sha256>(&n.to_le_bytes())).collect()
    }

    #[test]
    fn what_a_tree_answers_is_proved_and_a_change_anywhere_is_not() {
        for count in [2, 3, 4, 7, 512, 513, 1300] {
            let layer = hashes(count);
            let height = merkle::height_of(count);
            let tree = Tree::over_pieces(&layer, 64 << 10);
            let root = merkle::file_root(Backend::best(), layer.clone(), 64 << 10);
            for index in (0..count as u32).step_by(HASHES as usize) {
                let length = (count as u32 - index).next_power_of_two().clamp(2, HASHES);
                let range =
                    HashRange { pieces_root: root, base_layer: 2, index, length, proof_layers: height - 1 };
                let mut answer = tree.answer(&range).unwrap();
                assert_eq!(answer[0], layer[index as usize]);
                assert!(is_proved(&range, &answer, height, &root), "{count} {index}");
                for place in [0, answer.len() / 2, answer.len() - 1] {
                    answer[place][7] ^= 1;
                    assert!(!is_proved(&range, &answer, height, &root));
                    answer[place][7] ^= 1;
                }
                assert!(!is_proved(&range, &answer[..answer.len() - 1], height, &root));
            }
        }
    }

    #[test]
    fn requests_that_no_tree_has_are_not_answered() {
        let tree = Tree::over_pieces(&hashes(9), 64 << 10);
        let range = |index, length, proof_layers| HashRange {
            pieces_root: [0; 32],
            base_layer: 2,
            index,
            length,
            proof_layers,
        };
        assert!(tree.answer(&range(0, 16, 3)).is_some());
        for (index, length, proof_layers) in [
            (0, 32, 3),
            (16, 2, 3),
            (1, 2, 3),
            (0, 3, 3),
            (0, 1, 3),
            (0, 2, 4),
            (u32::MAX - 1, 2, 0),
            (0, 0, 0),
        ] {
            assert_eq!(
                tree.answer(&range(index, length, proof_layers)),
                None,
                "{index} {length} {proof_layers}"
            );
        }
    }
}
