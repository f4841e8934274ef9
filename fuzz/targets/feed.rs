//! Lets libFuzzer call [`fuzz::feed`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::feed(input));
