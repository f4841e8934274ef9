//! Lets libFuzzer call [`fuzz::swarm::pex`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::swarm::pex(input));
