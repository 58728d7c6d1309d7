//! A JWT.
#![no_main]

use dineroscope::core::token::jwt::decode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = decode(&String::from_utf8_lossy(data));
});
