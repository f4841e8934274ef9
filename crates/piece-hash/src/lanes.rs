//! The scheduler: keeps the lanes of a kernel full with messages of any length.
//!
//! A kernel takes as many blocks of every lane as the shortest run has; then the lanes whose run is over get their
//! next one, of the same message or of another. So no lane waits for another, and unequal lengths cost calls only.

use std::array;

use crate::algorithm::sealed::Function;
use crate::row::Row;
use crate::state::{Block, LANES, Runs};

/// What a lane works on, in runs of blocks.
pub(crate) trait Task<F: Function> {
    /// The chain to begin with.
    fn begin(&self) -> F::Chain;

    /// Goes to the next run, if there is one. `chain` is what came of the last run; it may be replaced.
    fn next(&mut self, chain: &mut F::Chain) -> bool;

    /// The blocks of this run: one or more, after a `next` that was true.
    fn run(&self) -> &[Block];
}

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
