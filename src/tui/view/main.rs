//! The pane of the step in view: headline with the one button, a quiet line, facts, raw text.
//!
//! ```text
//! ┌ 3 Callback ────────────────────────────────────────────────┐
//! │ ✓ The answer came and it is ours   [ Exchange the code ↵ ] │
//! │   POST http://localhost:8765/callback   12:01:20           │
//! │                                                            │
//! │ What came back                                    5 fields │
//! │▸ ✓  state       9fKm2vXb…sA  22 chars  the one it sent     │
//! │      3 more below                                          │
//! └────────────────────────────────────────────────────────────┘
//! ```

use super::canvas::{Canvas, inside, rows};
use super::{Target, Viewport, raw};
use crate::core::wire::visible::Visible;
use crate::tui::flow::{Flow, Laid, Sheet, lay_out};
use crate::tui::pane::{Pane, WhenShort};
use crate::tui::text::{columns, cut_end, wrap};
use crate::tui::theme::{Role, state_glyph};
use crate::tui::ui::{Focus, Pane as Which, Screen};
use ratatui::layout::Rect;

/// Free lines from which on a group is opened although not all of it fits.
const WORTH_OPENING: usize = 4;

/// Widest line: the columns are not stretched.
const WIDEST: u16 = 104;

/// Draws the pane.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    raw: Option<Rect>,
    short: bool,
    in_focus: Option<Which>,
) {
    let view = canvas.view;
    let focused = in_focus == Some(Which::Main);
    let mut pane = view.pane();
    let apart = raw.map(|area| (area, raw::take(&mut pane)));
    let role = if focused { Role::Focus } else { Role::Title };
    canvas.title(area, pane.title.as_str(), role);
    canvas.target(area, Target::Pane(Which::Main));
    let inner = Rect {
        width: inside(area).width.min(WIDEST),
        ..inside(area)
    };
    let taken = head(canvas, inner, &pane, focused);
    let rest = Rect {
        y: inner.y + taken.min(inner.height),
        height: inner.height.saturating_sub(taken),
        ..inner
    };
    let flow = fitting(canvas, &pane, rest, short);
    body(canvas, rest, flow, focused);
    if let Some((area, groups)) = apart {
        raw::draw(canvas, area, groups, in_focus);
    }
}

/// Collects the geometry of a pane that is not drawn, because another one has the whole frame.
pub(super) fn measure(canvas: &mut Canvas<'_>, area: Rect, short: bool) {
    let view = canvas.view;
    let pane = view.pane();
    let flow = fitting(canvas, &pane, inside(area), short);
    canvas.areas.spots = flow.spots;
}

/// Draws headline, button and quiet line; returns how many rows they and the blank one below take.
fn head(canvas: &mut Canvas<'_>, inner: Rect, pane: &Pane, focused: bool) -> u16 {
    let on_button = focused && canvas.view.ui.focus == Focus::Button;
    // In a list Enter does what the button of the selected one says; on step 6 only for what reads.
    let ui = canvas.view.ui;
    let from_list = ui.focus == Focus::List && (!ui.drafts() || ui.drafting.presses_from_list());
    let by_enter = on_button || (ui.popups.is_empty() && from_list);
    let button = pane.button.as_ref().map(|button| {
        let enter = canvas.view.theme.enter();
        if by_enter {
            format!("[ {} {enter} ]", button.label)
        } else {
            format!("[ {} ]", button.label)
        }
    });
    let taken = button.as_deref().map_or(0, columns);
    if let Some(text) = &button {
        let x = inner.right().saturating_sub(taken);
        let role = if on_button { Role::Button } else { Role::Plain };
        canvas.text(x, inner.y, taken, text, role);
        canvas.target(Rect::new(x, inner.y, taken, 1), Target::Button);
    }
    let (glyph, role) = state_glyph(pane.state);
    canvas.text(inner.x, inner.y, 1, glyph, role);
    let room = inner.width.saturating_sub(taken + 4);
    let lines = wrap(pane.headline.as_str(), usize::from(room));
    for (row, line) in lines.iter().take(usize::from(inner.height)).enumerate() {
        canvas.text(inner.x + 2, inner.y + rows(row), room, line, Role::Title);
    }
    let mut y = rows(lines.len());
    if let Some(quiet) = &pane.quiet {
        let room = inner.width.saturating_sub(2);
        let lines = wrap(quiet.as_str(), usize::from(room));
        let count = lines.len();
        let left = usize::from(inner.height.saturating_sub(y));
        for (row, line) in lines.iter().take(left.min(2)).enumerate() {
            let line = match (row, count) {
                (1, 3..) => cut_end(&format!("{line} …"), usize::from(room)),
                _ => line.clone(),
            };
            canvas.text(inner.x + 2, inner.y + y, room, &line, Role::Dim);
            y += 1;
        }
    }
    y + 1
}

/// Lays the pane out with as many groups open as there is room for.
fn fitting(canvas: &Canvas<'_>, pane: &Pane, area: Rect, short: bool) -> Flow {
    let view = canvas.view;
    let folding: Vec<&Visible> = pane
        .groups
        .iter()
        .filter(|group| group.short == WhenShort::Fold)
        .map(|group| &group.label)
        .collect();
    let room = usize::from(area.height);
    let lay = |open: usize, dense: bool| {
        let sheet = Sheet {
            theme: view.theme,
            mask: view.engine.mask(),
            revealed: view.ui.revealed.as_ref().map(|revealed| &revealed.secret),
            width: usize::from(area.width),
            short,
            dense,
        };
        lay_out(pane, &sheet, &|label: &Visible| {
            let place = folding.iter().position(|other| *other == label);
            let fits = place.is_some_and(|place| place < open);
            // What is equal in two runs is of no interest.
            view.ui
                .is_open(label, fits && view.ui.screen != Screen::Runs)
        })
    };
    let mut more: Option<Flow> = None;
    for open in (0..=folding.len()).rev() {
        let flow = lay(open, false);
        if flow.lines.len() <= room {
            // A group of which a good part fits is better open than its place left empty.
            let free = room - flow.lines.len();
            return more.filter(|_| free >= WORTH_OPENING).unwrap_or(flow);
        }
        more = Some(flow);
    }
    lay(0, short)
}

/// Draws the lines that are in view, and the body below them; `further` rows that can be selected are
/// drawn elsewhere.
fn body(canvas: &mut Canvas<'_>, area: Rect, flow: Flow, focused: bool) {
    let view = canvas.view;
    let area = below_head(canvas, area, &flow.head);
    let at = view.ui.at();
    let height = usize::from(area.height);
    let total = flow.lines.len();
    let room = height;
    let overflows = total > room;
    let shown = if overflows {
        room.saturating_sub(1)
    } else {
        room
    };
    let viewport = Viewport::new(view.ui.scroll[at], shown, total);
    let (line, chosen) = match view.ui.focus {
        Focus::Row(row) => (Some(row), focused),
        _ => (view.ui.touched.get(at).copied(), false),
    };
    let last = flow.spots.len().saturating_sub(1);
    let line = line.map(|row| row.min(last));
    let visible = flow.lines.iter().skip(viewport.first).take(shown);
    for (row, laid) in visible.enumerate() {
        let y = area.y + rows(row);
        let marked = laid.spot.is_some() && laid.spot == line;
        let first = laid
            .spot
            .is_some_and(|spot| flow.spots[spot].line == viewport.first + row);
        draw_line(
            canvas,
            area,
            y,
            laid,
            (marked && (chosen || first)).then_some(chosen),
        );
    }
    if overflows && area.height > 0 {
        let y = area.y + rows(shown);
        let text = more(viewport);
        canvas.text(
            area.x + 4,
            y,
            area.width.saturating_sub(4),
            &text,
            Role::Dim,
        );
    }
    canvas.areas.main = viewport;
    canvas.areas.spots = flow.spots;
}

/// Draws the lines that stay; what is left of the area comes back.
fn below_head(canvas: &mut Canvas<'_>, area: Rect, head: &[Laid]) -> Rect {
    let lines = head.iter().take(usize::from(area.height));
    for (row, laid) in lines.enumerate() {
        canvas.line(area.x, area.y + rows(row), area.width, &laid.line);
    }
    let taken = rows(head.len()).min(area.height);
    Rect {
        y: area.y + taken,
        height: area.height - taken,
        ..area
    }
}

/// Draws one line; `marked` says that it is the one last touched, and whether it has the focus.
fn draw_line(canvas: &mut Canvas<'_>, area: Rect, y: u16, laid: &Laid, marked: Option<bool>) {
    canvas.line(area.x, y, area.width, &laid.line);
    if let Some(right) = &laid.right {
        canvas.right(area.right(), y, right);
    }
    let Some(spot) = laid.spot else {
        places(canvas, area, y, laid);
        return;
    };
    let begin = laid.line.spans.first().map(|span| span.content.as_ref());
    let is_label = begin.is_some_and(|begin| begin.starts_with(['▸', '▾']));
    let whole = Rect::new(area.x.saturating_sub(1), y, area.width + 1, 1);
    canvas.target(whole, Target::Row(spot));
    places(canvas, area, y, laid);
    if let Some(chosen) = marked {
        // A label that folds begins with that glyph already.
        if !is_label {
            canvas.text(whole.x, y, 1, "▸", Role::Plain);
        }
        if chosen {
            let style = canvas.style(Role::Selected);
            canvas.tint(whole, style);
        }
    }
}

/// Notes what the mouse finds on a line.
pub(super) fn places(canvas: &mut Canvas<'_>, area: Rect, y: u16, laid: &Laid) {
    for (from, length, action) in &laid.places {
        let rect = Rect::new(area.x + rows(*from), y, rows(*length), 1);
        canvas.target(rect.intersection(area), Target::Do(action.clone()));
    }
}

/// What is not in view.
pub(super) fn more(viewport: Viewport) -> String {
    let below = viewport
        .total
        .saturating_sub(viewport.first + viewport.room);
    match (viewport.first, below) {
        (0, below) => format!("{below} more below"),
        (above, 0) => format!("{above} more above"),
        (above, below) => format!("{below} more below, {above} above"),
    }
}
