//! A secret in whatever surroundings: what is kept of a record never shows it.
#![no_main]

use dineroscope::core::secret::Secret;
use dineroscope::core::wire::redact::Mask;
use dineroscope::core::wire::{
    Body, CallId, Connection, Direction, Headers, Outcome, Purpose, Record, Request, Timing,
};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "Zk3-9xQ7vR2mLpW8sT";

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).replace('S', SECRET);
    let mut headers = Headers::default();
    headers.push("Content-Type", ["text/html", "application/json", "multipart/form-data", "application/x-www-form-urlencoded"][data.len() % 4]);
    headers.push("X-Odd", text.as_str());
    let record = Record {
        call: CallId(1),
        purpose: Purpose::Exchange,
        direction: Direction::Outgoing,
        at: Timestamp::UNIX_EPOCH,
        request: Request {
            method: "POST".to_owned(),
            url: format!("https://host.example/{text}"),
            headers,
            body: Body::text(&text),
        },
        outcome: Outcome::Pending,
        timing: Timing::default(),
        peer: None,
        connection: Connection::default(),
        note: text.clone(),
    };
    let kept = Mask::new([7; 32]).record(&record, &[&Secret::new(SECRET)]);
    for shown in [
        kept.request.url.as_str(),
        &kept.request.body.to_text(),
        &kept.request.headers.0[1].1,
        &kept.note,
    ] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
});
