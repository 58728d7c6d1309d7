//! Whether the request in hand can be sent, what it lacks, and the button that goes on.

use super::super::parts::{choice, prose};
use super::super::{Scene, button, go_to, token};
use super::list::method;
use super::{Action, Button, Command, Draft, Drafting, Mark, Place, Row, caution};
use crate::core::dinero::catalogue::{self, Operation, operation};
use crate::core::dinero::draft::{DraftBody, Row as ParameterRow, Unmade};
use crate::core::dinero::value;
use crate::core::engine::message::requests::RequestCommand;
use crate::core::oauth::{RunPhase, Step};
use crate::tui::action::drafting::Slot;
use crate::tui::screens::{new_run, parts, time, way_on};
use crate::tui::ui::Ui;
use crate::tui::ui::drafting::Entry;

/// What a request lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lack {
    /// The companies were not listed yet.
    Organizations,
    /// One of them must be chosen.
    Organization,
    /// This value.
    Value(Slot, String),
    /// A variable has no value, or something else is wrong.
    Other(String),
}

impl Lack {
    /// In a sentence.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Organizations | Self::Organization => {
                "Choose an organization first: the address needs it.".to_owned()
            }
            Self::Value(_, what) => format!("Fill in {what} first."),
            Self::Other(what) => what.clone(),
        }
    }
}

/// What the request in hand lacks before it can be sent; `None` for nothing.
pub(super) fn lack(scene: &Scene<'_>, _ui: &Ui, draft: &Draft) -> Option<Lack> {
    if draft.operation.is_none() && draft.path.trim().is_empty() {
        return Some(Lack::Value(Slot::Target, "a path".to_owned()));
    }
    let Some(first) = scene
        .engine
        .preview(draft)
        .err()
        .and_then(|unmade| unmade.into_iter().next())
    else {
        return empty_and_required(draft);
    };
    Some(match first {
        Unmade::NoOrganization if scene.engine.requests().organizations.is_empty() => {
            Lack::Organizations
        }
        Unmade::NoOrganization => Lack::Organization,
        Unmade::Empty(name) => {
            let at = draft.parameters.iter().position(|row| row.name == name);
            Lack::Value(Slot::Parameter(at.unwrap_or_default()), name)
        }
        Unmade::NoFile => Lack::Value(Slot::File, "the file".to_owned()),
        other @ (Unmade::Variable(_) | Unmade::Header(_)) => Lack::Other(other.words()),
    })
}

/// A value of the query that Dinero requires, and that is empty; who switches its row off means it.
fn empty_and_required(draft: &Draft) -> Option<Lack> {
    // What stands in the path is judged as the call is made: the organization has its own way in.
    let parameters = draft.parameters.iter().enumerate();
    let mut parameters = parameters.skip(draft.in_path());
    let (at, row) = parameters.find(|(at, row)| {
        let required = draft.known(*at).is_some_and(|known| known.required);
        required && row.on && row.value.trim().is_empty()
    })?;
    Some(Lack::Value(Slot::Parameter(at), row.name.clone()))
}

/// What does not look as it should, and may be sent all the same.
pub(super) fn doubt(ui: &Ui, draft: &Draft) -> Option<String> {
    let mut parameters = draft.parameters.iter().enumerate();
    let wrong = |(at, row): &(usize, &ParameterRow)| {
        let is_sent = *at < draft.in_path() || row.on;
        let known = draft
            .known(*at)
            .filter(|_| is_sent && !row.value.is_empty());
        known.is_some_and(|known| value::trouble(known, &row.value).is_some())
    };
    let wrong = parameters.find(wrong);
    match wrong {
        Some((_, row)) => Some(row.name.clone()),
        None => ui.drafting.has_wrong_body().then(|| "the body".to_owned()),
    }
}

/// Headline and button.
pub(super) fn head(scene: &Scene<'_>, ui: &Ui, draft: &Draft) -> (String, Button) {
    let requests = scene.engine.requests();
    let name = match &ui.drafting.hand {
        Entry::Saved(name) => ui.drafting.saved(name).map(|one| one.saved.title.clone()),
        _ => None,
    };
    let name = name.unwrap_or_else(|| name_of(draft));
    if let Some(call) = &requests.unsent {
        let may_be_spent = scene
            .engine
            .held()
            .is_some_and(|held| held.unsettled.is_some());
        let again = if may_be_spent {
            go_to(Step::Token)
        } else {
            button("Send it again", Action::Engine(Command::Send(call.clone())))
        };
        let headline = "Not sent: the token is spent, the refresh failed";
        return (headline.to_owned(), again);
    }
    if scene.engine.grant().is_none() && draft.operation.is_some() {
        let towards = match scene.engine.run().phase {
            RunPhase::Authorized => new_run(),
            _ => way_on(scene),
        };
        return (format!("No token yet: {name}"), towards);
    }
    match lack(scene, ui, draft) {
        None if waits_for_organization(scene, draft) => {
            let choose = Action::Open(Place::Organizations);
            (
                "Now choose one".to_owned(),
                button("Choose the organization", choose),
            )
        }
        None => {
            let send = Action::Drafting(Drafting::Send);
            let headline = match doubt(ui, draft) {
                Some(what) => format!("Check {what}: {name}"),
                None => format!("Ready: {name}"),
            };
            (headline, button("Send", send))
        }
        Some(Lack::Organizations | Lack::Organization) => (
            format!("Needs an organization: {name}"),
            organizations_button(scene),
        ),
        Some(Lack::Value(slot, what)) => {
            let edit = Action::Drafting(Drafting::Edit(slot));
            (
                format!("Needs {what}: {name}"),
                button(&format!("Fill in {what}"), edit),
            )
        }
        Some(Lack::Other(_)) => {
            let send = Action::Drafting(Drafting::Send);
            (format!("Not complete: {name}"), button("Send", send))
        }
    }
}

/// The button that leads to an organization: lists them, or has one of them chosen.
pub fn organizations_button(scene: &Scene<'_>) -> Button {
    if !scene.engine.requests().organizations.is_empty() {
        let choose = Action::Open(Place::Organizations);
        return button("Choose the organization", choose);
    }
    let list = operation("organizations.list").map(Draft::of);
    let list = list.unwrap_or_else(|| Draft::free("GET", "/v1.1/organizations"));
    let command = Command::Request(RequestCommand::Send(Box::new(list)));
    button("List the organizations", Action::Engine(command))
}

/// Whether the organizations in hand were listed, and one of them is to be chosen next.
fn waits_for_organization(scene: &Scene<'_>, draft: &Draft) -> bool {
    let requests = scene.engine.requests();
    draft.operation.as_deref() == Some("organizations.list")
        && requests.organization.is_none()
        && requests.organizations.len() > 1
}

/// `GET Invoices, list`, or `GET, free request`.
pub fn name_of(draft: &Draft) -> String {
    match draft.operation() {
        Some(operation) => operation_name(operation),
        None => format!("{}, free request", draft.method),
    }
}

/// `GET Invoices, list`.
pub(super) fn operation_name(operation: &Operation) -> String {
    format!(
        "{} {}, {}",
        method(operation),
        operation.resource,
        operation.label
    )
}

/// What is to be known before it is sent: what is wrong, what it lacks, what it can do, where it goes.
pub(super) fn said(scene: &Scene<'_>, ui: &Ui, draft: &Draft) -> Vec<Row> {
    let mut rows = Vec::new();
    let requests = scene.engine.requests();
    if requests.unsent.is_some() {
        rows.push(prose(format!("{}.", token::why_not_refreshed(scene))));
    }
    let is_about_this = requests.sent.as_ref() == Some(draft);
    for unmade in requests.unmade.iter().filter(|_| is_about_this) {
        rows.push(prose(format!("✗ Not sent: {unmade}")));
    }
    if let Some(Lack::Other(what)) = lack(scene, ui, draft).filter(|_| rows.is_empty()) {
        rows.push(prose(format!("✗ {what}")));
    }
    if let Some(trouble) = super::body::trouble(draft) {
        let glyph = if trouble.breaks { "⚠" } else { "·" };
        rows.push(prose(format!("{glyph} The body, {trouble}")));
    }
    if ui.drafting.has_left() {
        rows.push(prose(
            "· Something you typed is not taken: it is there when you open it again.",
        ));
    }
    rows.extend(scope_rows(scene, draft));
    rows.extend(after_429(scene));
    if let Some(operation) = draft.operation() {
        let danger = super::list::danger(operation).filter(|_| operation.danger.always_asks());
        if let Some(danger) = danger {
            rows.push(prose(format!("⚠ It {danger}: you are asked before.")));
        }
        let newer = operation.newer.as_deref();
        if let Some(newer) = newer.and_then(catalogue::operation) {
            rows.push(prose(format!(
                "· There is a newer version: {} {}",
                newer.method, newer.path
            )));
        }
    }
    if matches!(&draft.body, DraftBody::Text(text) if text.len() > 1024 * 1024) {
        rows.push(prose("· The body is over 1 MB."));
    }
    rows
}

/// A scope that is missing, and the way to it.
fn scope_rows(scene: &Scene<'_>, draft: &Draft) -> Vec<Row> {
    let Some(grant) = scene.engine.grant() else {
        return Vec::new();
    };
    let missing = caution::missing_scope(draft.operation(), &draft.method, &grant.scopes);
    let Some(scope) = missing else {
        return Vec::new();
    };
    let text = format!(
        "✗ The token lacks {scope}, for {}: Dinero answers 403",
        caution::would_allow(scope)
    );
    vec![
        prose(text),
        choice(
            Mark::None,
            format!(
                "→ a new run that asks for {} too",
                parts::short_scope(scope)
            ),
            "",
            Action::Drafting(Drafting::AskForScope(scope)),
        ),
    ]
}

/// What was refused for its pace, and what stopped before its end.
fn after_429(scene: &Scene<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let requests = scene.engine.requests();
    let stopped = requests
        .gathering
        .as_ref()
        .and_then(|all| all.stopped.clone());
    if let Some(why) = &stopped {
        rows.push(prose(format!(
            "⚠ Fetching stopped: {why} What came is shown."
        )));
    }
    let at = scene.engine.retry_at();
    let retry = Command::Request(RequestCommand::Retry);
    let go_on = Command::Request(RequestCommand::GoOn);
    if let Some(at) = at.filter(|_| scene.engine.allows(&retry)) {
        let left = at.duration_since(scene.now).as_secs().max(0);
        let text = format!(
            "→ send it again when it is allowed, in {}",
            time::countdown(left)
        );
        rows.push(choice(Mark::None, text, "", Action::Engine(retry)));
    } else if stopped.is_some() && scene.engine.allows(&go_on) {
        let text = "→ go on from there";
        rows.push(choice(Mark::None, text, "", Action::Engine(go_on)));
    }
    rows
}
