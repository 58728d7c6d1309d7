//! Step 3: what the browser brought, compared with what this run sent.
//!
//! A hit that is refused is an error of that hit: the run goes on waiting, and the pane says so.

use super::hits::{hits, is_answer};
use super::parts::{self, choice, counted, fact, group, joined, nothing, secret, short_scopes};
use super::{Scene, blank, button, go_to, new_run, time, way_on};
use crate::core::engine::message::Command;
use crate::core::oauth::callback::{Answer, Arrival, Hit, Verdict};
use crate::core::oauth::{RunPhase, Step, StepState};
use crate::core::profile::ResponseMode;
use crate::core::token::id_token::Checked;
use crate::core::wire::visible::Visible;
use crate::core::wire::{CallId, Record};
use crate::tui::action::Action;
use crate::tui::pane::{Group, Mark, Pane, Row};

/// The pane.
pub(super) fn pane(scene: &Scene<'_>) -> Pane {
    let run = scene.engine.run();
    if let Some((answer, arrival, call)) = &run.answer {
        return taken(scene, answer, *arrival, *call);
    }
    let refused = run
        .hits
        .iter()
        .rev()
        .find_map(|hit| headline(&hit.verdict).map(|headline| (hit, headline)));
    match refused {
        Some((hit, headline)) => refused_hit(scene, hit, headline),
        None => Pane {
            button: Some(way_on(scene)),
            quiet: Some(Visible::of(match run.phase {
                RunPhase::Preparing(_) | RunPhase::Ready => "Nothing was opened yet.",
                RunPhase::Binding | RunPhase::Waiting | RunPhase::TimedOut => {
                    "The browser brings it when the user has accepted or cancelled."
                }
                _ => "This run ended without one.",
            })),
            ..blank(scene, Step::Callback, "No answer yet")
        },
    }
}

/// What is said of a hit that looked like an answer and was not taken; `None` for one that did not.
fn headline(verdict: &Verdict) -> Option<&'static str> {
    Some(match verdict {
        Verdict::StateMismatch => "An answer came, but not for this run",
        Verdict::StateMissing => "An answer came without a state, so it is nobody's",
        Verdict::IssuerMismatch => "An answer came, but from another issuer",
        Verdict::DuplicateParameter(_) => "An answer came with a field twice",
        Verdict::CodeAndError => "An answer came with both a code and an error",
        Verdict::NoAnswer => "A hit came, but it carried no answer",
        Verdict::WrongContentType => "A POST came that is no form",
        Verdict::WrongHost => "A hit came for another Host",
        Verdict::BodyTooLarge => "A POST came that is too large to be an answer",
        Verdict::TlsToPlain => "The browser spoke TLS to this plain listener",
        Verdict::PlainToTls => "Plain http came to this listener, which speaks TLS",
        Verdict::CertificateRefused(_) => "The browser refused this listener's certificate",
        Verdict::Late => "An answer came after this run had ended",
        Verdict::Captured
        | Verdict::Refused
        | Verdict::OtherPath
        | Verdict::OtherMethod
        | Verdict::Duplicate
        | Verdict::BadHead
        | Verdict::Unfinished
        | Verdict::OwnPage
        | Verdict::RelayPage => return None,
    })
}

/// A hit was refused and no answer was taken.
fn refused_hit(scene: &Scene<'_>, hit: &Hit, headline: &str) -> Pane {
    let run = scene.engine.run();
    let button = match run.phase {
        RunPhase::TimedOut => button("Go on waiting", Action::Engine(Command::GoOnWaiting)),
        RunPhase::Binding | RunPhase::Waiting => {
            button("Go on waiting", Action::Show(Step::Consent))
        }
        _ => way_on(scene),
    };
    let record = scene.engine.record(hit.call);
    let mut groups = vec![compared(scene, hit)];
    if scene.engine.allows(&Command::TakeAnswer) {
        let label = "Take this answer all the same";
        let right = "this run sent no state: nothing proves it";
        let action = Action::Engine(Command::TakeAnswer);
        groups.push(group(
            "",
            "",
            vec![choice(Mark::None, label, right, action)],
        ));
    }
    if let Some(record) = record {
        groups.extend(parts::raw(scene, record, ("Raw request", "Raw response")));
    }
    Pane {
        state: StepState::Failed,
        button: Some(button),
        quiet: record.map(|record| Visible::of(&came(scene, record, hit.arrival))),
        groups,
        ..blank(scene, Step::Callback, headline)
    }
}

/// What came beside what this run sent.
fn compared(scene: &Scene<'_>, hit: &Hit) -> Group {
    let sent = &scene.engine.run().fresh.state;
    let answer = &hit.answer;
    let mut rows = Vec::new();
    match &answer.state {
        Some(state) if state == sent => {
            rows.push(fact(Mark::Ok, "state", state, "the one this run sent"));
        }
        Some(state) => {
            let meaning = format!("differs at character {}", first_difference(state, sent));
            rows.push(fact(Mark::Error, "state", state, meaning));
            rows.push(fact(Mark::None, "  this run sent", sent, ""));
        }
        None => {
            rows.push(nothing(Mark::Error, "state", "none came"));
            rows.push(fact(Mark::None, "  this run sent", sent, ""));
        }
    }
    if let Some(code) = &answer.code {
        rows.push(secret(Mark::Note, "code", code, "left alone"));
    }
    rows.extend(error_rows(answer));
    rows.extend(issuer(scene, answer));
    if let Verdict::DuplicateParameter(name) = &hit.verdict {
        rows.push(fact(Mark::Error, name, "came twice", "which one counts?"));
    }
    rows.extend(rest(answer));
    if let Some(older) = &hit.older {
        let value = format!("run {}", scene.time(older.started_at));
        let meaning = format!("{}, {}", older.profile, older.outcome);
        rows.push(fact(Mark::Ok, "  sent by", value, meaning));
    }
    group("What came back", "", rows)
}

/// The place, counted from 1, at which two texts begin to differ.
fn first_difference(one: &str, other: &str) -> usize {
    let same = one
        .chars()
        .zip(other.chars())
        .take_while(|(left, right)| left == right)
        .count();
    same + 1
}

/// The answer of this run was taken.
fn taken(scene: &Scene<'_>, answer: &Answer, arrival: Arrival, call: CallId) -> Pane {
    let phase = &scene.engine.run().phase;
    let headline = match (&answer.error, phase) {
        (Some(error), _) if error == "access_denied" => {
            format!("The user cancelled at {}", scene.provider())
        }
        (Some(error), _) => {
            format!("{} answered with an error: {error}", scene.provider_first())
        }
        (None, RunPhase::Answered) if is_refused(scene) => {
            "The answer came, but its id_token failed a check".to_owned()
        }
        (None, _) => "The answer came and it is ours".to_owned(),
    };
    let button = match phase {
        RunPhase::Answered if is_refused(scene) => new_run(),
        RunPhase::Answered => button("Exchange the code", Action::Show(Step::Exchange)),
        RunPhase::Refused => new_run(),
        RunPhase::Authorized => go_to(Step::Token),
        _ => way_on(scene),
    };
    let record = scene.engine.record(call);
    let mut groups = vec![brought(scene, answer)];
    if let Some(record) = record {
        groups.push(how(scene, record, arrival));
    }
    groups.extend(super::token::checks::of_answer(scene));
    let after = hits_after(scene, call);
    if !after.is_empty() {
        groups.push(hits(scene, "Also came", &after, ""));
    }
    if let Some(record) = record {
        groups.extend(parts::raw(scene, record, ("Raw request", "Raw response")));
    }
    Pane {
        button: Some(button),
        quiet: record.map(|record| Visible::of(&came(scene, record, arrival))),
        groups,
        ..blank(scene, Step::Callback, headline)
    }
}

/// Whether the id_token beside the code failed a check.
fn is_refused(scene: &Scene<'_>) -> bool {
    let checked = &scene.engine.run().answer_checked;
    checked.as_ref().is_some_and(Checked::is_refused)
}

/// What came after the answer.
fn hits_after<'a>(scene: &Scene<'a>, call: CallId) -> Vec<&'a Hit> {
    scene
        .engine
        .run()
        .hits
        .iter()
        .skip_while(|hit| hit.call != call)
        .filter(|hit| !is_answer(&hit.verdict) && hit.verdict != Verdict::OwnPage)
        .collect()
}

/// `POST http://localhost:8765/callback   12:01:20   answered 200 in 2 ms`.
fn came(scene: &Scene<'_>, record: &Record, arrival: Arrival) -> String {
    let at = scene.time(record.at);
    if arrival == Arrival::Pasted {
        return joined(&["pasted by you".to_owned(), at]);
    }
    let place = record.request.url.split(['?', '#']).next();
    let answered = match record.outcome.response() {
        Some(response) => {
            let took = record.timing.total.map(time::duration);
            let took = took.map(|took| format!(" in {took}")).unwrap_or_default();
            format!("answered {}{took}", response.status)
        }
        None => String::new(),
    };
    joined(&[
        format!("{} {}", record.request.method, place.unwrap_or_default()),
        at,
        answered,
    ])
}

/// The fields of the answer.
fn brought(scene: &Scene<'_>, answer: &Answer) -> Group {
    let mut rows = Vec::new();
    if let Some(state) = &answer.state {
        rows.push(fact(Mark::Ok, "state", state, "the one this run sent"));
    }
    rows.extend(error_rows(answer));
    if let Some(code) = &answer.code {
        rows.push(secret(Mark::Ok, "code", code, "works once"));
        rows.extend(expires(scene));
    }
    if let Some(token) = &answer.id_token {
        rows.push(secret(Mark::Note, "id_token", token, "checked below"));
    }
    rows.extend(issuer(scene, answer));
    if answer.code.is_some() {
        rows.push(scope(scene, answer));
    }
    rows.extend(rest(answer));
    group("What came back", counted(fields(answer), "field"), rows)
}

/// How many fields came.
fn fields(answer: &Answer) -> usize {
    let known = [
        answer.code.is_some(),
        answer.id_token.is_some(),
        answer.state.is_some(),
        answer.iss.is_some(),
        answer.scope.is_some(),
        answer.session_state.is_some(),
        answer.error.is_some(),
        answer.error_description.is_some(),
    ];
    known.iter().filter(|came| **came).count() + answer.further.len()
}

/// The error and the server's own words.
fn error_rows(answer: &Answer) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(error) = &answer.error {
        let meaning = match error.as_str() {
            "access_denied" => "the user said no",
            _ => "the server said no",
        };
        rows.push(fact(Mark::Error, "error", error, meaning));
    }
    if let Some(description) = &answer.error_description {
        rows.push(fact(Mark::Note, "error_description", description, ""));
    }
    rows
}

/// How long the code is still good for.
fn expires(scene: &Scene<'_>) -> Option<Row> {
    let run = scene.engine.run();
    let provider = &scene.engine.profile()?.provider;
    if run.phase != RunPhase::Answered {
        return Some(fact(
            Mark::Note,
            "  spent",
            "used in step 4",
            "it works once",
        ));
    }
    let age = scene.now.duration_since(run.answered_at?).as_secs();
    let left = i64::from(provider.code_lifetime) - age;
    let lifetime = time::countdown(i64::from(provider.code_lifetime));
    let known = if provider.code_lifetime_inferred {
        format!("{lifetime} inferred")
    } else {
        format!("of {lifetime}")
    };
    Some(if left > 0 {
        let left = format!(
            "{} left",
            time::clock(jiff::SignedDuration::from_secs(left))
        );
        fact(Mark::Note, "  expires", left, known)
    } else {
        fact(Mark::Warning, "  expires", "likely over", known)
    })
}

/// Who answers, compared with who was asked (RFC 9207).
fn issuer(scene: &Scene<'_>, answer: &Answer) -> Option<Row> {
    let iss = answer.iss.as_ref()?;
    let expected = scene.engine.profile()?.provider.issuer.as_ref();
    Some(match expected {
        Some(expected) if expected == iss => fact(Mark::Ok, "iss", iss, "the provider asked"),
        Some(expected) => fact(Mark::Error, "iss", iss, format!("expected {expected}")),
        None => fact(Mark::Note, "iss", iss, "nothing to compare with"),
    })
}

/// What is said to be granted, compared as a set with what was asked.
fn scope(scene: &Scene<'_>, answer: &Answer) -> Row {
    let Some(scope) = &answer.scope else {
        return nothing(Mark::Note, "scope", "optional here: step 5");
    };
    let came: Vec<&str> = scope.split_whitespace().collect();
    let asked = scene
        .engine
        .profile()
        .map(|profile| profile.scopes.as_slice())
        .unwrap_or_default();
    let absent: Vec<&str> = asked
        .iter()
        .map(String::as_str)
        .filter(|scope| !came.contains(scope))
        .collect();
    let unasked = came
        .iter()
        .filter(|scope| !asked.iter().any(|asked| asked == *scope))
        .count();
    let meaning = match (absent.as_slice(), unasked) {
        ([], 0) => "as asked".to_owned(),
        ([], more) => format!("{more} more than asked"),
        (["offline_access"], _) => "offline_access: step 5".to_owned(),
        (absent, _) => format!("not {}", short_scopes(absent.iter().copied())),
    };
    fact(Mark::Note, "scope", short_scopes(came), meaning)
}

/// What this client has no use for.
fn rest(answer: &Answer) -> Vec<Row> {
    let unused = "not used by this client";
    let mut rows = Vec::new();
    if let Some(session) = &answer.session_state {
        rows.push(fact(Mark::Note, "session_state", session, unused));
    }
    if !answer.further.is_empty() {
        rows.push(fact(
            Mark::Note,
            "further fields",
            answer.further.join(", "),
            unused,
        ));
    }
    rows
}

/// Method, Origin and Sec-Fetch-Site; judged by nobody, but telling.
fn how(scene: &Scene<'_>, record: &Record, arrival: Arrival) -> Group {
    let asked = scene
        .engine
        .profile()
        .map(|profile| profile.authorize.response_mode);
    let method = &record.request.method;
    let mut rows = vec![match (arrival, asked) {
        (Arrival::Pasted, _) => fact(Mark::Note, "method", "pasted", "by you, not by a browser"),
        (Arrival::FormPost, Some(ResponseMode::FormPost)) => {
            fact(Mark::Ok, "method", method, "form_post, as asked")
        }
        (Arrival::Query, Some(ResponseMode::Query)) => {
            fact(Mark::Ok, "method", method, "query, as asked")
        }
        (Arrival::Fragment, Some(ResponseMode::Fragment)) => {
            fact(Mark::Ok, "method", method, "fragment, by the relay")
        }
        (_, asked) => fact(
            Mark::Warning,
            "method",
            method,
            format!(
                "{} was asked",
                asked.map(ResponseMode::name).unwrap_or_default()
            ),
        ),
    }];
    for (name, meaning) in [("Origin", ""), ("Sec-Fetch-Site", "as the browser sees it")] {
        if let Some(value) = record.request.headers.get(name) {
            rows.push(fact(Mark::Note, name, value, meaning));
        }
    }
    group("How it came", "", rows)
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn a_difference_is_counted_from_one() {
        assert_eq!(first_difference("abc", "xbc"), 1);
        assert_eq!(first_difference("abc", "abx"), 3);
        assert_eq!(first_difference("ab", "abc"), 3);
    }
}
