//! The answer of step 6: what came, its parts, the one that is shown, and the line about it below.
//!
//! ```text
//! ┌ Answer to GET Invoices, list ────────────────────────┐
//! │ ✓ 200 OK   118 ms   2.6 KB                1–25 of 92 │
//! │ [Pretty]  Table  Raw  Headers  …         > next page │
//! │   1  {                                               │
//! │   2  ▾ "Collection": [                               │
//! │ .Collection[3].ContactName              line 45 of 9 │
//! └──────────────────────────────────────────────────────┘
//! ```

mod last_line;
mod table;
mod window;

use super::canvas::{Canvas, inside, rows};
use super::{AnswerRoom, Target, Viewport, findings};
use crate::core::dinero::page::Page;
use crate::core::engine::viewing::Viewing;
use crate::core::reader::ask::View;
use crate::core::reader::content::Content;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Outcome, Response};
use crate::tui::action::Action;
use crate::tui::action::drafting::{AnswerTab, Drafting};
use crate::tui::flow::{Sheet, lay_out, raw_line, strip};
use crate::tui::screens::record;
use crate::tui::screens::requests::answer::{head, page_of, response, shown_call, title};
use crate::tui::text::{cut_end, width, wrap};
use crate::tui::theme::{Role, mark_glyph};
use crate::tui::ui::Pane;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the answer.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let view = canvas.view;
    let role = if focused { Role::Focus } else { Role::Title };
    let title = Visible::of(&title(view.engine));
    canvas.title(area, title.as_str(), role);
    canvas.target(area, Target::Pane(Pane::Answer));
    let inner = inside(area);
    let head = head(view.engine, view.now);
    let (glyph, role) = mark_glyph(head.mark);
    canvas.text(inner.x, inner.y, 2, glyph.trim(), role);
    let room = usize::from(inner.width).saturating_sub(width(&head.right) + 4);
    let text = cut_end(Visible::of(&head.text).as_str(), room);
    canvas.text(inner.x + 2, inner.y, inner.width, &text, Role::Title);
    let style = canvas.style(Role::Dim);
    canvas.right(inner.right(), inner.y, &Span::styled(head.right, style));
    if shown_call(view.engine).is_none() {
        let text = "It stands here once you send: status, what it means, the body.";
        prose(canvas, below(inner, 1), text);
        return;
    }
    tabs(canvas, inner);
    let rest = below(inner, 2);
    if view.ui.viewing.difference.is_some() {
        return window::difference(canvas, rest, focused);
    }
    let tab = view.ui.answer_tab(view.engine, view.now);
    match (tab, view.ui.reads(tab)) {
        (AnswerTab::Headers, _) => headers(canvas, rest, focused),
        (AnswerTab::Timing, _) => timing(canvas, rest),
        (AnswerTab::Findings, _) if view.engine.requests().arriving.is_some() => {
            prose(canvas, rest, "It is judged once it has ended.");
        }
        (AnswerTab::Findings, _) => findings::draw_in(canvas, rest, focused),
        (_, Some(shown)) => body(canvas, rest, shown, focused),
        (_, None) => {}
    }
}

/// What is left of an area below so many rows.
fn below(area: Rect, taken: u16) -> Rect {
    Rect {
        y: area.y + taken.min(area.height),
        height: area.height.saturating_sub(taken),
        ..area
    }
}

/// A sentence where rows would be.
fn prose(canvas: &mut Canvas<'_>, area: Rect, text: &str) {
    let room = usize::from(area.width.saturating_sub(2));
    for (row, line) in wrap(text, room).iter().enumerate() {
        if rows(row) < area.height {
            canvas.text(
                area.x + 2,
                area.y + rows(row),
                area.width - 2,
                line,
                Role::Dim,
            );
        }
    }
}

/// The body, as its reader has told it.
fn body(canvas: &mut Canvas<'_>, area: Rect, shown: View, focused: bool) {
    let view = canvas.view;
    let Some(response) = response(view.engine) else {
        return why_none(canvas, area);
    };
    let viewing = view.engine.requests().viewing.as_ref();
    let call = shown_call(view.engine);
    let Some(viewing) = viewing.filter(|viewing| Some(viewing.call) == call) else {
        let text = if response.body.is_left_out() {
            "It was let go to make room for newer answers: send it again."
        } else {
            ""
        };
        return prose(canvas, area, text);
    };
    if response.body.is_empty() && !viewing.status.comes {
        return prose(canvas, area, "The body is empty.");
    }
    let mut area = area;
    for remark in remarks(viewing) {
        let room = usize::from(area.width.saturating_sub(2));
        for (row, text) in wrap(Visible::of(&remark).as_str(), room).iter().enumerate() {
            if area.height > 4 {
                let mark = if row == 0 { "⚠" } else { "" };
                canvas.text(area.x, area.y, 1, mark, Role::Warning);
                canvas.text(area.x + 2, area.y, rows(room), text, Role::Plain);
                area = below(area, 1);
            }
        }
    }
    // Who does not look at it needs the row for the answer.
    let has_line = area.height > if focused { 3 } else { 9 };
    let lines = Rect {
        height: area.height - u16::from(has_line),
        ..area
    };
    if shown == View::Table {
        table::draw(canvas, lines, viewing, focused);
    } else {
        window::draw(canvas, lines, viewing, shown, (focused, response.cut));
    }
    if has_line {
        let last = Rect {
            y: area.bottom() - 1,
            height: 1,
            ..area
        };
        last_line::draw(canvas, last, viewing, shown);
    }
}

/// What is to be said before the rows.
fn remarks(viewing: &Viewing) -> Vec<String> {
    let status = &viewing.status;
    let broken = status.broken.as_ref().map(|broken| {
        let (line, column) = (broken.line, broken.column);
        format!("Not JSON at line {line}, column {column}: {}", broken.words)
    });
    let said = broken.iter().chain(&status.notes);
    viewing.filter.trouble.iter().chain(said).cloned().collect()
}

/// How long each phase took.
fn timing(canvas: &mut Canvas<'_>, area: Rect) {
    let view = canvas.view;
    let record = view.engine.requests().answered;
    let record = record.and_then(|call| view.engine.record(call));
    let group = record.and_then(record::timing);
    let Some(group) = group else {
        return prose(canvas, area, "It is timed once it has ended.");
    };
    let mut pane = view.pane();
    pane.groups = vec![group];
    let sheet = Sheet {
        theme: view.theme,
        mask: view.engine.mask(),
        revealed: None,
        width: usize::from(area.width),
        short: false,
        dense: false,
    };
    let flow = lay_out(&pane, &sheet, &|_| true);
    for (row, laid) in flow.lines.iter().take(usize::from(area.height)).enumerate() {
        let y = area.y + rows(row);
        canvas.line(area.x, y, area.width, &laid.line);
        if let Some(right) = &laid.right {
            canvas.right(area.right(), y, right);
        }
    }
}

/// The parts of the answer, and how to turn its pages.
fn tabs(canvas: &mut Canvas<'_>, inner: Rect) {
    let view = canvas.view;
    let found = match view.engine.requests().arriving {
        Some(_) => 0,
        None => view.findings().len(),
    };
    let shown = view.ui.answer_tab(view.engine, view.now);
    let binary = is_binary(&view);
    let tabs: Vec<(Visible, bool, Action)> = AnswerTab::ALL
        .iter()
        .map(|tab| {
            let name = match (tab, found) {
                (AnswerTab::Findings, 1..) => format!("{} {found}", tab.name()),
                (AnswerTab::Pretty, _) if binary => "Hex".to_owned(),
                _ => tab.name().to_owned(),
            };
            let action = Action::Drafting(Drafting::Answer(*tab));
            (Visible::of(&name), shown == *tab, action)
        })
        .collect();
    let page = page_of(view.engine).filter(|_| !view.engine.requests().is_busy());
    let mut turning: Vec<(&str, Action)> = Vec::new();
    if page.is_some_and(|page| page.page > 0) {
        turning.push((
            "< previous",
            Action::Drafting(Drafting::Page { next: false }),
        ));
    }
    if page.is_some_and(Page::has_next) {
        turning.push((
            "> next page",
            Action::Drafting(Drafting::Page { next: true }),
        ));
        turning.push(("f fetch all", Action::Drafting(Drafting::FetchAll)));
    }
    let sheet = Sheet {
        theme: view.theme,
        mask: view.engine.mask(),
        revealed: None,
        width: usize::from(inner.width),
        short: false,
        dense: false,
    };
    let laid = strip(&tabs, &Visible::default(), &sheet);
    let y = inner.y + 1;
    canvas.line(inner.x, y, inner.width, &laid.line);
    super::main::places(canvas, inner, y, &laid);
    let taken = |turning: &[(&str, Action)]| -> usize {
        turning.iter().map(|(text, _)| width(text) + 3).sum()
    };
    let used: usize = laid.places.iter().map(|(_, length, _)| length).sum();
    let room = usize::from(inner.width).saturating_sub(used);
    if taken(&turning) > room {
        // The key alone, where there is no room for words.
        for (text, _) in &mut turning {
            *text = match *text {
                "< previous" => "<",
                "> next page" => "> next",
                _ => "f all",
            };
        }
    }
    let taken = taken(&turning);
    if taken == 0 || taken > room {
        return;
    }
    let mut x = inner.right() - rows(taken) + 3;
    for (text, action) in turning {
        canvas.target(Rect::new(x, y, rows(width(text)), 1), Target::Do(action));
        let (key, words) = text.split_at(1);
        let after = canvas.text(x, y, 1, key, Role::Key);
        x = canvas.text(after, y, inner.right() - after, words, Role::Dim) + 3;
    }
}

/// Whether the answer is no text.
fn is_binary(view: &super::View<'_>) -> bool {
    let viewing = view.engine.requests().viewing.as_ref();
    viewing.is_some_and(|viewing| matches!(viewing.status.content, Content::Binary(_)))
}

/// What is said where no answer came.
fn why_none(canvas: &mut Canvas<'_>, area: Rect) {
    let view = canvas.view;
    let requests = view.engine.requests();
    let record = requests.answered.and_then(|call| view.engine.record(call));
    if let Some(Outcome::Failed(failure)) = record.map(|record| &record.outcome) {
        prose(canvas, area, Visible::of(&failure.detail).as_str());
    }
}

/// Status line and header fields, secrets masked.
fn headers(canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let view = canvas.view;
    let Some(response) = response(view.engine) else {
        return why_none(canvas, area);
    };
    let (head, _) = response.shortened(0);
    let head = Response {
        body: crate::core::wire::Body::default(),
        ..head
    };
    let mut lines = view.engine.mask().response_lines(&head);
    lines.retain(|line| !line.is_empty());
    scrolling(canvas, area, &lines, focused);
}

/// Lines in a window, with the cursor on one of them.
fn scrolling(canvas: &mut Canvas<'_>, area: Rect, lines: &[Visible], focused: bool) {
    let view = canvas.view;
    let viewport = Viewport::new(view.ui.body_scroll, usize::from(area.height), lines.len());
    for (row, text) in lines
        .iter()
        .skip(viewport.first)
        .take(viewport.room)
        .enumerate()
    {
        let y = area.y + rows(row);
        // No terminal is wider, and a value may be a megabyte.
        let beginning: String = text.as_str().chars().take(400).collect();
        let text = cut_end(&beginning, usize::from(area.width));
        canvas.line(area.x, y, area.width, &raw_line(&text, view.theme));
        marked(canvas, area, y, viewport.first + row, focused);
    }
    canvas.areas.body = Some(viewport);
}

/// A row that the mouse finds; the one with the cursor stands out.
fn marked(canvas: &mut Canvas<'_>, area: Rect, y: u16, number: usize, focused: bool) {
    let whole = Rect::new(area.x.saturating_sub(1), y, area.width + 1, 1);
    canvas.target(whole, Target::AnswerLine(number));
    if focused && canvas.view.ui.drafting.line == number {
        canvas.text(whole.x, y, 1, "▸", Role::Plain);
        let style = canvas.style(Role::Selected);
        canvas.tint(whole, style);
    }
}

/// Notes where rows are, and how many there are.
fn room_for(canvas: &mut Canvas<'_>, area: Rect, gutter: u16, total: usize) -> Viewport {
    let room = usize::from(area.height);
    let viewport = Viewport::new(canvas.view.ui.body_scroll, room, total);
    canvas.areas.body = Some(viewport);
    canvas.areas.answer = Some(AnswerRoom {
        room,
        width: area.width.saturating_sub(gutter),
    });
    viewport
}
