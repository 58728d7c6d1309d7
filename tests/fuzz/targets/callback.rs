//! The fields of an answer at the redirect URI, and what is held of it.
#![no_main]

use dineroscope::core::oauth::callback::{Expected, answer, judge, pairs};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (answer, twice) = answer(&pairs(&String::from_utf8_lossy(data)));
    let expected = Expected {
        state: "EAYryGyqlYdw8ym2Qv1NSg",
        issuer: Some("https://connect.visma.com"),
        taken: None,
        open: true,
    };
    let _ = judge(&answer, twice, &expected).note();
});
