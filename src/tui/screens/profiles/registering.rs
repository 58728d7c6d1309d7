//! What to register in the provider's portal so that this profile works, each value to be copied.

use super::super::button;
use super::super::parts::{group, prose};
use super::findings;
use crate::core::profile::register::registration;
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Shelving};
use crate::tui::pane::{Fact, Mark, Pane, Row, Value};
use crate::tui::ui::shelf::Entry;

/// The pane.
pub(super) fn pane(blank: Pane, entry: &Entry) -> Pane {
    let mut groups = findings(entry);
    if groups.is_empty() {
        groups.push(group(
            "",
            "",
            vec![prose("✓ Nothing is wrong with the file")],
        ));
    }
    if let Some(profile) = &entry.file.profile {
        let registration = registration(profile);
        let rows = registration
            .rows
            .iter()
            .map(|row| {
                Row::Fact(Fact {
                    mark: Mark::None,
                    name: Visible::of(row.name),
                    value: Value::Plain(Visible::of(&row.value)),
                    meaning: Visible::of(&row.meaning),
                    action: Some(Action::Copy {
                        text: row.value.clone(),
                        what: row.name,
                    }),
                    changed: false,
                })
            })
            .collect();
        groups.push(group("What to register", "Enter copies a row", rows));
        let notes: Vec<Row> = registration
            .notes
            .iter()
            .map(|note| prose(note.as_str()))
            .collect();
        if !notes.is_empty() {
            groups.push(group("", "", notes));
        }
    }
    Pane {
        button: Some(button("Back to the form", Action::Shelf(Shelving::Check))),
        groups,
        ..blank
    }
}
