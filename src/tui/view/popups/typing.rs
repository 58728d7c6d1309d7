//! A value of a request that is typed: what it means, the field, and why it was not taken.

use super::{field, room, sheet};
use crate::core::wire::visible::Visible;
use crate::tui::text::wrap;
use crate::tui::theme::Role;
use crate::tui::ui::drafting::typing::Typing;
use crate::tui::view::bars::Item;
use crate::tui::view::canvas::{Canvas, rows};
use ratatui::layout::Rect;

/// Draws the popup.
pub(super) fn draw(canvas: &mut Canvas<'_>, whole: Rect, typing: &Typing, items: &[Item]) {
    let width = room(whole).min(76);
    let meaning = wrap(&typing.meaning, width);
    let why = typing.trouble.as_deref().or(typing.note.as_deref());
    let trouble = why.map(|why| wrap(Visible::of(why).as_str(), width.saturating_sub(2)));
    let (glyph, role) = if typing.trouble.is_some() {
        ("✗", Role::Error)
    } else {
        ("⚠", Role::Warning)
    };
    let trouble = trouble.unwrap_or_default();
    let several = if typing.is_multi_line() {
        whole.height.saturating_sub(14).clamp(5, 20)
    } else {
        1
    };
    let height = meaning.len()
        + usize::from(!meaning.is_empty())
        + usize::from(several)
        + 1
        + trouble.len().max(1);
    let area = sheet(canvas, whole, &typing.title, (width, height), items);
    let mut y = area.y;
    for line in &meaning {
        canvas.text(area.x, y, area.width, line, Role::Dim);
        y += 1;
    }
    y += u16::from(!meaning.is_empty());
    let rect = Rect {
        y,
        height: several.min(area.bottom().saturating_sub(y)),
        ..area
    };
    field(canvas, rect, &typing.field, true);
    let y = rect.bottom();
    for (row, line) in trouble.iter().enumerate() {
        if row == 0 {
            canvas.text(area.x, y, 1, glyph, role);
        }
        canvas.text(
            area.x + 2,
            y + rows(row),
            area.width.saturating_sub(2),
            line,
            Role::Plain,
        );
    }
}
