//! Lets libFuzzer call [`fuzz::swarm::wire`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::swarm::wire(input));
