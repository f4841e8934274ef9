//! Lets libFuzzer call [`fuzz::swarm::local_discovery`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::swarm::local_discovery(input));
