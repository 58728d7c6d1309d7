//! The profiles: the list of files by their places, and what the one selected says.
//!
//! ```text
//! ┌ Profiles ───────────────┬ acme-dev ─────────────────────────────────┐
//! │ Filter       8 profiles │ ✓ acme-dev, in use               [ Save ] │
//! │ ./profiles              │   ./profiles/acme-dev.toml                │
//! │▸ ✓  acme-dev     in use │                                           │
//! │  ✗  stage    2 problems │ Registration                              │
//! │ Built in                │ ✓  client_id      isv_acme_dev            │
//! └─────────────────────────┴───────────────────────────────────────────┘
//! ```

use super::parts::{counted, fact, group, nothing, prose};
use super::{Scene, button};
use crate::core::oauth::StepState;
use crate::core::profile::{Origin, Profile, ProfileProblem, SecretReference};
use crate::core::wire::visible::Visible;
use crate::edge::profiles;
use crate::tui::action::Action;
use crate::tui::pane::{Button, Group, Mark, Pane, Row};
use crate::tui::ui::Ui;
use crate::tui::ui::shelf::Entry;
use std::path::Path;

/// The files of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What the place is called.
    pub label: Visible,
    /// Its files.
    pub rows: Vec<ListRow>,
}

/// A file in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Its glyph.
    pub mark: Mark,
    /// Its name.
    pub name: Visible,
    /// What is to be known of it, in a word or two.
    pub right: Visible,
    /// Its place among those that are shown.
    pub position: usize,
}

/// The list by places, in the order of the search.
pub fn list(scene: &Scene<'_>, ui: &Ui) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (position, entry) in ui.shelf.visible().enumerate() {
        let label = Visible::of(&label(&entry.file.origin));
        let (mark, right) = standing(scene, entry);
        let row = ListRow {
            mark,
            name: Visible::of(&entry.file.name),
            right: Visible::of(&right),
            position,
        };
        match places.last_mut() {
            Some(place) if place.label == label => place.rows.push(row),
            _ => places.push(Place {
                label,
                rows: vec![row],
            }),
        }
    }
    places
}

/// What is said below the list.
pub fn note(ui: &Ui) -> Option<&'static str> {
    let untrusted = |entry: &Entry| is_untrusted(&entry.file.origin);
    ui.shelf.entries.iter().flatten().any(untrusted).then_some(
        "./profiles was found here; it is not yet trusted with secrets; you are asked before one is used",
    )
}

/// Whether a file was found by itself.
fn is_untrusted(origin: &Origin) -> bool {
    matches!(origin, Origin::File { trusted: false, .. })
}

/// The place of a file, as a heading.
fn label(origin: &Origin) -> String {
    match origin {
        Origin::BuiltIn => "Built in".to_owned(),
        Origin::Memory => "In memory".to_owned(),
        Origin::File { path, .. } => {
            let folder = path.parent().map(at_home).unwrap_or_default();
            match path.parent() {
                Some(parent) if parent.is_relative() && parent.components().count() > 0 => {
                    format!("./{folder}")
                }
                _ => folder,
            }
        }
    }
}

/// A path as it is shown: below the home folder it begins with `~`.
fn at_home(path: &Path) -> String {
    path.display().to_string()
}

/// Its glyph in the list, and a word or two.
fn standing(scene: &Scene<'_>, entry: &Entry) -> (Mark, String) {
    let file = &entry.file;
    let problems = file.problems.len();
    if entry.is_used(scene.engine.profile()) {
        (Mark::Ok, "in use".to_owned())
    } else if file.hidden_by.is_some() {
        (Mark::Note, "hidden".to_owned())
    } else if problems > 0 {
        (Mark::Error, counted(problems, "problem"))
    } else {
        (Mark::Note, String::new())
    }
}

/// The pane of the file selected.
pub(super) fn pane(scene: &Scene<'_>, ui: &Ui) -> Pane {
    let Some(entry) = ui.shelf.current() else {
        return empty(ui);
    };
    let file = &entry.file;
    let used = entry.is_used(scene.engine.profile());
    let (state, headline) = match (&file.profile, &file.hidden_by) {
        (None, _) => (
            StepState::Failed,
            format!(
                "{} cannot be used: {}",
                file.name,
                counted(file.problems.len(), "problem")
            ),
        ),
        (Some(_), Some(other)) => (
            StepState::Pending,
            format!("{}, hidden by {other}", file.name),
        ),
        (Some(_), None) if used => (StepState::Done, format!("{}, in use", file.name)),
        (Some(_), None) => (StepState::Ready, format!("{} can be used", file.name)),
    };
    let quiet = profiles::place(&file.origin);
    let mut groups = Vec::new();
    if !file.problems.is_empty() {
        groups.push(problems("Problems", Mark::Error, &file.problems));
    }
    if !file.warnings.is_empty() {
        groups.push(problems("Worth knowing", Mark::Warning, &file.warnings));
    }
    if let Some(profile) = &file.profile {
        groups.extend(facts(profile));
    }
    Pane {
        title: Visible::of(&file.name),
        state,
        headline: Visible::of(&headline),
        button: what_to_do(entry, used),
        quiet: Some(Visible::of(&quiet)),
        groups,
    }
}

/// The pane without any file.
fn empty(ui: &Ui) -> Pane {
    let (state, headline) = match &ui.shelf.entries {
        None => (StepState::Running, "The folders are being read"),
        Some(_) => (StepState::Pending, "No profile has these words"),
    };
    Pane {
        title: Visible::of("Profile"),
        state,
        headline: Visible::of(headline),
        button: None,
        quiet: None,
        groups: Vec::new(),
    }
}

/// The button: what Enter in the list does with the file.
fn what_to_do(entry: &Entry, used: bool) -> Option<Button> {
    (entry.is_usable() && !used)
        .then(|| button("Use it", Action::UseProfile(entry.file.name.clone())))
}

/// Problems with their lines and keys.
fn problems(label: &str, mark: Mark, problems: &[ProfileProblem]) -> Group {
    let rows = problems
        .iter()
        .map(|problem| {
            let line = problem.line.map(|line| format!("line {line}"));
            let key = match problem.key.as_str() {
                "" => "the file",
                key => key,
            };
            vec![
                fact(mark, key, line.unwrap_or_default(), ""),
                prose(problem.message.as_str()),
            ]
        })
        .collect::<Vec<_>>()
        .concat();
    group(label, counted(problems.len(), "problem"), rows)
}

/// What a profile says.
fn facts(profile: &Profile) -> Vec<Group> {
    let optional = |name: &str, value: &Option<String>, meaning: &str| match value {
        Some(value) => fact(Mark::None, name, value, meaning),
        None => nothing(Mark::None, name, meaning),
    };
    let registration: Vec<Row> = vec![
        optional("title", &profile.title, "what a person calls it"),
        fact(
            Mark::None,
            "provider",
            profile.provider.label.as_str(),
            profile.provider.environment.label(),
        ),
        fact(Mark::None, "client_id", profile.client_id.as_str(), ""),
        fact(
            Mark::None,
            "client_secret",
            secret_words(&profile.client_secret),
            "",
        ),
        fact(
            Mark::None,
            "redirect_uri",
            profile.redirect_uri.as_str(),
            "",
        ),
        fact(Mark::None, "scopes", profile.scopes.join(" "), ""),
    ];
    let api = vec![
        fact(Mark::None, "base_url", profile.api.base_url.as_str(), ""),
        optional("organization_id", &profile.api.organization_id, ""),
    ];
    vec![
        group("Registration", "", registration),
        group("API", "", api),
    ]
}

/// Where a secret is, without the secret.
fn secret_words(reference: &SecretReference) -> String {
    match reference {
        SecretReference::None => "none".to_owned(),
        SecretReference::Plain(_) => "plain text in the file".to_owned(),
        SecretReference::Environment(name) => format!("environment: {name}"),
        SecretReference::Prompt => "asked for".to_owned(),
        SecretReference::Keyring => "keyring".to_owned(),
        SecretReference::Command(words) => format!("command: {}", words.join(" ")),
    }
}
