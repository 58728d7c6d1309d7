//! The profiles: the list of files by their places, and the selected one as a form.
//!
//! ```text
//! ┌ Profiles ───────────────┬ acme-dev ─────────────────────────────────┐
//! │ Filter       8 profiles │ ✓ acme-dev, in use               [ Save ] │
//! │ ./profiles              │   ./profiles/acme-dev.toml   1 change     │
//! │▸ ✓  acme-dev     in use │                                           │
//! │  ✗  stage    2 problems │ Registration                              │
//! │ Built in                │ ✓  client_id      isv_acme_dev            │
//! └─────────────────────────┴───────────────────────────────────────────┘
//! ```

mod form;
mod registering;
mod theirs;
mod words;

pub use words::{assumed, choice_words, meaning};

use super::parts::{choice, counted, folding, group, prose};
use super::{Scene, button};
use crate::core::oauth::StepState;
use crate::core::profile::edit::FIELDS;
use crate::core::profile::keys::KEYS;
use crate::core::profile::{Origin, Profile, ProfileProblem};
use crate::core::wire::visible::Visible;
use crate::tui::action::{self, Action, Shelving};
use crate::tui::pane::{Button, Group, Mark, Pane, Row};
use crate::tui::ui::Ui;
use crate::tui::ui::shelf::{Entry, Shelf};

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
    /// The same where there is no room for it; empty where that is no loss.
    pub short: &'static str,
    /// Its place among those that are shown.
    pub position: usize,
}

/// The list by places, in the order of the search.
pub fn list(scene: &Scene<'_>, ui: &Ui) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (position, entry) in ui.shelf.visible().enumerate() {
        let label = Visible::of(&label(&ui.shelf, &entry.id.origin));
        let (mark, right) = standing(scene, &ui.shelf, entry);
        let short = if entry.file.hidden_by.is_some() {
            "hidden"
        } else {
            ""
        };
        let row = ListRow {
            mark,
            name: Visible::of(&entry.id.name),
            right: Visible::of(&right),
            short,
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

/// What is said below the list: that a folder was found by itself, before a secret is used for it.
pub fn note(ui: &Ui) -> Option<&'static str> {
    let untrusted = |entry: &Entry| matches!(entry.id.origin, Origin::File { trusted: false, .. });
    ui.shelf
        .entries
        .iter()
        .flatten()
        .any(untrusted)
        .then_some("./profiles was found here; you are asked before a secret is used for it")
}

/// The place of a file, as a heading.
fn label(shelf: &Shelf, origin: &Origin) -> String {
    match origin {
        Origin::BuiltIn => "Built in".to_owned(),
        Origin::Memory => "In memory".to_owned(),
        Origin::File { path, .. } => path
            .parent()
            .map(|folder| shelf.path(folder))
            .unwrap_or_default(),
    }
}

/// Its glyph in the list, and a word or two.
fn standing(scene: &Scene<'_>, shelf: &Shelf, entry: &Entry) -> (Mark, String) {
    let problems = entry.file.problems.len();
    let used = entry.is_used(scene.engine.profile());
    if entry.outside.is_some() {
        (Mark::Error, "changed outside".to_owned())
    } else if entry.is_unsaved() {
        (Mark::Changed, "not saved".to_owned())
    } else if used {
        (Mark::Ok, "in use".to_owned())
    } else if let Some(other) = &entry.file.hidden_by {
        let other = std::path::Path::new(other);
        let folder = other.parent().unwrap_or(other);
        (Mark::Note, format!("hidden by {}", shelf.path(folder)))
    } else if problems > 0 {
        (Mark::Error, counted(problems, "problem"))
    } else if entry.id.origin == Origin::BuiltIn {
        (Mark::Note, "copied on edit".to_owned())
    } else {
        (Mark::Note, String::new())
    }
}

/// The pane of the profile selected.
pub(super) fn pane(scene: &Scene<'_>, ui: &Ui) -> Pane {
    let Some(entry) = ui.shelf.current() else {
        return empty(ui);
    };
    let (state, headline, button) = head(scene, &ui.shelf, entry);
    let blank = Pane {
        title: Visible::of(&entry.id.name),
        state,
        headline: Visible::of(&headline),
        button,
        quiet: Some(Visible::of(&quiet(ui, entry))),
        groups: Vec::new(),
    };
    if let Some(outside) = entry.outside.as_ref().filter(|outside| !outside.kept) {
        return theirs::pane(blank, entry, outside);
    }
    if ui.shelf.registers && entry.draft.is_some() {
        return registering::pane(blank, entry);
    }
    let mut groups = Vec::new();
    if let Some(trouble) = &entry.trouble {
        let rows = vec![
            prose("It was not done; everything is as it was."),
            prose(trouble.as_str()),
        ];
        groups.push(group("✗ Not done", "", rows));
    }
    groups.extend(findings(entry));
    groups.extend(form::groups(scene, entry));
    let text = entry.shown(scene.engine.mask());
    if !text.is_empty() && entry.file.problems.iter().all(is_of_known_key) {
        let right = counted(text.len(), "line");
        groups.push(folding("Text of the file", right, vec![Row::Raw(text)]));
    }
    Pane { groups, ..blank }
}

/// State, headline and button.
fn head(scene: &Scene<'_>, shelf: &Shelf, entry: &Entry) -> (StepState, String, Option<Button>) {
    let name = &entry.id.name;
    let used = entry.is_used(scene.engine.profile());
    let problems = counted(entry.file.problems.len(), "problem");
    let act = |label: &str, shelving| Some(button(label, Action::Shelf(shelving)));
    if let Some(outside) = &entry.outside {
        let label = if outside.kept {
            "Save under another name"
        } else {
            "Keep editing"
        };
        let shelving = if outside.kept {
            Shelving::Save
        } else {
            Shelving::KeepMine
        };
        let text = match outside.theirs {
            Some(_) => format!("{name} was changed outside"),
            None => format!("{name} was removed outside"),
        };
        return (StepState::Failed, text, act(label, shelving));
    }
    if entry.is_unsaved() {
        let text = match (entry.is_new(), entry.file.problems.is_empty()) {
            (true, true) => match entry.file.profile.as_ref().and_then(Profile::placeholder) {
                Some(field) => format!("{name} is new: fill in {}", field.key()),
                None => format!("{name} is new, not saved yet"),
            },
            (true, false) => format!("{name} is new; {problems} to mend before it can be used"),
            (false, true) if used => format!("{name}, in use, with changes"),
            (false, true) => format!("{name}, with changes"),
            (false, false) => format!("{name} could not be used like this: {problems}"),
        };
        return (StepState::Ready, text, act("Save", Shelving::Save));
    }
    if let Some(other) = &entry.file.hidden_by {
        let other = shelf.path(std::path::Path::new(other));
        let text = format!("{name}, hidden by {other}");
        return (
            StepState::Pending,
            text,
            act("Duplicate it", Shelving::Duplicate),
        );
    }
    if entry.file.profile.is_none() {
        let button = match entry.draft {
            Some(_) => act("Mend it", Shelving::Edit),
            None => Some(button(
                "Read it again",
                Action::Open(action::Place::Profiles),
            )),
        };
        return (StepState::Failed, format!("{name} has {problems}"), button);
    }
    if used {
        let step = scene.engine.current_step();
        let label = format!("Go to {} {}", step.number(), step.facts().name);
        let button = button(&label, Action::Show(step));
        return (StepState::Done, format!("{name}, in use"), Some(button));
    }
    let button = button("Use it", Action::UseProfile(name.clone()));
    (
        StepState::Ready,
        format!("{name} can be used"),
        Some(button),
    )
}

/// Where it stands, and how much is not saved.
fn quiet(ui: &Ui, entry: &Entry) -> String {
    let place = match (entry.path(), &entry.id.origin) {
        (Some(path), _) => ui.shelf.path(path),
        (None, Origin::BuiltIn) => "built in, copied on edit".to_owned(),
        (None, _) => "in memory".to_owned(),
    };
    let changes = entry.changed.len();
    let unsaved = match changes {
        _ if entry.is_new() => "not saved".to_owned(),
        0 => String::new(),
        1 => "1 change, not saved".to_owned(),
        _ => format!("{changes} changes, not saved"),
    };
    format!("{place}   {unsaved}")
}

/// The pane without any profile.
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

/// What is wrong with a file, all of it, and what is worth knowing.
fn findings(entry: &Entry) -> Vec<Group> {
    let mut groups = Vec::new();
    if !entry.file.problems.is_empty() {
        let mut rows = problems(&entry.file.problems, Mark::Error);
        if entry.draft.is_none() {
            rows.push(prose(
                "→ mend the file in an editor, then read it again here",
            ));
        }
        groups.push(group("What is wrong", "", rows));
    }
    if !entry.file.warnings.is_empty() {
        let mut rows = problems(&entry.file.warnings, Mark::Warning);
        if entry.has_plain_secret() && entry.version.is_some() {
            rows.push(prose("→ s moves it into the keyring and out of the file"));
        }
        groups.push(group("Worth knowing", "", rows));
    }
    groups
}

/// Whether a problem is about a key that is known; one that is misspelt may hold the secret.
fn is_of_known_key(problem: &ProfileProblem) -> bool {
    KEYS.iter().any(|facts| facts.key == problem.key)
}

/// Problems with their lines and keys; Enter goes to where they are mended.
fn problems(problems: &[ProfileProblem], mark: Mark) -> Vec<Row> {
    let mut rows = Vec::new();
    for problem in problems {
        let line = problem.line.map(|line| format!("line {line}"));
        let key = match problem.key.as_str() {
            "" => "the file",
            key => key,
        };
        let field = FIELDS.iter().find(|field| {
            let below = problem.key.strip_prefix(field.key);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        let shelving = field.map_or(Shelving::Edit, |field| Shelving::Field(field.key));
        let action = Action::Shelf(shelving);
        rows.push(choice(mark, key, line.unwrap_or_default(), action));
        rows.push(prose(format!("    {}", problem.message)));
    }
    rows
}
