//! The `sha1` and `sha2` crates as kernels of one lane: the reference, and what is left where nothing else runs. They
//! use a CPU's SHA instructions on their own.

use crate::lanes::{Runs, State};

pub(crate) fn sha1(state: &mut State<5>, runs: &Runs<'_>, count: usize) {
    let mut chain = state.get(0);
    sha1::block_api::compress(&mut chain, &runs[0][..count]);
    state.put(0, chain);
}

pub(crate) fn sha256(state: &mut State<8>, runs: &Runs<'_>, count: usize) {
    let mut chain = state.get(0);
    sha2::block_api::compress256(&mut chain, &runs[0][..count]);
    state.put(0, chain);
}
