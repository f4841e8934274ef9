//! Lets libFuzzer call [`fuzz::krpc::krpc`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::krpc::krpc(input));
