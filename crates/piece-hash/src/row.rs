//! The kernels that a backend has, and which of them hashes how many lanes.

use std::array;

use crate::state::{Runs, State};

/// What a backend does.
pub struct Row {
    /// The kernels, widest first; the last takes single messages.
    pub(crate) sha1: Vec<Tier<State<5>>>,
    pub(crate) sha256: Vec<Tier<State<8>>>,
    /// The kernel that does both, if there is one.
    pub(crate) both: Option<Tier<Pair>>,
}

/// A kernel and when to use it.
pub(crate) struct Tier<S> {
    /// How many messages it hashes at a time.
    pub(crate) lanes: usize,
    /// From how many on it is the best. It takes as long for a few as for all.
    pub(crate) least: usize,
    /// Hashes the first `count` blocks of the run of each of its lanes. Panics if one is shorter.
    pub(crate) kernel: unsafe fn(&mut S, &Runs<'_>, count: usize),
}

/// The lanes of both.
#[derive(Default)]
pub(crate) struct Pair {
    pub(crate) sha1: State<5>,
    pub(crate) sha256: State<8>,
}

impl<S> Tier<S> {
    #[allow(unsafe_code, reason = "the one place where kernels are called")]
    pub(crate) fn compress(&self, state: &mut S, runs: &Runs<'_>, count: usize) {
        // SAFETY: a kernel asks for nothing but a CPU with its instructions, and `Cpu` lets none in a row without them.
        unsafe { (self.kernel)(state, runs, count) }
    }
}

/// Hashes the first `count` blocks of the runs of the `active` lanes by the kernels that do so many at the least cost.
pub(crate) fn compress<const WORDS: usize>(
    tiers: &[Tier<State<WORDS>>],
    state: &mut State<WORDS>,
    active: &[usize],
    runs: &Runs<'_>,
    count: usize,
) {
    let mut left = active;
    while let Some(tier) = tiers.iter().find(|tier| tier.least <= left.len()) {
        let (group, others) = left.split_at(tier.lanes.min(left.len()));
        if group.len() == active.len() && group.iter().all(|lane| *lane < tier.lanes) {
            tier.compress(state, runs, count);
        } else {
            apart(tier, state, group, runs, count);
        }
        left = others;
    }
}

/// Brings some lanes together, hashes, and puts them back.
fn apart<const WORDS: usize>(
    tier: &Tier<State<WORDS>>,
    state: &mut State<WORDS>,
    group: &[usize],
    runs: &Runs<'_>,
    count: usize,
) {
    let mut near = State::default();
    for (to, from) in group.iter().enumerate() {
        near.put(to, state.get(*from));
    }
    tier.compress(&mut near, &array::from_fn(|to| runs[group[to.min(group.len() - 1)]]), count);
    for (from, to) in group.iter().enumerate() {
        state.put(*to, near.get(from));
    }
}
