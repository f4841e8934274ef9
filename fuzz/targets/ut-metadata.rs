//! Lets libFuzzer call [`fuzz::swarm::ut_metadata`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::swarm::ut_metadata(input));
