//! SHA-1 of sixteen messages (FIPS 180-4, 6.1.2).

use std::arch::x86_64::{
    _mm512_add_epi32, _mm512_rol_epi32, _mm512_set1_epi32, _mm512_ternarylogic_epi32, _mm512_xor_si512,
};
use std::hint::black_box;

use super::words::Words;
use super::{CHOICE, Lanes, MAJORITY, PARITY, load, store};
use crate::rounds::{SHA1_K as K, sha1_places, unroll_80};
use crate::state::{Runs, State};

/// Hashes the first `count` blocks of every run. Panics if one is shorter.
#[target_feature(enable = "avx512f,avx512bw")]
pub(crate) fn compress(state: &mut State<5>, runs: &Runs<'_>, count: usize) {
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
                    24 => words.step::<1>(),
                    32 => words.step::<2>(),
                    40 => words.step::<3>(),
                    48 => words.step::<4>(),
                    56 => words.step::<5>(),
                    64 => words.step::<6>(),
                    72 => words.step::<7>(),
                    _ => {}
                }
            };
        }
        unroll_80!(round);
        chain = rounds.after(chain);
    }
    store(state, chain);
}

/// The rounds of a block.
pub(super) struct Rounds {
    /// The words a to e, each round one place further.
    chain: [Lanes; 5],
    /// The last sixteen words of the message schedule, word t at t modulo 16.
    schedule: [Lanes; 16],
    /// The constants, behind a `black_box`: the compiler would add what it knows last, when the next round already
    /// waits for the sum (10 % on Zen 5).
    k: &'static [u32; 4],
}

impl Rounds {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn new(chain: [Lanes; 5], words: &Words<'_>) -> Self {
        Self { chain, schedule: words.words, k: black_box(&K) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn round<const T: usize>(&mut self) {
        if T >= 16 {
            self.extend::<T>();
        }
        let [a, b, c, d, e] = sha1_places::<T>();
        let s = &mut self.chain;
        let f = match T / 20 {
            0 => _mm512_ternarylogic_epi32::<CHOICE>(s[b], s[c], s[d]),
            2 => _mm512_ternarylogic_epi32::<MAJORITY>(s[b], s[c], s[d]),
            _ => _mm512_ternarylogic_epi32::<PARITY>(s[b], s[c], s[d]),
        };
        let k = _mm512_set1_epi32(self.k[T / 20].cast_signed());
        let known = _mm512_add_epi32(_mm512_add_epi32(s[e], k), self.schedule[T % 16]);
        s[e] = _mm512_add_epi32(_mm512_add_epi32(known, f), _mm512_rol_epi32::<5>(s[a]));
        s[b] = _mm512_rol_epi32::<30>(s[b]);
    }

    /// Puts word T of the schedule in the place of word T - 16.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn extend<const T: usize>(&mut self) {
        let w = &mut self.schedule;
        let three = _mm512_ternarylogic_epi32::<PARITY>(w[(T + 13) % 16], w[(T + 8) % 16], w[(T + 2) % 16]);
        w[T % 16] = _mm512_rol_epi32::<1>(_mm512_xor_si512(three, w[T % 16]));
    }

    /// The chain after the rounds, if this was the chain before.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn after(self, before: [Lanes; 5]) -> [Lanes; 5] {
        let mut chain = self.chain;
        for (word, before) in chain.iter_mut().zip(before) {
            *word = _mm512_add_epi32(*word, before);
        }
        chain
    }
}
