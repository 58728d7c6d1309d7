//! The line below the answer: what is typed about it, else where the cursor is and what was found.

use crate::core::engine::viewing::Viewing;
use crate::core::reader::ask::{Found, View};
use crate::core::reader::content::Content;
use crate::core::wire::visible::Visible;
use crate::tui::action::Action;
use crate::tui::action::viewing::Viewing as Doing;
use crate::tui::screens::parts::joined;
use crate::tui::screens::time;
use crate::tui::text::{cut_end, cut_middle, width};
use crate::tui::theme::Role;
use crate::tui::ui::Focus;
use crate::tui::ui::viewing::{LIVE, Line};
use crate::tui::view::Target;
use crate::tui::view::canvas::{Canvas, rows};
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, viewing: &Viewing, shown: View) {
    let view = canvas.view;
    if let Some((line, text)) = &view.ui.viewing.typed {
        return typed(canvas, area, viewing, (*line, text));
    }
    let right = joined(&[
        filtered(viewing),
        found(viewing),
        place(canvas, viewing, shown),
    ]);
    let right = Visible::of(&right);
    let style = canvas.style(Role::Dim);
    canvas.right(
        area.right(),
        area.y,
        &Span::styled(right.to_string(), style),
    );
    let room = usize::from(area.width).saturating_sub(width(right.as_str()) + 2);
    let cursor = viewing.cursor.as_ref();
    let path = cursor
        .and_then(|cursor| cursor.path.as_deref())
        .unwrap_or_default();
    let (text, role) = match shown {
        View::Table => ("", Role::Dim),
        View::Pretty | View::Raw => (path, Role::Accent),
    };
    if room > 4 {
        let text = cut_middle(Visible::of(text).as_str(), room);
        canvas.text(area.x, area.y, rows(room), &text, role);
    }
}

/// What is typed, and what comes of it.
fn typed(
    canvas: &mut Canvas<'_>,
    area: Rect,
    viewing: &Viewing,
    (line, text): (Line, &ratatui_textarea::TextArea<'static>),
) {
    let sign = match line {
        Line::Search => "/",
        Line::Filter => "|",
        Line::GoTo => "#",
    };
    canvas.text(area.x, area.y, 1, sign, Role::Key);
    let right = match line {
        Line::Search => found(viewing),
        Line::Filter => {
            let is_new = text.lines().concat() != viewing.filter.program;
            if is_new && viewing.status.length > LIVE {
                format!("{} runs it", canvas.view.theme.enter())
            } else if viewing.filter.runs {
                "filtering…   ctrl-c stops it".to_owned()
            } else {
                String::new()
            }
        }
        Line::GoTo => String::new(),
    };
    let sought = &canvas.view.ui.viewing.sought;
    let switches: Vec<(&str, bool, Doing)> = match line {
        Line::Search => vec![
            ("ctrl-t aA", sought.any_case, Doing::AnyCase),
            ("ctrl-r .*", sought.is_pattern, Doing::Pattern),
        ],
        Line::Filter | Line::GoTo => Vec::new(),
    };
    let mut end = area.right();
    for (name, on, doing) in switches.into_iter().rev() {
        let text = format!("{}{name}", if on { "✓ " } else { "" });
        let role = if on { Role::Title } else { Role::Dim };
        let style = canvas.style(role);
        let wide = rows(width(&text));
        canvas.right(end, area.y, &Span::styled(text, style));
        let rect = Rect::new(end.saturating_sub(wide), area.y, wide, 1);
        canvas.target(rect, Target::Do(Action::Viewing(doing)));
        end = end.saturating_sub(wide + 2);
    }
    if !right.is_empty() {
        let style = canvas.style(Role::Dim);
        let right = Visible::of(&right).to_string();
        let wide = rows(width(&right));
        canvas.right(end, area.y, &Span::styled(right, style));
        end = end.saturating_sub(wide + 2);
    }
    let field = Rect {
        x: area.x + 2,
        width: end.saturating_sub(area.x + 2),
        ..area
    };
    crate::tui::view::popups::field(canvas, field, text, canvas.view.ui.focus == Focus::Line);
}

/// How a filter stands.
fn filtered(viewing: &Viewing) -> String {
    let filter = &viewing.filter;
    match (filter.program.is_empty(), filter.runs, &filter.trouble) {
        (true, ..) => String::new(),
        (false, true, _) => "filtering…   ctrl-c stops it".to_owned(),
        (false, false, Some(_)) => "the filter failed".to_owned(),
        (false, false, None) => {
            let program = cut_end(Visible::of(&filter.program).as_str(), 24);
            format!("| {program}   esc ends it")
        }
    }
}

/// What a search has found.
fn found(viewing: &Viewing) -> String {
    let Some(Found {
        total,
        complete,
        number,
        trouble,
    }) = &viewing.status.search
    else {
        return String::new();
    };
    let more = if *complete { "" } else { "…" };
    match (trouble, number, total) {
        (Some(trouble), ..) => trouble.clone(),
        (None, _, 0) if *complete => "found nowhere".to_owned(),
        (None, Some(number), total) => format!("{number} of {total}{more}"),
        (None, None, total) => format!("{total}{more}"),
    }
}

/// Where the cursor is.
fn place(canvas: &Canvas<'_>, viewing: &Viewing, shown: View) -> String {
    let status = &viewing.status;
    let row = canvas.view.ui.drafting.line as u64;
    let cursor = viewing.cursor.as_ref().filter(|cursor| cursor.row == row);
    let reads = if status.comes || status.known < status.length && status.broken.is_none() {
        "…"
    } else {
        ""
    };
    match (status.content, shown) {
        (Content::Binary(kind), _) => {
            let all = usize::try_from(status.length).unwrap_or(usize::MAX);
            let shown = if status.length > 64 * 1024 {
                "   the first 64 KiB"
            } else {
                ""
            };
            format!("{}, {}{shown}", kind.name, time::size(all))
        }
        (_, View::Table) => {
            let table = status.table.as_ref().filter(|table| table.none.is_none());
            let Some(table) = table else {
                return String::new();
            };
            let sorts = if table.sorts { "sorting…" } else { "" };
            let row = (row + 1).min(table.rows);
            let rows = format!("row {row} of {}{reads}", table.rows);
            joined(&[sorts.to_owned(), table.path.clone(), rows])
        }
        _ => match cursor {
            Some(cursor) => format!("line {} of {}{reads}", cursor.line, status.lines),
            None if status.lines > 0 => format!("{} lines{reads}", status.lines),
            None => String::new(),
        },
    }
}
