//! The hash trees of BEP 52: SHA-256 over pairs, from the hashes of 16 KiB blocks up to a file's root.

use std::sync::OnceLock;

use piece_hash::{Backend, Sha256, Sha256Digest};

use crate::limits::BLOCK;

/// The leaf that stands where a file has no block: 32 zero bytes, not the hash of zeros.
pub const NO_LEAF: Sha256Digest = [0; 32];

/// How many levels lie between the leaves and the hash of a piece. `piece_length` is a power of two from 16 KiB.
pub fn piece_height(piece_length: u64) -> u32 {
    (piece_length / BLOCK).ilog2()
}

/// The smallest number of levels that holds `count` hashes.
pub fn height_of(count: usize) -> u32 {
    count.next_power_of_two().ilog2()
}

/// The hash at the top of `height` levels over nothing but absent leaves.
pub fn blank(height: u32) -> Sha256Digest {
    static BLANKS: OnceLock<Vec<Sha256Digest>> = OnceLock::new();
    let rising = || std::iter::successors(Some(NO_LEAF), |hash| Some(pair(Backend::best(), hash, hash)));
    BLANKS.get_or_init(|| rising().take(HEIGHTS).collect())[height as usize]
}

/// The top of `height` levels over `hashes`, which stand `base` levels above the leaves; where there are none, the tree
/// has no leaves. Needs memory for the hashes only, however wide the tree is.
pub fn fold(backend: Backend, mut hashes: Vec<Sha256Digest>, base: u32, height: u32) -> Sha256Digest {
    for level in base..base + height {
        hashes = parents(backend, hashes, level);
    }
    hashes.first().copied().unwrap_or_else(|| blank(base + height))
}

/// The hashes over the pairs of `hashes`, which stand `level` levels above the leaves; half as many, rounded up.
pub fn parents(backend: Backend, mut hashes: Vec<Sha256Digest>, level: u32) -> Vec<Sha256Digest> {
    if hashes.len() % 2 == 1 {
        hashes.push(blank(level));
    }
    level_above(backend, &hashes)
}

/// The tops over several layers of leaves, each with a height of its own. Layers that are full and alike are folded together,
/// so that the few hashes near their tops fill the lanes of the backend too.
pub fn fold_each(backend: Backend, layers: Vec<Vec<Sha256Digest>>, heights: &[u32]) -> Vec<Sha256Digest> {
    let alike = heights.first().copied().unwrap_or_default();
    let is_full = |(layer, height): (&Vec<Sha256Digest>, &u32)| *height == alike && layer.len() == 1 << alike;
    if layers.iter().zip(heights).all(is_full) {
        let all = layers.concat();
        return (0..alike).fold(all, |hashes, _| level_above(backend, &hashes));
    }
    layers.into_iter().zip(heights).map(|(layer, height)| fold(backend, layer, 0, *height)).collect()
}

/// The root of a file from the hashes of its pieces (its piece layer): one piece is the root itself. A layer may have a million
/// hashes, so it is taken a run at a time.
pub fn file_root(backend: Backend, pieces: &[Sha256Digest], piece_length: u64) -> Sha256Digest {
    let (base, height) = (piece_height(piece_length), height_of(pieces.len()));
    let run = height.min(RUN_HEIGHT);
    let tops = pieces.chunks(1 << run).map(|hashes| fold(backend, hashes.to_vec(), base, run)).collect();
    fold(backend, tops, base + run, height - run)
}

/// How many levels are made of a layer before the next hashes of it are looked at.
const RUN_HEIGHT: u32 = 12;

fn level_above(backend: Backend, hashes: &[Sha256Digest]) -> Vec<Sha256Digest> {
    let pairs: Vec<&[u8]> = hashes.as_flattened().chunks_exact(64).collect();
    backend.digests::<Sha256>(&pairs)
}

fn pair(backend: Backend, left: &Sha256Digest, right: &Sha256Digest) -> Sha256Digest {
    backend.digest::<Sha256>([*left, *right].as_flattened())
}

/// More levels than any tree has: below 2^63 bytes there are fewer than 2^49 blocks.
const HEIGHTS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    /// The obvious way: fill up, then hash pair by pair.
    fn plain(mut hashes: Vec<Sha256Digest>, height: u32) -> Sha256Digest {
        hashes.resize(1 << height, NO_LEAF);
        while hashes.len() > 1 {
            hashes =
                hashes.chunks(2).map(|two| Backend::best().digest::<Sha256>(two.as_flattened())).collect();
        }
        hashes[0]
    }

    fn leaves(count: usize) -> Vec<Sha256Digest> {
        (0..count).map(|n| Backend::best().digest::<Sha256>(&n.to_le_bytes())).collect()
    }

    #[test]
    fn folding_equals_the_filled_tree() {
        for count in [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33] {
            for extra in 0..3 {
                let height = height_of(count) + extra;
                assert_eq!(fold(Backend::best(), leaves(count), 0, height), plain(leaves(count), height));
            }
        }
        assert_eq!(fold(Backend::best(), Vec::new(), 0, 3), blank(3));
    }

    #[test]
    fn layers_folded_together_equal_layers_folded_alone() {
        for counts in [vec![4; 20], vec![1; 3], vec![4, 4, 3], vec![5, 1, 0, 8], vec![]] {
            let heights: Vec<u32> = counts.iter().map(|count| height_of(*count)).collect();
            let layers: Vec<_> = counts.iter().map(|count| leaves(*count)).collect();
            let alone = layers.iter().zip(&heights).map(|(layer, height)| plain(layer.clone(), *height));
            assert_eq!(fold_each(Backend::best(), layers.clone(), &heights), alone.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_root_over_pieces_equals_the_root_over_leaves() {
        for (count, leaves_a_piece) in [(5, 4), (8, 4), (9, 2), (33, 8), (3, 1), (20_001, 2)] {
            let piece_length = BLOCK * leaves_a_piece as u64;
            let height = piece_height(piece_length);
            let pieces: Vec<_> = (leaves(count).chunks(leaves_a_piece))
                .map(|piece| fold(Backend::best(), piece.to_vec(), 0, height))
                .collect();
            let root = file_root(Backend::best(), &pieces, piece_length);
            assert_eq!(root, plain(leaves(count), height_of(count)), "{count} leaves");
        }
    }
}
