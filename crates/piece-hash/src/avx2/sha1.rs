//! SHA-1 of eight messages (FIPS 180-4, 6.1.2).

use std::arch::x86_64::{_mm256_add_epi32, _mm256_set1_epi32, _mm256_xor_si256};

use super::{Lanes, choice, load, majority, rotated, store, words::words};
use crate::rounds::{SHA1_K as K, sha1_places, unroll_80};
use crate::state::{Runs, State};

/// Hashes the first `count` blocks of the first eight runs. Panics if one is shorter.
#[target_feature(enable = "avx2")]
pub(crate) fn compress(state: &mut State<5>, runs: &Runs<'_>, count: usize) {
    let mut chain = load(state);
    for at in 0..count {
        let mut rounds = Rounds { chain, schedule: words(runs, at) };
        macro_rules! round {
            ($t:literal) => {
                rounds.round::<$t>();
            };
        }
        unroll_80!(round);
        for (word, after) in chain.iter_mut().zip(rounds.chain) {
            *word = _mm256_add_epi32(*word, after);
        }
    }
    store(state, chain);
}

/// The rounds of a block.
struct Rounds {
    /// The words a to e, each round one place further.
    chain: [Lanes; 5],
    /// The last sixteen words of the message schedule, word t at t modulo 16.
    schedule: [Lanes; 16],
}

impl Rounds {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn round<const T: usize>(&mut self) {
        if T >= 16 {
            self.extend::<T>();
        }
        let [a, b, c, d, e] = sha1_places::<T>();
        let s = &mut self.chain;
        let f = match T / 20 {
            0 => choice(s[b], s[c], s[d]),
            2 => majority(s[b], s[c], s[d]),
            _ => _mm256_xor_si256(_mm256_xor_si256(s[c], s[d]), s[b]),
        };
        let k = _mm256_set1_epi32(K[T / 20].cast_signed());
        let known = _mm256_add_epi32(_mm256_add_epi32(s[e], k), self.schedule[T % 16]);
        s[e] = _mm256_add_epi32(_mm256_add_epi32(known, f), rotated::<5, 27>(s[a]));
        s[b] = rotated::<30, 2>(s[b]);
    }

    /// Puts word T of the schedule in the place of word T - 16.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn extend<const T: usize>(&mut self) {
        let w = &mut self.schedule;
        let old = _mm256_xor_si256(_mm256_xor_si256(w[T % 16], w[(T + 2) % 16]), w[(T + 8) % 16]);
        w[T % 16] = rotated::<1, 31>(_mm256_xor_si256(old, w[(T + 13) % 16]));
    }
}
