//! Lets libFuzzer call [`fuzz::swarm::tracker_udp`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::swarm::tracker_udp(input));
