//! Lets libFuzzer call [`fuzz::paths`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::paths(input));
