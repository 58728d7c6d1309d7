//! A profile's file: read, changed, and still what it was elsewhere.
#![no_main]

use dineroscope::core::profile::{Origin, read::read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = read("fuzzed", Origin::Memory, &String::from_utf8_lossy(data));
});
