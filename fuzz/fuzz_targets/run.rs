#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sbot_fuzz_laws::run::holds(data));
