//! Every list that a stranger can send: eight times as long, it takes at most 2.3 times as much for each doubling.
//!
//! Memory is counted: the most bytes that were allocated at a time. Work is the processor time of this process, the least of several
//! runs, so it may differ a little; what grows with the square takes 64 times as much, and is far beyond what is allowed.
//!
//! `dht` has what a node of the DHT takes that is flooded.
//! `messages` has what one message of each kind costs, in the costliest form that is known; `numbers` what one costs that says a larger number.

mod dht;
mod lists;
mod messages;
mod meter;
mod numbers;

use std::sync::{Mutex, PoisonError};

use meter::{List, growth_faults};

#[test]
fn no_list_that_a_stranger_sends_costs_more_than_its_length() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let faults = growth_faults(lists::ALL);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Held by whoever runs: memory is counted for the whole process.
static ALONE: Mutex<()> = Mutex::new(());
