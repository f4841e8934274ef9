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
    let mut lanes = Lanes::<F, T>::new();
    let width = F::width(row);
    loop {
        for lane in 0..width {
            if lanes.left[lane] == 0 {
                lanes.refill(lane, &mut tasks);
            }
        }
        if !lanes.advance(row) {
            return;
        }
    }
}

struct Lanes<F: Function, T> {
    state: F::Lanes,
    tasks: [Option<T>; LANES],
    /// The blocks of each lane's run that are done, and those that are not: 0 if it has no work.
    done: [usize; LANES],
    left: [usize; LANES],
}

impl<F: Function, T: Task<F>> Lanes<F, T> {
    fn new() -> Self {
        let tasks = [const { None }; LANES];
        Self { state: F::Lanes::default(), tasks, done: [0; LANES], left: [0; LANES] }
    }

    /// Finds work for a lane that has none: the next run of its task, else of the next task that has any.
    fn refill(&mut self, lane: usize, tasks: &mut impl Iterator<Item = T>) {
        let slot = &mut self.tasks[lane];
        let mut chain = F::get(&self.state, lane);
        loop {
            if let Some(task) = slot
                && task.next(&mut chain)
            {
                (self.done[lane], self.left[lane]) = (0, task.run().len());
                return F::put(&mut self.state, lane, chain);
            }
            *slot = tasks.next();
            let Some(task) = slot else { return };
            chain = task.begin();
        }
    }

    /// Goes on as far as every lane that has work can. False if none has.
    fn advance(&mut self, row: &Row) -> bool {
        let mut places = [0; LANES];
        let mut active = 0;
        for lane in 0..LANES {
            places[active] = lane;
            active += usize::from(self.left[lane] > 0);
        }
        let active = &places[..active];
        let Some(count) = active.iter().map(|lane| self.left[*lane]).min() else { return false };
        let run = |lane: usize| Some(&self.tasks[lane].as_ref()?.run()[self.done[lane]..]);
        // A lane without work does again what another does: harmless, and no block of zeros is needed.
        let any = run(active[0]).unwrap_or_default();
        let runs: Runs<'_> = array::from_fn(|lane| run(lane).unwrap_or(any));
        F::compress(row, &mut self.state, active, &runs, count);
        for lane in active {
            self.done[*lane] += count;
            self.left[*lane] -= count;
        }
        true
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
