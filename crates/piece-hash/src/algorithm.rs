//! The two hash functions of BitTorrent: SHA-1 for v1 pieces (BEP 3), SHA-256 for v2 trees (BEP 52).

use crate::row::{self, Row};
use crate::state::{Runs, State};

/// A SHA-1 digest: 20 bytes.
pub type Sha1Digest = [u8; 20];

/// A SHA-256 digest: 32 bytes.
pub type Sha256Digest = [u8; 32];

/// One of the two hash functions. Only this crate implements it.
pub trait Algorithm: sealed::Hash<Output = Self::Digest> {
    /// The digest: an array of bytes.
    type Digest: Copy + Eq + Default + AsRef<[u8]> + Send + Sync + std::fmt::Debug;
}

/// SHA-1 of FIPS 180-4, which hashes the pieces of v1 torrents.
#[derive(Clone, Copy, Debug)]
pub struct Sha1;

/// SHA-256 of FIPS 180-4, which hashes the leaves of v2 torrents.
#[derive(Clone, Copy, Debug)]
pub struct Sha256;

impl Algorithm for Sha1 {
    type Digest = Sha1Digest;
}

impl Algorithm for Sha256 {
    type Digest = Sha256Digest;
}

pub(crate) mod sealed {
    use super::{Row, Runs};

    /// What the scheduler of the lanes needs to know of a hash function, or of two that run side by side.
    pub trait Function {
        /// What a message has become after whole blocks.
        type Chain: Copy + Send + Sync;
        /// A chain for every lane.
        type Lanes: Default;
        /// The chain in a lane.
        fn get(lanes: &Self::Lanes, lane: usize) -> Self::Chain;
        /// Puts a chain in a lane.
        fn put(lanes: &mut Self::Lanes, lane: usize, chain: Self::Chain);
        /// How many lanes this row of the dispatch table can fill.
        fn width(row: &Row) -> usize;
        /// Hashes the first `count` blocks of the runs of the `active` lanes. The other lanes are left in disorder.
        fn compress(row: &Row, lanes: &mut Self::Lanes, active: &[usize], runs: &Runs<'_>, count: usize);
    }

    /// A hash function with its beginning and its end.
    pub trait Hash: Function + Copy {
        type Output;
        /// The chain before the first block.
        const INITIAL: Self::Chain;
        /// The chain after the last block, as bytes.
        fn output(chain: &Self::Chain) -> Self::Output;
    }
}

impl sealed::Function for Sha1 {
    type Chain = [u32; 5];
    type Lanes = State<5>;

    fn get(lanes: &State<5>, lane: usize) -> [u32; 5] {
        lanes.get(lane)
    }

    fn put(lanes: &mut State<5>, lane: usize, chain: [u32; 5]) {
        lanes.put(lane, chain);
    }

    fn width(row: &Row) -> usize {
        row.sha1.first().map_or(1, |tier| tier.lanes)
    }

    fn compress(row: &Row, lanes: &mut State<5>, active: &[usize], runs: &Runs<'_>, count: usize) {
        row::compress(&row.sha1, lanes, active, runs, count);
    }
}

impl sealed::Function for Sha256 {
    type Chain = [u32; 8];
    type Lanes = State<8>;

    fn get(lanes: &State<8>, lane: usize) -> [u32; 8] {
        lanes.get(lane)
    }

    fn put(lanes: &mut State<8>, lane: usize, chain: [u32; 8]) {
        lanes.put(lane, chain);
    }

    fn width(row: &Row) -> usize {
        row.sha256.first().map_or(1, |tier| tier.lanes)
    }

    fn compress(row: &Row, lanes: &mut State<8>, active: &[usize], runs: &Runs<'_>, count: usize) {
        row::compress(&row.sha256, lanes, active, runs, count);
    }
}

impl sealed::Hash for Sha1 {
    type Output = Sha1Digest;

    /// The state before the first block (FIPS 180-4, 5.3.1).
    const INITIAL: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];

    fn output(chain: &[u32; 5]) -> Sha1Digest {
        let mut digest = [0; 20];
        write(chain, &mut digest);
        digest
    }
}

impl sealed::Hash for Sha256 {
    type Output = Sha256Digest;

    /// The state before the first block (FIPS 180-4, 5.3.3).
    const INITIAL: [u32; 8] = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];

    fn output(chain: &[u32; 8]) -> Sha256Digest {
        let mut digest = [0; 32];
        write(chain, &mut digest);
        digest
    }
}

fn write(chain: &[u32], digest: &mut [u8]) {
    for (bytes, word) in digest.chunks_exact_mut(4).zip(chain) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
}
