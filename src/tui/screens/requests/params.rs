//! The parameters and header fields of the request in hand, as rows.

use super::super::Scene;
use super::super::parts::choice;
use super::{Action, Draft, Drafting, Mark, Place, Row};
use crate::core::dinero::catalogue::{Kind, ORGANIZATION, Parameter};
use crate::core::dinero::{filter, value};
use crate::core::secret::Secret;
use crate::core::wire::redact::{is_secret_header, is_secret_name};
use crate::tui::action::drafting::Slot;
use crate::tui::pane::{Fact, Value};
use crate::tui::ui::Ui;

/// How many of them are sent.
pub(super) fn counted(draft: &Draft) -> String {
    let sent = draft.parameters.iter().filter(|row| row.on).count();
    match draft.parameters.len() {
        0 => String::new(),
        all => format!("{sent} of {all} sent"),
    }
}

/// The parameters; of a free request its method and path first.
pub(super) fn rows(scene: &Scene<'_>, ui: &Ui, draft: &Draft) -> Vec<Row> {
    let mut rows = Vec::new();
    if draft.operation.is_none() {
        rows.push(fact(
            Mark::On,
            "method",
            &draft.method,
            "any word",
            edit(Slot::Method),
            false,
        ));
        let meaning = "below the API, {organizationId} in it; or an absolute address";
        rows.push(fact(
            Mark::On,
            "path",
            &draft.path,
            meaning,
            edit(Slot::Target),
            false,
        ));
    }
    let fresh = ui.drafting.fresh();
    for (at, row) in draft.parameters.iter().enumerate() {
        let known = draft.known(at);
        let in_path = at < draft.in_path();
        let is_organization = in_path && row.name == ORGANIZATION;
        let wrong = known
            .filter(|_| row.on && !row.value.is_empty())
            .and_then(|known| trouble(draft, known, &row.value, in_path));
        let mark = match (row.on, &wrong) {
            (true, Some(_)) => Mark::Warning,
            (true, None) => Mark::On,
            (false, _) => Mark::Off,
        };
        let meaning = match (wrong, known) {
            (Some(wrong), _) => wrong,
            (_, Some(known)) => meaning(known, in_path),
            (_, None) => "not in the catalogue".to_owned(),
        };
        let changed = fresh.parameters.get(at) != Some(row);
        if is_organization && row.value.is_empty() {
            rows.push(organization(scene, changed));
            continue;
        }
        let slot = Slot::Parameter(at);
        if is_secret_name(&row.name) && !row.value.is_empty() {
            rows.push(secret(mark, &row.name, &row.value, edit(slot)));
        } else {
            rows.push(fact(
                mark,
                &row.name,
                &row.value,
                &meaning,
                edit(slot),
                changed,
            ));
        }
    }
    let add = Action::Drafting(Drafting::Type(Slot::NewParameter));
    rows.push(choice(Mark::None, "+ another parameter", "a", add));
    rows
}

/// The header fields that the user adds.
pub(super) fn headers(scene: &Scene<'_>, draft: &Draft) -> Vec<Row> {
    let mut rows = Vec::new();
    let names = |name: &str| {
        let mut own = draft.headers.iter().filter(|row| row.on);
        own.any(|row| row.name.eq_ignore_ascii_case(name))
    };
    let automatic = |name: &str, value: &str, meaning: &str| {
        Row::Fact(Fact {
            mark: Mark::Note,
            name: name.into(),
            value: Value::Plain(value.into()),
            meaning: meaning.into(),
            action: None,
            changed: false,
        })
    };
    if !names("accept") {
        rows.push(automatic("Accept", "application/json", "by itself"));
    }
    if scene.engine.grant().is_some() && !names("authorization") {
        rows.push(automatic(
            "Authorization",
            "Bearer, the token",
            "by itself, to the API only",
        ));
    }
    for (at, row) in draft.headers.iter().enumerate() {
        let mark = if row.on { Mark::On } else { Mark::Off };
        let slot = Slot::Header(at);
        if is_secret_header(&row.name) && !row.value.is_empty() {
            rows.push(secret(mark, &row.name, &row.value, edit(slot)));
        } else {
            rows.push(fact(
                mark,
                &row.name,
                &row.value,
                "your own",
                edit(slot),
                true,
            ));
        }
    }
    let add = Action::Drafting(Drafting::Type(Slot::NewHeader));
    rows.push(choice(Mark::None, "+ another header field", "a", add));
    rows
}

/// What is wrong with a value, or to be known of it.
fn trouble(draft: &Draft, parameter: &Parameter, value: &str, in_path: bool) -> Option<String> {
    if in_path {
        return value::path_trouble(parameter, value).or_else(|| value::path_note(value));
    }
    match &parameter.kind {
        Kind::Filter => {
            let operation = draft.operation()?;
            filter::read(value, &operation.filters).err()
        }
        Kind::Fields if !value::is_template(value) => {
            let known: Vec<String> = draft
                .operation()?
                .answer_fields()
                .map(str::to_owned)
                .collect();
            let named = filter::fields_checked(value, known.iter().map(String::as_str));
            let strange = named
                .into_iter()
                .find(|(name, on)| *on && !known.contains(name));
            strange.map(|(name, _)| format!("`{name}` is not known here"))
        }
        _ => value::trouble(parameter, value),
    }
}

/// What a parameter means, with what it may be.
fn meaning(parameter: &Parameter, in_path: bool) -> String {
    let mut parts = Vec::new();
    if in_path {
        parts.push("in the path".to_owned());
    } else if parameter.required {
        parts.push("required".to_owned());
    }
    if let Some(default) = &parameter.default {
        parts.push(format!("default {default}"));
    }
    match &parameter.kind {
        Kind::Choice(values) | Kind::Choices(values) if parameter.meaning.is_empty() => {
            parts.push(values.join(" "));
        }
        _ => {}
    }
    if !parameter.meaning.is_empty() {
        parts.push(parameter.meaning.clone());
    }
    parts.join(", ")
}

/// The organization that is chosen for all requests.
fn organization(scene: &Scene<'_>, changed: bool) -> Row {
    let requests = scene.engine.requests();
    let id = requests.organization.clone().unwrap_or_default();
    let known = requests.organizations.iter().find(|known| known.id == id);
    let meaning = match known {
        Some(known) => format!("{} ▾", known.name),
        None if id.is_empty() => "chosen once for all requests".to_owned(),
        None => "for all requests".to_owned(),
    };
    let action = if requests.organizations.is_empty() {
        edit(Slot::Parameter(0))
    } else {
        Action::Open(Place::Organizations)
    };
    fact(Mark::On, ORGANIZATION, &id, &meaning, action, changed)
}

/// The action that changes a value.
fn edit(slot: Slot) -> Action {
    Action::Drafting(Drafting::Edit(slot))
}

/// A row.
fn fact(mark: Mark, name: &str, value: &str, meaning: &str, action: Action, changed: bool) -> Row {
    Row::Fact(Fact {
        mark,
        name: name.into(),
        value: if value.is_empty() {
            Value::Nothing
        } else {
            Value::Plain(value.into())
        },
        meaning: meaning.into(),
        action: Some(action),
        changed,
    })
}

/// A row whose value is masked.
fn secret(mark: Mark, name: &str, value: &str, action: Action) -> Row {
    Row::Fact(Fact {
        mark,
        name: name.into(),
        value: Value::Secret(Secret::new(value)),
        meaning: "your own".into(),
        action: Some(action),
        changed: true,
    })
}
