//! The plain way to hash the pieces of a file: map it, and give each piece to a thread of rayon.
#![allow(
    unsafe_code,
    reason = "memmap2: the baseline is to be what anyone would write first, and that maps the file"
)]

use std::fs::File;
use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use memmap2::Mmap;
use rayon::prelude::*;
use sha1::Sha1;
use sha2::{Digest, Sha256};

#[derive(Args, Debug)]
pub(crate) struct Hash {
    /// Which digests of the data are made
    mode: Mode,
    /// In bytes: a power of two, at least 16 KiB
    piece_length: usize,
    /// The file that is hashed
    file: PathBuf,
    /// Where the SHA-1 of all pieces go, and after them the root of the SHA-256 tree
    output: PathBuf,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Mode {
    V1,
    V2,
    Hybrid,
}

impl Hash {
    pub(crate) fn run(&self) -> io::Result<()> {
        let file = File::open(&self.file)?;
        // SAFETY: nobody changes the benchmark's own data while it runs; if somebody does, digests are wrong.
        let bytes = unsafe { Mmap::map(&file)? };
        let found = match self.mode {
            Mode::V1 => pieces(&bytes, self.piece_length),
            Mode::V2 => root(bytes.par_chunks(LEAF).map(leaf).collect()),
            Mode::Hybrid => hybrid(&bytes, self.piece_length),
        };
        std::fs::write(&self.output, found)
    }
}

fn pieces(bytes: &[u8], length: usize) -> Vec<u8> {
    let digests: Vec<[u8; 20]> = bytes.par_chunks(length).map(|piece| Sha1::digest(piece).into()).collect();
    digests.concat()
}

/// Both in one pass: a leaf goes through SHA-1 and SHA-256 while it is in the cache.
fn hybrid(bytes: &[u8], length: usize) -> Vec<u8> {
    let both = |piece: &[u8]| {
        let mut sha1 = Sha1::new();
        let leaves: Vec<[u8; 32]> = (piece.chunks(LEAF))
            .map(|bytes| {
                sha1.update(bytes);
                leaf(bytes)
            })
            .collect();
        (<[u8; 20]>::from(sha1.finalize()), leaves)
    };
    let (pieces, leaves): (Vec<_>, Vec<_>) = bytes.par_chunks(length).map(both).unzip();
    [pieces.concat(), root(leaves.concat())].concat()
}

fn leaf(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The root of BEP 52: leaves are filled with zeros up to a power of two.
fn root(mut layer: Vec<[u8; 32]>) -> Vec<u8> {
    layer.resize(layer.len().next_power_of_two(), [0; 32]);
    while layer.len() > 1 {
        layer = layer.par_chunks(2).map(|pair| leaf(pair.as_flattened())).collect();
    }
    layer.concat()
}

/// Bytes of a leaf of BEP 52.
const LEAF: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hybrid_is_both_halves() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|i| (i % 251) as u8).collect();
        let halves = [pieces(&bytes, 32 << 10), root(bytes.chunks(LEAF).map(leaf).collect())].concat();
        assert_eq!(hybrid(&bytes, 32 << 10), halves);
        assert_eq!(halves.len(), 4 * 20 + 32);
    }

    #[test]
    fn one_leaf_is_its_own_root() {
        assert_eq!(root(vec![leaf(b"abc")]), leaf(b"abc"));
    }

    #[test]
    fn three_leaves_and_a_zero() {
        let [a, b, c] = [[1; 32], [2; 32], [3; 32]];
        let left = leaf(&[a, b].concat());
        let right = leaf(&[c, [0; 32]].concat());
        assert_eq!(root(vec![a, b, c]), leaf(&[left, right].concat()));
    }
}
