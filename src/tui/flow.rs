//! A pane laid out in lines for a given width: groups, facts in their columns, raw text wrapped.
//!
//! ```text
//! mark name                  value                   meaning
//! 0    4                     26                      50
//! ```
//!
//! Drawing and key handling read the same layout, so a selection always stands on a line that is there.

mod grid;

use crate::core::secret::Secret;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use crate::tui::action::Action;
use crate::tui::pane::{CellColumns, Fact, Group, Mark, Pane, Row, Value, WhenShort};
use crate::tui::text::{columns, cut_end, cut_middle, cut_words, width, wrap, wrap_raw};
use crate::tui::theme::{Role, Theme, mark_glyph};
use ratatui::text::{Line, Span};

/// Where names begin.
const NAME: usize = 4;
/// Where values begin.
pub const VALUE: usize = 26;
/// Where meanings begin.
const MEANING: usize = 50;
/// Below this width meanings are left out.
const WITH_MEANING: usize = 66;

/// One line of a pane.
#[derive(Debug, Clone, Default)]
pub struct Laid {
    /// What stands at its left.
    pub line: Line<'static>,
    /// What stands at its right end.
    pub right: Option<Span<'static>>,
    /// The row it belongs to, counted among those that can be selected.
    pub spot: Option<usize>,
    /// What the mouse finds on it besides: first cell, length, what it does.
    pub places: Vec<(usize, usize, Action)>,
}

/// A row that can be selected.
#[derive(Debug, Clone)]
pub struct Spot {
    /// Its first line.
    pub line: usize,
    /// How many lines it has.
    pub height: usize,
    /// What it is.
    pub kind: SpotKind,
}

/// What Enter, Space and `m` find on a row.
#[derive(Debug, Clone)]
pub enum SpotKind {
    /// A fact.
    Fact(Box<Fact>),
    /// A list entry.
    Choice(Action),
    /// The label of a group that folds.
    Label(Visible, bool),
}

/// A pane in lines.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    /// Lines above them that stay when they scroll.
    pub head: Vec<Laid>,
    /// Its lines.
    pub lines: Vec<Laid>,
    /// Its rows that can be selected, from top to bottom.
    pub spots: Vec<Spot>,
}

/// What the layout depends on besides the pane.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// How roles look.
    pub theme: Theme,
    /// How secrets are shown.
    pub mask: &'a Mask,
    /// The one value that is shown.
    pub revealed: Option<&'a Secret>,
    /// Cells in a line.
    pub width: usize,
    /// Whether there is little room from top to bottom.
    pub short: bool,
    /// Whether blank lines and the first label are left out.
    pub dense: bool,
}

/// Lays a pane out. `is_open` says whether a group that folds is open.
pub fn lay_out(pane: &Pane, sheet: &Sheet<'_>, is_open: &dyn Fn(&Visible) -> bool) -> Flow {
    let mut flow = Flow::default();
    let groups = pane
        .groups
        .iter()
        .filter(|group| !(sheet.short && group.short == WhenShort::Leave));
    let mut former_folded = false;
    for (place, group) in groups.enumerate() {
        let folds = group.short == WhenShort::Fold && !group.label.is_empty();
        let open = !folds || is_open(&group.label);
        let both_folded = former_folded && !open;
        if place > 0 && !both_folded && !(sheet.dense && place > 1) {
            flow.lines.push(Laid::default());
        }
        if !(sheet.dense && place == 0 && !folds) {
            flow.label(group, sheet, folds, open);
        }
        if open {
            let mut below_choice = false;
            for row in &group.rows {
                flow.row(row, sheet, if below_choice { NAME + 2 } else { 0 });
                below_choice = matches!(row, Row::Choice { .. });
            }
        }
        former_folded = !open;
    }
    flow
}

impl Flow {
    /// Adds a group's label line.
    fn label(&mut self, group: &Group, sheet: &Sheet<'_>, folds: bool, open: bool) {
        if group.label.is_empty() {
            return;
        }
        let theme = sheet.theme;
        let label = match (folds, open) {
            (false, _) => group.label.to_string(),
            (true, true) => format!("▾ {}", group.label),
            (true, false) => format!("▸ {}", group.label),
        };
        let room = sheet.width.saturating_sub(width(&label) + 3);
        let right = group.right.as_str();
        let right = (!right.is_empty() && room >= width(right).min(8))
            .then(|| Span::styled(cut_words(right, room), theme.style(Role::Dim)));
        let line = Line::styled(cut_end(&label, sheet.width), theme.style(Role::Title));
        let line = Laid {
            line,
            right,
            ..Laid::default()
        };
        if folds {
            self.spot(SpotKind::Label(group.label.clone(), open), vec![line]);
        } else {
            self.lines.push(line);
        }
    }

    /// Adds lines that belong to a row which can be selected.
    fn spot(&mut self, kind: SpotKind, lines: Vec<Laid>) {
        let spot = self.spots.len();
        self.spots.push(Spot {
            line: self.lines.len(),
            height: lines.len(),
            kind,
        });
        self.lines.extend(lines.into_iter().map(|line| Laid {
            spot: Some(spot),
            ..line
        }));
    }

    /// Adds a row; prose stands `indent` cells in.
    fn row(&mut self, row: &Row, sheet: &Sheet<'_>, indent: usize) {
        match row {
            Row::Fact(fact) => {
                let lines = fact_lines(fact, sheet);
                self.spot(SpotKind::Fact(Box::new(fact.clone())), lines);
            }
            Row::Prose(text) => self.lines.extend(
                wrap(text.as_str(), sheet.width.min(100).saturating_sub(indent))
                    .into_iter()
                    .map(|text| plain(Line::raw(format!("{}{text}", " ".repeat(indent))))),
            ),
            Row::Raw(lines) => self.lines.extend(
                lines
                    .iter()
                    .flat_map(|line| wrap_raw(line.as_str(), sheet.width))
                    .map(|text| plain(raw_line(&text, sheet.theme))),
            ),
            Row::Choice {
                mark,
                text,
                right,
                action,
            } => {
                let (glyph, role) = mark_glyph(*mark);
                let theme = sheet.theme;
                let taken = NAME + width(right.as_str()) + 2;
                let line = Line::from(vec![
                    Span::styled(glyph, theme.style(role)),
                    Span::raw(" "),
                    Span::raw(cut_words(text.as_str(), sheet.width.saturating_sub(taken))),
                ]);
                let right = (!right.is_empty())
                    .then(|| Span::styled(right.to_string(), theme.style(Role::Dim)));
                let line = Laid {
                    line,
                    right,
                    ..Laid::default()
                };
                self.spot(SpotKind::Choice(action.clone()), vec![line]);
            }
            Row::Cells {
                mark,
                cells,
                columns,
                action,
            } => {
                let line = plain(cell_line(*mark, cells, *columns, sheet));
                match action {
                    Some(action) => self.spot(SpotKind::Choice(action.clone()), vec![line]),
                    None => self.lines.push(line),
                }
            }
            Row::Span {
                name,
                from,
                until,
                took,
                note,
            } => {
                let line = phase([name, took, note], (*from, *until), sheet);
                self.lines.push(plain(line));
            }
            Row::GridHead(head) => self.head.extend(grid::head(head, sheet)),
            Row::Grid(row) => {
                let line = grid::row(row, sheet);
                self.spot(SpotKind::Choice(row.action.clone()), vec![line]);
            }
            Row::Tabs { tabs, right } => self.lines.push(strip(tabs, right, sheet)),
            Row::Bar(thousandths, text) => {
                self.lines.push(plain(bar(*thousandths, text, sheet)));
            }
        }
    }
}

/// A line that cannot be selected.
fn plain(line: Line<'static>) -> Laid {
    Laid {
        line,
        ..Laid::default()
    }
}

/// A strip of parts; the one that is shown stands in brackets.
pub fn strip(tabs: &[(Visible, bool, Action)], right: &Visible, sheet: &Sheet<'_>) -> Laid {
    let theme = sheet.theme;
    let mut spans = Vec::new();
    let mut places = Vec::new();
    let mut at = 0;
    for (name, shown, action) in tabs {
        let (text, role) = if *shown {
            (format!("[{name}]"), Role::Title)
        } else {
            (format!(" {name} "), Role::Plain)
        };
        places.push((at, width(&text), action.clone()));
        at += width(&text);
        spans.push(Span::styled(text, theme.style(role)));
    }
    let fits = !right.is_empty() && at + 2 + width(right.as_str()) <= sheet.width;
    let right = fits.then(|| Span::styled(right.to_string(), theme.style(Role::Dim)));
    Laid {
        line: Line::from(spans),
        right,
        spot: None,
        places,
    }
}

/// A raw line; masked values stand out.
pub fn raw_line(text: &str, theme: Theme) -> Line<'static> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some(place) = rest.find("••••") {
        let (before, from) = rest.split_at(place);
        let end = from
            .find(|letter: char| !matches!(letter, '•' | '#' | '0'..='9' | 'a'..='f'))
            .unwrap_or(from.len());
        spans.push(Span::raw(before.to_owned()));
        spans.push(Span::styled(
            from[..end].to_owned(),
            theme.style(Role::Secret),
        ));
        rest = &from[end..];
    }
    spans.push(Span::raw(rest.to_owned()));
    Line::from(spans)
}

/// The lines of a fact: one, unless its value is revealed.
fn fact_lines(fact: &Fact, sheet: &Sheet<'_>) -> Vec<Laid> {
    let theme = sheet.theme;
    let (glyph, role) = mark_glyph(fact.mark);
    let name = cut_end(fact.name.as_str(), VALUE - NAME - 1);
    let gap = VALUE - NAME - width(&name);
    let change = if fact.changed {
        Span::styled("~", theme.style(Role::Changed))
    } else {
        Span::raw(" ")
    };
    let lead = vec![
        Span::styled(glyph, theme.style(role)),
        Span::raw(" "),
        Span::raw(name),
        Span::raw(" ".repeat(gap - 1)),
        change,
    ];
    let room = sheet.width.saturating_sub(VALUE).max(8);
    if let Value::Secret(secret) = &fact.value
        && sheet.revealed == Some(secret)
    {
        let value = Visible::of(secret.expose());
        return revealed(lead, &wrap_raw(value.as_str(), room), theme);
    }
    let meaning = fact.meaning.as_str();
    let with_meaning = sheet.width >= WITH_MEANING && !meaning.is_empty();
    let column = MEANING - VALUE - 1;
    let (value, role) = match &fact.value {
        Value::Nothing => ("–".to_owned(), Role::Dim),
        Value::Secret(secret) => (sheet.mask.fact(secret).to_string(), Role::Secret),
        Value::Plain(text) if fact.changed => (text.to_string(), Role::Changed),
        Value::Plain(text) => (text.to_string(), Role::Plain),
    };
    let beside = with_meaning && (width(&value) <= column || is_opaque(&value));
    let value = cut_middle(&value, if beside { column } else { room });
    let taken = columns(&value);
    let mut spans = lead;
    spans.push(Span::styled(value, theme.style(role)));
    if beside {
        let gap = MEANING - VALUE - usize::from(taken);
        spans.push(Span::raw(" ".repeat(gap)));
        let room = sheet.width - MEANING;
        spans.push(Span::styled(
            cut_words(meaning, room),
            theme.style(Role::Dim),
        ));
    }
    vec![plain(Line::from(spans))]
}

/// A value that says nothing to a reader, so that it may be cut rather than its meaning left out.
fn is_opaque(value: &str) -> bool {
    !value.contains([' ', '/', ':', ','])
}

/// A revealed value over as many lines as it needs.
fn revealed(lead: Vec<Span<'static>>, pieces: &[String], theme: Theme) -> Vec<Laid> {
    let mut lead = Some(lead);
    pieces
        .iter()
        .map(|piece| {
            let mut spans = lead
                .take()
                .unwrap_or_else(|| vec![Span::raw(" ".repeat(VALUE))]);
            spans.push(Span::styled(piece.clone(), theme.style(Role::Secret)));
            plain(Line::from(spans))
        })
        .collect()
}

/// From this many columns on how a run ended and what was found stand side by side.
const WITH_OUTCOME: usize = 96;

/// Cells in their columns.
fn cell_line(
    mark: Mark,
    cells: &[Visible],
    columns: CellColumns,
    sheet: &Sheet<'_>,
) -> Line<'static> {
    let theme = sheet.theme;
    let (glyph, role) = mark_glyph(mark);
    let mut shown: Vec<&str> = cells.iter().map(Visible::as_str).collect();
    let rest = sheet.width.saturating_sub(VALUE);
    let widths = match columns {
        CellColumns::Runs if sheet.width >= WITH_OUTCOME => vec![21, 14, 13, 22, usize::MAX],
        CellColumns::Runs => {
            // Where it was, and how it ended, give way to what was found.
            let found = shown.pop().filter(|found| !found.is_empty());
            let ended = shown.pop();
            shown.truncate(2);
            shown.extend(found.or(ended));
            vec![21, 16, usize::MAX]
        }
        CellColumns::Compared => vec![VALUE - NAME, rest / 2, usize::MAX],
    };
    let mut spans = vec![Span::styled(glyph, theme.style(role)), Span::raw(" ")];
    let mut left = sheet.width.saturating_sub(NAME);
    for (text, column) in shown.iter().zip(widths) {
        let column = column.min(left);
        let room = column.saturating_sub(if column < left { 2 } else { 0 });
        let text = match columns {
            CellColumns::Runs => cut_words(text, room),
            CellColumns::Compared => cut_middle(text, room),
        };
        let gap = column.saturating_sub(width(&text)).min(column);
        let pad = if column < left { gap } else { 0 };
        spans.push(Span::raw(format!("{text}{}", " ".repeat(pad))));
        left -= column;
    }
    Line::from(spans)
}

/// Columns for the name of a phase, and for how long it took.
const PHASE: (usize, usize) = (18, 9);

/// A bar from one place to another, with its name before and its length after it; one cell at least.
fn phase(words: [&Visible; 3], (from, until): (u16, u16), sheet: &Sheet<'_>) -> Line<'static> {
    let [name, took, note] = words;
    let theme = sheet.theme;
    let note_room = if sheet.width >= WITH_OUTCOME { 24 } else { 0 };
    let fixed = NAME + PHASE.0 + PHASE.1 + note_room;
    let room = sheet.width.saturating_sub(fixed).clamp(8, 60);
    let cell = |at: u16| (room - 1) * usize::from(at.min(1000)) / 1000;
    let start = cell(from);
    let length = (cell(until) - start).max(1);
    let name = cut_end(name.as_str(), PHASE.0 - 1);
    let gap = PHASE.0.saturating_sub(width(&name));
    let took = format!("{:>1$}", took.as_str(), PHASE.1);
    let mut spans = vec![
        Span::raw(format!("{}{name}{}", " ".repeat(NAME), " ".repeat(gap))),
        Span::raw(" ".repeat(start)),
        Span::styled("━".repeat(length), theme.style(Role::Accent)),
        Span::raw(" ".repeat(room.saturating_sub(start + length))),
        Span::raw(took),
    ];
    if note_room > 0 && !note.is_empty() {
        let note = cut_words(note.as_str(), note_room - 3);
        spans.push(Span::styled(format!("   {note}"), theme.style(Role::Dim)));
    }
    Line::from(spans)
}

/// A bar with words after it.
fn bar(thousandths: u16, text: &Visible, sheet: &Sheet<'_>) -> Line<'static> {
    let words = width(text.as_str());
    let room = sheet.width.min(100).saturating_sub(words + 4).clamp(4, 55);
    let full = room * usize::from(thousandths.min(1000)) / 1000;
    let theme = sheet.theme;
    Line::from(vec![
        Span::raw("  "),
        Span::styled("━".repeat(full), theme.style(Role::Accent)),
        Span::styled("─".repeat(room - full), theme.style(Role::Dim)),
        Span::raw(format!("  {text}")),
    ])
}
