//! Step 6 of a kept run: the last call of the API, without its body.

use super::answer::{headline, took};
use crate::core::oauth::Step;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Outcome, Record};
use crate::tui::pane::{Mark, Pane};
use crate::tui::screens::parts::{self, counted, fact, folding, group, joined, prose};
use crate::tui::screens::{Scene, blank, time};

/// The pane.
pub(super) fn pane(scene: &Scene<'_>) -> Pane {
    let requests = scene.engine.requests();
    match requests.answered.and_then(|call| scene.engine.record(call)) {
        Some(record) => answered(scene, record),
        None => Pane {
            groups: vec![group(
                "",
                "",
                vec![prose("The API was not called in this run.")],
            )],
            ..blank(scene, Step::Requests, "No call")
        },
    }
}

/// A call was answered, or not.
fn answered(scene: &Scene<'_>, record: &Record) -> Pane {
    let mut rows = vec![fact(
        Mark::Note,
        "sent",
        scene.time(record.at),
        took(record),
    )];
    let mut groups = Vec::new();
    match &record.outcome {
        Outcome::Response(response) => {
            let size = time::size(response.body.len());
            let kind = response.headers.media_type();
            rows.push(fact(Mark::Note, "size", size, kind));
            groups.push(folding(
                "Headers",
                counted(response.headers.0.len(), "header"),
                vec![parts::head(scene, response)],
            ));
        }
        Outcome::Failed(failure) => {
            rows.push(fact(Mark::Note, "in its own words", &failure.detail, ""));
        }
        Outcome::Pending => {}
    }
    groups.insert(0, group("Answer", "", rows));
    let called = format!(
        "{} {}",
        record.request.method,
        scene.engine.mask().url(&record.request.url)
    );
    Pane {
        quiet: Some(Visible::of(&joined(&[took(record), called]))),
        groups,
        ..blank(scene, Step::Requests, headline(record))
    }
}
