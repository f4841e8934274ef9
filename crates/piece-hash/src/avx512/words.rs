//! From bytes in memory to words in lanes: a 16x16 transposition in eight steps, small enough to go between rounds.

use std::arch::x86_64::{
    _MM_HINT_T0, _mm_prefetch, _mm512_loadu_si512, _mm512_set4_epi32, _mm512_setzero_si512,
    _mm512_shuffle_epi8, _mm512_shuffle_i32x4, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64,
    _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::Lanes;
use crate::lanes::{Block, Runs};

/// The words of a block of every lane.
pub(super) struct Words {
    pub(super) words: [Lanes; 16],
    /// On the way: of lanes 4q to 4q + 3, the words whose numbers are r modulo 4.
    quarters: [[Lanes; 4]; 4],
}

impl Words {
    /// The words of the first blocks.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn first(runs: &Runs<'_>) -> Self {
        let zero = _mm512_setzero_si512();
        let mut words = Self { words: [zero; 16], quarters: [[zero; 4]; 4] };
        words.step::<0>(runs, 0);
        words.step::<1>(runs, 0);
        words.step::<2>(runs, 0);
        words.step::<3>(runs, 0);
        words.step::<4>(runs, 0);
        words.step::<5>(runs, 0);
        words.step::<6>(runs, 0);
        words.step::<7>(runs, 0);
        words
    }

    /// A step towards the words of the blocks `at`: 0 to 7, in this order. What was in `words` is there until step 4.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn step<const STEP: usize>(&mut self, runs: &Runs<'_>, at: usize) {
        if STEP < 4 { self.quarter::<STEP>(runs, at) } else { self.spread::<STEP>() }
    }

    /// Reads the blocks of four lanes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn quarter<const STEP: usize>(&mut self, runs: &Runs<'_>, at: usize) {
        let [a, b, c, d] = [
            read(runs[4 * STEP], at),
            read(runs[4 * STEP + 1], at),
            read(runs[4 * STEP + 2], at),
            read(runs[4 * STEP + 3], at),
        ];
        let (ab, cd) = (_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d));
        self.quarters[STEP][0] = _mm512_unpacklo_epi64(ab, cd);
        self.quarters[STEP][1] = _mm512_unpackhi_epi64(ab, cd);
        let (ab, cd) = (_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d));
        self.quarters[STEP][2] = _mm512_unpacklo_epi64(ab, cd);
        self.quarters[STEP][3] = _mm512_unpackhi_epi64(ab, cd);
    }

    /// Brings together the words whose numbers are `STEP` modulo 4.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn spread<const STEP: usize>(&mut self) {
        let word = STEP % 4;
        let [a, b, c, d] = self.quarters.each_ref().map(|quarter| quarter[word]);
        let (ab, cd) = (_mm512_shuffle_i32x4::<0x88>(a, b), _mm512_shuffle_i32x4::<0x88>(c, d));
        self.words[word] = _mm512_shuffle_i32x4::<0x88>(ab, cd);
        self.words[word + 8] = _mm512_shuffle_i32x4::<0xdd>(ab, cd);
        let (ab, cd) = (_mm512_shuffle_i32x4::<0xdd>(a, b), _mm512_shuffle_i32x4::<0xdd>(c, d));
        self.words[word + 4] = _mm512_shuffle_i32x4::<0x88>(ab, cd);
        self.words[word + 12] = _mm512_shuffle_i32x4::<0xdd>(ab, cd);
    }
}

/// The words of a block, which are big-endian; asks for the bytes that come soon.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn read(run: &[Block], at: usize) -> Lanes {
    // It may point behind the run, which a prefetch may.
    _mm_prefetch::<_MM_HINT_T0>(run.as_ptr().wrapping_add(at + AHEAD).cast());
    let big_endian = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
    let block: &Block = &run[at];
    // SAFETY: a block is the 64 bytes that are loaded.
    _mm512_shuffle_epi8(unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }, big_endian)
}

/// How many blocks ahead of the one that is read. Measured from the page cache: 4 to 8 are equal, more is slower.
const AHEAD: usize = 5;
