//! What a pass takes, for what strangers write: eight times as much of it takes at most 2.3 times as much for each doubling.
//!
//! Measured as in the growth test of `swarm`, with the same allowance: memory is counted, time may differ a little. Then what is
//! held of each item of a long feed, and for each byte of a torrent that means no good.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod lists;
#[path = "../../../swarm/tests/growth/meter.rs"]
mod meter;
mod most;
#[path = "../passes/world.rs"]
#[allow(dead_code, reason = "the passes of these tests are few and plain")]
mod world;

use std::sync::{Mutex, PoisonError};

use meter::{List, growth_faults};

#[test]
fn no_list_of_a_feed_or_torrent_costs_a_pass_more_than_its_length() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let faults = growth_faults(lists::ALL);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Held by whoever runs: memory is counted for the whole process.
static ALONE: Mutex<()> = Mutex::new(());
