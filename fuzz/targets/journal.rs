//! Lets libFuzzer call [`fuzz::journal::journal`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::journal::journal(input));
