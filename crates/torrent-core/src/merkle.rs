//! The hash trees of BEP 52: SHA-256 over pairs, from the hashes of 16 KiB blocks up to a file's root.

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
pub fn blank(backend: Backend, height: u32) -> Sha256Digest {
    (0..height).fold(NO_LEAF, |hash, _| pair(backend, &hash, &hash))
}

/// The top of `height` levels over `hashes`, with `filler` in the places behind them. Needs memory for the hashes
/// only, however wide the tree is.
pub fn fold(
    backend: Backend,
    mut hashes: Vec<Sha256Digest>,
    height: u32,
    mut filler: Sha256Digest,
) -> Sha256Digest {
    for _ in 0..height {
        if hashes.len() % 2 == 1 {
            hashes.push(filler);
        }
        let pairs: Vec<&[u8]> = hashes.as_flattened().chunks_exact(64).collect();
        hashes = backend.digests::<Sha256>(&pairs);
        filler = pair(backend, &filler, &filler);
    }
    hashes.first().copied().unwrap_or(filler)
}

/// The root of a file from the hashes of its pieces (its piece layer): one piece is the root itself.
pub fn file_root(backend: Backend, pieces: Vec<Sha256Digest>, piece_length: u64) -> Sha256Digest {
    let filler = blank(backend, piece_height(piece_length));
    let height = height_of(pieces.len());
    fold(backend, pieces, height, filler)
}

fn pair(backend: Backend, left: &Sha256Digest, right: &Sha256Digest) -> Sha256Digest {
    backend.digest::<Sha256>([*left, *right].as_flattened())
}

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
                assert_eq!(
                    fold(Backend::best(), leaves(count), height, NO_LEAF),
                    plain(leaves(count), height)
                );
            }
        }
        assert_eq!(fold(Backend::best(), Vec::new(), 3, NO_LEAF), blank(Backend::best(), 3));
    }

    #[test]
    fn a_root_over_pieces_equals_the_root_over_leaves() {
        for (count, leaves_a_piece) in [(5, 4), (8, 4), (9, 2), (33, 8), (3, 1)] {
            let piece_length = BLOCK * leaves_a_piece as u64;
            let height = piece_height(piece_length);
            let pieces: Vec<_> = (leaves(count).chunks(leaves_a_piece))
                .map(|piece| fold(Backend::best(), piece.to_vec(), height, NO_LEAF))
                .collect();
            let root = file_root(Backend::best(), pieces, piece_length);
            assert_eq!(root, plain(leaves(count), height_of(count)), "{count} leaves");
        }
    }
}
