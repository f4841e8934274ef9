//! SHA-256 of eight messages (FIPS 180-4, 6.2.2).

use std::arch::x86_64::{_mm256_add_epi32, _mm256_set1_epi32, _mm256_srli_epi32, _mm256_xor_si256};

use super::{Lanes, choice, load, majority, rotated, store, words::words};
use crate::rounds::{SHA256_K as K, sha256_places, unroll_64};
use crate::state::{Runs, State};

/// Hashes the first `count` blocks of the first eight runs. Panics if one is shorter.
#[target_feature(enable = "avx2")]
pub(crate) fn compress(state: &mut State<8>, runs: &Runs<'_>, count: usize) {
    let mut chain = load(state);
    for at in 0..count {
        let mut rounds = Rounds { chain, schedule: words(runs, at) };
        macro_rules! round {
            ($t:literal) => {
                rounds.round::<$t>();
            };
        }
        unroll_64!(round);
        for (word, after) in chain.iter_mut().zip(rounds.chain) {
            *word = _mm256_add_epi32(*word, after);
        }
    }
    store(state, chain);
}

/// The rounds of a block.
struct Rounds {
    /// The words a to h, each round one place further.
    chain: [Lanes; 8],
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
        let [a, b, c, d, e, f, g, h] = sha256_places::<T>();
        let s = &mut self.chain;
        let k = _mm256_set1_epi32(K[T].cast_signed());
        let known = _mm256_add_epi32(_mm256_add_epi32(s[h], k), self.schedule[T % 16]);
        let first = _mm256_add_epi32(known, choice(s[e], s[f], s[g]));
        let first = _mm256_add_epi32(
            first,
            xor(rotated::<26, 6>(s[e]), rotated::<21, 11>(s[e]), rotated::<7, 25>(s[e])),
        );
        let second = xor(rotated::<30, 2>(s[a]), rotated::<19, 13>(s[a]), rotated::<10, 22>(s[a]));
        s[d] = _mm256_add_epi32(s[d], first);
        s[h] = _mm256_add_epi32(_mm256_add_epi32(first, majority(s[a], s[b], s[c])), second);
    }

    /// Puts word T of the schedule in the place of word T - 16.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn extend<const T: usize>(&mut self) {
        let w = &mut self.schedule;
        let (x, y) = (w[(T + 1) % 16], w[(T + 14) % 16]);
        let x = xor(rotated::<25, 7>(x), rotated::<14, 18>(x), _mm256_srli_epi32::<3>(x));
        let y = xor(rotated::<15, 17>(y), rotated::<13, 19>(y), _mm256_srli_epi32::<10>(y));
        let old = _mm256_add_epi32(_mm256_add_epi32(w[T % 16], x), w[(T + 9) % 16]);
        w[T % 16] = _mm256_add_epi32(old, y);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor(x: Lanes, y: Lanes, z: Lanes) -> Lanes {
    _mm256_xor_si256(_mm256_xor_si256(x, y), z)
}
