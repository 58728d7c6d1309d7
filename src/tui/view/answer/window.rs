//! The rows that a reader has told: numbers, folds, colours, the cursor.

use super::{marked, room_for, rows};
use crate::core::engine::viewing::Viewing;
use crate::core::reader::ask::View;
use crate::core::reader::content::Content;
use crate::core::reader::rows::{Folding, Kind, Row};
use crate::core::wire::Cut;
use crate::tui::screens::parts::counted;
use crate::tui::text::{cut_end, width};
use crate::tui::theme::Role;
use crate::tui::view::canvas::Canvas;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

/// Columns of the gutter beside the number: a blank, the sign of what folds, a blank.
const BESIDE: u16 = 3;

/// Draws them; what was cut off ends with a word about it.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    viewing: &Viewing,
    shown: View,
    (focused, cut): (bool, Option<Cut>),
) {
    let told = viewing.rows.as_ref().filter(|(show, _)| show.view == shown);
    let window = told.map(|(_, window)| window);
    let total = window.map_or(0, |window| window.total);
    let gutter = gutter(viewing, shown, total);
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let cut = cut.filter(|_| !viewing.status.comes);
    let viewport = room_for(canvas, area, gutter, total + usize::from(cut.is_some()));
    let Some(window) = window else {
        return;
    };
    for place in 0..viewport.room.min(viewport.total - viewport.first) {
        let number = viewport.first + place;
        let y = area.y + rows(place);
        let line = Rect {
            y,
            height: 1,
            ..area
        };
        // A row that is not told yet comes with the next ones.
        if let Some(row) = window.row(number as u64) {
            let selected = focused && canvas.view.ui.drafting.line == number;
            draw_row(canvas, line, row, (gutter, selected));
        } else if let Some(cut) = cut.filter(|_| number == total) {
            let room = area.width.saturating_sub(gutter);
            canvas.text(area.x + gutter, y, room, why(cut), Role::Warning);
        }
        marked(canvas, area, y, number, focused);
    }
}

/// What stands where a body was cut off.
const fn why(cut: Cut) -> &'static str {
    match cut {
        Cut::ConnectionEnded => "… cut here: the connection ended",
        Cut::Limit(_) => "… cut here: more came than is read",
        Cut::Stalled => "… cut here: nothing more came",
        Cut::Cancelled => "… cut here: you stopped it",
    }
}

/// Columns before a row. Those of a text as it came do not grow while it comes: its rows would be others.
fn gutter(viewing: &Viewing, shown: View, total: u64) -> u16 {
    let status = &viewing.status;
    if matches!(status.content, Content::Binary(_)) {
        return 0;
    }
    let is_wrapped =
        shown == View::Raw || status.content == Content::Text || status.broken.is_some();
    if is_wrapped {
        return if status.comes || status.length > 100_000 {
            8 + BESIDE
        } else {
            4 + BESIDE
        };
    }
    rows(total.max(status.lines).to_string().len().max(3)) + BESIDE
}

/// Draws a row.
fn draw_row(canvas: &mut Canvas<'_>, area: Rect, row: &Row, (gutter, selected): (u16, bool)) {
    if gutter > 0 {
        let folds = row.fold != Folding::Not;
        let digits = usize::from(gutter.saturating_sub(BESIDE));
        let number = row
            .number
            .map_or_else(String::new, |number| number.to_string());
        canvas.text(
            area.x,
            area.y,
            gutter,
            &format!("{number:>digits$}"),
            Role::Dim,
        );
        if folds {
            let glyph = if row.fold == Folding::Folded {
                "▸"
            } else {
                "▾"
            };
            canvas.text(area.x + gutter - 2, area.y, 1, glyph, Role::Dim);
        }
    }
    let indent = row.indent.min(area.width / 2);
    let room = usize::from(area.width.saturating_sub(gutter + indent));
    let line = words(canvas, row, room, selected);
    canvas.line(area.x + gutter + indent, area.y, rows(room), &line);
}

/// The words of a row, as many as there is room for.
fn words(canvas: &Canvas<'_>, row: &Row, room: usize, selected: bool) -> Line<'static> {
    let mut spans = Vec::new();
    let mut left = room;
    let whole: usize = row.words.iter().map(|word| width(word.text.as_str())).sum();
    let cut = row.cut || whole > room;
    if cut {
        left = left.saturating_sub(1);
    }
    for word in &row.words {
        if left == 0 {
            break;
        }
        let text = word.text.as_str();
        let wide = width(text);
        let shown = if wide > left {
            let shown = cut_end(text, left + 1);
            shown.strip_suffix('…').unwrap_or(&shown).to_owned()
        } else {
            text.to_owned()
        };
        left = left.saturating_sub(width(&shown));
        let role = match role(word.kind) {
            // On the ground of a selected row a colour would be a ground of its own.
            Role::Accent if selected => Role::Plain,
            role => role,
        };
        let style = canvas.style(role);
        let style = if word.lit {
            style.add_modifier(Modifier::REVERSED | Modifier::BOLD)
        } else {
            style
        };
        spans.push(Span::styled(shown, style));
    }
    if cut {
        spans.push(Span::styled("…", canvas.style(Role::Dim)));
    }
    Line::from(spans)
}

/// How a word looks.
pub(super) const fn role(kind: Kind) -> Role {
    match kind {
        Kind::Name => Role::Accent,
        Kind::Mark | Kind::Remark => Role::Dim,
        Kind::String | Kind::Number | Kind::Literal | Kind::Plain => Role::Plain,
        Kind::Secret => Role::Secret,
        Kind::Wrong | Kind::Removed => Role::Error,
        Kind::Added => Role::Ok,
    }
}

/// Draws what differs from another answer.
pub(super) fn difference(canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let Some(difference) = canvas.view.ui.viewing.difference.clone() else {
        return;
    };
    let text = match (difference.removed, difference.added) {
        (0, 0) => "✓ The two answers are the same".to_owned(),
        (removed, added) => {
            let removed = counted(removed, "line");
            format!("{removed} only in the other (-), {added} only in this one (+)   esc back")
        }
    };
    canvas.text(area.x, area.y, area.width, &text, Role::Title);
    let lines = super::below(area, 1);
    let viewport = room_for(canvas, lines, 0, difference.rows.len());
    let visible = difference
        .rows
        .iter()
        .skip(viewport.first)
        .take(viewport.room);
    for (place, row) in visible.enumerate() {
        let y = lines.y + rows(place);
        draw_row(
            canvas,
            Rect {
                y,
                height: 1,
                ..lines
            },
            row,
            (5 + BESIDE, false),
        );
        marked(canvas, lines, y, viewport.first + place, focused);
    }
}
