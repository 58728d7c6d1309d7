//! Step 6: call the API, and read what it answers.
//!
//! Requests stand above, the last answer below, its body last, so that it takes what room is left.

use super::parts::{self, choice, fact, folding, group, joined, prose};
use super::{Scene, blank, button, go_to, new_run, time, token, way_on};
use crate::core::dinero::call::Call;
use crate::core::dinero::catalogue::{Operation, operation};
use crate::core::engine::message::Command;
use crate::core::oauth::{RunPhase, Step, StepState};
use crate::core::token::{Grant, authorization};
use crate::core::wire::visible::Visible;
use crate::core::wire::{Cut, FailureKind, Outcome, Purpose, Record, Response};
use crate::tui::action::{Action, Place, Question};
use crate::tui::pane::{Button, Group, Mark, Pane, Row};

/// What stands for the organization in a path.
const ORGANIZATION: &str = "{organizationId}";

/// What is offered first: what it is called here, the operation, and the query it goes with.
const OFFERS: [(&str, &str, &str); 3] = [
    ("organizations", "organizations.list", ""),
    ("contacts", "contacts.list", "?pageSize=25"),
    (
        "invoices",
        "invoices.list",
        "?pageSize=25&fields=Guid,Number,ContactName,Date,Status,TotalInclVat",
    ),
];

/// One of them.
struct Offer {
    name: &'static str,
    operation: &'static Operation,
    query: &'static str,
}

/// All of them.
fn offers() -> impl Iterator<Item = Offer> {
    OFFERS.iter().filter_map(|(name, known, query)| {
        Some(Offer {
            name,
            operation: operation(known)?,
            query,
        })
    })
}

/// The command that lists the organizations.
fn list_organizations() -> Command {
    Command::Send(Call::new("GET", "/v1.1/organizations"))
}

/// The pane.
pub(super) fn pane(scene: &Scene<'_>) -> Pane {
    let requests = scene.engine.requests();
    let record = |call| scene.engine.record(call);
    if let Some(record) = requests.sending.and_then(record) {
        return sending(scene, record);
    }
    if let Some(call) = &requests.waiting {
        return waiting(scene, call);
    }
    if let Some(call) = &requests.unsent {
        return unsent(scene, call);
    }
    match requests.answered.and_then(record) {
        Some(record) => answered(scene, record),
        None => before(scene),
    }
}

/// A call waits until the token is refreshed.
fn waiting(scene: &Scene<'_>, call: &Call) -> Pane {
    let cancel = Action::Engine(Command::CancelSend);
    let text = if scene.engine.refresh_waits() {
        format!("{}.", token::waits(scene))
    } else {
        "The refresh itself goes on when the call is cancelled: its answer is kept when it comes."
            .to_owned()
    };
    Pane {
        button: Some(button("Cancel the call", cancel)),
        quiet: Some(Visible::of(&format!("then {}", call_words(scene, call)))),
        groups: vec![group("", "", vec![prose(text)])],
        ..blank(
            scene,
            Step::Requests,
            "The token is spent: it is refreshed first",
        )
    }
}

/// A call waited for a refresh that failed.
fn unsent(scene: &Scene<'_>, call: &Call) -> Pane {
    let may_be_spent = scene
        .engine
        .held()
        .is_some_and(|held| held.unsettled.is_some());
    let again = if may_be_spent {
        go_to(Step::Token)
    } else {
        button("Send it again", Action::Engine(Command::Send(call.clone())))
    };
    Pane {
        button: Some(again),
        quiet: Some(Visible::of(&format!(
            "not sent: {}",
            call_words(scene, call)
        ))),
        groups: vec![
            group(
                "",
                "",
                vec![prose(format!("{}.", token::why_not_refreshed(scene)))],
            ),
            choices(scene),
        ],
        ..blank(
            scene,
            Step::Requests,
            "Not sent: the token is spent, the refresh failed",
        )
    }
}

/// `GET /v1.1/organizations`, secrets masked.
fn call_words(scene: &Scene<'_>, call: &Call) -> String {
    format!("{} {}", call.method, scene.engine.mask().url(&call.target))
}

/// Nothing was called yet.
fn before(scene: &Scene<'_>) -> Pane {
    let (headline, button) = match scene.engine.grant() {
        Some(_) => ("Ready. Choose what to call", Some(next(scene))),
        None => (
            "No token yet: calls go without Authorization",
            Some(towards_a_token(scene)),
        ),
    };
    Pane {
        button,
        quiet: Some(Visible::of(&token_words(scene))),
        groups: vec![choices(scene)],
        ..blank(scene, Step::Requests, headline)
    }
}

/// The button that leads to a token.
fn towards_a_token(scene: &Scene<'_>) -> Button {
    match scene.engine.run().phase {
        RunPhase::Authorized => new_run(),
        _ => way_on(scene),
    }
}

/// Whether the token goes along, where, and how long it still does.
fn token_words(scene: &Scene<'_>) -> String {
    let Some(grant) = scene.engine.grant() else {
        return "The API answers 401 to nearly all of them.".to_owned();
    };
    let left = match grant.seconds_left(scene.now) {
        Some(left) if left <= 0 => "it has expired".to_owned(),
        Some(left) => format!("{} left", time::countdown(left)),
        None => String::new(),
    };
    joined(&[
        format!("the token goes along to {}, nowhere else", grant.api_origin),
        left,
    ])
}

/// What to call next: the organizations, then the choice of one, then what was not called yet.
fn next(scene: &Scene<'_>) -> Button {
    let requests = scene.engine.requests();
    if requests.organizations.len() > 1 && requests.organization.is_none() {
        return button(
            "Choose the organization",
            Action::Open(Place::Organizations),
        );
    }
    offers()
        .filter(|offer| !was_called(scene, offer.operation))
        .find_map(|offer| {
            let command = send(&offer);
            let label = format!("List the {}", offer.name);
            scene
                .engine
                .allows(&command)
                .then(|| button(&label, Action::Engine(command)))
        })
        .unwrap_or_else(|| button("Call something else", Action::Ask(Question::FreeRequest)))
}

/// Whether an operation was called with the organization of now, and answered.
fn was_called(scene: &Scene<'_>, operation: &Operation) -> bool {
    let organization = scene.engine.requests().organization.as_deref();
    let path = operation
        .path
        .replace(ORGANIZATION, organization.unwrap_or_default());
    scene.engine.transcript().iter().any(|record| {
        let url = record.request.url.split('?').next().unwrap_or_default();
        record.purpose == Purpose::Api
            && url.ends_with(&path)
            && record
                .outcome
                .response()
                .is_some_and(|response| response.status < 400)
    })
}

/// The command that calls an operation.
fn send(offer: &Offer) -> Command {
    let target = format!("{}{}", offer.operation.path, offer.query);
    Command::Send(Call::new(offer.operation.method.as_str(), target))
}

/// Everything that can be called, and for which organization.
fn choices(scene: &Scene<'_>) -> Group {
    let can_call = scene.engine.allows(&list_organizations());
    if !can_call {
        return group(
            "Requests",
            "",
            vec![prose(
                "They come with a profile whose API is known: see step 1.",
            )],
        );
    }
    let mut rows = vec![organization(scene)];
    rows.extend(offers().map(|offer| self::offer(scene, &offer)));
    rows.push(choice(
        Mark::None,
        "Free request",
        "any method and path",
        Action::Ask(Question::FreeRequest),
    ));
    group("Requests", "needs", rows)
}

/// The organization that paths name.
fn organization(scene: &Scene<'_>) -> Row {
    let requests = scene.engine.requests();
    let known = |id: &str| {
        requests
            .organizations
            .iter()
            .find(|organization| organization.id == id)
            .map(|organization| organization.name.as_str())
            .unwrap_or_default()
    };
    match &requests.organization {
        Some(id) => choice(
            Mark::Ok,
            joined(&[format!("organization {id}"), known(id).to_owned()]),
            "change",
            Action::Open(Place::Organizations),
        ),
        None if requests.organizations.is_empty() => choice(
            Mark::None,
            "organization not chosen yet: list them first",
            "",
            Action::Engine(list_organizations()),
        ),
        None => choice(
            Mark::None,
            "organization not chosen yet",
            "choose",
            Action::Open(Place::Organizations),
        ),
    }
}

/// One operation, with the scope it needs.
fn offer(scene: &Scene<'_>, offer: &Offer) -> Row {
    let requests = scene.engine.requests();
    let operation = offer.operation;
    let granted = scene.engine.grant().map(|grant| allows(grant, operation));
    let scope = operation.scope.short();
    let (mark, right) = match granted {
        Some(true) => (Mark::Ok, format!("{scope}, granted")),
        Some(false) => (Mark::Warning, format!("{scope}, not granted")),
        None => (Mark::None, scope.to_owned()),
    };
    let lacks = operation.path.contains(ORGANIZATION) && requests.organization.is_none();
    let action = match (lacks, requests.organizations.is_empty()) {
        (false, _) => Action::Engine(send(offer)),
        (true, false) => Action::Open(Place::Organizations),
        (true, true) => Action::Engine(list_organizations()),
    };
    let text = format!(
        "{:<4} {:<14} {}",
        operation.method,
        offer.name,
        summary(operation)
    );
    choice(mark, text, right, action)
}

/// Whether a grant's scopes cover an operation.
fn allows(grant: &Grant, operation: &Operation) -> bool {
    !operation.scope.is_missing(&grant.scopes)
}

/// The summary, up to its first clause.
fn summary(operation: &Operation) -> &str {
    operation
        .summary
        .split([':', ';'])
        .next()
        .unwrap_or_default()
}

/// A call is under way.
fn sending(scene: &Scene<'_>, record: &Record) -> Pane {
    let elapsed = time::clock(scene.now.duration_since(record.at));
    Pane {
        state: StepState::Running,
        button: Some(button(
            "Cancel the call",
            Action::Engine(Command::CancelSend),
        )),
        quiet: Some(Visible::of(&format!(
            "{}   {}",
            called(scene, record),
            along(scene, record)
        ))),
        groups: parts::raw(scene, record, ("Raw request", "Raw answer")),
        ..blank(
            scene,
            Step::Requests,
            format!("Waiting for the API   {elapsed}"),
        )
    }
}

/// `GET https://api.dinero.dk/v1.1/organizations`, secrets masked.
fn called(scene: &Scene<'_>, record: &Record) -> String {
    format!(
        "{} {}",
        record.request.method,
        scene.engine.mask().url(&record.request.url)
    )
}

/// Whether the token went along, and why not when it did not.
fn along(scene: &Scene<'_>, record: &Record) -> &'static str {
    let went = record.request.headers.get("authorization").is_some();
    let may = |grant: &Grant| authorization(grant, &record.request.url).is_some();
    match (went, scene.engine.grant()) {
        (true, _) => "with the token",
        (false, Some(grant)) if !may(grant) => "without the token: another origin",
        (false, _) => "without a token",
    }
}

/// An answer came, or none.
fn answered(scene: &Scene<'_>, record: &Record) -> Pane {
    let headline = match &record.outcome {
        Outcome::Response(response) => joined(&[
            parts::status(response),
            words_for(response.status).to_owned(),
        ]),
        Outcome::Failed(failure) if failure.kind == FailureKind::Cancelled => {
            "You cancelled the call".to_owned()
        }
        Outcome::Failed(failure) => format!("No answer: {}", failure.words()),
        Outcome::Pending => "The call is under way".to_owned(),
    };
    let mut groups = vec![choices(scene), answer(scene, record)];
    if let Some(response) = record.outcome.response() {
        groups.push(folding(
            "Headers",
            parts::counted(response.headers.0.len(), "header"),
            vec![parts::head(scene, response)],
        ));
        groups.push(body(scene, record, response));
    }
    Pane {
        button: Some(after(scene, record)),
        quiet: Some(Visible::of(&joined(&[
            took(record),
            record
                .outcome
                .response()
                .map(|response| time::size(response.body.len()))
                .unwrap_or_default(),
            called(scene, record),
        ]))),
        groups,
        ..blank(scene, Step::Requests, headline)
    }
}

/// What a status means, where its number says too little.
fn words_for(status: u16) -> &'static str {
    match status {
        200..=299 => "the API answered",
        300..=399 => "sent elsewhere; not followed",
        401 => "the API does not take the token",
        403 => "the token does not allow this",
        404 => "there is nothing here",
        429 => "wait before the next call",
        480 => "a brown-out: this endpoint goes away",
        400..=499 => "the API refused the call",
        _ => "the API is in trouble itself",
    }
}

/// The button after an answer.
fn after(scene: &Scene<'_>, record: &Record) -> Button {
    match &record.outcome {
        Outcome::Response(response) if response.status < 400 => next(scene),
        Outcome::Response(response) if response.status == 401 => match scene.engine.grant() {
            Some(_) => go_to(Step::Token),
            None => towards_a_token(scene),
        },
        _ => button(
            "Send it again",
            Action::Engine(Command::Send(Call::new(
                record.request.method.as_str(),
                record.request.url.as_str(),
            ))),
        ),
    }
}

/// Facts of the answer.
fn answer(scene: &Scene<'_>, record: &Record) -> Group {
    let mut rows = vec![
        fact(
            Mark::Note,
            "sent",
            scene.time(record.at),
            along(scene, record),
        ),
        fact(Mark::Note, "took", took(record), first_byte(record)),
    ];
    match &record.outcome {
        Outcome::Response(response) => {
            let size = time::size(response.body.len());
            rows.push(match response.cut {
                None => fact(Mark::Note, "size", size, response.headers.media_type()),
                Some(Cut::ConnectionEnded) => fact(Mark::Error, "size", size, "it broke off here"),
                Some(Cut::Limit(limit)) => fact(
                    Mark::Warning,
                    "size",
                    size,
                    format!("cut at {}", time::size(limit)),
                ),
            });
        }
        Outcome::Failed(failure) => {
            rows.push(fact(Mark::Note, "in its own words", &failure.detail, ""));
        }
        Outcome::Pending => {}
    }
    group("Answer", "", rows)
}

/// How long the call took.
fn took(record: &Record) -> String {
    record.timing.total.map(time::duration).unwrap_or_default()
}

/// When its first byte came.
fn first_byte(record: &Record) -> String {
    record
        .timing
        .first_byte
        .map(|length| format!("first byte {}", time::duration(length)))
        .unwrap_or_default()
}

/// The body, laid out.
fn body(scene: &Scene<'_>, record: &Record, response: &Response) -> Group {
    let layout = scene
        .engine
        .requests()
        .layout
        .as_ref()
        .filter(|(call, _)| *call == record.call);
    let (right, row) = match layout {
        _ if response.body.is_empty() => (String::new(), prose("It is empty.")),
        Some((_, layout)) => (
            parts::counted(layout.lines.len(), "line"),
            Row::Scroll(std::sync::Arc::clone(layout)),
        ),
        None => (String::new(), prose("It is being laid out.")),
    };
    group("Body", right, vec![row])
}
