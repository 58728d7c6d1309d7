//! Whatever is pasted: cleaned, recognised, taken apart and judged.
#![no_main]

use dineroscope::core::explain::explain;
use dineroscope::core::wire::redact::Mask;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    explain(&text, None, &Mask::new([7; 32]), Timestamp::UNIX_EPOCH);
});
