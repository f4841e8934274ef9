//! SHA-256 of `N` messages (FIPS 180-4, 6.2.2), four rounds at a time.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_set_epi64x, _mm_sha256msg1_epu32,
    _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
};
use std::array;

use super::{load, pack};
use crate::rounds::{SHA256_K as K, unroll_16};
use crate::state::{Block, Runs, State};

/// Hashes the first `count` blocks of the first `N` runs. Panics if one is shorter.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
pub(crate) fn compress<const N: usize>(state: &mut State<8>, runs: &Runs<'_>, count: usize) {
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
        unroll_16!(four);
        chains = array::from_fn(|lane| rounds[lane].after(chains[lane]));
    }
    for (lane, chain) in chains.iter().enumerate() {
        state.put(lane, chain.words());
    }
}

/// The words a, b, e, f and c, d, g, h, in this order from the top: what the instructions want.
#[derive(Clone, Copy)]
struct Chain {
    abef: __m128i,
    cdgh: __m128i,
}

/// The rounds of a block.
#[derive(Clone, Copy)]
struct Rounds {
    chain: Chain,
    /// The last sixteen words of the message schedule, four in a register, the first lowest.
    schedule: [__m128i; 4],
}

impl Rounds {
    #[inline]
    #[target_feature(enable = "sse2,ssse3")]
    fn new(chain: Chain, run: &[Block], at: usize) -> Self {
        let big_endian = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        Self {
            chain,
            schedule: array::from_fn(|quarter| _mm_shuffle_epi8(load(&run[at], quarter), big_endian)),
        }
    }

    /// Rounds 4 * GROUP to 4 * GROUP + 3.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3")]
    fn four<const GROUP: usize>(&mut self) {
        if GROUP >= 4 {
            self.extend::<GROUP>();
        }
        let k = pack([K[4 * GROUP + 3], K[4 * GROUP + 2], K[4 * GROUP + 1], K[4 * GROUP]]);
        let words = _mm_add_epi32(self.schedule[GROUP % 4], k);
        // Two rounds make of a, b, e, f the next c, d, g, h: so the registers change places twice.
        let Chain { abef, cdgh } = self.chain;
        let cdgh = _mm_sha256rnds2_epu32(cdgh, abef, words);
        let abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32::<0b11_10>(words));
        self.chain = Chain { abef, cdgh };
    }

    /// Puts four words of the schedule in the place of those of sixteen rounds ago.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3")]
    fn extend<const GROUP: usize>(&mut self) {
        let w = &mut self.schedule;
        let begun = _mm_sha256msg1_epu32(w[GROUP % 4], w[(GROUP + 1) % 4]);
        let seven_ago = _mm_alignr_epi8::<4>(w[(GROUP + 3) % 4], w[(GROUP + 2) % 4]);
        w[GROUP % 4] = _mm_sha256msg2_epu32(_mm_add_epi32(begun, seven_ago), w[(GROUP + 3) % 4]);
    }

    /// The chain after the rounds, if this was the chain before.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn after(&self, before: Chain) -> Chain {
        Chain {
            abef: _mm_add_epi32(self.chain.abef, before.abef),
            cdgh: _mm_add_epi32(self.chain.cdgh, before.cdgh),
        }
    }
}

impl Chain {
    #[inline]
    #[target_feature(enable = "sse2")]
    fn new([a, b, c, d, e, f, g, h]: [u32; 8]) -> Self {
        Self { abef: pack([a, b, e, f]), cdgh: pack([c, d, g, h]) }
    }

    #[inline]
    #[target_feature(enable = "sse4.1")]
    fn words(&self) -> [u32; 8] {
        let Self { abef, cdgh } = *self;
        [
            _mm_extract_epi32::<3>(abef),
            _mm_extract_epi32::<2>(abef),
            _mm_extract_epi32::<3>(cdgh),
            _mm_extract_epi32::<2>(cdgh),
            _mm_extract_epi32::<1>(abef),
            _mm_extract_epi32::<0>(abef),
            _mm_extract_epi32::<1>(cdgh),
            _mm_extract_epi32::<0>(cdgh),
        ]
        .map(i32::cast_unsigned)
    }
}
