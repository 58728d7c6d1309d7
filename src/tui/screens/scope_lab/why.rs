//! Why a cell is as it is: what was sent, what came, what is found in it, and whether that was expected.

use super::super::Scene;
use super::super::parts::{joined, outcome, short_scopes};
use super::{chosen, has_twin, name, selected, title};
use crate::core::dinero::catalogue::{Operation, Scope};
use crate::core::engine::scope_lab::{Answer, Cell, Column, Fit};
use crate::core::wire::visible::Visible;
use crate::tui::ui::Ui;

/// What is said of the selected cell, below the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Why {
    /// Which cell it is.
    pub title: Visible,
    /// What was sent and what came.
    pub call: Visible,
    /// What was found in it, and whether it was expected.
    pub lines: Vec<Visible>,
}

/// What is to be said of the selected cell.
pub fn why(scene: &Scene<'_>, ui: &Ui) -> Why {
    let columns = scene.engine.lab_columns();
    let rows = scene.engine.lab().rows();
    let at = selected(ui).min(rows.len().saturating_sub(1));
    let Some(row) = rows.get(at) else {
        return Why::default();
    };
    let needs = row.scope.short();
    let Some(column) = columns.get(chosen(ui, &columns)) else {
        return Why {
            title: Visible::of(&title(row)),
            call: Visible::of(&format!("{} {}", row.method, row.path)),
            lines: vec![Visible::of(&format!("Needs {needs} (inferred)."))],
        };
    };
    let spelled = |scopes: &[String]| short_scopes(scopes.iter().map(String::as_str));
    let with = match column {
        Column::Grant(held, None) if !held.grant.scopes.is_empty() => spelled(&held.grant.scopes),
        _ => name(column).to_string(),
    };
    let of = match column {
        Column::Grant(held, _) if has_twin(&columns, column) => {
            format!(" of {}", scene.time(held.grant.obtained_at))
        }
        _ => String::new(),
    };
    let title = Visible::of(&format!("{}, with {with}{of}", title(row)));
    let open = |line: String| Why {
        title: title.clone(),
        call: Visible::of(&format!("{} {}", row.method, row.path)),
        lines: vec![Visible::of(&line)],
    };
    match column {
        Column::Without(set) => open(format!(
            "No grant has these scopes yet: {}. Enter begins a new run that asks for them.",
            spelled(&set.scopes)
        )),
        Column::Grant(held, _) => match scene.engine.lab_cell(&held.id, &row.name) {
            Some(cell) => of_cell(scene, title, row, cell),
            None if held.grant.is_spent(scene.now) => open(
                "Its token is spent and is not refreshed here: 5, then Enter on the grant, u."
                    .to_owned(),
            ),
            None if row.scope == Scope::ReadOrWrite => {
                open("Not tried yet. Nothing tells whether it needs read or write.".to_owned())
            }
            None => {
                let granted = match row.scope.is_missing(&held.grant.scopes) {
                    _ if held.grant.scopes.is_empty() => "what this token has is not known",
                    true => "not granted",
                    false => "granted",
                };
                open(format!(
                    "Not tried yet. Needs {needs} (inferred): {granted}."
                ))
            }
        },
    }
}

/// What was sent and what came.
fn of_cell(scene: &Scene<'_>, title: Visible, row: &Operation, cell: &Cell) -> Why {
    let record = scene.engine.record(cell.call);
    let sent = record.map(|record| {
        let url = scene.engine.mask().url(&record.request.url);
        let url = url.to_string();
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        let line = format!("{} /{path}", record.request.method);
        joined(&[line, outcome(record)])
    });
    let lines = match &cell.answer {
        None => vec!["Its answer is awaited.".to_owned()],
        Some(Answer::None(why)) => vec![format!("No answer: {why}.")],
        Some(Answer::Answered {
            status,
            finding,
            fit,
        }) => {
            let found = finding.as_ref().map(|found| format!("{}.", found.headline));
            let fits = fit_words(*fit, row.scope, *status);
            found.into_iter().chain([fits]).collect()
        }
    };
    Why {
        title,
        call: Visible::of(&sent.unwrap_or_default()),
        lines: lines.iter().map(|line| Visible::of(line)).collect(),
    }
}

/// How an answer fits what the catalogue infers.
fn fit_words(fit: Fit, scope: Scope, status: u16) -> String {
    let needs = scope.short();
    match fit {
        Fit::Granted => format!("Needs {needs} (inferred), which was granted: as expected."),
        Fit::Lacking => format!("Needs {needs} (inferred), which was not granted: as expected."),
        Fit::AllowedWithout => {
            format!("~ The catalogue infers {needs}, and it was allowed without it.")
        }
        Fit::RefusedWith => {
            format!("~ The catalogue infers {needs}, and it was refused although that was granted.")
        }
        Fit::Suffices(alone) => {
            format!("Nothing tells whether it needs read or write: {alone} alone was enough.")
        }
        Fit::IsTooLittle(alone) => {
            format!("Nothing tells whether it needs read or write: {alone} alone was not enough.")
        }
        Fit::Silent if (200..300).contains(&status) => {
            "Allowed; which of its scopes that took cannot be told.".to_owned()
        }
        Fit::Silent => {
            "It says nothing about scopes: it was refused for something else.".to_owned()
        }
    }
}
