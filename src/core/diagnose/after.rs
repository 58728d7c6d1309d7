//! Rules about what reaches the listener when no answer is awaited any more.
//!
//! The listener stays up after the answer so that a second one is seen and explained, not lost.

use super::answer::rule;
use super::callback::line;
use super::seen::hit_after;
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::RunPhase;
use crate::core::oauth::callback::Verdict;

/// The rules about late hits.
pub(super) const RULES: &[Rule] = &[
    rule(
        "callback-duplicate",
        Severity::Warning,
        "RFC 6749 4.1.2",
        duplicate,
    ),
    rule("callback-late", Severity::Warning, "RFC 6749 10.12", late),
];

/// The code that was taken, once more.
fn duplicate(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = hit_after(evidence).filter(|hit| hit.verdict == Verdict::Duplicate)?;
    Some(Found::new(
        "The same answer came again",
        format!("{}: the code that was taken before", line(evidence, hit)),
        "The page was reloaded or the form sent twice. A code works once, so it is taken once; \
         nothing is lost.",
        &["close the browser's tab"],
    ))
}

/// An answer when none was awaited.
fn late(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = hit_after(evidence).filter(|hit| hit.verdict == Verdict::Late)?;
    let (cause, fix) = match evidence.run.phase {
        RunPhase::Stopped => (
            "You had stopped waiting, so it was not taken; its code is unused.",
            "ctrl-n begins a new run",
        ),
        _ => (
            "This run had its answer already, so it was not taken.",
            "close the browser's tab",
        ),
    };
    Some(Found::new(
        "An answer came after its run had ended",
        line(evidence, hit),
        cause,
        &[fix],
    ))
}
