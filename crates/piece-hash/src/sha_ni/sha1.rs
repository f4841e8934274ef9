//! SHA-1 of `N` messages (FIPS 180-4, 6.1.2), four rounds at a time.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_extract_epi32, _mm_set_epi64x, _mm_sha1msg1_epu32, _mm_sha1msg2_epu32,
    _mm_sha1nexte_epu32, _mm_sha1rnds4_epu32, _mm_shuffle_epi8, _mm_xor_si128,
};
use std::array;

use super::{load, pack};
use crate::rounds::unroll_20;
use crate::state::{Block, Runs, State};

/// Hashes the first `count` blocks of the first `N` runs. Panics if one is shorter.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
pub(crate) fn compress<const N: usize>(state: &mut State<5>, runs: &Runs<'_>, count: usize) {
    let mut chains: [Chain; N] = array::from_fn(|lane| Chain::new(state.get(lane)));
    for at in 0..count {
        let mut rounds: [Rounds; N] = array::from_fn(|lane| Rounds::new(chains[lane], runs[lane], at));
        macro_rules! four {
            ($group:literal) => {
                for rounds in &mut rounds {
                    rounds.four::<$group>();
                }
            };
        }
        unroll_20!(four);
        chains = array::from_fn(|lane| rounds[lane].after(chains[lane]));
    }
    for (lane, chain) in chains.iter().enumerate() {
        state.put(lane, chain.words());
    }
}

/// The words a to d, a on top; and e on top.
#[derive(Clone, Copy)]
struct Chain {
    abcd: __m128i,
    e: __m128i,
}

/// The rounds of a block.
#[derive(Clone, Copy)]
struct Rounds {
    chain: Chain,
    /// The last sixteen words of the message schedule, four in a register, the first on top.
    schedule: [__m128i; 4],
}

impl Rounds {
    #[inline]
    #[target_feature(enable = "sse2,ssse3")]
    fn new(chain: Chain, run: &[Block], at: usize) -> Self {
        let backwards = _mm_set_epi64x(0x0001_0203_0405_0607, 0x0809_0a0b_0c0d_0e0f);
        Self {
            chain,
            schedule: array::from_fn(|quarter| _mm_shuffle_epi8(load(&run[at], quarter), backwards)),
        }
    }

    /// Rounds 4 * GROUP to 4 * GROUP + 3.
    #[inline]
    #[target_feature(enable = "sha,sse2")]
    fn four<const GROUP: usize>(&mut self) {
        if GROUP >= 4 {
            self.extend::<GROUP>();
        }
        let words = self.schedule[GROUP % 4];
        let Chain { abcd, e } = self.chain;
        // After the first group, e is the a of four rounds ago, rotated.
        let e = if GROUP == 0 { _mm_add_epi32(e, words) } else { _mm_sha1nexte_epu32(e, words) };
        self.chain.e = abcd;
        self.chain.abcd = match GROUP / 5 {
            0 => _mm_sha1rnds4_epu32::<0>(abcd, e),
            1 => _mm_sha1rnds4_epu32::<1>(abcd, e),
            2 => _mm_sha1rnds4_epu32::<2>(abcd, e),
            _ => _mm_sha1rnds4_epu32::<3>(abcd, e),
        };
    }

    /// Puts four words of the schedule in the place of those of sixteen rounds ago.
    #[inline]
    #[target_feature(enable = "sha,sse2")]
    fn extend<const GROUP: usize>(&mut self) {
        let w = &mut self.schedule;
        let begun = _mm_sha1msg1_epu32(w[GROUP % 4], w[(GROUP + 1) % 4]);
        w[GROUP % 4] = _mm_sha1msg2_epu32(_mm_xor_si128(begun, w[(GROUP + 2) % 4]), w[(GROUP + 3) % 4]);
    }

    /// The chain after the rounds, if this was the chain before.
    #[inline]
    #[target_feature(enable = "sha,sse2")]
    fn after(&self, before: Chain) -> Chain {
        Chain {
            abcd: _mm_add_epi32(self.chain.abcd, before.abcd),
            e: _mm_sha1nexte_epu32(self.chain.e, before.e),
        }
    }
}

impl Chain {
    #[inline]
    #[target_feature(enable = "sse2")]
    fn new([a, b, c, d, e]: [u32; 5]) -> Self {
        Self { abcd: pack([a, b, c, d]), e: pack([e, 0, 0, 0]) }
    }

    #[inline]
    #[target_feature(enable = "sse4.1")]
    fn words(&self) -> [u32; 5] {
        let Self { abcd, e } = *self;
        [
            _mm_extract_epi32::<3>(abcd),
            _mm_extract_epi32::<2>(abcd),
            _mm_extract_epi32::<1>(abcd),
            _mm_extract_epi32::<0>(abcd),
            _mm_extract_epi32::<3>(e),
        ]
        .map(i32::cast_unsigned)
    }
}
