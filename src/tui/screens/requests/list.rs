//! The list of step 6: operations by resource, or those that match what is typed.

use crate::core::dinero::catalogue::{Danger, Operation, operation};
use crate::core::wire::visible::Visible;
use crate::tui::screens::Scene;
use crate::tui::ui::Ui;
use crate::tui::ui::drafting::{Drafting, Entry, HISTORY, SAVED, of_resource};

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Cells before its text.
    pub indent: usize,
    /// What it is; headings that fold carry their glyph.
    pub text: Visible,
    /// At the right end: `read`, `⚠ write`.
    pub right: String,
    /// The same in a letter.
    pub short: &'static str,
    /// Whether it does what is always asked about.
    pub warns: bool,
    /// Whether it was changed.
    pub changed: bool,
    /// Whether the token does not allow it.
    pub is_refused: bool,
    /// What it selects.
    pub entry: Entry,
}

/// The list.
pub fn list(scene: &Scene<'_>, ui: &Ui) -> Vec<ListRow> {
    let drafting = &ui.drafting;
    let is_flat = !drafting.words().is_empty();
    let entries = drafting.entries().iter();
    entries
        .filter_map(|entry| row(scene, drafting, entry, is_flat))
        .collect()
}

/// How many operations match, for the right end of the filter.
pub fn count(ui: &Ui) -> String {
    let drafting = &ui.drafting;
    if drafting.words().is_empty() {
        return String::new();
    }
    match drafting.entries().len() {
        0 => "none".to_owned(),
        1 => "1 match".to_owned(),
        many => format!("{many} match"),
    }
}

/// A line.
fn row(scene: &Scene<'_>, drafting: &Drafting, entry: &Entry, is_flat: bool) -> Option<ListRow> {
    let blank = ListRow {
        indent: 0,
        text: Visible::default(),
        right: String::new(),
        short: "",
        warns: false,
        changed: drafting.is_changed(entry),
        is_refused: false,
        entry: entry.clone(),
    };
    Some(match entry {
        Entry::Resource(resource) => {
            let open = drafting.is_unfolded(resource);
            let glyph = if open { "▾" } else { "▸" };
            let count = match resource.as_str() {
                SAVED => drafting.all_saved().len(),
                HISTORY => drafting.sent_count(),
                _ => of_resource(resource).count(),
            };
            ListRow {
                text: Visible::of(&format!("{glyph} {resource}")),
                right: if open {
                    String::new()
                } else {
                    count.to_string()
                },
                ..blank
            }
        }
        Entry::Operation(name) => {
            let found = operation(name)?;
            let label = if is_flat {
                format!("{:<4} {}, {}", method(found), found.resource, found.label)
            } else {
                format!("{:<4} {}", method(found), found.label)
            };
            let grant = scene.engine.grant();
            ListRow {
                indent: usize::from(!is_flat) * 2,
                text: Visible::of(&label),
                right: found.scope.short().to_owned(),
                short: match found.scope.short() {
                    "read" => "R",
                    "write" => "W",
                    _ => "R?",
                },
                warns: found.danger.always_asks(),
                is_refused: grant.is_some_and(|grant| {
                    !grant.scopes.is_empty() && found.scope.is_missing(&grant.scopes)
                }),
                ..blank
            }
        }
        Entry::Saved(name) => {
            let saved = &drafting.saved(name)?.saved;
            ListRow {
                indent: usize::from(!is_flat) * 2,
                text: Visible::of(&saved.title),
                right: saved.draft.method.clone(),
                ..blank
            }
        }
        Entry::Sent(id) => {
            let sent = drafting.sent(id)?;
            let glyph = match sent.outcome.status {
                Some(200..=299) => "✓",
                _ => "✗",
            };
            let what = sent
                .draft
                .operation()
                .map(|one| format!("{}, {}", one.resource, one.label));
            let what = what.unwrap_or_else(|| path_of(&sent.url).to_owned());
            let pin = if sent.pinned { "• " } else { "" };
            let time = scene.time(sent.at);
            ListRow {
                indent: usize::from(!is_flat) * 2,
                text: Visible::of(&format!("{pin}{glyph} {time} {what}")),
                right: sent
                    .outcome
                    .status
                    .map(|status| status.to_string())
                    .unwrap_or_default(),
                ..blank
            }
        }
        Entry::Free => ListRow {
            text: Visible::of("Free request"),
            right: "any".to_owned(),
            ..blank
        },
    })
}

/// The path of an address.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    path.split('?').next().unwrap_or_default()
}

/// The method as it stands in the list.
pub fn method(operation: &Operation) -> &str {
    match operation.method.as_str() {
        "DELETE" => "DEL",
        method => method,
    }
}

/// What an operation can do, where that is more than reading.
pub fn danger(operation: &Operation) -> Option<&'static str> {
    (operation.danger != Danger::Reads).then(|| operation.danger.words())
}
