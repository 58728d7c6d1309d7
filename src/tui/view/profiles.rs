//! The profiles: their list on the left, the selected one as the main pane, what its row means below it.
//!
//! ```text
//! ┌ Profiles ───┬ acme-dev ──────────────┬ Raw ─────────┐
//! │ Filter      │ headline      [ Save ] │ (200 columns)│
//! │ ./profiles  │ rows                   │              │
//! │▸ acme-dev   ├ redirect_uri ──────────┤              │
//! │             │ what the row means     │              │
//! ├ Transcript ─┴────────────────────────┴──────────────┤
//! └─────────────────────────────────────────────────────┘
//! ```

use super::canvas::{Canvas, inside, rows};
use super::main::more;
use super::popups::field;
use super::{Places, Target, Viewport, WITH_SIDE, WITH_WIDE_SIDE};
use super::{split_columns, split_rows};
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Shelving};
use crate::tui::flow::SpotKind;
use crate::tui::pane::{Fact, Mark, Value};
use crate::tui::screens::profiles::{ListRow, list, meaning, note};
use crate::tui::text::{columns, cut_end, cut_words, width, wrap, wrap_raw};
use crate::tui::theme::{Role, mark_glyph};
use crate::tui::ui::{Focus, Pane};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui_textarea::TextArea;

/// Columns of the list, with its borders.
const LIST: (u16, u16) = (28, 40);
/// Columns of the profile where its text has a pane of its own.
const FORM: u16 = 82;
/// Lines for what a row means.
const MEANING: (u16, u16) = (2, 3);

/// Shares the frame out; what has the whole of it stands alone.
pub(super) fn places(canvas: &Canvas<'_>, whole: Rect, frame: Rect, transcript: u16) -> Places {
    let whole_for = |place: fn(&mut Places) -> &mut Option<Rect>| {
        let mut places = Places::default();
        *place(&mut places) = Some(frame);
        places
    };
    match canvas.view.ui.zoomed {
        Some(Pane::Main | Pane::Raw) => return whole_for(|places| &mut places.main),
        Some(Pane::List) => return whole_for(|places| &mut places.list),
        Some(Pane::Transcript) => return whole_for(|places| &mut places.transcript),
        Some(Pane::Side | Pane::Findings | Pane::Text | Pane::Answer | Pane::Popup) | None => {}
    }
    let (upper, transcript) = if transcript < 2 {
        (frame, None)
    } else {
        let (upper, lower) = split_rows(frame, frame.height - transcript - 1);
        (upper, Some(lower))
    };
    let roomy = whole.width >= WITH_SIDE;
    let (list, right) = split_columns(upper, if roomy { LIST.1 } else { LIST.0 });
    let (form, raw) = if whole.width >= WITH_WIDE_SIDE {
        let (form, raw) = split_columns(right, FORM);
        (form, Some(raw))
    } else {
        (right, None)
    };
    let lines = if roomy { MEANING.1 } else { MEANING.0 };
    let (main, meaning) = if form.height > 12 {
        let (main, meaning) = split_rows(form, form.height - lines - 1);
        (main, Some(meaning))
    } else {
        (form, None)
    };
    Places {
        main: Some(main),
        list: Some(list),
        meaning,
        raw,
        transcript,
        ..Places::default()
    }
}

/// A line of the list.
pub(super) struct ListLine {
    pub(super) line: Line<'static>,
    pub(super) right: Option<Span<'static>>,
    pub(super) position: Option<usize>,
}

/// Draws the list.
pub(super) fn draw_list(canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let view = canvas.view;
    let role = if focused { Role::Focus } else { Role::Title };
    canvas.title(area, "Profiles", role);
    canvas.target(area, Target::Pane(Pane::List));
    let inner = inside(area);
    filter(canvas, Rect { height: 1, ..inner });
    let mut area = Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1),
        ..inner
    };
    let room = usize::from(area.width);
    let mut lines = Vec::new();
    let spread = area.height > 20;
    for place in list(&view.scene(), view.ui) {
        if spread || !lines.is_empty() {
            lines.push(heading("", room, canvas));
        }
        lines.push(heading(place.label.as_str(), room, canvas));
        lines.extend(place.rows.iter().map(|row| entry(canvas, row, room)));
    }
    if let Some(text) = note(view.ui) {
        let text = wrap(text, room.saturating_sub(4));
        let height = rows(text.len());
        if area.height > rows(lines.len()).min(8) + height {
            area.height -= height + 1;
            let y = area.bottom() + 1;
            canvas.text(area.x + 1, y, 1, "⚠", Role::Warning);
            for (row, line) in text.iter().enumerate() {
                let y = y + rows(row);
                canvas.text(area.x + 4, y, area.width - 4, line, Role::Plain);
            }
        }
    }
    draw_lines(canvas, area, &lines, (view.ui.shelf.position(), focused));
}

/// Draws the lines in which the selected one is in view.
pub(super) fn draw_lines(
    canvas: &mut Canvas<'_>,
    area: Rect,
    lines: &[ListLine],
    (selected, focused): (usize, bool),
) {
    let chosen = lines
        .iter()
        .position(|line| line.position == Some(selected));
    let height = usize::from(area.height);
    let overflows = lines.len() > height;
    let shown = height.saturating_sub(usize::from(overflows));
    let wanted = chosen.map_or(0, |line| (line + 2).saturating_sub(shown));
    let viewport = Viewport::new(wanted, shown, lines.len());
    let visible = lines.iter().skip(viewport.first).take(shown);
    for (row, line) in visible.enumerate() {
        let y = area.y + rows(row);
        canvas.line(area.x, y, area.width, &line.line);
        if let Some(right) = &line.right {
            canvas.right(area.right(), y, right);
        }
        let Some(position) = line.position else {
            continue;
        };
        let whole = Rect::new(area.x.saturating_sub(1), y, area.width + 1, 1);
        canvas.target(whole, Target::Entry(position));
        if position == selected {
            canvas.text(whole.x, y, 1, "▸", Role::Plain);
            if focused {
                let style = canvas.style(Role::Selected);
                canvas.tint(whole, style);
            }
        }
    }
    if overflows {
        let y = area.y + rows(shown);
        canvas.text(area.x + 4, y, area.width, &more(viewport), Role::Dim);
    }
    canvas.areas.list = viewport;
}

/// Draws the field that narrows the list, and how many there are.
fn filter(canvas: &mut Canvas<'_>, area: Rect) {
    let ui = canvas.view.ui;
    let typed = !ui.shelf.words().is_empty();
    let count = ui.shelf.visible().count();
    let right = match (&ui.shelf.entries, typed) {
        (None, _) => String::new(),
        (Some(all), true) => format!("{count} of {}", all.len()),
        (Some(_), false) => format!("{count} profiles"),
    };
    filter_field(canvas, area, (&ui.shelf.filter, typed), &right);
}

/// Draws a field that narrows a list, with what is said at its right end.
pub(super) fn filter_field(
    canvas: &mut Canvas<'_>,
    area: Rect,
    (text, typed): (&TextArea<'_>, bool),
    right: &str,
) {
    let focused = canvas.view.ui.focus == Focus::Filter;
    let style = canvas.style(Role::Dim);
    canvas.right(area.right(), area.y, &Span::styled(right.to_owned(), style));
    let x = canvas.text(area.x, area.y, area.width, "Filter", Role::Dim) + 1;
    if typed || focused {
        let room = area.right().saturating_sub(x + columns(right) + 2);
        let rect = Rect::new(x, area.y, room, 1);
        field(canvas, rect, text, focused);
    } else {
        canvas.text(x, area.y, 1, "/", Role::Key);
    }
    canvas.target(area, Target::Filter);
}

/// The name of a place.
fn heading(label: &str, room: usize, canvas: &Canvas<'_>) -> ListLine {
    ListLine {
        line: Line::styled(cut_end(label, room), canvas.style(Role::Title)),
        right: None,
        position: None,
    }
}

/// A file.
fn entry(canvas: &Canvas<'_>, row: &ListRow, room: usize) -> ListLine {
    let (glyph, role) = mark_glyph(row.mark);
    let name = cut_end(row.name.as_str(), room.saturating_sub(4));
    let left = room.saturating_sub(width(&name) + 6);
    // What is only good to know gives way to the name.
    let right = match row.mark {
        Mark::Error | Mark::Changed => cut_words(row.right.as_str(), left),
        _ if width(row.right.as_str()) <= left => row.right.to_string(),
        _ => row.short.to_owned(),
    };
    let fits = !right.is_empty() && width(&right) <= left;
    let line = Line::from(vec![
        Span::styled(glyph, canvas.style(role)),
        Span::raw(format!(" {name}")),
    ]);
    ListLine {
        line,
        right: fits.then(|| Span::styled(right, canvas.style(Role::Dim))),
        position: Some(row.position),
    }
}

/// Draws what the selected row means, and what is wrong with it.
pub(super) fn draw_meaning(canvas: &mut Canvas<'_>, area: Rect) {
    let view = canvas.view;
    canvas.target(area, Target::Pane(Pane::Main));
    let inner = inside(area);
    let room = usize::from(inner.width);
    let row = match view.ui.focus {
        Focus::Row(row) => canvas.areas.spots.get(row),
        _ => None,
    };
    let Some(SpotKind::Fact(fact)) = row.map(|spot| spot.kind.clone()) else {
        return;
    };
    canvas.title(area, fact.name.as_str(), Role::Title);
    let mut lines: Vec<(String, Role)> = Vec::new();
    if fact.mark == Mark::Error {
        let trouble = wrap(fact.meaning.as_str(), room);
        lines.extend(trouble.into_iter().map(|line| (line, Role::Plain)));
    } else if let Some(value) = whole_value(canvas, &fact, room) {
        let whole = wrap_raw(value.as_str(), room);
        lines.extend(whole.into_iter().map(|line| (line, Role::Plain)));
    }
    let means = match &fact.action {
        Some(Action::Shelf(Shelving::Field(key))) => meaning(key),
        Some(Action::Shelf(Shelving::EditSet(_) | Shelving::AddSet)) => meaning("scope_sets"),
        _ => fact.meaning.as_str(),
    };
    lines.extend(wrap(means, room).into_iter().map(|line| (line, Role::Dim)));
    for (row, (line, role)) in lines.iter().take(usize::from(inner.height)).enumerate() {
        canvas.text(inner.x, inner.y + rows(row), inner.width, line, *role);
    }
}

/// The value of a row, where the row has no room for all of it.
fn whole_value(canvas: &Canvas<'_>, fact: &Fact, room: usize) -> Option<Visible> {
    let Value::Plain(shown) = &fact.value else {
        return None;
    };
    let draft = canvas.view.ui.shelf.current()?.draft.as_ref();
    let value = match &fact.action {
        Some(Action::Shelf(Shelving::Field(key))) if *key != "client_secret" => {
            let value = draft?.value(key)?;
            Visible::of(&canvas.view.engine.mask().text(&value, &[]))
        }
        _ => shown.clone(),
    };
    (width(value.as_str()) + 26 > room).then_some(value)
}
