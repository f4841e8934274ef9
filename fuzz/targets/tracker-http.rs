//! Lets libFuzzer call [`fuzz::swarm::tracker_http`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::swarm::tracker_http(input));
