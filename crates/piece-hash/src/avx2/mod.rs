//! AVX2: eight messages, one in each 32-bit lane of the registers. Rotations are two shifts, and sixteen registers are
//! too few for the schedule, which stays in memory.

#![allow(unsafe_code, reason = "loads and stores of whole registers")]

mod sha1;
mod sha256;
mod words;

use std::arch::x86_64::{
    __m256i, _mm256_and_si256, _mm256_loadu_si256, _mm256_or_si256, _mm256_slli_epi32, _mm256_srli_epi32,
    _mm256_storeu_si256, _mm256_xor_si256,
};

pub(crate) use sha1::compress as sha1;
pub(crate) use sha256::compress as sha256;

use crate::state::State;

/// A register that holds one word of each message.
type Lanes = __m256i;

/// How many messages a register has lanes for.
pub(crate) const WIDTH: usize = 8;

/// The first eight lanes of every word.
#[inline]
#[target_feature(enable = "avx2")]
fn load<const WORDS: usize>(state: &State<WORDS>) -> [Lanes; WORDS] {
    state.0.each_ref().map(|row| {
        let half: &[u32; WIDTH] = &row.as_chunks().0[0];
        // SAFETY: half a row is the 32 bytes that are loaded.
        unsafe { _mm256_loadu_si256(half.as_ptr().cast()) }
    })
}

#[inline]
#[target_feature(enable = "avx2")]
fn store<const WORDS: usize>(state: &mut State<WORDS>, chain: [Lanes; WORDS]) {
    for (row, words) in state.0.iter_mut().zip(chain) {
        let half: &mut [u32; WIDTH] = &mut row.as_chunks_mut().0[0];
        // SAFETY: half a row is the 32 bytes that are stored.
        unsafe { _mm256_storeu_si256(half.as_mut_ptr().cast(), words) };
    }
}

/// A rotation to the left by `LEFT`, which with `RIGHT` makes 32.
#[inline]
#[target_feature(enable = "avx2")]
fn rotated<const LEFT: i32, const RIGHT: i32>(x: Lanes) -> Lanes {
    const { assert!(LEFT + RIGHT == 32) };
    _mm256_or_si256(_mm256_slli_epi32::<LEFT>(x), _mm256_srli_epi32::<RIGHT>(x))
}

/// Ch of FIPS 180-4, 4.1.
#[inline]
#[target_feature(enable = "avx2")]
fn choice(x: Lanes, y: Lanes, z: Lanes) -> Lanes {
    _mm256_xor_si256(_mm256_and_si256(_mm256_xor_si256(y, z), x), z)
}

/// Maj of the same.
#[inline]
#[target_feature(enable = "avx2")]
fn majority(x: Lanes, y: Lanes, z: Lanes) -> Lanes {
    _mm256_or_si256(_mm256_and_si256(y, z), _mm256_and_si256(_mm256_or_si256(y, z), x))
}
