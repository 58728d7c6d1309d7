//! The body of the request in hand.

use super::super::Scene;
use super::super::parts::{choice, prose};
use super::{Action, Draft, Drafting, Mark, Row};
use crate::core::dinero::draft::DraftBody;
use crate::core::wire::visible::Visible;
use crate::tui::action::drafting::Slot;
use crate::tui::screens::parts;

/// The body as rows.
pub(super) fn rows(_scene: &Scene<'_>, draft: &Draft) -> Vec<Row> {
    let edit = |slot| Action::Drafting(Drafting::Edit(slot));
    match &draft.body {
        DraftBody::Nothing => vec![
            prose("Nothing is sent along."),
            choice(Mark::None, "+ a body", "a", edit(Slot::Body)),
        ],
        DraftBody::File(path) => {
            let shown = if path.is_empty() { "–" } else { path };
            vec![choice(
                Mark::On,
                format!("file   {shown}"),
                "multipart, 6 MB at most",
                edit(Slot::File),
            )]
        }
        DraftBody::Text(text) => {
            let mut rows = vec![choice(Mark::None, "edit as text", "", edit(Slot::Body))];
            let lines: Vec<Visible> = Visible::lines(text);
            rows.push(Row::Raw(parts::bounded(lines)));
            rows
        }
    }
}
