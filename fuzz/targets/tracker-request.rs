//! Lets libFuzzer call [`fuzz::tracker::tracker_request`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::tracker::tracker_request(input));
