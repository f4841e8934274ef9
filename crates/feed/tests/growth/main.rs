//! Every list of a feed, which strangers write: eight times as long, it takes at most 2.3 times as much for each doubling.
//!
//! Measured as in the growth test of `swarm`, with the same allowance: memory is counted, time may differ a little.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod lists;
#[path = "../../../swarm/tests/growth/meter.rs"]
mod meter;

use meter::{Cost, cost};

/// One list: its name, the shorter length, and what is done with one of a given length. What is made before counts as well.
type List = (&'static str, usize, fn(usize));

#[test]
fn no_list_of_a_feed_costs_more_than_its_length() {
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

/// Less memory than this is not compared: it is what everything takes.
const FEW_BYTES: usize = 64 << 10;
/// Less time than this is not compared: a look at the clock is not exact.
const SHORT: std::time::Duration = std::time::Duration::from_millis(2);
