//! The answer as a table: items are rows, members are columns; columns that do not fit go at the right.

use super::window::role;
use super::{below, marked, prose, room_for, rows};
use crate::core::engine::viewing::Viewing;
use crate::core::reader::ask::View;
use crate::core::reader::rows::{Column, Kind, Row};
use crate::core::wire::visible::Visible;
use crate::tui::screens::requests::answer::page_of;
use crate::tui::text::{cut_end, width};
use crate::tui::theme::Role;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::{Target, requests};
use ratatui::layout::Rect;

/// Columns between two columns.
const GAP: u16 = 2;

/// Widest column, unless it was made wider.
const WIDEST: usize = 28;

/// Widest column of all.
const WIDENED: usize = 200;

/// Where a column stands and how wide it is, where it is in view.
type Place = Option<(u16, u16)>;

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, viewing: &Viewing, focused: bool) {
    let told = viewing
        .rows
        .as_ref()
        .filter(|(show, _)| show.view == View::Table);
    let none = viewing.status.table.as_ref().and_then(|table| table.none);
    if let Some(none) = none {
        room_for(canvas, area, 0, 0);
        return prose(canvas, area, none);
    }
    let Some((_, window)) = told.filter(|(_, window)| !window.columns.is_empty()) else {
        room_for(canvas, area, 0, 0);
        return;
    };
    let view = canvas.view;
    let lines = below(area, 1);
    let items = usize::try_from(window.total).unwrap_or(usize::MAX);
    let next =
        page_of(view.engine).filter(|page| page.has_next() && viewing.filter.program.is_empty());
    let viewport = room_for(canvas, lines, 0, items + usize::from(next.is_some()));
    let digits = items.to_string().len().max(2);
    let selected = view.ui.viewing.column.min(window.columns.len() - 1);
    let widths = widths(canvas, &window.columns);
    let places = places(area, rows(digits) + GAP, &widths, selected);
    head(canvas, area, &window.columns, (&places, selected, focused));
    for place in 0..viewport
        .room
        .min(viewport.total.saturating_sub(viewport.first))
    {
        let number = viewport.first + place;
        let y = lines.y + rows(place);
        if number == items {
            if let Some(page) = next {
                let text = format!("▸ next page: {}", requests::next_words(page));
                canvas.text(lines.x, y, lines.width, &text, Role::Accent);
            }
        } else if let Some(row) = window.row(number as u64) {
            let number = row.number.unwrap_or(0);
            canvas.text(
                lines.x,
                y,
                lines.width,
                &format!("{number:>digits$}"),
                Role::Dim,
            );
            cells(canvas, y, row, (&window.columns, &places));
        }
        marked(canvas, lines, y, number, focused);
    }
}

/// How wide each column is.
fn widths(canvas: &Canvas<'_>, columns: &[Column]) -> Vec<u16> {
    let widened = &canvas.view.ui.viewing.widened;
    let of = |column: &Column| {
        let most = if widened.contains(&column.name) {
            WIDENED
        } else {
            WIDEST
        };
        let sign = usize::from(column.sorted.is_some()) * 2;
        // A number has its thousands set apart.
        let apart = if column.numbers { 2 } else { 0 };
        rows(
            (column.widest + apart)
                .max(width(&column.name) + sign)
                .clamp(3, most),
        )
    };
    columns.iter().map(of).collect()
}

/// Where columns stand: from the first on that leaves the selected one in view.
fn places(area: Rect, begin: u16, widths: &[u16], selected: usize) -> Vec<Place> {
    let fits = |first: usize| {
        let taken: u16 = widths[first..=selected]
            .iter()
            .map(|width| width + GAP)
            .sum();
        begin + taken <= area.width + GAP
    };
    let first = (0..=selected)
        .find(|first| fits(*first))
        .unwrap_or(selected);
    let mut x = area.x + begin;
    let mut places = vec![None; first];
    for wide in &widths[first..] {
        let left = area.right().saturating_sub(x);
        // What is left of a column is shown where it is worth it.
        let shown = (*wide).min(left);
        let worth = shown == *wide || shown >= 8;
        places.push(worth.then_some((x, shown)));
        if !worth {
            break;
        }
        x += wide + GAP;
        if x >= area.right() {
            break;
        }
    }
    places
}

/// The names of the columns; how many are not in view stands at the ends.
fn head(
    canvas: &mut Canvas<'_>,
    area: Rect,
    columns: &[Column],
    (places, selected, focused): (&[Place], usize, bool),
) {
    for (number, (column, place)) in columns.iter().zip(places).enumerate() {
        let Some((x, wide)) = *place else { continue };
        let sign = match column.sorted {
            Some(true) => " ↓",
            Some(false) => " ↑",
            None => "",
        };
        let name = Visible::of(&column.name);
        let name = cut_end(name.as_str(), usize::from(wide).saturating_sub(width(sign)));
        let text = format!("{name}{sign}");
        let text = if column.numbers {
            format!("{text:>wide$}", wide = usize::from(wide))
        } else {
            text
        };
        canvas.text(x, area.y, wide, &text, Role::Title);
        let rect = Rect::new(x, area.y, wide, 1);
        canvas.target(rect, Target::Column(number));
        if focused && number == selected {
            let style = canvas.style(Role::Selected);
            canvas.tint(rect, style);
        }
    }
    let hidden = places.iter().take_while(|place| place.is_none()).count();
    if hidden > 0 {
        canvas.text(area.x, area.y, 3, &format!("‹{hidden}"), Role::Dim);
    }
    let shown = places.iter().flatten().count();
    let more = columns.len().saturating_sub(hidden + shown);
    if more > 0 {
        let text = format!("{more}›");
        let style = canvas.style(Role::Dim);
        canvas.right(
            area.right(),
            area.y,
            &ratatui::text::Span::styled(text, style),
        );
    }
}

/// The cells of a row.
fn cells(canvas: &mut Canvas<'_>, y: u16, row: &Row, (columns, places): (&[Column], &[Place])) {
    for ((word, column), place) in row.words.iter().zip(columns).zip(places) {
        let Some((x, wide)) = *place else { continue };
        let room = usize::from(wide);
        let text = match word.kind {
            Kind::Number if column.numbers => apart(word.text.as_str()),
            _ => word.text.to_string(),
        };
        let text = cut_end(&text, room);
        let text = if column.numbers {
            format!("{}{text}", " ".repeat(room.saturating_sub(width(&text))))
        } else {
            text
        };
        canvas.text(x, y, wide, &text, role(word.kind));
    }
}

/// An amount with its thousands set apart, for reading only; whole numbers are names more often than amounts.
fn apart(number: &str) -> String {
    let Some((whole, fraction)) = number.split_once('.') else {
        return number.to_owned();
    };
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    if !digits
        .bytes()
        .chain(fraction.bytes())
        .all(|byte| byte.is_ascii_digit())
    {
        return number.to_owned();
    }
    let mut set = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            set.push(',');
        }
        set.push(digit);
    }
    format!("{sign}{set}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn amounts_have_their_thousands_apart_and_all_their_digits() {
        for (number, shown) in [
            ("18750.00", "18,750.00"),
            ("-1234567.5", "-1,234,567.5"),
            ("960.00", "960.00"),
            ("1041", "1041"),
            ("1.5e9", "1.5e9"),
        ] {
            assert_eq!(apart(number), shown);
        }
    }
}
