//! A kept run: read from whatever is in its file, shown, compared with itself, reported, and read again.
#![no_main]

use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::history::compare::compare;
use dineroscope::core::history::read::read;
use dineroscope::core::history::report::Report;
use dineroscope::core::oauth::STEPS;
use dineroscope::core::wire::redact::Mask;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use libfuzzer_sys::fuzz_target;

/// The file of a run whose exchange failed, so that a change of one letter gets past its first line.
const SEED: &str = include_str!("../../fixtures/runs/v1-exchange-failed.jsonl");

fuzz_target!(|data: &[u8]| {
    let (at, rest) = data.split_first_chunk::<4>().unwrap_or((&[0; 4], data));
    let place = u32::from_le_bytes(*at) as usize % (SEED.len() + 1);
    let mut bytes = SEED.as_bytes().to_vec();
    bytes.splice(place..(place + rest.len()).min(SEED.len()), rest.iter().copied());
    let text = String::from_utf8_lossy(&bytes);
    let Ok(kept) = read(&text) else { return };
    let mask = Mask::new([7; 32]);
    let zone = TimeZone::UTC;
    compare(&kept, &kept, &mask);
    let report = Report {
        run: &kept,
        mask: &mask,
        now: Timestamp::UNIX_EPOCH,
        zone: &zone,
        system: "fuzz",
    };
    report.markdown();
    assert!(read(&report.json()).is_ok(), "a report is read again");
    let setup = Setup {
        seed: [7; 32],
        faults: Vec::new(),
        consent_timeout: SignedDuration::from_mins(5),
        marks: None,
    };
    let engine = Engine::opened(setup, kept);
    for facts in &STEPS {
        engine.findings(Timestamp::UNIX_EPOCH, facts.step);
    }
});
