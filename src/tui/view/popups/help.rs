//! Help: what the screen in view can do stands first, the rest is the key table itself.

use crate::tui::action::Action;
use crate::tui::keymap::{self, Binding, Group, KEYS, Situation};
use crate::tui::text::{cut_end, width, wrap};
use crate::tui::theme::Role;
use crate::tui::ui::Screen;
use crate::tui::ui::act::{focused_grant, has_secret};
use crate::tui::view::bars::enter_on_step;
use crate::tui::view::canvas::Canvas;
use ratatui::text::{Line, Span};

/// Cells of the column of keys.
const KEYS_WIDTH: usize = 14;
/// From this many cells on there are two columns.
const TWO_COLUMNS: usize = 80;

/// The lines of help.
pub(super) fn lines(canvas: &Canvas<'_>, room: usize) -> Vec<Line<'static>> {
    let view = canvas.view;
    let situation = Situation {
        engine: view.engine,
        ui: view.ui,
        popup: None,
        has_secret: has_secret(&canvas.areas),
        on_grant: focused_grant(view.ui, &canvas.areas).is_some(),
        now: view.now,
    };
    let here: Vec<&Binding> = keymap::applicable(&situation)
        .filter(|binding| binding.group == Group::Here)
        .collect();
    let of = |group: Group| {
        KEYS.iter()
            .filter(|binding| binding.group == group && !is_step(binding))
            .collect::<Vec<_>>()
    };
    let facts = view.ui.step.facts();
    let mut lines = Vec::new();
    let heading = match view.ui.screen {
        Screen::Step => format!("Here: {} {}", view.ui.step.number(), facts.name),
        Screen::Profiles => "Here: Profiles".to_owned(),
        Screen::Explain => "Here: Explain".to_owned(),
        Screen::Runs => "Here: Runs".to_owned(),
        Screen::Record => "Here: Record".to_owned(),
        Screen::ScopeLab => "Here: Scope lab".to_owned(),
    };
    let mut at_hand = entries(&here);
    for (binding, entry) in here.iter().zip(&mut at_hand) {
        if let (Action::Press, Some(label)) = (&binding.action, enter_on_step(canvas)) {
            entry.1 = label;
        }
    }
    group(canvas, &mut lines, &heading, &at_hand, room);
    let mut everywhere = vec![("1 … 6".to_owned(), "that step".to_owned())];
    everywhere.extend(entries(&of(Group::Everywhere)));
    group(canvas, &mut lines, "Everywhere", &everywhere, room);
    group(
        canvas,
        &mut lines,
        "Moving",
        &entries(&of(Group::Moving)),
        room,
    );
    group(
        canvas,
        &mut lines,
        "In a popup",
        &entries(&of(Group::InPopup)),
        room,
    );
    lines.push(Line::styled("In a text field", canvas.style(Role::Title)));
    let text = "Every printable key is text; only enter, tab, esc, ctrl-c and f1 leave it.";
    lines.extend(
        wrap(text, room.saturating_sub(2))
            .into_iter()
            .map(|line| Line::raw(format!("  {line}"))),
    );
    lines
}

/// Whether a row shows a step: those six are said in one line.
fn is_step(binding: &Binding) -> bool {
    matches!(binding.action, Action::Show(_))
}

/// Keys and labels.
fn entries(bindings: &[&Binding]) -> Vec<(String, String)> {
    bindings
        .iter()
        .map(|binding| (binding.key_names(), binding.label.to_owned()))
        .collect()
}

/// A heading with its entries, in two columns where there is room for each label whole.
fn group(
    canvas: &Canvas<'_>,
    lines: &mut Vec<Line<'static>>,
    heading: &str,
    entries: &[(String, String)],
    room: usize,
) {
    lines.push(Line::styled(heading.to_owned(), canvas.style(Role::Title)));
    let label_room = (room / 2).saturating_sub(KEYS_WIDTH + 3);
    let are_short = entries.iter().all(|(_, label)| width(label) <= label_room);
    let columns = if room >= TWO_COLUMNS && are_short {
        2
    } else {
        1
    };
    let column = room / columns;
    let height = entries.len().div_ceil(columns);
    for row in 0..height {
        let mut spans = Vec::new();
        for entry in [entries.get(row), entries.get(row + height)]
            .into_iter()
            .take(columns)
            .flatten()
        {
            let (keys, label) = entry;
            let label = cut_end(label, column.saturating_sub(KEYS_WIDTH + 3));
            let gap = KEYS_WIDTH.saturating_sub(width(keys)).max(1);
            let rest = column.saturating_sub(KEYS_WIDTH + 2 + width(&label));
            spans.push(Span::raw("  "));
            spans.push(Span::styled(keys.clone(), canvas.style(Role::Key)));
            spans.push(Span::raw(format!(
                "{}{label}{}",
                " ".repeat(gap),
                " ".repeat(rest)
            )));
        }
        lines.push(Line::from(spans));
    }
    lines.push(Line::default());
}
