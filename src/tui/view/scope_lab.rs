//! The scope lab: its table as the main pane, below it why the selected cell is as it is.

use super::canvas::{Canvas, inside, rows};
use super::places::{split_rows, transcript_rows};
use super::{Places, Target};
use crate::tui::screens::scope_lab::why;
use crate::tui::text::{cut_middle, wrap};
use crate::tui::theme::Role;
use crate::tui::ui::{Focus, Pane};
use ratatui::layout::Rect;

/// Lines for why, without their border: where there is little room, where there is more.
const WHY: (u16, u16) = (3, 4);
/// From this many rows on there is more room.
const TALL: u16 = 30;

/// Shares the frame out.
pub(super) fn places(canvas: &Canvas<'_>, whole: Rect, frame: Rect) -> Places {
    let transcript = transcript_rows(whole.height);
    match canvas.view.ui.zoomed {
        Some(Pane::Transcript) => {
            return Places {
                transcript: Some(frame),
                ..Places::default()
            };
        }
        Some(_) => {
            return Places {
                main: Some(frame),
                ..Places::default()
            };
        }
        None => {}
    }
    let (upper, transcript) = if transcript < 2 {
        (frame, None)
    } else {
        let (upper, lower) = split_rows(frame, frame.height - transcript - 1);
        (upper, Some(lower))
    };
    let lines = if whole.height >= TALL { WHY.1 } else { WHY.0 };
    let (main, meaning) = split_rows(upper, upper.height.saturating_sub(lines + 1));
    Places {
        main: Some(main),
        meaning: Some(meaning),
        transcript,
        ..Places::default()
    }
}

/// Draws why the selected cell is as it is.
pub(super) fn draw_why(canvas: &mut Canvas<'_>, area: Rect) {
    let view = canvas.view;
    let why = why(&view.scene(), view.ui);
    let focused = matches!(view.ui.focus, Focus::Row(_)) && view.ui.popups.is_empty();
    let role = if focused { Role::Title } else { Role::Dim };
    canvas.title(area, why.title.as_str(), role);
    canvas.target(area, Target::Pane(Pane::Main));
    let inner = inside(area);
    let room = usize::from(inner.width);
    let mut lines = vec![(cut_middle(why.call.as_str(), room), Role::Dim)];
    for line in &why.lines {
        let wrapped = wrap(line.as_str(), room).into_iter();
        lines.extend(wrapped.map(|line| (line, Role::Plain)));
    }
    for (row, (line, role)) in lines.iter().take(usize::from(inner.height)).enumerate() {
        canvas.text(inner.x, inner.y + rows(row), inner.width, line, *role);
    }
}
