//! AVX-512: sixteen messages, one in each 32-bit lane of the registers.
//!
//! The bound of these kernels is the execution ports, so everything is done once, in the fewest instructions: three-way
//! logic and rotations are one each, `K` is broadcast by the addition that needs it. Bytes become words of lanes in a
//! transposition that uses one port only; it is therefore done for the next block between the rounds of this one.

#![allow(unsafe_code, reason = "loads and stores of whole registers")]

mod both;
mod sha1;
mod sha256;
mod words;

use std::arch::x86_64::{__m512i, _mm512_loadu_si512, _mm512_storeu_si512};

pub(crate) use both::compress as both;
pub(crate) use sha1::compress as sha1;
pub(crate) use sha256::compress as sha256;

use crate::state::{LANES, State};

/// A register that holds one word of each message.
type Lanes = __m512i;

/// Truth tables of three-way logic: Ch, Maj and Parity of FIPS 180-4, 4.1.
const CHOICE: i32 = 0xca;
const MAJORITY: i32 = 0xe8;
const PARITY: i32 = 0x96;

#[inline]
#[target_feature(enable = "avx512f")]
fn load<const WORDS: usize>(state: &State<WORDS>) -> [Lanes; WORDS] {
    // SAFETY: the sixteen words of a row are the 64 bytes that are loaded.
    state.0.each_ref().map(|row: &[u32; LANES]| unsafe { _mm512_loadu_si512(row.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store<const WORDS: usize>(state: &mut State<WORDS>, chain: [Lanes; WORDS]) {
    for (row, words) in state.0.iter_mut().zip(chain) {
        // SAFETY: the sixteen words of a row are the 64 bytes that are stored.
        unsafe { _mm512_storeu_si512(row.as_mut_ptr().cast(), words) };
    }
}
