//! Lets libFuzzer call [`fuzz::swarm::url`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::swarm::url(input));
