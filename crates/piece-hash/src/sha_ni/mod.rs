//! SHA-NI: the SHA instructions of x86, for one message or for two side by side. One message leaves part of the unit
//! idle, as each instruction waits for the one before; more than two need more registers than there are.

#![allow(unsafe_code, reason = "loads of whole registers")]

mod sha1;
mod sha256;

use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_set_epi32};

pub(crate) use sha1::compress as sha1;
pub(crate) use sha256::compress as sha256;

use crate::state::Block;

/// A quarter of a block.
#[inline]
#[target_feature(enable = "sse2")]
fn load(block: &Block, quarter: usize) -> __m128i {
    let bytes: &[u8; 16] = &block.as_chunks().0[quarter];
    // SAFETY: a quarter is the 16 bytes that are loaded.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// Four words, the last of them lowest.
#[inline]
#[target_feature(enable = "sse2")]
fn pack([a, b, c, d]: [u32; 4]) -> __m128i {
    _mm_set_epi32(a.cast_signed(), b.cast_signed(), c.cast_signed(), d.cast_signed())
}
