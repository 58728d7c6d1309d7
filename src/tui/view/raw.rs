//! Raw text in a pane of its own, where there is room for three: request above response, unfolded.

use super::canvas::{Canvas, inside, rows};
use super::main::more;
use super::{Target, Viewport};
use crate::tui::flow::{Sheet, lay_out};
use crate::tui::pane::{Group, Pane, Row, WhenShort};
use crate::tui::theme::Role;
use crate::tui::ui::{Pane as Which, Screen};
use ratatui::layout::Rect;

/// Takes the groups of raw text out of a pane.
pub(super) fn take(pane: &mut Pane) -> Vec<Group> {
    let is_raw = |group: &Group| {
        let raw = |row: &Row| matches!(row, Row::Raw(_));
        !group.rows.is_empty() && group.rows.iter().all(raw)
    };
    let groups = std::mem::take(&mut pane.groups);
    let (raw, kept) = groups.into_iter().partition(is_raw);
    pane.groups = kept;
    raw
}

/// Draws the pane.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    groups: Vec<Group>,
    in_focus: Option<Which>,
) {
    let view = canvas.view;
    let focused = in_focus == Some(Which::Raw);
    let (title, none) = match view.ui.screen {
        Screen::Step => ("Raw", "Nothing that goes over the wire yet"),
        Screen::Explain | Screen::Runs | Screen::Record | Screen::ScopeLab => {
            ("Raw", "Nothing that is shown")
        }
        Screen::Profiles => ("The file", "Nothing that can be shown"),
    };
    canvas.title(area, title, if focused { Role::Focus } else { Role::Title });
    canvas.target(area, Target::Pane(Which::Raw));
    let inner = inside(area);
    if groups.is_empty() {
        canvas.text(inner.x, inner.y, inner.width, none, Role::Dim);
        return;
    }
    let unfolded = groups.into_iter().map(|group| Group {
        short: WhenShort::Stay,
        ..group
    });
    let mut pane = view.pane();
    pane.groups = unfolded.collect();
    let sheet = Sheet {
        theme: view.theme,
        mask: view.engine.mask(),
        revealed: None,
        width: usize::from(inner.width),
        short: false,
        dense: false,
    };
    let flow = lay_out(&pane, &sheet, &|_| true);
    let height = usize::from(inner.height);
    let room = height;
    let overflows = flow.lines.len() > room;
    let shown = room.saturating_sub(usize::from(overflows));
    let viewport = Viewport::new(view.ui.raw_scroll, shown, flow.lines.len());
    let visible = flow.lines.iter().skip(viewport.first).take(shown);
    for (row, laid) in visible.enumerate() {
        let y = inner.y + rows(row);
        canvas.line(inner.x, y, inner.width, &laid.line);
        if let Some(right) = &laid.right {
            canvas.right(inner.right(), y, right);
        }
    }
    if overflows {
        let y = inner.y + rows(shown);
        canvas.text(inner.x + 2, y, inner.width, &more(viewport), Role::Dim);
    }
    canvas.areas.raw = Some(viewport);
}
