//! What became of the last refresh, in words.

use super::super::Scene;
use super::super::parts::{fact, joined, prose};
use super::tokens::took;
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::held::HeldGrant;
use crate::core::oauth::refresh::RefreshOutcome;
use crate::core::wire::{CallId, Outcome};
use crate::tui::pane::{Mark, Row};

/// What a refresh waits for that was not sent yet.
pub(in crate::tui::screens) fn waits(scene: &Scene<'_>) -> &'static str {
    if scene.engine.secret_state().is_at_hand() {
        "Refreshing, once the grant is written"
    } else {
        "Refreshing, once the client secret is read"
    }
}

/// How the headline of a grant that holds begins.
pub(super) fn lead(held: &HeldGrant) -> &'static str {
    match held.refresh.as_ref().map(|end| &end.outcome) {
        Some(RefreshOutcome::Renewed(_)) => "Refreshed",
        Some(RefreshOutcome::RenewedNotKept(..)) => "Refreshed, but not kept",
        Some(RefreshOutcome::ByAnother(_)) => "Refreshed by another process",
        _ => "Signed in",
    }
}

/// The headline of a refresh that brought nothing.
pub(super) fn failed(scene: &Scene<'_>, held: &HeldGrant) -> Option<String> {
    let end = held.refresh.as_ref()?;
    match &end.outcome {
        RefreshOutcome::Renewed(_)
        | RefreshOutcome::RenewedNotKept(..)
        | RefreshOutcome::ByAnother(_)
        | RefreshOutcome::Unknown(_)
        | RefreshOutcome::Unsettled { .. }
        | RefreshOutcome::Gone => None,
        RefreshOutcome::Refused(trouble) => Some(refused(scene, trouble, end.call)),
        RefreshOutcome::Busy { .. } => Some("Not refreshed: another process is at it".to_owned()),
        RefreshOutcome::NotSent(_) => Some("Not refreshed: nothing was sent".to_owned()),
    }
}

/// Whether another refresh would fail like the last one: the provider does not take the token.
pub(super) fn is_final(held: &HeldGrant) -> bool {
    matches!(
        held.refresh.as_ref().map(|end| &end.outcome),
        Some(RefreshOutcome::Refused(TokenTrouble::Error { error, .. })) if error == "invalid_grant"
    )
}

/// What the last refresh did, below the tokens.
pub(super) fn rows(scene: &Scene<'_>, held: &HeldGrant) -> Vec<Row> {
    let Some(end) = &held.refresh else {
        return Vec::new();
    };
    let record = end.call.and_then(|call| scene.engine.record(call));
    let took = took(record.and_then(|record| record.timing.total));
    let row = |mark, value: &str| {
        let when = joined(&[scene.time(end.at), took.clone()]);
        fact(mark, "last refresh", value, when)
    };
    match &end.outcome {
        RefreshOutcome::Renewed(_) => vec![row(Mark::Ok, "new tokens")],
        RefreshOutcome::RenewedNotKept(..) => vec![row(Mark::Error, "new tokens, not kept")],
        RefreshOutcome::ByAnother(_) => {
            vec![
                row(Mark::Ok, "by another process"),
                prose("Nothing was sent: what it kept is used."),
            ]
        }
        // The headline says how.
        RefreshOutcome::Refused(_) => vec![row(Mark::Error, "failed")],
        RefreshOutcome::Unknown(trouble) => {
            vec![
                row(Mark::Warning, "no usable answer"),
                prose(format!(
                    "{}. The request had been sent.",
                    refused(scene, trouble, end.call)
                )),
            ]
        }
        RefreshOutcome::Unsettled { since } => vec![
            row(Mark::Warning, "nothing was sent"),
            prose(format!(
                "A refresh was sent {} and its answer never seen.",
                scene.time(*since)
            )),
        ],
        RefreshOutcome::Busy { holder } => vec![
            row(Mark::Error, "not sent: busy"),
            prose(format!("The grant is in the hands of {holder}.")),
        ],
        RefreshOutcome::NotSent(trouble) => {
            vec![
                row(Mark::Error, "not sent"),
                prose(trouble.message.as_str()),
            ]
        }
        RefreshOutcome::Gone => Vec::new(),
    }
}

/// Why the call that waited for a refresh was not sent, in one sentence.
pub(in crate::tui::screens) fn why_not_refreshed(scene: &Scene<'_>) -> String {
    let end = scene.engine.held().and_then(|held| held.refresh.as_ref());
    match end.map(|end| (&end.outcome, end.call)) {
        Some((RefreshOutcome::Refused(trouble), call)) => refused(scene, trouble, call),
        Some((RefreshOutcome::Unknown(_) | RefreshOutcome::Unsettled { .. }, _)) => {
            "Whether the refresh token is spent is not known".to_owned()
        }
        Some((RefreshOutcome::Busy { holder }, _)) => {
            format!("The grant is in the hands of {holder}")
        }
        Some((RefreshOutcome::NotSent(trouble), _)) => trouble.message.clone(),
        _ => "The client secret that a refresh needs is not at hand".to_owned(),
    }
}

/// What the provider said, or that it said nothing.
fn refused(scene: &Scene<'_>, trouble: &TokenTrouble, call: Option<CallId>) -> String {
    let provider = scene.provider_first();
    match trouble {
        TokenTrouble::NoAnswer => {
            let record = call.and_then(|call| scene.engine.record(call));
            match record.map(|record| &record.outcome) {
                Some(Outcome::Failed(failure)) => {
                    format!("No answer: {}", failure.words())
                }
                _ => "No answer came".to_owned(),
            }
        }
        TokenTrouble::Error { error, .. } => format!("{provider} refused the refresh: {error}"),
        TokenTrouble::Redirected { .. } => {
            "The token endpoint sends elsewhere; that is not followed".to_owned()
        }
        TokenTrouble::ServerError { status: 429, .. } => {
            format!("{provider} says: too many requests")
        }
        TokenTrouble::ServerError { status, .. } => {
            format!("{provider} is in trouble itself: {status}")
        }
        TokenTrouble::NotJson(_) => "An answer came, but no tokens in it".to_owned(),
        TokenTrouble::Incomplete { member } => format!("An answer came, but without {member}"),
        TokenTrouble::Status { status } => format!("{provider} refused the refresh with {status}"),
    }
}
