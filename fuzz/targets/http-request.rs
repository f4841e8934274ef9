//! Lets libFuzzer call [`fuzz::http::http_request`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::http::http_request(input));
