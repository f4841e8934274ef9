//! From bytes in memory to words in lanes: a 16x16 transposition in eight steps, small enough to go between rounds.

use std::arch::x86_64::{
    _MM_HINT_T0, _mm_prefetch, _mm512_loadu_si512, _mm512_set4_epi32, _mm512_setzero_si512,
    _mm512_shuffle_epi8, _mm512_shuffle_i32x4, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64,
    _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::Lanes;
use crate::state::{Block, Runs};

/// The words of a block of every lane, and where the next ones come from.
pub(super) struct Words<'a> {
    pub(super) words: [Lanes; 16],
    /// On the way: of lanes 4q to 4q + 3, the words whose numbers are r modulo 4.
    quarters: [[Lanes; 4]; 4],
    runs: &'a Runs<'a>,
    /// The block that the steps are at.
    next: usize,
    /// The block that they end with; no run is without it.
    last: usize,
}

impl<'a> Words<'a> {
    /// The words of the first of `count` blocks of every run. Panics if one is shorter, or if there is no first.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn first(runs: &'a Runs<'a>, count: usize) -> Self {
        let last = count.strict_sub(1);
        assert!(runs.iter().all(|run| run.len() > last), "a run is too short");
        let zero = _mm512_setzero_si512();
        let mut words = Self { words: [zero; 16], quarters: [[zero; 4]; 4], runs, next: 0, last };
        words.step::<0>();
        words.step::<1>();
        words.step::<2>();
        words.step::<3>();
        words.step::<4>();
        words.step::<5>();
        words.step::<6>();
        words.step::<7>();
        words
    }

    /// A step towards the words of the next block: 0 to 7, in this order. Those of this block stay until step 4. After
    /// the last block comes the last block again, and nobody looks at that.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn step<const STEP: usize>(&mut self) {
        if STEP < 4 {
            self.quarter::<STEP>()
        } else {
            self.spread::<STEP>()
        }
        if STEP == 7 {
            self.next = self.last.min(self.next + 1);
        }
    }

    /// Reads the blocks of four lanes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn quarter<const STEP: usize>(&mut self) {
        let lane = 4 * STEP;
        let [a, b, c, d] = [self.read(lane), self.read(lane + 1), self.read(lane + 2), self.read(lane + 3)];
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

    /// The words of a block, which are big-endian; asks for the bytes that come soon.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn read(&self, lane: usize) -> Lanes {
        // SAFETY: `next` is at most `last`, which every run has. (A check of each block would cost SHA-1 3 %.)
        let block: *const Block = unsafe { self.runs[lane].get_unchecked(self.next) };
        // It may point behind the run, which a prefetch may.
        _mm_prefetch::<_MM_HINT_T0>(block.wrapping_add(AHEAD).cast());
        let big_endian = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
        // SAFETY: a block is the 64 bytes that are loaded.
        _mm512_shuffle_epi8(unsafe { _mm512_loadu_si512(block.cast()) }, big_endian)
    }
}

/// How many blocks ahead of the one that is read. Measured from the page cache: 4 to 8 are equal, more is slower.
const AHEAD: usize = 5;
