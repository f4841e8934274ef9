//! Lets libFuzzer call [`fuzz::swarm::extension`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::swarm::extension(input));
