#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| portal_fuzz::claims(octets));
