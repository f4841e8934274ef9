//! From bytes in memory to words in lanes: two 8x8 transpositions.

use std::arch::x86_64::{
    _MM_HINT_T0, _mm_prefetch, _mm256_loadu_si256, _mm256_permute2x128_si256, _mm256_set_epi64x,
    _mm256_shuffle_epi8, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32,
    _mm256_unpacklo_epi64,
};
use std::array;

use super::{Lanes, WIDTH};
use crate::state::{Block, Runs};

/// The sixteen words of block `at` of every lane; asks for the bytes that come soon.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn words(runs: &Runs<'_>, at: usize) -> [Lanes; 16] {
    for run in &runs[..WIDTH] {
        // It may point behind the run, which a prefetch may.
        _mm_prefetch::<_MM_HINT_T0>(run.as_ptr().wrapping_add(at + AHEAD).cast());
    }
    let (low, high) = (half(runs, at, 0), half(runs, at, 1));
    array::from_fn(|word| if word < 8 { low[word] } else { high[word - 8] })
}

/// Eight words of each message, from the first or the second half of its block.
#[inline]
#[target_feature(enable = "avx2")]
fn half(runs: &Runs<'_>, at: usize, half: usize) -> [Lanes; 8] {
    let (a, b) = (four(runs, at, half, 0), four(runs, at, half, 4));
    array::from_fn(|word| {
        let (a, b) = (a[word % 4], b[word % 4]);
        if word < 4 {
            _mm256_permute2x128_si256::<0x20>(a, b)
        } else {
            _mm256_permute2x128_si256::<0x31>(a, b)
        }
    })
}

/// Of four lanes from `first` on: words 0 and 4, 1 and 5, 2 and 6, 3 and 7 of the half.
#[inline]
#[target_feature(enable = "avx2")]
fn four(runs: &Runs<'_>, at: usize, half: usize, first: usize) -> [Lanes; 4] {
    let [a, b, c, d] = array::from_fn(|lane| read(&runs[first + lane][at], half));
    let (ab, cd) = (_mm256_unpacklo_epi32(a, b), _mm256_unpacklo_epi32(c, d));
    let (ab_high, cd_high) = (_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab, cd),
        _mm256_unpackhi_epi64(ab, cd),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// Half a block, whose words are big-endian.
#[inline]
#[target_feature(enable = "avx2")]
fn read(block: &Block, half: usize) -> Lanes {
    let (high, low) = (0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let bytes: &[u8; 32] = &block.as_chunks().0[half];
    // SAFETY: half a block is the 32 bytes that are loaded.
    let words = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
    _mm256_shuffle_epi8(words, _mm256_set_epi64x(high, low, high, low))
}

/// How many blocks ahead of the one that is read.
const AHEAD: usize = 5;
