//! What happens here: a sentence or two for somebody who never did OAuth, and the sequence diagram.
//!
//! ```text
//!  browser     Visma Connect     here
//!     │ ▸ 1 the link │               │
//!     │━━━━━━━━━━━━━→│               │
//! ```

use super::Target;
use super::canvas::{Canvas, inside, rows};
use crate::tui::flow::SpotKind;
use crate::tui::pane::Value;
use crate::tui::screens::{self, DiagramLine, Party};
use crate::tui::text::{cut_end, width, wrap, wrap_raw};
use crate::tui::theme::{Role, Theme};
use crate::tui::ui::{Focus, Pane};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Where the lines of the three parties stand.
const BARS: [usize; 3] = [4, 19, 35];

/// Lines for the selected fact.
const SELECTED: usize = 6;

/// Draws the pane.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    canvas.title(area, "What happens here", Role::Title);
    canvas.target(area, Target::Pane(Pane::Side));
    let inner = inside(area);
    let height = usize::from(inner.height);
    let mut lines = lines(canvas, usize::from(inner.width));
    if lines.len() > height {
        lines = words(canvas, usize::from(inner.width));
    }
    for (row, line) in lines.iter().take(height).enumerate() {
        canvas.line(inner.x, inner.y + rows(row), inner.width, line);
    }
    let below = lines.len() + 1;
    let further = selected(canvas, usize::from(inner.width));
    let room = height.saturating_sub(below);
    for (row, line) in further.iter().take(room).enumerate() {
        canvas.line(inner.x, inner.y + rows(below + row), inner.width, line);
    }
}

/// How many lines the pane wants in a border of that width.
pub(super) fn height(canvas: &Canvas<'_>, width: u16, with_diagram: bool) -> u16 {
    let room = usize::from(width.saturating_sub(4));
    if !with_diagram {
        return rows(words(canvas, room).len());
    }
    let further = match canvas.view.ui.focus {
        Focus::Row(_) => SELECTED,
        _ => 0,
    };
    rows(lines(canvas, room).len() + 1 + further)
}

/// The explanation of the step in view.
fn words(canvas: &Canvas<'_>, room: usize) -> Vec<Line<'static>> {
    let view = canvas.view;
    let text = screens::explanation(&view.scene(), view.ui.step);
    wrap(text.as_str(), room.min(76))
        .into_iter()
        .map(Line::raw)
        .collect()
}

/// The explanation and the diagram of the step in view.
pub(super) fn lines(canvas: &Canvas<'_>, room: usize) -> Vec<Line<'static>> {
    let view = canvas.view;
    let mut lines = words(canvas, room);
    lines.push(Line::default());
    let diagram = screens::diagram(&view.scene(), view.ui.step);
    lines.extend(diagram.iter().map(|line| diagram_line(line, view.theme)));
    lines
}

/// The selected fact, whole: its value may be cut in its row, and its meaning left out.
fn selected(canvas: &Canvas<'_>, room: usize) -> Vec<Line<'static>> {
    let view = canvas.view;
    let Focus::Row(row) = view.ui.focus else {
        return Vec::new();
    };
    let Some(SpotKind::Fact(fact)) = canvas.areas.spots.get(row).map(|spot| &spot.kind) else {
        return Vec::new();
    };
    let value = match &fact.value {
        Value::Plain(text) => wrap_raw(text.as_str(), room),
        Value::Secret(_) | Value::Nothing => Vec::new(),
    };
    let mut lines = vec![Line::styled(
        // A name that is indented in its pane is not here.
        cut_end(fact.name.as_str().trim_start(), room),
        view.theme.style(Role::Title),
    )];
    lines.extend(value.into_iter().take(SELECTED - 3).map(Line::raw));
    let meaning = wrap(fact.meaning.as_str(), room);
    lines.extend(
        meaning
            .into_iter()
            .map(|text| Line::styled(text, view.theme.style(Role::Dim))),
    );
    lines
}

/// One line of the diagram.
fn diagram_line(line: &DiagramLine, theme: Theme) -> Line<'static> {
    let dim = theme.style(Role::Dim);
    let lit = theme.style(Role::Focus);
    match line {
        DiagramLine::Heads(names) => {
            let mut text = String::new();
            for (name, bar) in names.iter().zip(BARS) {
                let name = cut_end(name.as_str(), 14);
                let start = bar.saturating_sub(width(&name) / 2);
                let least = if text.is_empty() { 0 } else { width(&text) + 1 };
                let start = start.max(least);
                text.push_str(&" ".repeat(start.saturating_sub(width(&text))));
                text.push_str(&name);
            }
            Line::styled(text, theme.style(Role::Title))
        }
        DiagramLine::Label {
            after,
            text,
            lit: is_lit,
        } => {
            let label = if *is_lit {
                format!("▸ {text}")
            } else {
                text.to_string()
            };
            let style = if *is_lit { lit } else { dim };
            between(*after as usize, &format!(" {label}"), style, None, dim)
        }
        DiagramLine::Arrow {
            from,
            to,
            lit: is_lit,
        } => {
            let (left, right) = (*from.min(to) as usize, *from.max(to) as usize);
            let room = BARS[right] - BARS[left] - 1;
            let shaft = if *is_lit { "━" } else { "─" };
            let arrow = if from < to {
                format!("{}→", shaft.repeat(room - 1))
            } else {
                format!("←{}", shaft.repeat(room - 1))
            };
            let style = if *is_lit { lit } else { dim };
            between(left, &arrow, style, Some(right), dim)
        }
    }
}

/// The bars of the parties with a text after one of them, up to the bar `until` or as long as it is.
fn between(
    after: usize,
    text: &str,
    style: ratatui::style::Style,
    until: Option<usize>,
    dim: ratatui::style::Style,
) -> Line<'static> {
    let mut spans = Vec::new();
    let mut at = 0;
    for (party, bar) in BARS.iter().enumerate() {
        let hidden = party > after && until.is_some_and(|until| party < until);
        if *bar < at || hidden {
            continue;
        }
        spans.push(Span::raw(" ".repeat(bar - at)));
        spans.push(Span::styled("│", dim));
        at = bar + 1;
        if party == after {
            spans.push(Span::styled(text.to_owned(), style));
            at += width(text);
        }
    }
    Line::from(spans)
}

/// Who stands where, so that the order of the parties and of their lines cannot drift apart.
const _: () = assert!(Party::Browser as usize == 0 && Party::Here as usize == 2);
