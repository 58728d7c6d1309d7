//! A table in lines: a name, what it needs, then as many columns as fit; the chosen one is always among them.
//!
//! ```text
//!     2 more →              needs  read offline  read write
//! [x] Invoices, list        read  [✓ 200]        ✗ 403
//! ```

use super::{Laid, NAME, Sheet};
use crate::tui::pane::{GridCell, GridHead, GridRow};
use crate::tui::text::{cut_end, width};
use crate::tui::theme::{Role, mark_glyph};
use ratatui::text::{Line, Span};

/// Columns for a name: where there is little room, where there is much.
const NAMES: (usize, usize) = (23, 32);
/// Columns for what it needs.
const NEEDS: usize = 7;
/// Columns for a cell, the space after it included.
const CELL: usize = 14;
/// From this width on there is much room.
const ROOMY: usize = 96;

/// What of a table is in view.
struct Window {
    names: usize,
    first: usize,
    count: usize,
}

/// What of a table fits, so that the chosen column is in view.
fn window(sheet: &Sheet<'_>, chosen: usize, total: usize) -> Window {
    let names = if sheet.width >= ROOMY {
        NAMES.1
    } else {
        NAMES.0
    };
    let room = sheet.width.saturating_sub(NAME + names + NEEDS);
    let count = (room / CELL).max(1).min(total);
    let first = (chosen + 1).saturating_sub(count).min(total - count);
    Window {
        names,
        first,
        count,
    }
}

/// A text in so many columns, one of them free.
fn padded(text: &str, columns: usize) -> String {
    let text = cut_end(text, columns.saturating_sub(1));
    let gap = columns.saturating_sub(width(&text));
    format!("{text}{}", " ".repeat(gap))
}

/// The lines above a table, which stay when it scrolls.
pub(super) fn head(head: &GridHead, sheet: &Sheet<'_>) -> Vec<Laid> {
    let total = head.columns.len();
    let window = window(sheet, head.chosen, total);
    let hidden = total - window.first - window.count;
    let further = match (window.first, hidden) {
        (0, 0) => String::new(),
        (0, after) => format!("{after} more →"),
        (before, 0) => format!("← {before} more"),
        (before, after) => format!("← {before}, {after} more →"),
    };
    let shown = head.columns.iter().enumerate();
    let shown: Vec<_> = shown.skip(window.first).take(window.count).collect();
    let lead = |name: &str, needs: &str| {
        let text = format!(
            "{}{}{}",
            " ".repeat(NAME),
            padded(name, window.names),
            padded(needs, NEEDS)
        );
        Span::styled(text, sheet.theme.style(Role::Dim))
    };
    let mut names = vec![lead(&further, "needs")];
    let mut states = vec![lead("", "")];
    for (place, (name, state)) in shown {
        let role = if place == head.chosen {
            Role::Title
        } else {
            Role::Plain
        };
        let text = padded(name.as_str(), CELL - 1);
        names.push(Span::styled(format!(" {text}"), sheet.theme.style(role)));
        let text = format!(" {}", padded(state.as_str(), CELL - 1));
        states.push(Span::styled(text, sheet.theme.style(Role::Dim)));
    }
    [names, states]
        .map(|spans| super::plain(Line::from(spans)))
        .to_vec()
}

/// A row of a table, with what the mouse finds on its cells.
pub(super) fn row(row: &GridRow, sheet: &Sheet<'_>) -> Laid {
    let window = window(sheet, row.chosen, row.cells.len());
    let (glyph, role) = mark_glyph(row.mark);
    let mut spans = vec![
        Span::styled(glyph, sheet.theme.style(role)),
        Span::raw(" "),
        Span::raw(padded(row.name.as_str(), window.names)),
        Span::styled(
            padded(row.needs.as_str(), NEEDS),
            sheet.theme.style(Role::Dim),
        ),
    ];
    let mut places = Vec::new();
    let mut at = NAME + window.names + NEEDS;
    let shown = row.cells.iter().enumerate();
    for (place, one) in shown.skip(window.first).take(window.count) {
        let picked = row.is_picked && place == row.chosen;
        spans.extend(cell(one, picked, sheet));
        places.push((at, CELL - 1, one.action.clone()));
        at += CELL;
    }
    Laid {
        line: Line::from(spans),
        places,
        ..Laid::default()
    }
}

/// A cell; the picked one stands in brackets.
fn cell(cell: &GridCell, picked: bool, sheet: &Sheet<'_>) -> [Span<'static>; 3] {
    let (open, close) = if picked { ("[", "]") } else { (" ", " ") };
    let (glyph, role) = mark_glyph(cell.mark);
    let text = match cell.text.as_str() {
        "" => glyph.trim().to_owned(),
        text => format!("{} {}", glyph.trim(), cut_end(text, CELL - 5)),
    };
    let gap = CELL.saturating_sub(width(&text) + 2);
    [
        Span::raw(open),
        Span::styled(text, sheet.theme.style(role)),
        Span::raw(format!("{close}{}", " ".repeat(gap))),
    ]
}
