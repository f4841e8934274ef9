//! SHA-256 of sixteen messages (FIPS 180-4, 6.2.2).

use std::arch::x86_64::{
    _mm512_add_epi32, _mm512_ror_epi32, _mm512_set1_epi32, _mm512_srli_epi32, _mm512_ternarylogic_epi32,
};
use std::hint::black_box;

use super::words::Words;
use super::{CHOICE, Lanes, MAJORITY, PARITY, load, store};
use crate::rounds::{SHA256_K as K, sha256_places, unroll_64};
use crate::state::{Runs, State};

/// Hashes the first `count` blocks of every run. Panics if one is shorter.
#[target_feature(enable = "avx512f,avx512bw")]
pub(crate) fn compress(state: &mut State<8>, runs: &Runs<'_>, count: usize) {
    if count == 0 {
        return;
    }
    let mut chain = load(state);
    let mut words = Words::first(runs, count);
    for _ in 0..count {
        let mut rounds = Rounds::new(chain, &words);
        macro_rules! round {
            ($t:literal) => {
                rounds.round::<$t>();
                match $t {
                    16 => words.step::<0>(),
                    22 => words.step::<1>(),
                    28 => words.step::<2>(),
                    34 => words.step::<3>(),
                    40 => words.step::<4>(),
                    46 => words.step::<5>(),
                    52 => words.step::<6>(),
                    58 => words.step::<7>(),
                    _ => {}
                }
            };
        }
        unroll_64!(round);
        chain = rounds.after(chain);
    }
    store(state, chain);
}

/// The rounds of a block.
pub(super) struct Rounds {
    /// The words a to h, each round one place further.
    chain: [Lanes; 8],
    /// The last sixteen words of the message schedule, word t at t modulo 16.
    schedule: [Lanes; 16],
    /// The constants, behind a `black_box`: the compiler would add what it knows last, when the next round already
    /// waits for the sum (10 % on Zen 5).
    k: &'static [u32; 64],
}

impl Rounds {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn new(chain: [Lanes; 8], words: &Words<'_>) -> Self {
        Self { chain, schedule: words.words, k: black_box(&K) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn round<const T: usize>(&mut self) {
        if T >= 16 {
            self.extend::<T>();
        }
        let [a, b, c, d, e, f, g, h] = sha256_places::<T>();
        let s = &mut self.chain;
        let k = _mm512_set1_epi32(self.k[T].cast_signed());
        let known = _mm512_add_epi32(_mm512_add_epi32(s[h], k), self.schedule[T % 16]);
        let choice = _mm512_ternarylogic_epi32::<CHOICE>(s[e], s[f], s[g]);
        let first = _mm512_add_epi32(_mm512_add_epi32(known, choice), turned::<6, 11, 25>(s[e]));
        let majority = _mm512_ternarylogic_epi32::<MAJORITY>(s[a], s[b], s[c]);
        s[d] = _mm512_add_epi32(s[d], first);
        s[h] = _mm512_add_epi32(_mm512_add_epi32(first, majority), turned::<2, 13, 22>(s[a]));
    }

    /// Puts word T of the schedule in the place of word T - 16.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn extend<const T: usize>(&mut self) {
        let w = &mut self.schedule;
        let old = _mm512_add_epi32(shifted::<7, 18, 3>(w[(T + 1) % 16]), w[T % 16]);
        w[T % 16] =
            _mm512_add_epi32(_mm512_add_epi32(old, w[(T + 9) % 16]), shifted::<17, 19, 10>(w[(T + 14) % 16]));
    }

    /// The chain after the rounds, if this was the chain before.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn after(self, before: [Lanes; 8]) -> [Lanes; 8] {
        let mut chain = self.chain;
        for (word, before) in chain.iter_mut().zip(before) {
            *word = _mm512_add_epi32(*word, before);
        }
        chain
    }
}

/// Three rotations to the right, combined: Σ of FIPS 180-4, 4.1.2.
#[inline]
#[target_feature(enable = "avx512f")]
fn turned<const A: i32, const B: i32, const C: i32>(x: Lanes) -> Lanes {
    let (a, b, c) = (_mm512_ror_epi32::<A>(x), _mm512_ror_epi32::<B>(x), _mm512_ror_epi32::<C>(x));
    _mm512_ternarylogic_epi32::<PARITY>(a, b, c)
}

/// Two rotations and a shift to the right, combined: σ of the same.
#[inline]
#[target_feature(enable = "avx512f")]
fn shifted<const A: i32, const B: i32, const C: u32>(x: Lanes) -> Lanes {
    let (a, b, c) = (_mm512_ror_epi32::<A>(x), _mm512_ror_epi32::<B>(x), _mm512_srli_epi32::<C>(x));
    _mm512_ternarylogic_epi32::<PARITY>(a, b, c)
}
