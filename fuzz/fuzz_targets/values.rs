#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| portal_fuzz::values(text));
