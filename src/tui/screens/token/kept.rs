//! What a kept run tells of its token: it holds marks, and outcomes only as records.

use super::super::Scene;
use super::super::parts::{fact, nothing};
use crate::core::oauth::endpoint::{Endpoint, EndpointFacts};
use crate::core::wire::{Outcome, Purpose, Record};
use crate::tui::pane::{Mark, Row};

/// In the place of where the grant is kept; and how its last refresh went, if there was one.
pub(super) fn tokens(scene: &Scene<'_>) -> Vec<Row> {
    let refreshed = last(scene, Purpose::Refresh);
    let mut rows: Vec<Row> = refreshed
        .map(|record| told(scene, "last refresh", record))
        .into_iter()
        .collect();
    rows.push(fact(Mark::None, "kept", "marks", "in a kept run, no token"));
    rows
}

/// What one of the further endpoints said last.
pub(super) fn asked(scene: &Scene<'_>, facts: &EndpointFacts) -> Row {
    let purpose = match facts.endpoint {
        Endpoint::Userinfo => Purpose::Userinfo,
        Endpoint::Revocation => Purpose::Revocation,
        Endpoint::Introspection => Purpose::Introspection,
    };
    match last(scene, purpose) {
        Some(record) => told(scene, facts.name, record),
        None => nothing(Mark::Note, facts.name, "not asked"),
    }
}

/// Whether any of them was asked.
pub(super) fn is_answered(scene: &Scene<'_>) -> bool {
    [
        Purpose::Userinfo,
        Purpose::Revocation,
        Purpose::Introspection,
    ]
    .into_iter()
    .any(|purpose| last(scene, purpose).is_some())
}

fn last<'a>(scene: &Scene<'a>, purpose: Purpose) -> Option<&'a Record> {
    let records = scene.engine.transcript().iter().rev();
    records.into_iter().find(|record| record.purpose == purpose)
}

/// A record as a row; the whole of it is one step down, in the transcript.
fn told(scene: &Scene<'_>, name: &str, record: &Record) -> Row {
    let (mark, status) = match &record.outcome {
        Outcome::Response(response) if response.status < 400 => {
            (Mark::Ok, response.status.to_string())
        }
        Outcome::Response(response) => (Mark::Warning, response.status.to_string()),
        Outcome::Failed(failure) => (Mark::Error, failure.words()),
        Outcome::Pending => (Mark::Warning, "no answer yet".to_owned()),
    };
    let value = if record.note.is_empty() {
        status
    } else {
        record.note.clone()
    };
    fact(mark, name, value, scene.time(record.at))
}
