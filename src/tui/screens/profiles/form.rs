//! The form: a row for each key, with its value, what it means, and what is wrong with it.

use super::super::Scene;
use super::super::parts::{counted, group, short_scopes};
use super::words::{assumed, short};
use crate::core::profile::edit::{Draft, FIELDS, FieldFacts, FieldKind, OWN_URLS};
use crate::core::profile::{SecretReference, is_placeholder};
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Shelving};
use crate::tui::pane::{Fact, Group, Mark, Row, Value};
use crate::tui::ui::shelf::Entry;
use crate::tui::ui::shelving::sets;

/// The groups of the form, in the order of its fields.
pub(super) fn groups(scene: &Scene<'_>, entry: &Entry) -> Vec<Group> {
    let Some(draft) = &entry.draft else {
        return Vec::new();
    };
    let own_urls = draft.value("provider").as_deref() == Some(OWN_URLS);
    let mut groups: Vec<Group> = Vec::new();
    for field in FIELDS {
        if field.key.starts_with("provider.") && !own_urls {
            continue;
        }
        let rows = match field.kind {
            FieldKind::Sets => set_rows(entry),
            _ => vec![row(scene, entry, draft, field)],
        };
        match groups.last_mut() {
            Some(last) if last.label.as_str() == field.group => last.rows.extend(rows),
            _ => groups.push(group(field.group, "", rows)),
        }
    }
    groups
}

/// A row of the form.
fn row(scene: &Scene<'_>, entry: &Entry, draft: &Draft, field: &FieldFacts) -> Row {
    let value = draft.value(field.key);
    let problem = draft.problem(field.key);
    let is_choice = matches!(field.kind, FieldKind::Choice(_) | FieldKind::Secret);
    let shown = match (&value, field.kind) {
        (Some(text), FieldKind::Secret) => Some(secret_words(entry, text)),
        (Some(text), FieldKind::Pairs) => Some(scene.engine.mask().text(text, &[])),
        (Some(text), _) if field.key == "scopes" => Some(short_scopes(text.split(' '))),
        (Some(text), _) => Some(text.clone()),
        (None, FieldKind::Secret) => Some("none".to_owned()),
        (None, _) => None,
    };
    let shown = shown.map(|text| {
        if is_choice {
            format!("{text} ▾")
        } else {
            text
        }
    });
    let is_open = matches!(field.key, "client_id" | "redirect_uri")
        && value.as_deref().is_some_and(is_placeholder);
    let meaning = match &problem {
        Some(problem) => problem.message.clone(),
        None if is_open => "to be filled in".to_owned(),
        None => what_it_means(scene, entry, field, value.as_deref()),
    };
    let mark = match (&problem, field.key) {
        (Some(_), _) => Mark::Error,
        (None, _) if is_open => Mark::Warning,
        (None, "client_secret") if entry.has_plain_secret() => Mark::Warning,
        (None, "client_id" | "client_secret" | "redirect_uri") if value.is_some() => Mark::Ok,
        (None, _) => Mark::None,
    };
    let name = field.key.rsplit('.').next().unwrap_or(field.key);
    Row::Fact(Fact {
        mark,
        name: Visible::of(name),
        value: shown.map_or(Value::Nothing, |text| Value::Plain(Visible::of(&text))),
        meaning: Visible::of(&meaning),
        action: Some(Action::Shelf(Shelving::Field(field.key))),
        changed: entry.changed.contains(&field.key) && !entry.is_new(),
    })
}

/// A value as it may be shown; `None` when the profile does not say.
pub(super) fn shown_value(entry: &Entry, key: &str) -> Option<String> {
    let value = entry.draft.as_ref()?.value(key)?;
    Some(match key {
        "client_secret" => secret_words(entry, &value),
        _ => value,
    })
}

/// Where a secret is, without the secret.
fn secret_words(entry: &Entry, text: &str) -> String {
    match &entry.secret {
        Some(SecretReference::Plain(_)) => "plain text".to_owned(),
        Some(SecretReference::Environment(name)) => format!("environment {name}"),
        _ => text.to_owned(),
    }
}

/// What stands beside a value that is well.
fn what_it_means(
    scene: &Scene<'_>,
    entry: &Entry,
    field: &FieldFacts,
    value: Option<&str>,
) -> String {
    let profile = entry.file.profile.as_ref();
    match (field.key, value) {
        ("provider", _) => profile.map(|profile| profile.provider.environment.label()),
        ("client_secret", _) => match &entry.secret {
            Some(SecretReference::Plain(secret)) => {
                Some(scene.engine.mask().fact(secret).to_string())
            }
            Some(SecretReference::Prompt) => Some("asked for when needed".to_owned()),
            Some(SecretReference::Keyring) => Some("the system keeps it".to_owned()),
            Some(SecretReference::None) | None => Some("a client without one".to_owned()),
            Some(SecretReference::Environment(_) | SecretReference::Command(_)) => {
                Some("read when needed".to_owned())
            }
        },
        ("scopes", _) => profile.map(|profile| counted(profile.scopes.len(), "scope")),
        (key, None) if assumed(key).is_some() => assumed(key).map(str::to_owned),
        (key, Some(word)) if matches!(field.kind, FieldKind::Choice(_)) => {
            Some(super::choice_words(key, word).to_owned())
        }
        _ => None,
    }
    .filter(|text| !text.is_empty())
    .unwrap_or_else(|| short(field.key).to_owned())
}

/// The scope sets, one a row, and the row that makes another.
fn set_rows(entry: &Entry) -> Vec<Row> {
    let changed = entry.changed.contains(&"scope_sets") && !entry.is_new();
    let problem = entry
        .draft
        .as_ref()
        .and_then(|draft| draft.problem("scope_sets"));
    let mut rows: Vec<Row> = sets(entry)
        .into_iter()
        .map(|(name, scopes)| {
            let own = format!("scope_sets.{name}");
            let problem = problem.as_ref().filter(|problem| problem.key == own);
            Row::Fact(Fact {
                mark: if problem.is_some() {
                    Mark::Error
                } else {
                    Mark::None
                },
                name: Visible::of(&format!("set {name}")),
                value: Value::Plain(Visible::of(&scopes.join(" "))),
                meaning: match problem {
                    Some(problem) => Visible::of(&problem.message),
                    None => Visible::of("asked for instead"),
                },
                action: Some(Action::Shelf(Shelving::EditSet(name))),
                changed,
            })
        })
        .collect();
    rows.push(Row::Fact(Fact {
        mark: Mark::None,
        name: Visible::of("scope_sets"),
        value: Value::Nothing,
        meaning: Visible::of(if rows.is_empty() {
            "Enter adds one"
        } else {
            "Enter adds another"
        }),
        action: Some(Action::Shelf(Shelving::AddSet)),
        changed: changed && rows.is_empty(),
    }));
    rows
}
