//! The `sha1` and `sha2` crates as kernels: the reference, and what is left where nothing else runs. They take lanes
//! one after the other, and use a CPU's SHA instructions on their own.

use crate::state::{Runs, State};

pub(crate) fn sha1<const LANES: usize>(state: &mut State<5>, runs: &Runs<'_>, count: usize) {
    for (lane, run) in runs[..LANES].iter().enumerate() {
        let mut chain = state.get(lane);
        sha1::block_api::compress(&mut chain, &run[..count]);
        state.put(lane, chain);
    }
}

pub(crate) fn sha256<const LANES: usize>(state: &mut State<8>, runs: &Runs<'_>, count: usize) {
    for (lane, run) in runs[..LANES].iter().enumerate() {
        let mut chain = state.get(lane);
        sha2::block_api::compress256(&mut chain, &run[..count]);
        state.put(lane, chain);
    }
}
