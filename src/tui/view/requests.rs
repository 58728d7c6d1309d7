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
use super::{Places, Target, View, Viewport, WITH_SIDE, WITH_WIDE_SIDE};
use super::{findings, split_columns, split_rows};
use crate::core::dinero::page::Page;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Outcome, Response};
use crate::tui::action::Action;
use crate::tui::action::drafting::{AnswerTab, Drafting};
use crate::tui::flow::{Sheet, raw_line, strip};
use crate::tui::screens::requests::answer::{head, page_of, response, title};
use crate::tui::screens::requests::list::{ListRow, count, list};
use crate::tui::text::{cut_end, width, wrap};
use crate::tui::theme::{Role, mark_glyph};
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
    match (upper, goes_through) {
        (27.., true) => upper * 3 / 5,
        (27.., false) => REQUEST.1,
        (_, true) => upper.saturating_sub(7),
        (18.., false) => REQUEST.0,
        (_, false) => 5,
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

/// Draws the answer: what came, its parts, the one that is shown.
pub(super) fn draw_answer(canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
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
    if view.engine.requests().answered.is_none() {
        let text = "It stands here once you send: status, what it means, the body.";
        for (row, line) in wrap(text, usize::from(inner.width)).iter().enumerate() {
            let y = inner.y + 1 + rows(row);
            if y < inner.bottom() {
                canvas.text(inner.x + 2, y, inner.width - 2, line, Role::Dim);
            }
        }
        return;
    }
    tabs(canvas, inner);
    let rest = Rect {
        y: inner.y + 2,
        height: inner.height.saturating_sub(2),
        ..inner
    };
    match view.ui.answer_tab(view.engine, view.now) {
        AnswerTab::Pretty => pretty(canvas, rest, focused),
        AnswerTab::Headers => headers(canvas, rest, focused),
        AnswerTab::Findings => findings::draw_in(canvas, rest, focused),
    }
}

/// The parts of the answer, and how to turn its pages.
fn tabs(canvas: &mut Canvas<'_>, inner: Rect) {
    let view = canvas.view;
    let found = view.findings().len();
    let shown = view.ui.answer_tab(view.engine, view.now);
    let tabs: Vec<(Visible, bool, Action)> = AnswerTab::ALL
        .iter()
        .map(|tab| {
            let name = match (tab, found) {
                (AnswerTab::Findings, 1..) => format!("{} {found}", tab.name()),
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

/// The body, laid out, with the cursor on one of its lines.
fn pretty(canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let view = canvas.view;
    let requests = view.engine.requests();
    let Some(response) = response(view.engine) else {
        return why_none(canvas, area);
    };
    let layout = requests.layout.as_ref();
    let Some((_, layout)) = layout.filter(|(call, _)| Some(*call) == requests.answered) else {
        let text = if requests.is_busy() {
            ""
        } else {
            "It is being laid out."
        };
        canvas.text(area.x + 2, area.y, area.width, text, Role::Dim);
        return;
    };
    if response.body.is_empty() {
        canvas.text(
            area.x + 2,
            area.y,
            area.width,
            "The body is empty.",
            Role::Dim,
        );
        return;
    }
    let cursor = focused.then_some(view.ui.drafting.line);
    scrolling(canvas, area, &layout.lines, cursor);
}

/// What is said where no answer came.
fn why_none(canvas: &mut Canvas<'_>, area: Rect) {
    let view = canvas.view;
    let requests = view.engine.requests();
    let record = requests.answered.and_then(|call| view.engine.record(call));
    if let Some(Outcome::Failed(failure)) = record.map(|record| &record.outcome) {
        let text = Visible::of(&failure.detail);
        for (row, line) in wrap(text.as_str(), usize::from(area.width))
            .iter()
            .enumerate()
        {
            if rows(row) < area.height {
                canvas.text(
                    area.x + 2,
                    area.y + rows(row),
                    area.width - 2,
                    line,
                    Role::Plain,
                );
            }
        }
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
    let cursor = focused.then_some(view.ui.drafting.line);
    scrolling(canvas, area, &lines, cursor);
}

/// Numbered lines in a window; the one with the cursor stands out.
fn scrolling(canvas: &mut Canvas<'_>, area: Rect, lines: &[Visible], cursor: Option<usize>) {
    let view = canvas.view;
    let total = lines.len();
    let room = usize::from(area.height);
    let viewport = Viewport::new(view.ui.body_scroll, room, total);
    let digits = total.to_string().len().max(3);
    let gutter = rows(digits) + 2;
    let cursor = cursor.map(|line| line.min(total.saturating_sub(1)));
    let left = area.width.saturating_sub(gutter);
    for (row, text) in lines.iter().skip(viewport.first).take(room).enumerate() {
        let y = area.y + rows(row);
        let number = viewport.first + row;
        let label = format!("{:>digits$}", number + 1);
        canvas.text(area.x, y, gutter, &label, Role::Dim);
        // No terminal is wider, and a line may be a megabyte.
        let beginning: String = text.as_str().chars().take(400).collect();
        let text = cut_end(&beginning, usize::from(left));
        canvas.line(area.x + gutter, y, left, &raw_line(&text, view.theme));
        let whole = Rect::new(area.x.saturating_sub(1), y, area.width + 1, 1);
        canvas.target(whole, Target::AnswerLine(number));
        if cursor == Some(number) {
            canvas.text(whole.x, y, 1, "▸", Role::Plain);
            let style = canvas.style(Role::Selected);
            canvas.tint(whole, style);
        }
    }
    canvas.areas.body = Some(viewport);
}
