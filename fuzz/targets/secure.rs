//! Lets libFuzzer call [`fuzz::secure::secure`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::secure::secure(input));
