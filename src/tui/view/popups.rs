//! Popups: one frame with its title, as small as its content, its keys in its own last row.
//!
//! ```text
//! ┌ Copy ────────────────────────────────┐
//! │▸  the link            348 characters │
//! │   the redirect URI     30 characters │
//! │                                      │
//! │ ↵ copy it   esc back                 │
//! └──────────────────────────────────────┘
//! ```

mod editor;
mod help;
mod prompt;
mod typing;

pub(super) use prompt::field;

use super::bars::{Item, footer};
use super::canvas::{Canvas, inside, rows};
use super::main::more;
use super::{Areas, Target, Viewport, side};
use crate::tui::action::Choosing;
use crate::tui::text::{columns, cut_end, width, wrap};
use crate::tui::theme::{Role, mark_glyph};
use crate::tui::ui::act::Stage;
use crate::tui::ui::drafting::picking;
use crate::tui::ui::menu::{self, Menu};
use crate::tui::ui::popup::{Confirm, Popup};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Widest and highest popup.
const LARGEST: (u16, u16) = (92, 30);
/// Widest line of a list.
const LIST: u16 = 76;

/// Draws the popup in front.
pub(super) fn draw(canvas: &mut Canvas<'_>, whole: Rect, items: &[Item]) {
    let ui = canvas.view.ui;
    let Some(popup) = ui.popups.last() else {
        return;
    };
    match popup {
        Popup::Help { scroll } => {
            let lines = help::lines(canvas, room(whole));
            read(canvas, whole, "Help", &lines, *scroll, items);
        }
        Popup::Explanation { scroll } => {
            let lines = side::lines(canvas, 60);
            read(canvas, whole, "What happens here", &lines, *scroll, items);
        }
        Popup::Palette { selected, .. } => list(canvas, whole, "Commands", *selected, items),
        // Drawn in place of the whole screen.
        Popup::Link => {}
        Popup::CopyMenu { selected } => list(canvas, whole, "Copy", *selected, items),
        Popup::Organizations { selected } => {
            list(canvas, whole, "Which organization?", *selected, items);
        }
        Popup::Faults { selected } => list(canvas, whole, "Sandbox faults", *selected, items),
        Popup::Choose { what, selected } => {
            let title = match what {
                Choosing::Keep => "Where are the tokens kept?",
                Choosing::SignIn => "How does somebody else sign in?",
                Choosing::Revocation => "Which token is revoked?",
                Choosing::Introspection => "Which token is asked about?",
                Choosing::Field(key) => key,
                Choosing::Secret => "Where is the client secret?",
                Choosing::ScopeSet => "Which scopes?",
                Choosing::Ticket => "A ticket",
                Choosing::Report => "A report of the run",
                Choosing::Columns => "Which columns are shown?",
                Choosing::Comparison => "Compared with which answer?",
            };
            list(canvas, whole, title, *selected, items);
        }
        Popup::TokenKind { selected, .. } => {
            list(canvas, whole, "What is this token?", *selected, items);
        }
        Popup::Type(typing) => typing::draw(canvas, whole, typing, items),
        Popup::Pick { what, selected } => {
            let title = picking::title(ui, what);
            list(canvas, whole, &title, *selected, items);
        }
        Popup::Edit(editor) => editor::draw(canvas, whole, editor, items),
        Popup::Ask(question) => prompt::draw(canvas, whole, question, items),
        Popup::Confirm(question) => confirm(canvas, whole, question, items),
    }
}

/// Cells in a line of the widest popup.
fn room(whole: Rect) -> usize {
    usize::from(
        LARGEST
            .0
            .min(whole.width.saturating_sub(4))
            .saturating_sub(4),
    )
}

/// Draws an empty popup for content of that size, with its title and its keys; returns where the content
/// goes.
fn sheet(
    canvas: &mut Canvas<'_>,
    whole: Rect,
    title: &str,
    content: (usize, usize),
    items: &[Item],
) -> Rect {
    let keys: u16 = 34;
    let width = rows(content.0).max(keys).max(columns(title) + 4) + 4;
    let width = width.min(LARGEST.0).min(whole.width.saturating_sub(4));
    let height = rows(content.1) + 4;
    let height = height.min(LARGEST.1).min(whole.height.saturating_sub(4));
    let free = whole.height - height;
    let area = Rect {
        x: whole.x + (whole.width - width) / 2,
        y: whole.y + (free / 3).clamp(2.min(free), 6),
        width,
        height,
    };
    canvas.sheet(area);
    canvas.title(area, title, Role::Focus);
    canvas.target(area, Target::Pane(crate::tui::ui::Pane::Popup));
    let inner = inside(area);
    let last = Rect {
        x: inner.x - 1,
        y: inner.bottom() - 1,
        width: inner.width + 2,
        height: 1,
    };
    footer(canvas, last, items);
    Rect {
        height: inner.height.saturating_sub(2),
        ..inner
    }
}

/// A popup that is read: lines that scroll.
fn read(
    canvas: &mut Canvas<'_>,
    whole: Rect,
    title: &str,
    lines: &[Line<'static>],
    scroll: usize,
    items: &[Item],
) {
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let area = sheet(canvas, whole, title, (widest, lines.len()), items);
    let height = usize::from(area.height);
    let overflows = lines.len() > height;
    let shown = height.saturating_sub(usize::from(overflows));
    let viewport = Viewport::new(scroll, shown, lines.len());
    let visible = lines.iter().skip(viewport.first).take(shown);
    for (row, line) in visible.enumerate() {
        canvas.line(area.x, area.y + rows(row), area.width, line);
    }
    if overflows {
        let y = area.y + rows(shown);
        canvas.text(area.x + 2, y, area.width, &more(viewport), Role::Dim);
    }
    canvas.areas.popup = Some(viewport);
}

/// A popup from which a row is chosen.
fn list(canvas: &mut Canvas<'_>, whole: Rect, title: &str, selected: usize, items: &[Item]) {
    let view = canvas.view;
    let no_areas = Areas::default();
    let stage = Stage {
        engine: view.engine,
        areas: if canvas.areas.spots.is_empty() {
            &no_areas
        } else {
            &canvas.areas
        },
        now: view.now,
        zone: view.zone,
    };
    let menu = menu::rows(view.ui, &stage);
    let most = usize::from(LIST.min(whole.width.saturating_sub(8)));
    let filter = match view.ui.popups.last() {
        Some(Popup::Palette { filter, .. }) => Some(filter),
        _ => None,
    };
    let lines = list_lines(canvas, &menu, most);
    let above = if filter.is_some() { 2 } else { 0 };
    let fixed = if filter.is_some() {
        usize::from(LARGEST.1)
    } else {
        0
    };
    let wanted = (lines.len() + above).max(fixed.min(lines.len() + above).max(above + 1));
    let mut area = sheet(canvas, whole, title, (most, wanted), items);
    if let Some(filter) = filter {
        field(canvas, Rect { height: 1, ..area }, filter, true);
        area.y += 2;
        area.height = area.height.saturating_sub(2);
        if lines.is_empty() {
            let text = "No command has these words";
            canvas.text(area.x, area.y, area.width, text, Role::Dim);
        }
    }
    let chosen = lines.iter().rposition(|line| line.choice == Some(selected));
    let height = usize::from(area.height);
    let overflows = lines.len() > height;
    let shown = height.saturating_sub(usize::from(overflows));
    // What a fault breaks stands below it, and is in view when it is selected.
    let explained = matches!(view.ui.popups.last(), Some(Popup::Faults { .. }));
    let last = chosen.map(|line| {
        let below = lines.iter().skip(line + 1);
        let notes = below.take_while(|line| explained && line.right.is_none());
        line + notes.count()
    });
    let wanted = last.map_or(0, |line| (line + 1).saturating_sub(shown));
    let viewport = Viewport::new(wanted, shown, lines.len());
    let visible = lines.iter().skip(viewport.first).take(shown);
    for (row, line) in visible.enumerate() {
        let y = area.y + rows(row);
        canvas.line(area.x, y, area.width, &line.line);
        if let Some(right) = &line.right {
            canvas.right(area.right(), y, right);
        }
        if let Some(choice) = line.choice {
            let whole = Rect::new(area.x - 1, y, area.width + 1, 1);
            canvas.target(whole, Target::Choice(choice));
            if choice == selected {
                canvas.text(whole.x, y, 1, "▸", Role::Plain);
                let style = canvas.style(Role::Selected);
                canvas.tint(whole, style);
            }
        }
    }
    if overflows {
        let y = area.y + rows(shown);
        canvas.text(area.x + 4, y, area.width, &more(viewport), Role::Dim);
    }
    canvas.areas.popup = Some(viewport);
}

/// A line of a list.
struct ListLine {
    line: Line<'static>,
    right: Option<Span<'static>>,
    choice: Option<usize>,
}

/// The rows of a list as lines: choices on one line each, notes wrapped.
fn list_lines(canvas: &Canvas<'_>, menu: &Menu, room: usize) -> Vec<ListLine> {
    let mut lines = Vec::new();
    let mut choices = 0;
    for row in &menu.rows {
        let (glyph, role) = mark_glyph(row.mark);
        let glyph = Span::styled(glyph, canvas.style(role));
        let is_head = row.action.is_some() || !row.right.is_empty();
        if is_head {
            let right = cut_end(row.right.as_str(), room.saturating_sub(24));
            let most = room.saturating_sub(width(&right) + 6);
            let text = cut_end(row.text.as_str(), most);
            let choice = row.action.is_some().then(|| {
                choices += 1;
                choices - 1
            });
            let style = if choice.is_some() {
                Role::Plain
            } else {
                Role::Dim
            };
            lines.push(ListLine {
                line: Line::from(vec![
                    glyph,
                    Span::styled(format!(" {text}"), canvas.style(style)),
                ]),
                right: Some(Span::styled(right, canvas.style(Role::Dim))),
                choice,
            });
            continue;
        }
        for (place, text) in wrap(row.text.as_str(), room.saturating_sub(8))
            .into_iter()
            .enumerate()
        {
            let lead = if place == 0 {
                vec![Span::raw("    "), glyph.clone()]
            } else {
                vec![Span::raw("       ")]
            };
            let mut spans = lead;
            spans.push(Span::styled(format!(" {text}"), canvas.style(Role::Dim)));
            lines.push(ListLine {
                line: Line::from(spans),
                right: None,
                choice: None,
            });
        }
    }
    lines
}

/// A question with two answers as buttons.
fn confirm(canvas: &mut Canvas<'_>, whole: Rect, question: &Confirm, items: &[Item]) {
    let detail = wrap(&question.detail, 60.min(room(whole)));
    let enter = canvas.view.theme.enter();
    let buttons: Vec<String> = question
        .answers
        .iter()
        .enumerate()
        .map(|(place, answer)| {
            if place == question.selected {
                format!("[ {answer} {enter} ]")
            } else {
                format!("[ {answer} ]")
            }
        })
        .collect();
    let buttons_width: usize = buttons.iter().map(|button| width(button)).sum::<usize>() + 4;
    let widest = detail.iter().map(|line| width(line)).max().unwrap_or(0);
    let content = (widest.max(buttons_width), detail.len() + 2);
    let area = sheet(canvas, whole, &question.question, content, items);
    for (row, line) in detail.iter().enumerate() {
        canvas.text(area.x, area.y + rows(row), area.width, line, Role::Plain);
    }
    let y = area.y + rows(detail.len() + 1);
    let mut x = area.x;
    for (place, button) in buttons.iter().enumerate() {
        let role = if place == question.selected {
            Role::Button
        } else {
            Role::Plain
        };
        let begin = x;
        x = canvas.text(x, y, area.right().saturating_sub(x), button, role);
        let rect = Rect::new(begin, y, x.saturating_sub(begin), 1);
        canvas.target(rect, Target::Answer(place));
        x += 2;
    }
}
