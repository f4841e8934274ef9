//! Hash trees (BEP 52): to answer requests from, and to hold answers to.

use piece_hash::{Backend, Sha256, Sha256Digest};
use torrent_core::merkle;

use super::layer_runs::{LayerRuns, RUN};
use crate::limits::HASHES;
use crate::wire::HashRange;

/// A tree over a layer of hashes. Its levels are made when somebody first asks for them.
#[derive(Debug)]
pub(crate) struct Tree {
    /// From the layer upwards; what stands behind the end of each is left out.
    levels: Vec<Vec<Sha256Digest>>,
    /// How many levels the layer stands above the leaves.
    base: u32,
}

impl Tree {
    /// The tree over `layer`, which stands `base` levels above the leaves.
    pub(crate) fn over(layer: Vec<Sha256Digest>, base: u32) -> Self {
        Self { levels: vec![layer], base }
    }

    /// How many hashes its layer has.
    pub(crate) fn width(&self) -> usize {
        self.levels[0].len()
    }

    /// A run of hashes of the layer, which is in the tree, and their uncles up to the level `proof_layers`.
    pub(crate) fn run(&mut self, index: u32, length: u32, proof_layers: u32) -> Vec<Sha256Digest> {
        let mut hashes: Vec<Sha256Digest> = (index..index + length).map(|index| self.at(0, index)).collect();
        hashes.extend((length.ilog2()..=proof_layers).map(|level| self.at(level, index >> level ^ 1)));
        hashes
    }

    /// A hash of a level, which is counted from the layer upwards.
    pub(crate) fn at(&mut self, level: u32, index: u32) -> Sha256Digest {
        while self.levels.len() <= level as usize {
            let (below, above) = (self.levels[self.levels.len() - 1].clone(), self.levels.len() as u32);
            self.levels.push(merkle::parents(Backend::best(), below, self.base + above - 1));
        }
        let known = self.levels[level as usize].get(index as usize).copied();
        known.unwrap_or_else(|| merkle::blank(self.base + level))
    }
}

/// What is kept of the tree over the piece layer of a file: the tops of its runs, and what stands above them. What is below is made
/// when it is asked for, so that a question costs no more than a run, however long the layer.
#[derive(Debug)]
pub(crate) struct UpperLayers {
    tops: Tree,
}

/// A piece layer, and its tree.
pub(crate) struct LayerTree<'a> {
    layer: LayerRuns<'a>,
    /// None if the layer is one run.
    upper: Option<&'a mut UpperLayers>,
    base: u32,
    height: u32,
}

impl UpperLayers {
    /// The upper layers over a piece layer of several runs.
    pub(crate) fn over(layer: LayerRuns<'_>, piece_length: u64) -> Self {
        let base = merkle::piece_height(piece_length);
        let runs = (0..layer.len() as u32).step_by(RUN);
        let top = |first| merkle::fold(Backend::best(), layer.run(first).to_vec(), base, RUN_HEIGHT);
        Self { tops: Tree::over(runs.map(top).collect(), base + RUN_HEIGHT) }
    }
}

impl<'a> LayerTree<'a> {
    pub(crate) fn new(layer: LayerRuns<'a>, upper: Option<&'a mut UpperLayers>, piece_length: u64) -> Self {
        let (base, height) = (merkle::piece_height(piece_length), merkle::height_of(layer.len()));
        Self { layer, upper, base, height }
    }

    /// What a request for hashes of this layer is answered with; `None` if it reaches beyond the tree.
    pub(crate) fn answer(&mut self, range: &HashRange) -> Option<Vec<Sha256Digest>> {
        let fits =
            range.index.checked_add(range.length).is_some_and(|end| u64::from(end) <= 1 << self.height);
        if !is_valid_request(range) || !fits || range.proof_layers >= self.height.max(1) {
            return None;
        }
        let mut run = self.run_of(range.index);
        let (levels, last) = (range.length.ilog2(), range.proof_layers);
        let within = last.min(self.height.min(RUN_HEIGHT).saturating_sub(1));
        let mut hashes = run.run(range.index % HASHES, range.length, within);
        hashes.extend((levels.max(RUN_HEIGHT)..=last).map(|level| self.at(level, range.index >> level ^ 1)));
        Some(hashes)
    }

    /// A hash of a level, which is counted from the layer upwards.
    pub(crate) fn at(&mut self, level: u32, index: u32) -> Sha256Digest {
        match &mut self.upper {
            Some(upper) if level >= RUN_HEIGHT => upper.tops.at(level - RUN_HEIGHT, index),
            _ => self.run_of(index << level).at(level, index % (HASHES >> level)),
        }
    }

    /// The tree over the run in which a hash of the layer is.
    fn run_of(&self, index: u32) -> Tree {
        let run = self.layer.run(index - index % HASHES);
        Tree::over(run.to_vec(), self.base)
    }
}

/// How many levels the tree over a run has.
const RUN_HEIGHT: u32 = HASHES.ilog2();

/// Whether a request is one that is answered: for a power of two of hashes, at a multiple of it, and not too many.
pub(crate) fn is_valid_request(range: &HashRange) -> bool {
    let length = range.length;
    length.is_power_of_two() && (2..=HASHES).contains(&length) && range.index.is_multiple_of(length)
}

/// Whether hashes, followed by their uncles from below upwards, lead to `root`, which stands `height` levels above them.
pub(crate) fn is_proved(
    range: &HashRange,
    hashes: &[Sha256Digest],
    height: u32,
    root: &Sha256Digest,
) -> bool {
    let length = range.hashes();
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
            let runs = LayerRuns::Plain(&layer);
            let mut upper = (count > HASHES as usize).then(|| UpperLayers::over(runs, 64 << 10));
            let mut tree = LayerTree::new(runs, upper.as_mut(), 64 << 10);
            let root = merkle::file_root(Backend::best(), &layer, 64 << 10);
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
        let layer = hashes(9);
        let mut tree = LayerTree::new(LayerRuns::Plain(&layer), None, 64 << 10);
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
