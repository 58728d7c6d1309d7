//! Step 6: the list on the left, the request in hand above the answer; side by side where it is wide.
//!
//! ```text
//! ┌ 6 Requests ─┬ Request ───────────────┐
//! │ Filter      │ headline      [ Send ] │
//! │ ▾ Invoices  │ [Params] Headers Body  │
//! │▸  GET list  ├ Answer ────────────────┤
//! │             │ ✓ 200 OK               │
//! ├ Transcript ─┴────────────────────────┤
//! └──────────────────────────────────────┘
//! ```

use super::canvas::{Canvas, inside, rows};
use super::profiles::{ListLine, draw_lines, filter_field};
use super::{Places, Target, View, WITH_SIDE, WITH_WIDE_SIDE};
use super::{split_columns, split_rows};
use crate::core::dinero::page::Page;
use crate::tui::screens::requests::list::{ListRow, count, list};
use crate::tui::text::{cut_end, width, wrap};
use crate::tui::theme::Role;
use crate::tui::ui::drafting::Entry;
use crate::tui::ui::{Focus, Pane, Screen};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Columns of the list, with its borders.
const LIST: (u16, u16) = (26, 34);
/// Below this many columns the list has the frame for itself, while it is gone through.
const WITH_LIST: u16 = 78;
/// Columns of the answer where it stands beside the request.
const ANSWER: u16 = 100;
/// Rows of the request that the answer leaves it, with its borders.
const REQUEST: (u16, u16) = (9, 16);

/// Whether step 6 is in view, with requests that can be made.
pub(super) fn has_panes(view: &View<'_>) -> bool {
    view.ui.screen == Screen::Step
        && view.ui.drafts()
        && view.engine.kept_run().is_none()
        && view
            .engine
            .profile()
            .is_some_and(|profile| !profile.api.base_url.is_empty())
}

/// Shares the frame out; what is zoomed has the whole of it.
pub(super) fn places(canvas: &Canvas<'_>, whole: Rect, frame: Rect, transcript: u16) -> Places {
    let ui = canvas.view.ui;
    let mut places = Places::default();
    let zoomed = match ui.zoomed {
        Some(Pane::Main | Pane::Raw) => Some(&mut places.main),
        Some(Pane::List) => Some(&mut places.list),
        Some(Pane::Answer) => Some(&mut places.answer),
        Some(Pane::Transcript) => Some(&mut places.transcript),
        _ => None,
    };
    if let Some(place) = zoomed {
        *place = Some(frame);
        return places;
    }
    let upper = if transcript == 0 {
        frame
    } else {
        let (upper, lower) = split_rows(frame, frame.height - transcript - 1);
        places.transcript = Some(lower);
        upper
    };
    if whole.width < WITH_LIST {
        if matches!(ui.focus, Focus::List | Focus::Filter) {
            places.list = Some(upper);
            return places;
        }
        let (request, answer) = split_rows(upper, heights(&canvas.view, upper.height));
        places.main = Some(request);
        places.answer = Some(answer);
        return places;
    }
    let roomy = whole.width >= WITH_SIDE;
    let (list, right) = split_columns(upper, if roomy { LIST.1 } else { LIST.0 });
    places.list = Some(list);
    let (request, answer) = if whole.width >= WITH_WIDE_SIDE {
        split_columns(right, right.width.saturating_sub(ANSWER).max(60))
    } else {
        split_rows(right, heights(&canvas.view, upper.height))
    };
    places.main = Some(request);
    places.answer = Some(answer);
    places
}

/// Rows of the request, above its answer; who goes through them sees more of them, and while there is no
/// answer it needs no room.
fn heights(view: &View<'_>, upper: u16) -> u16 {
    let requests = view.engine.requests();
    let goes_through = matches!(view.ui.focus, Focus::Row(_))
        || (requests.answered.is_none() && view.ui.focus != Focus::Answer);
    if requests.answered.is_some() && matches!(view.ui.focus, Focus::Answer | Focus::Line) {
        // Who reads the answer sees of the request what it is.
        return if upper >= 27 { REQUEST.0 } else { 5 };
    }
    match (upper, goes_through) {
        (27.., true) => upper * 3 / 5,
        (27.., false) => REQUEST.1,
        (_, true) => upper.saturating_sub(7),
        (18.., false) => REQUEST.0,
        (_, false) => 5,
    }
}

/// What comes with the next page: `26–50 of 92`.
pub(super) fn next_words(page: &Page) -> String {
    let first = (page.page + 1).saturating_mul(page.page_size) + 1;
    let last = first.saturating_add(page.page_size.saturating_sub(1));
    match page.total {
        Some(total) => format!("{first}–{} of {total}", last.min(total)),
        None => format!("from {first} on"),
    }
}

/// Draws the list.
pub(super) fn draw_list(canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let view = canvas.view;
    let role = if focused { Role::Focus } else { Role::Title };
    canvas.title(area, "6 Requests", role);
    canvas.target(area, Target::Pane(Pane::List));
    let inner = inside(area);
    let drafting = &view.ui.drafting;
    let typed = !drafting.words().is_empty();
    let first = Rect { height: 1, ..inner };
    filter_field(canvas, first, (&drafting.filter, typed), &count(view.ui));
    let rest = Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1),
        ..inner
    };
    let room = usize::from(rest.width);
    let list = list(&view.scene(), view.ui);
    let mut lines = Vec::new();
    for (position, row) in list.iter().enumerate() {
        if row.entry == Entry::Free && !lines.is_empty() {
            lines.push(ListLine {
                line: Line::default(),
                right: None,
                position: None,
            });
        }
        lines.push(entry(canvas, row, room, position));
    }
    if lines.is_empty() {
        for (line, text) in wrap("No operation has these words. Esc shows all.", room)
            .iter()
            .enumerate()
        {
            canvas.text(rest.x, rest.y + 1 + rows(line), rest.width, text, Role::Dim);
        }
    }
    draw_lines(canvas, rest, &lines, (drafting.position(), focused));
}

/// A line of the list.
fn entry(canvas: &Canvas<'_>, row: &ListRow, room: usize, position: usize) -> ListLine {
    let roomy = room > 26;
    let right = match (roomy, row.warns) {
        (true, true) => format!("⚠ {}", row.right),
        (true, false) => row.right.clone(),
        (false, true) => format!("⚠ {}", row.short),
        (false, false) if row.short.is_empty() => row.right.clone(),
        (false, false) => row.short.to_owned(),
    };
    let right_role = match (row.warns, row.is_refused) {
        (_, true) => Role::Error,
        (true, false) => Role::Warning,
        (false, false) => Role::Dim,
    };
    let right = if row.is_refused {
        format!("✗ {right}")
    } else {
        right
    };
    let indent = if roomy { row.indent } else { row.indent / 2 };
    let changed = if row.changed { "~" } else { "" };
    let left = room.saturating_sub(indent + width(&right) + 2);
    let text = cut_end(&format!("{changed}{}", row.text), left);
    let role = match (&row.entry, row.changed) {
        (Entry::Resource(_), _) => Role::Title,
        (_, true) => Role::Changed,
        (_, false) => Role::Plain,
    };
    let line = Line::from(vec![
        Span::raw(" ".repeat(indent)),
        Span::styled(text, canvas.style(role)),
    ]);
    ListLine {
        line,
        right: (!right.is_empty()).then(|| Span::styled(right, canvas.style(right_role))),
        position: Some(position),
    }
}
