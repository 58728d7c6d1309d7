//! A file that somebody else wrote while it was being edited: what it says now, and the two ways out.

use super::super::parts::{choice, group, prose};
use super::form::shown_value;
use crate::core::profile::edit::FIELDS;
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Shelving};
use crate::tui::pane::{Fact, Mark, Pane, Row, Value};
use crate::tui::ui::shelf::{Entry, Outside};

/// The pane.
pub(super) fn pane(blank: Pane, entry: &Entry, outside: &Outside) -> Pane {
    let (label, text) = match outside.theirs {
        Some(_) => (
            "Load what the file says now",
            "What you typed and did not save is lost.",
        ),
        None => ("Take it out of the list", "What you typed is lost with it."),
    };
    let ways = vec![
        prose("Nothing was written: both are still there."),
        choice(Mark::None, label, "", Action::Shelf(Shelving::LoadTheirs)),
        prose(text),
        choice(
            Mark::None,
            "Keep editing",
            "",
            Action::Shelf(Shelving::KeepMine),
        ),
        prose("What you typed is then saved under another name; the file stays as it is."),
    ];
    let mut groups = vec![group("", "", ways)];
    if let Some(theirs) = &outside.theirs {
        groups.push(group("What it says now", "", differences(entry, theirs)));
    }
    Pane { groups, ..blank }
}

/// The keys that differ, each with what the file says and what was typed.
fn differences(entry: &Entry, theirs: &Entry) -> Vec<Row> {
    let rows: Vec<Row> = FIELDS
        .iter()
        .filter_map(|field| {
            let (now, typed) = (
                shown_value(theirs, field.key),
                shown_value(entry, field.key),
            );
            let same =
                now == typed && (field.key != "client_secret" || theirs.secret == entry.secret);
            if same {
                return None;
            }
            let fact = |mark, name: &str, value: Option<String>, changed| {
                Row::Fact(Fact {
                    mark,
                    name: Visible::of(name),
                    value: value.map_or(Value::Nothing, |text| Value::Plain(Visible::of(&text))),
                    meaning: Visible::default(),
                    action: None,
                    changed,
                })
            };
            Some([
                fact(Mark::Note, field.key, now, false),
                fact(Mark::None, "  yours", typed, true),
            ])
        })
        .flatten()
        .collect();
    if rows.is_empty() {
        return vec![prose(
            "The rows of the form are the same: comments or other keys differ.",
        )];
    }
    rows
}
