//! Lets libFuzzer call [`fuzz::tracker::announce_query`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::tracker::announce_query(input));
