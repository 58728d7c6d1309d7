//! Step 4: code for token, seen before it is sent, while it is under way, and when it came back.
//!
//! A failed exchange burns the code, so what can be checked here is checked first.

mod checks;
mod ways;

use super::parts::{self, choice, fact, folding, group, joined, nothing, prose, secret};
use super::{Scene, blank, button, new_run, time, trust, way_on};
use crate::core::engine::SecretState;
use crate::core::engine::message::Command;
use crate::core::oauth::changes;
use crate::core::oauth::grant::{NotJson, TokenTrouble};
use crate::core::oauth::{RunPhase, Step, StepState};
use crate::core::profile::SecretReference;
use crate::core::secret::Secret;
use crate::core::wire::redact::SECRET_NAMES;
use crate::core::wire::visible::Visible;
use crate::core::wire::{FailureKind, Outcome, Record, Request};
use crate::tui::action::{Action, Question};
use crate::tui::pane::{Group, Mark, Pane, Row};
use checks::Check;

/// The pane.
pub(super) fn pane(scene: &Scene<'_>) -> Pane {
    match &scene.engine.run().phase {
        RunPhase::Answered => before(scene),
        RunPhase::Exchanging(_) => sending(scene),
        RunPhase::ExchangeFailed(trouble) => failed(scene, trouble),
        RunPhase::CheckingIdToken | RunPhase::IdTokenRefused | RunPhase::Authorized => done(scene),
        RunPhase::Refused => Pane {
            button: Some(new_run()),
            quiet: Some(Visible::of("The answer was an error: see step 3.")),
            ..blank(scene, Step::Exchange, "There is no code to exchange")
        },
        _ => Pane {
            button: Some(way_on(scene)),
            quiet: Some(Visible::of(
                "The code comes with the answer of step 3; it is exchanged here.",
            )),
            ..blank(scene, Step::Exchange, "No code yet")
        },
    }
}

/// Before sending: fields, how they are sent, local checks, the request itself.
fn before(scene: &Scene<'_>) -> Pane {
    let Some(request) = scene.engine.exchange_request() else {
        return Pane {
            button: Some(way_on(scene)),
            ..blank(scene, Step::Exchange, "No code yet")
        };
    };
    let checks = checks::checks(scene, &request, scene.now);
    let (headline, state, may_send) = match scene.engine.secret_state() {
        SecretState::Known(_) | SecretState::NotNeeded => {
            (verdict(&checks), StepState::Ready, true)
        }
        SecretState::Reading => (
            "The client secret is being read".to_owned(),
            StepState::Running,
            false,
        ),
        SecretState::NotRead => (not_read(scene).to_owned(), StepState::Ready, false),
        SecretState::Untrusted(_) => (
            "May this profile use the secret it names?".to_owned(),
            StepState::Ready,
            false,
        ),
        SecretState::Prompt => (
            "The client secret is not there yet".to_owned(),
            StepState::Ready,
            false,
        ),
        SecretState::Missing(_) => (
            "The client secret is missing".to_owned(),
            StepState::Failed,
            false,
        ),
    };
    let typed = Action::Ask(Question::ClientSecret);
    let type_instead = || choice(Mark::None, "Type the client secret", "", typed.clone());
    let read = Action::Engine(Command::ReadSecret);
    let mut groups = Vec::new();
    let button = match scene.engine.secret_state() {
        _ if may_send => button("Send the exchange", Action::Engine(Command::Exchange)),
        SecretState::Untrusted(question) => {
            groups.extend(trust::groups(&question, type_instead()));
            button("Trust it and go on", Action::Engine(Command::Trust))
        }
        SecretState::NotRead => {
            groups.push(group("", "", vec![type_instead()]));
            button("Read the client secret", read)
        }
        SecretState::Missing(reason) => {
            let again = choice(Mark::None, "Read it again", "", read);
            groups.push(group("", "", vec![prose(reason), again]));
            button("Type the client secret", typed)
        }
        _ => button("Type the client secret", typed),
    };
    groups.push(ways::fields(scene, &request));
    groups.push(ways::how(scene));
    groups.push(group(
        "Checked here, because a failed exchange burns the code",
        "",
        rows(&checks),
    ));
    groups.push(folding(
        "Raw, as it will be sent",
        time::size(request.body.len()),
        vec![Row::Raw(scene.engine.mask().request_lines(&request))],
    ));
    Pane {
        state,
        button: Some(button),
        quiet: Some(Visible::of(&ways::line(&request))),
        groups,
        ..blank(scene, Step::Exchange, headline)
    }
}

/// What will be done for a secret that was not read yet.
fn not_read(scene: &Scene<'_>) -> &'static str {
    match scene.engine.profile().map(|profile| &profile.client_secret) {
        Some(SecretReference::Command(_)) => "A command runs for the secret when you go on",
        Some(SecretReference::Keyring) => "The keyring is opened for the secret when you go on",
        _ => "The client secret is read when you go on",
    }
}

/// What the checks say, as a headline.
fn verdict(checks: &[Check]) -> String {
    let all = checks.len();
    let failing = checks.iter().filter(|check| !check.passes).count();
    match failing {
        0 => format!("Ready. {all} of {all} local checks pass"),
        1 => format!("1 of {all} checks fails: the code would be burned"),
        _ => format!("{failing} of {all} checks fail: the code would be burned"),
    }
}

/// Checks as facts, the failing ones first.
fn rows(checks: &[Check]) -> Vec<Row> {
    let mut sorted: Vec<&Check> = checks.iter().collect();
    sorted.sort_by_key(|check| check.passes);
    sorted
        .into_iter()
        .map(|check| {
            let mark = if check.passes { Mark::Ok } else { Mark::Error };
            fact(mark, check.name, &check.value, &check.meaning)
        })
        .collect()
}

/// The form fields as they are sent, secrets masked.
fn fields(scene: &Scene<'_>, request: &Request) -> Group {
    let pairs = changes::pairs(request);
    let mut rows: Vec<Row> = pairs
        .iter()
        .map(|(name, value)| {
            let meaning = meaning(scene, name);
            if SECRET_NAMES.contains(&name.as_str()) {
                secret(Mark::Note, name, &Secret::new(value.as_str()), meaning)
            } else {
                fact(Mark::Note, name, value, meaning)
            }
        })
        .collect();
    if let Some(value) = request.headers.get("authorization") {
        rows.push(secret(
            Mark::Note,
            "Authorization",
            &Secret::new(value),
            "Basic: id and secret",
        ));
    }
    let lacking = matches!(
        scene.engine.secret_state(),
        SecretState::Prompt
            | SecretState::Reading
            | SecretState::NotRead
            | SecretState::Untrusted(_)
            | SecretState::Missing(_)
    );
    if lacking && scene.engine.run().exchange.is_none() {
        rows.push(nothing(Mark::Warning, "client_secret", "not there yet"));
    }
    group("Fields", format!("{} sent", pairs.len()), rows)
}

/// What a field is for.
pub(super) fn meaning(scene: &Scene<'_>, name: &str) -> &'static str {
    match name {
        "grant_type" => "what is exchanged",
        "code" => "from step 3, works once",
        "redirect_uri" => "the same as in the link",
        "client_id" => "your registration",
        "client_secret" => secret_origin(scene),
        "code_verifier" => "its S256 went out before",
        _ => "from the profile's extra",
    }
}

/// Where the client secret comes from.
fn secret_origin(scene: &Scene<'_>) -> &'static str {
    match scene.engine.profile().map(|profile| &profile.client_secret) {
        Some(SecretReference::Plain(_)) => "from the profile",
        Some(SecretReference::Environment(_)) => "from the environment",
        Some(SecretReference::Prompt) => "typed by you",
        Some(SecretReference::Keyring) => "from the keyring",
        Some(SecretReference::Command(_)) => "from a command",
        Some(SecretReference::None) | None => "",
    }
}

/// The request is under way.
fn sending(scene: &Scene<'_>) -> Pane {
    let record = record(scene);
    let since = record.map_or(scene.now, |record| record.at);
    let headline = format!(
        "Sending the exchange   {}",
        time::clock(scene.now.duration_since(since))
    );
    let mut groups = vec![group(
        "",
        "",
        vec![prose(
            "It is not aborted: the code is spent with the first try. When the answer comes, it is \
             kept, whatever you look at meanwhile.",
        )],
    )];
    groups.extend(raw(scene, record));
    Pane {
        quiet: record.map(|record| Visible::of(&ways::line(&record.request))),
        groups,
        ..blank(scene, Step::Exchange, headline)
    }
}

/// Tokens came.
fn done(scene: &Scene<'_>) -> Pane {
    let record = record(scene);
    let mut groups = Vec::new();
    if let Some(record) = record {
        groups.push(fields(scene, &record.request));
    }
    groups.extend(ways::on(scene));
    groups.extend(raw(scene, record));
    Pane {
        button: Some(button("Look at the tokens", Action::Show(Step::Token))),
        quiet: record.map(|record| Visible::of(&sent(scene, record))),
        groups,
        ..blank(
            scene,
            Step::Exchange,
            format!("{} gave tokens for the code", scene.provider_first()),
        )
    }
}

/// The exchange failed.
fn failed(scene: &Scene<'_>, trouble: &TokenTrouble) -> Pane {
    let record = record(scene);
    let mut groups = Vec::new();
    let said = said(trouble, record);
    if !said.is_empty() {
        groups.push(group("", "", said));
    }
    if let Some(record) = record {
        let checks = checks::checks(scene, &record.request, record.at);
        groups.push(group("What our own record says", "", rows(&checks)));
    }
    groups.extend(ways::on(scene));
    groups.extend(raw(scene, record));
    Pane {
        button: Some(new_run()),
        quiet: record.map(|record| {
            let words = match trouble {
                TokenTrouble::Error {
                    description: None, ..
                } => "no error_description",
                _ => "",
            };
            Visible::of(&joined(&[
                sent(scene, record),
                words.to_owned(),
                code_after(trouble, record).to_owned(),
            ]))
        }),
        groups,
        ..blank(scene, Step::Exchange, trouble_words(scene, trouble, record))
    }
}

/// What became of the code. Where nothing came back, nobody here knows whether it was used.
fn code_after(trouble: &TokenTrouble, record: &Record) -> &'static str {
    use FailureKind::{Dns, Refused, Unreachable};
    match (trouble, &record.outcome) {
        (TokenTrouble::NoAnswer, Outcome::Failed(failure)) => match failure.kind {
            Dns | Refused | Unreachable => "the code was not sent",
            _ => "the code may be spent",
        },
        (TokenTrouble::Error { error, .. }, _) if error == "invalid_grant" => {
            "the code is spent now"
        }
        (TokenTrouble::NotJson(_) | TokenTrouble::Incomplete { .. }, _) => "the code is spent now",
        _ => "the code may be spent",
    }
}

/// What the other side said beyond its status: its own words, another address, when to come again.
fn said(trouble: &TokenTrouble, record: Option<&Record>) -> Vec<Row> {
    let row = match trouble {
        TokenTrouble::Error {
            description: Some(description),
            ..
        } => fact(Mark::Note, "error_description", description, ""),
        TokenTrouble::Redirected { location } => {
            fact(Mark::Note, "Location", location, "not followed")
        }
        TokenTrouble::ServerError {
            retry_after: Some(after),
            ..
        } => fact(Mark::Note, "Retry-After", after, "seconds, or a date"),
        TokenTrouble::NoAnswer => match record.map(|record| &record.outcome) {
            Some(Outcome::Failed(failure)) if !failure.detail.is_empty() => {
                fact(Mark::Note, "the system says", &failure.detail, "")
            }
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    vec![row]
}

/// What was wrong, as a headline.
fn trouble_words(scene: &Scene<'_>, trouble: &TokenTrouble, record: Option<&Record>) -> String {
    let provider = scene.provider_first();
    match trouble {
        TokenTrouble::NoAnswer => match record.map(|record| &record.outcome) {
            Some(Outcome::Failed(failure)) => {
                format!("No answer: {}", failure.words())
            }
            _ => "No answer came".to_owned(),
        },
        TokenTrouble::Redirected { .. } => {
            "The token endpoint sends elsewhere; that is not followed".to_owned()
        }
        TokenTrouble::ServerError { status: 429, .. } => {
            format!("{provider} says: too many requests")
        }
        TokenTrouble::ServerError { status, .. } => {
            format!("{provider} is in trouble itself: {status}")
        }
        TokenTrouble::Error { error, .. } => {
            format!("{provider} refused the exchange: {error}")
        }
        TokenTrouble::NotJson(kind) => format!(
            "An answer came, but {}",
            match kind {
                NotJson::Empty => "it is empty",
                NotJson::Html => "it is a web page, not tokens",
                NotJson::CutOff => "it breaks off before its end",
                NotJson::TooLarge => "it is larger than 1 MiB",
                NotJson::Other => "it is no JSON object",
            }
        ),
        TokenTrouble::Incomplete { member } => {
            format!("An answer came, but without {member}")
        }
        TokenTrouble::Status { status } => {
            format!("{provider} refused the exchange with {status}")
        }
    }
}

/// `12:02:04   200 OK   131 ms   1.4 KB`.
fn sent(scene: &Scene<'_>, record: &Record) -> String {
    joined(&[scene.time(record.at), parts::outcome(record)])
}

/// The record of this run's token request.
fn record<'a>(scene: &Scene<'a>) -> Option<&'a Record> {
    scene
        .engine
        .run()
        .exchange
        .and_then(|call| scene.engine.record(call))
}

/// Answer and request as raw text; the answer first, because what is first stays open where room is
/// short, and by now it is what one came for.
fn raw(scene: &Scene<'_>, record: Option<&Record>) -> Vec<Group> {
    let mut groups = record
        .map(|record| parts::raw(scene, record, ("Raw request", "Raw answer")))
        .unwrap_or_default();
    groups.reverse();
    groups
}
