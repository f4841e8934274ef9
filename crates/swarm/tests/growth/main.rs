//! Every list that a stranger can send: eight times as long, it takes at most 2.3 times as much for each doubling.
//!
//! Memory is counted: the most bytes that were allocated at a time. Work is the processor time of this thread, the least of several
//! runs, so it may differ a little; what grows with the square takes 64 times as much, and is far beyond what is allowed.
//!
//! `messages` has what one message of each kind costs, in the costliest form that is known.

mod lists;
mod messages;
mod meter;

use std::sync::{Mutex, PoisonError};

use meter::{Cost, cost};

/// One list: its name, the shorter length, and what is done with one of a given length. What is made before counts as well.
type List = (&'static str, usize, fn(usize));

#[test]
fn no_list_that_a_stranger_sends_costs_more_than_its_length() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut faults = Vec::new();
    for (name, length, run) in lists::ALL {
        let (short, long) = (cost(|| run(*length)), cost(|| run(8 * length)));
        println!("{name}: {length}: {short:?}; {}: {long:?}", 8 * length);
        if !grows_with(short, long) {
            faults.push(format!("{name}: {short:?} -> {long:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn grows_with(short: Cost, long: Cost) -> bool {
    // 2.3 for each of three doublings; twice that for time, which is not exact.
    let memory = long.bytes <= short.bytes.max(FEW_BYTES) * 122 / 10;
    let time = long.time <= short.time.max(SHORT) * 25;
    memory && time
}

/// Held by whoever runs: memory is counted for the whole process.
static ALONE: Mutex<()> = Mutex::new(());
/// Less memory than this is not compared: it is what everything takes.
const FEW_BYTES: usize = 64 << 10;
/// Less time than this is not compared: a look at the clock is not exact.
const SHORT: std::time::Duration = std::time::Duration::from_millis(2);
