//! The scheduler: keeps the lanes of a kernel full with messages of any length.
//!
//! A kernel takes as many blocks of every lane as the shortest run has; then the lanes whose run is over get their
//! next one, of the same message or of another. So no lane waits for another, and unequal lengths cost calls only.

use std::array;

use crate::algorithm::sealed::Function;
use crate::dispatch::{Row, Tier};

/// What a lane works on, in runs of blocks.
pub(crate) trait Task<F: Function> {
    /// The chain to begin with.
    fn begin(&self) -> F::Chain;

    /// Goes to the next run, if there is one. `chain` is what came of the last run; it may be replaced.
    fn next(&mut self, chain: &mut F::Chain) -> bool;

    /// The blocks of this run: one or more, after a `next` that was true.
    fn run(&self) -> &[Block];
}

/// What FIPS 180-4 calls a message block.
pub(crate) type Block = [u8; 64];

/// For every lane, blocks that lie one after the other.
pub(crate) type Runs<'a> = [&'a [Block]; LANES];

/// The lanes of the widest kernel.
pub(crate) const LANES: usize = 16;

/// The chains of all lanes the way vector registers hold them: a register for each word, in it that word of every lane.
#[derive(Clone)]
#[repr(align(64))]
pub struct State<const WORDS: usize>(pub(crate) [[u32; LANES]; WORDS]);

/// Does all the tasks.
pub(crate) fn work<F: Function, T: Task<F>>(row: &Row, tasks: impl Iterator<Item = T>) {
    let mut tasks = tasks.fuse();
    let mut lanes = Lanes::<F, T> { state: F::Lanes::default(), lanes: [const { None }; LANES] };
    let width = F::width(row);
    loop {
        for lane in 0..width {
            lanes.refill(lane, &mut tasks);
        }
        let Some(count) = lanes.shortest() else { return };
        lanes.advance(row, count);
    }
}

struct Lanes<F: Function, T> {
    state: F::Lanes,
    lanes: [Option<Lane<T>>; LANES],
}

struct Lane<T> {
    task: T,
    /// The blocks of the run that are done.
    done: usize,
    /// The blocks of the run that are not.
    left: usize,
}

impl<F: Function, T: Task<F>> Lanes<F, T> {
    /// Finds work for a lane that has none: the next run of its task, else of the next task that has any.
    fn refill(&mut self, at: usize, tasks: &mut impl Iterator<Item = T>) {
        let slot = &mut self.lanes[at];
        if slot.as_ref().is_some_and(|lane| lane.left > 0) {
            return;
        }
        let mut chain = F::get(&self.state, at);
        loop {
            if let Some(lane) = slot
                && lane.task.next(&mut chain)
            {
                (lane.done, lane.left) = (0, lane.task.run().len());
                return F::put(&mut self.state, at, chain);
            }
            *slot = tasks.next().map(|task| Lane { task, done: 0, left: 0 });
            let Some(lane) = slot else { return };
            chain = lane.task.begin();
        }
    }

    /// The blocks that every lane with work has at least; none if no lane has work.
    fn shortest(&self) -> Option<usize> {
        self.lanes.iter().flatten().map(|lane| lane.left).min()
    }

    fn advance(&mut self, row: &Row, count: usize) {
        let mut active = [0; LANES];
        let mut lanes = 0;
        for (at, _) in self.lanes.iter().enumerate().filter(|(_, lane)| lane.is_some()) {
            active[lanes] = at;
            lanes += 1;
        }
        // An idle lane does again what a busy one does: harmless, and no block of zeros is needed.
        let rest = |at: usize| self.lanes[at].as_ref().map(Lane::rest::<F>);
        let idle = rest(active[0]).unwrap_or_default();
        let runs: Runs<'_> = array::from_fn(|at| rest(at).unwrap_or(idle));
        F::compress(row, &mut self.state, &active[..lanes], &runs, count);
        for lane in self.lanes.iter_mut().flatten() {
            lane.done += count;
            lane.left -= count;
        }
    }
}

impl<T> Lane<T> {
    fn rest<F: Function>(&self) -> &[Block]
    where
        T: Task<F>,
    {
        &self.task.run()[self.done..]
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

impl<const WORDS: usize> State<WORDS> {
    /// The chain in a lane.
    pub(crate) fn get(&self, lane: usize) -> [u32; WORDS] {
        array::from_fn(|word| self.0[word][lane])
    }

    /// Puts a chain in a lane.
    pub(crate) fn put(&mut self, lane: usize, chain: [u32; WORDS]) {
        for (words, word) in self.0.iter_mut().zip(chain) {
            words[lane] = word;
        }
    }
}

impl<const WORDS: usize> Default for State<WORDS> {
    fn default() -> Self {
        Self([[0; LANES]; WORDS])
    }
}
