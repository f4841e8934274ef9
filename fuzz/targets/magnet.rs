//! Lets libFuzzer call [`fuzz::magnet`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::magnet(input));
