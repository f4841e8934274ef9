//! SHA-1 and SHA-256 of the same blocks of sixteen messages: they are read and transposed once.

use super::words::Words;
use super::{load, sha1, sha256, store};
use crate::rounds::{unroll_64, unroll_80};
use crate::row::Pair;
use crate::state::Runs;

/// Hashes the first `count` blocks of every run. Panics if one is shorter.
#[target_feature(enable = "avx512f,avx512bw")]
pub(crate) fn compress(state: &mut Pair, runs: &Runs<'_>, count: usize) {
    if count == 0 {
        return;
    }
    let mut sha1_chain = load(&state.sha1);
    let mut sha256_chain = load(&state.sha256);
    let mut words = Words::first(runs, count);
    for _ in 0..count {
        let mut rounds = sha1::Rounds::new(sha1_chain, &words);
        macro_rules! sha1_round {
            ($t:literal) => {
                rounds.round::<$t>();
                match $t {
                    16 => words.step::<0>(),
                    32 => words.step::<1>(),
                    48 => words.step::<2>(),
                    64 => words.step::<3>(),
                    _ => {}
                }
            };
        }
        unroll_80!(sha1_round);
        sha1_chain = rounds.after(sha1_chain);

        let mut rounds = sha256::Rounds::new(sha256_chain, &words);
        macro_rules! sha256_round {
            ($t:literal) => {
                rounds.round::<$t>();
                match $t {
                    16 => words.step::<4>(),
                    28 => words.step::<5>(),
                    40 => words.step::<6>(),
                    52 => words.step::<7>(),
                    _ => {}
                }
            };
        }
        unroll_64!(sha256_round);
        sha256_chain = rounds.after(sha256_chain);
    }
    store(&mut state.sha1, sha1_chain);
    store(&mut state.sha256, sha256_chain);
}
