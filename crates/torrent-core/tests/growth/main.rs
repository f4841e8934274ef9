//! Every list of a torrent or link, which strangers write: eight times as long, it takes at most 2.3 times as much for each doubling.
//!
//! Measured as in the growth test of `swarm`, with the same allowance: memory is counted, time may differ a little.
#![allow(missing_docs, reason = "a panic is how a test fails")]

mod lists;
#[path = "../../../swarm/tests/growth/meter.rs"]
mod meter;

use meter::{List, growth_faults};

#[test]
fn no_list_of_a_torrent_or_link_costs_more_than_its_length() {
    let faults = growth_faults(lists::ALL);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
