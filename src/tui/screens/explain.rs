//! What was pasted, taken apart: what it is, its parts by name, and what it is compared with.

use super::parts::{choice, counted, fact, group, prose};
use super::{Scene, button, capitalised};
use crate::core::diagnose::Severity;
use crate::core::explain::{Explanation, Kind};
use crate::core::oauth::StepState;
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Pasting};
use crate::tui::pane::{Group, Mark, Pane};
use crate::tui::ui::Ui;

/// The pane beside the text.
pub(super) fn pane(scene: &Scene<'_>, ui: &Ui) -> Pane {
    let pasted = &ui.pasted;
    let mut pane = Pane {
        title: Visible::of("Anatomy"),
        state: state(ui),
        headline: Visible::default(),
        button: None,
        quiet: None,
        groups: Vec::new(),
    };
    let another = button("Paste another", Action::Pasted(Pasting::Clear));
    match pasted.explanation() {
        Some(found) => {
            pane.headline = Visible::of(&what_it_is(found));
            pane.button = Some(another);
            pane.quiet = Some(Visible::of(&verdict(found)));
            pane.groups.extend(compared(scene, ui));
            let parts = found.parts.iter().map(|part| {
                let (name, value) = (part.name.clone(), part.value.clone());
                fact(Mark::None, name, value, part.meaning.clone())
            });
            let right = counted(found.parts.len(), "part");
            pane.groups.push(group("Parts", right, parts.collect()));
        }
        None if pasted.explained.is_some() => {
            pane.headline = Visible::of("Nothing in it is recognised");
            pane.button = Some(another);
            pane.quiet = Some(Visible::of("Give all of it, from the first character on"));
            pane.groups.push(known());
        }
        None if pasted.waits => {
            pane.headline = Visible::of("It is being read");
        }
        None => {
            pane.headline = Visible::of("Nothing was explained yet");
            pane.button = Some(if pasted.is_empty() {
                button("Paste or type it", Action::Pasted(Pasting::Edit))
            } else {
                button("Explain it", Action::Pasted(Pasting::Explain))
            });
            pane.groups.push(known());
        }
    }
    pane
}

/// How far the explanation is, in the states of a step.
pub fn state(ui: &Ui) -> StepState {
    match (&ui.pasted.explained, ui.pasted.waits) {
        (Some(_), _) => match ui.pasted.explanation() {
            Some(found) if !has_error(found) => StepState::Done,
            _ => StepState::Failed,
        },
        (None, true) => StepState::Running,
        (None, false) => StepState::Pending,
    }
}

fn has_error(found: &Explanation) -> bool {
    let mut findings = found.findings.iter();
    findings.any(|finding| finding.severity == Severity::Error)
}

/// What a text was taken for, and what else is in it.
fn what_it_is(found: &Explanation) -> String {
    let kind = capitalised(found.kind.words());
    if found.also.is_empty() {
        return kind;
    }
    let also: Vec<&str> = found.also.iter().map(|kind| kind.words()).collect();
    format!("{kind}; in it: {}", also.join(", "))
}

/// One line on what was found.
fn verdict(found: &Explanation) -> String {
    match found.findings.first() {
        None => "Nothing wrong was found in it".to_owned(),
        Some(_) if found.findings.len() == 1 => "1 finding".to_owned(),
        Some(_) => format!(
            "{}; the first one leads",
            counted(found.findings.len(), "finding")
        ),
    }
}

/// What it is compared with, where a profile is in use.
fn compared(scene: &Scene<'_>, ui: &Ui) -> Option<Group> {
    let name = &scene.engine.profile()?.name;
    let text = if ui.pasted.compares {
        format!("Compared with profile {name}")
    } else {
        format!("Not compared with profile {name}")
    };
    let action = Action::Pasted(Pasting::Compare);
    Some(group("", "", vec![choice(Mark::None, text, "c", action)]))
}

/// What can be explained.
fn known() -> Group {
    let kinds = Kind::ALL
        .iter()
        .map(|kind| prose(capitalised(kind.words())));
    group("What can be explained", "", kinds.collect())
}

/// An explanation as a text of its own, for the clipboard.
pub fn as_text(found: &Explanation) -> String {
    let mut lines = vec![what_it_is(found), String::new()];
    for part in &found.parts {
        let meaning = match part.meaning.as_str() {
            "" => String::new(),
            meaning => format!("  ({meaning})"),
        };
        lines.push(format!("{}: {}{meaning}", part.name, part.value));
    }
    if found.findings.is_empty() {
        lines.extend([String::new(), "Nothing wrong was found in it.".to_owned()]);
    }
    for finding in &found.findings {
        lines.push(String::new());
        lines.push(format!("{}: {}", finding.severity.name(), finding.headline));
        for text in [&finding.evidence, &finding.cause] {
            if !text.is_empty() {
                lines.push(text.to_string());
            }
        }
        lines.extend(finding.fix.iter().map(|fix| format!("→ {fix}")));
        lines.push(format!("{} · {}", finding.source, finding.rule));
    }
    lines.join("\n") + "\n"
}
