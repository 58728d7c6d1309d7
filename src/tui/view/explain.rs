//! The Explain screen: the text on the left, its parts as the main pane, the findings below them.
//!
//! ```text
//! ┌ Text ───────┬ Anatomy ──────────────┐
//! │ pasted      │ headline   [ button ] │
//! │             │ parts                 │
//! │             ├ Findings ─────────────┤
//! ├ Transcript ─┴───────────────────────┤
//! └─────────────────────────────────────┘
//! ```
//!
//! On 80 columns the text has the frame while it is edited, parts and findings have it afterwards.

use super::canvas::{Canvas, inside, rows};
use super::popups::field;
use super::{Places, Target, WITH_SIDE, findings, split_columns, split_rows};
use crate::tui::action::{Action, Pasting};
use crate::tui::text::{wrap, wrap_raw};
use crate::tui::theme::Role;
use crate::tui::ui::{Focus, Pane};
use ratatui::layout::Rect;

/// Columns of the text, with its borders.
const TEXT: u16 = 44;

/// What becomes of the text.
const NOTE: &str = "A paste is explained at once, what is typed with tab. Nothing of it is sent, opened or \
                    written anywhere.";

/// Shares the frame out; what has the whole of it stands alone.
pub(super) fn places(canvas: &Canvas<'_>, whole: Rect, frame: Rect, transcript: u16) -> Places {
    let ui = canvas.view.ui;
    let mut places = Places::default();
    match ui.zoomed {
        Some(Pane::Findings) => {
            places.findings = Some(frame);
            return places;
        }
        Some(Pane::Transcript) => {
            places.transcript = Some(frame);
            return places;
        }
        Some(Pane::Main) => {
            places.main = Some(frame);
            return places;
        }
        _ => {}
    }
    let upper = if transcript < 2 {
        frame
    } else {
        let (upper, lower) = split_rows(frame, frame.height - transcript - 1);
        places.transcript = Some(lower);
        upper
    };
    let right = if whole.width >= WITH_SIDE {
        let (text, right) = split_columns(upper, TEXT);
        places.text = Some(text);
        right
    } else if ui.focus == Focus::Text {
        places.text = Some(upper);
        return places;
    } else {
        upper
    };
    let wanted = findings::strip_height(canvas, right, ui.focus == Focus::Findings);
    if wanted == 0 {
        places.main = Some(right);
    } else {
        let (main, strip) = split_rows(right, right.height - wanted - 1);
        places.main = Some(main);
        places.findings = Some(strip);
    }
    places
}

/// Draws the text: as it is typed while it is edited, else masked.
pub(super) fn draw_text(canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let view = canvas.view;
    let pasted = &view.ui.pasted;
    let role = if focused { Role::Focus } else { Role::Title };
    canvas.title(area, "Text", role);
    let editing = view.ui.focus == Focus::Text;
    if pasted.held.is_none() {
        canvas.target(area, Target::Do(Action::Pasted(Pasting::Edit)));
    }
    let inner = inside(area);
    let room = usize::from(inner.width);
    let (note, role) = match pasted.trouble {
        Some(trouble) => (trouble, Role::Warning),
        None => (NOTE, Role::Dim),
    };
    let note = wrap(note, room.min(76));
    let below = rows(note.len()).min(inner.height.saturating_sub(2));
    for (row, line) in note.iter().take(usize::from(below)).enumerate() {
        let y = inner.bottom() - below + rows(row);
        canvas.text(inner.x, y, inner.width, line, role);
    }
    let body = Rect {
        height: inner.height.saturating_sub(below + 1),
        ..inner
    };
    if editing {
        field(canvas, body, &pasted.field, view.ui.popups.is_empty());
        return;
    }
    let height = usize::from(body.height);
    if pasted.is_empty() {
        canvas.text(body.x, body.y, body.width, "Nothing yet", Role::Dim);
        return;
    }
    let (characters, lines) = pasted.size;
    let plural = if lines == 1 { "" } else { "s" };
    let size = format!("{characters} characters, {lines} line{plural}, secrets masked");
    canvas.text(body.x, body.y, body.width, &size, Role::Dim);
    if let Some(explained) = &pasted.explained
        && explained.shown.is_empty()
    {
        let y = body.y + 2;
        canvas.text(
            body.x,
            y,
            body.width,
            "It holds a token: not shown",
            Role::Dim,
        );
        return;
    }
    let shown = pasted.explained.iter().flat_map(|known| &known.shown);
    let shown = shown.flat_map(|line| wrap_raw(line.as_str(), room));
    for (row, line) in shown.take(height.saturating_sub(2)).enumerate() {
        let y = body.y + 2 + rows(row);
        canvas.text(body.x, y, body.width, &line, Role::Plain);
    }
}
