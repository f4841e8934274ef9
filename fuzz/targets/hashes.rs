//! Lets libFuzzer call [`fuzz::swarm::hashes`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::swarm::hashes(input));
