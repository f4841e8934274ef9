//! Lets libFuzzer call [`fuzz::metainfo`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::metainfo(input));
