//! Every record in order, the newest in view: time, direction, method, target, status, duration, size.
//!
//! ```text
//! 12:01:20  ← POST  localhost:8765/callback        200 OK       2 ms    278 B   answer
//! ```

use super::canvas::{Canvas, inside, rows};
use super::{Target, View, Viewport};
use crate::core::wire::{Direction, Outcome, Record};
use crate::tui::screens::time;
use crate::tui::text::{cut_end, cut_words, width};
use crate::tui::theme::Role;
use crate::tui::ui::Pane;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the pane.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let view = canvas.view;
    let role = if focused { Role::Focus } else { Role::Title };
    canvas.title(area, "Transcript", role);
    canvas.target(area, Target::Pane(Pane::Transcript));
    let inner = inside(area);
    let records = view.engine.transcript();
    let room = usize::from(inner.height);
    canvas.areas.transcript_rows = room;
    if records.is_empty() {
        let text = "Nothing was sent yet";
        canvas.text(inner.x, inner.y, inner.width, text, Role::Dim);
        return;
    }
    let selected = view.ui.record.min(records.len() - 1);
    let from_last = selected.saturating_sub(room.saturating_sub(1));
    let first = records.len().saturating_sub(room + from_last);
    let viewport = Viewport::new(first, room, records.len());
    let visible = records.iter().enumerate().skip(viewport.first).take(room);
    for (row, (index, record)) in visible.enumerate() {
        let y = inner.y + rows(row);
        let line = Rect::new(inner.x, y, inner.width, 1);
        draw_record(canvas, line, record);
        let from_last = records.len() - 1 - index;
        let whole = Rect {
            x: line.x - 1,
            width: line.width + 1,
            ..line
        };
        canvas.target(whole, Target::Record(from_last));
        if focused && from_last == selected {
            canvas.text(whole.x, y, 1, "▸", Role::Plain);
            let style = canvas.style(Role::Selected);
            canvas.tint(whole, style);
        }
    }
    if focused && viewport.furthest() > 0 {
        let text = format!(" {} of {} ", viewport.first + room, records.len());
        let style = canvas.style(Role::Dim);
        let x = area
            .right()
            .saturating_sub(crate::tui::text::columns(&text) + 2);
        canvas.on_border(x, area.y, &Span::styled(text, style));
    }
}

/// Where the columns of a record stand, from the left end of its line.
struct Columns {
    target: (u16, u16),
    status: (u16, u16),
    duration_end: u16,
    size_end: Option<u16>,
    note: u16,
}

/// The columns for a line of that width.
fn columns(width: u16) -> Columns {
    if width >= 110 {
        let more = (width - 110).min(40);
        Columns {
            target: (18, 36 + more),
            status: (55 + more, 17),
            duration_end: 79 + more,
            size_end: Some(89 + more),
            note: 92 + more,
        }
    } else {
        let more = width.saturating_sub(76);
        Columns {
            target: (18, 31 + more),
            status: (50 + more, 3),
            duration_end: 61 + more,
            size_end: None,
            note: 63 + more,
        }
    }
}

/// Draws one record.
fn draw_record(canvas: &mut Canvas<'_>, line: Rect, record: &Record) {
    let view = canvas.view;
    let columns = columns(line.width);
    let (x, y) = (line.x, line.y);
    let at = time::moment(record.at, view.now, view.zone);
    canvas.text(x, y, 9, &at, Role::Dim);
    let arrow = match record.direction {
        Direction::Outgoing => "→",
        Direction::Incoming => "←",
    };
    canvas.text(x + 10, y, 1, arrow, Role::Accent);
    canvas.text(
        x + 12,
        y,
        5,
        &cut_end(
            &record.request.method.chars().take(12).collect::<String>(),
            5,
        ),
        Role::Plain,
    );
    let target = cut_end(&target(&view, record), usize::from(columns.target.1));
    canvas.text(
        x + columns.target.0,
        y,
        columns.target.1,
        &target,
        Role::Plain,
    );
    let narrow = columns.size_end.is_none();
    let (status, role) = status(record, narrow);
    let status = cut_words(&status, usize::from(columns.status.1));
    canvas.text(x + columns.status.0, y, columns.status.1, &status, role);
    let plain = canvas.style(Role::Plain);
    if let Some(total) = record.timing.total {
        let took = Span::styled(time::duration(total), plain);
        canvas.right(x + columns.duration_end, y, &took);
    }
    if let (Some(end), Some(response)) = (columns.size_end, record.outcome.response()) {
        let length = match record.direction {
            Direction::Outgoing => response.body.len(),
            Direction::Incoming => record.request.body.len(),
        };
        let size = Span::styled(time::size(length), plain);
        canvas.right(x + end, y, &size);
    }
    let room = line.width.saturating_sub(columns.note);
    let note = crate::core::wire::visible::Visible::of(&record.note);
    let note = cut_words(note.as_str(), usize::from(room));
    canvas.text(x + columns.note, y, room, &note, Role::Dim);
}

/// Host and path; the rest is in the record.
pub(super) fn target(view: &View<'_>, record: &Record) -> String {
    let url = record
        .request
        .url
        .split(['?', '#'])
        .next()
        .unwrap_or_default();
    let shown = view.engine.mask().url(url).to_string();
    let shown = shown
        .strip_prefix("https://")
        .or_else(|| shown.strip_prefix("http://"))
        .map(str::to_owned)
        .unwrap_or(shown);
    if width(&shown) > 400 {
        shown.chars().take(400).collect()
    } else {
        shown
    }
}

/// Status, or what stands in its place.
fn status(record: &Record, narrow: bool) -> (String, Role) {
    match &record.outcome {
        // A paste, or a connection that was never answered.
        Outcome::Pending if record.direction == Direction::Incoming => ("–".to_owned(), Role::Dim),
        Outcome::Pending => ("…".to_owned(), Role::Warning),
        Outcome::Failed(_) if narrow => ("✗".to_owned(), Role::Error),
        Outcome::Failed(_) => ("✗ no answer".to_owned(), Role::Error),
        Outcome::Response(response) => {
            let role = if response.status >= 400 {
                Role::Error
            } else {
                Role::Ok
            };
            let text = if narrow {
                response.status.to_string()
            } else {
                crate::core::wire::visible::Visible::of(&format!(
                    "{} {}",
                    response.status, response.reason
                ))
                .to_string()
            };
            (text, role)
        }
    }
}
