//! What a reader tells: how far it is, the rows of a window, what stands at the cursor.

use super::ask::{Broken, Cursor, Found, Show, Status, TableStatus, Told, View};
use super::content::{Content, charset};
use super::pretty::{self, Secrecy, Setting};
use super::rows::Window;
use super::tokens::{Part, tokens};
use super::{Reader, hex, place, plain};
use crate::core::wire::json::unescape;
use crate::core::wire::json::walk::Walk;
use crate::core::wire::source::{Source, piece};
use std::ops::Range;
use std::sync::Arc;

/// Longest value that is told with the cursor.
const VALUE: usize = 4096;

/// Most lines that are copied.
const COPIED: u64 = 5000;

/// Bytes of a text that is read once more to say what is wrong with it.
const READ_AGAIN: u64 = 4 * 1024 * 1024;

impl Reader {
    /// How far it is.
    pub(super) fn status(&self) -> Told {
        let source = self.source();
        let known = match self.content {
            Content::Json if self.broken.is_none() => self.structure.done(),
            _ => self.raw.as_ref().map_or(0, super::Raw::done),
        };
        let lines = match self.content {
            Content::Json if self.broken.is_none() && self.view() != View::Raw => {
                self.structure.lines()
            }
            _ => self.raw.as_ref().map_or(0, super::Raw::lines),
        };
        Told::Status(Box::new(Status {
            content: self.content,
            length: self.body.length(),
            comes: !self.ended,
            known: known.min(source.length()),
            lines,
            weight: self.structure.size() + self.raw.as_ref().map_or(0, super::Raw::size),
            broken: self.broken.clone(),
            notes: self.notes(),
            search: self.found(),
            table: self.table_status(),
        }))
    }

    fn found(&self) -> Option<Found> {
        if let Some(trouble) = &self.sought_trouble {
            return Some(Found {
                trouble: Some(trouble.clone()),
                complete: true,
                ..Found::default()
            });
        }
        let search = self.search.as_ref()?;
        Some(Found {
            total: search.total(),
            complete: search.is_complete(),
            number: self.hit,
            trouble: None,
        })
    }

    fn table_status(&self) -> Option<TableStatus> {
        if self.no_table {
            return Some(TableStatus {
                none: Some("A table needs a list of objects, and there is none in this answer."),
                ..TableStatus::default()
            });
        }
        Some(self.table.as_ref()?.status())
    }

    /// What is to be said of the charset.
    fn notes(&self) -> Vec<String> {
        let named = charset(&self.headers);
        let mut notes = Vec::new();
        if let Some(decoded) = &self.decoded {
            if decoded.lossy {
                let named = named.unwrap_or_else(|| "UTF-16".to_owned());
                notes.push(format!(
                    "Some bytes stand for nothing in {named}: they show as \u{fffd}"
                ));
            }
            if decoded.was_cut {
                notes.push("Only the first 64 MB are read in that charset".to_owned());
            }
        } else if let Some(at) = self.utf8.breaks {
            let says = match &named {
                Some(named) if !named.eq_ignore_ascii_case("utf-8") => {
                    format!("The charset `{named}` is not known, and the text is")
                }
                Some(_) => "It says that it is UTF-8, and is".to_owned(),
                None => "It is".to_owned(),
            };
            notes.push(format!(
                "{says} not UTF-8 at byte {}: such bytes show as \u{fffd}",
                at + 1
            ));
        }
        notes
    }

    /// The rows that are asked for, and what is known of the cursor's.
    pub(super) fn rows_again(&mut self) -> Vec<Told> {
        let Some(show) = self.show else {
            return Vec::new();
        };
        let window = self.window(show);
        self.told_total = window.total;
        self.lacks_rows = window.rows.len() < show.count && !self.knows_all_rows();
        let cursor = self.cursor(show);
        vec![Told::Rows {
            show,
            window: Arc::new(window),
            cursor: cursor.map(Arc::new),
        }]
    }

    /// The same, where rows were lacking.
    pub(super) fn rows_as_they_come(&mut self) -> Vec<Told> {
        if let Some(line) = self.wanted_line.take() {
            let row = self.folds.row(line);
            let mut told = self.rows_again();
            told.push(Told::Placed(self.asked_view(), row));
            told.extend(self.not.take().map(Told::Not));
            return told;
        }
        if self.lacks_rows {
            self.rows_again()
        } else {
            Vec::new()
        }
    }

    /// Whether no more rows can come.
    fn knows_all_rows(&self) -> bool {
        match (self.view(), self.content) {
            (_, Content::Unknown) => false,
            (_, Content::Binary(_)) => self.ended,
            (View::Pretty, _) => self.structure.is_complete(),
            (View::Raw, _) => self.raw.as_ref().is_some_and(super::Raw::is_complete),
            (View::Table, _) => {
                self.no_table || self.table.as_ref().is_some_and(super::Table::is_complete)
            }
        }
    }

    /// How many rows there are in all, as far as is known by now.
    pub(super) fn total(&self) -> u64 {
        match (self.view(), self.content) {
            (_, Content::Unknown) => 0,
            (_, Content::Binary(_)) => hex::count(self.source().length()),
            (View::Table, _) => {
                let table = self.table.as_ref().filter(|_| !self.no_table);
                table.map_or(0, super::Table::rows)
            }
            (View::Pretty, _) => self.structure.lines() - self.folds.hidden(),
            (View::Raw, _) => self.raw.as_ref().map_or(0, super::Raw::rows),
        }
    }

    fn window(&self, show: Show) -> Window {
        let lit = |_: u64, bytes: &[u8]| -> Vec<Range<usize>> {
            let search = self.search.as_ref();
            search.map_or_else(Vec::new, |search| search.hits(bytes).collect())
        };
        let text = self.text();
        let setting = Setting {
            text,
            mask: &self.mask,
            folds: &self.folds,
            lit: &lit,
        };
        let (first, count) = (show.first, show.count);
        let rows = match (self.view(), self.content) {
            (_, Content::Unknown) => Vec::new(),
            (_, Content::Binary(_)) => hex::rows(text.source, first, count),
            (View::Table, _) => {
                let table = self.table.as_ref().filter(|_| !self.no_table);
                return table.map_or_else(Window::default, |table| {
                    table.window(text, &self.mask, first, count)
                });
            }
            (View::Pretty, _) => pretty::rows(&setting, first, count),
            (View::Raw, content) => self.raw.as_ref().map_or_else(Vec::new, |raw| {
                plain::rows(&setting, raw, content == Content::Json, first, count)
            }),
        };
        Window {
            first,
            rows,
            total: self.total(),
            columns: Vec::new(),
        }
    }

    /// What is known of the row with the cursor.
    fn cursor(&self, show: Show) -> Option<Cursor> {
        let view = self.view();
        if matches!(self.content, Content::Binary(_) | Content::Unknown) {
            return None;
        }
        let text = self.text();
        let mut at = self.byte_of(view, show.cursor)?;
        let line = match view {
            View::Raw => self.raw.as_ref()?.row_start(text.source, show.cursor)?.line,
            View::Pretty | View::Table => text.structure.line_at(text.source, at),
        };
        let mut cursor = Cursor {
            row: show.cursor,
            line: line + 1,
            ..Cursor::default()
        };
        if view == View::Table {
            cursor.item = self
                .table
                .as_ref()
                .map(|table| table.item_of(show.cursor) + 1);
        }
        if !self.is_laid_out() {
            return Some(cursor);
        }
        if view == View::Raw
            && let Some(start) = text.structure.line_start(text.source, line_of(self, at))
        {
            at = text.begins(start.at);
        }
        if matches!(piece(text.source, at, 1).first(), Some(b'}' | b']')) {
            at = text.around(at).last().copied().unwrap_or(at);
        }
        if let Some(path) = text.path(at) {
            cursor.path = Some(place::jq(&path));
            cursor.pointer = Some(place::pointer(&path));
        }
        let bytes = piece(text.source, at, VALUE);
        for (part, token) in tokens(&bytes).take(3) {
            let raw = String::from_utf8_lossy(&bytes[token.clone()]).into_owned();
            match part {
                Part::Name => cursor.name = unescape(&raw),
                Part::Colon => {}
                Part::String if token.end < bytes.len() || raw.len() > 1 && raw.ends_with('"') => {
                    let depth = u32::try_from(text.around(at).len()).unwrap_or(u32::MAX);
                    let secret = self.mask.hides(&cursor.name)
                        || Secrecy::at(text, &self.mask, at).holds(depth);
                    let shown = self.mask.json_string(&raw, secret);
                    cursor.value = (shown == raw).then(|| unescape(&raw));
                    cursor.hidden = cursor.value.is_none();
                    break;
                }
                Part::Number | Part::Word => {
                    cursor.value = Some(raw);
                    break;
                }
                _ => break,
            }
        }
        Some(cursor)
    }

    /// What stands at the cursor, as text: a value, or all that a bracket holds, secrets masked.
    pub(super) fn copied(&self) -> Vec<Told> {
        let Some(show) = self.show else {
            return Vec::new();
        };
        let cursor = self.cursor(show);
        if let Some(value) = cursor.as_ref().and_then(|cursor| cursor.value.clone())
            && self.view() != View::Table
        {
            return vec![Told::Copied(value)];
        }
        let lit = |_: u64, _: &[u8]| Vec::new();
        let text = self.text();
        let setting = Setting {
            text,
            mask: &self.mask,
            folds: &super::Folds::default(),
            lit: &lit,
        };
        let is_hidden = cursor.as_ref().is_some_and(|cursor| cursor.hidden);
        if is_hidden && self.view() != View::Table {
            let why = "It is secret and not copied: save the answer (`s`) where you need it";
            return vec![Told::Not(why.to_owned())];
        }
        let line = cursor.map_or(0, |cursor| cursor.line).saturating_sub(1);
        if !self.is_laid_out() || self.view() == View::Raw {
            let rows = self
                .window(Show {
                    first: show.cursor,
                    count: 1,
                    ..show
                })
                .rows;
            return rows
                .first()
                .map(|row| Told::Copied(row.text()))
                .into_iter()
                .collect();
        }
        let Some((opened, depth, first)) = self.opens_around(line) else {
            return Vec::new();
        };
        let Some(closed) = text.close_of(opened, depth) else {
            return vec![Told::Not("It has not come to its end yet".to_owned())];
        };
        let last = text.structure.line_at(text.source, closed);
        if last - first >= COPIED {
            return vec![Told::Not(format!(
                "That is more than {COPIED} lines: save the answer instead (`s`)"
            ))];
        }
        let count = usize::try_from(last - first + 1).unwrap_or(usize::MAX);
        let rows = pretty::rows(&setting, first, count);
        let outer = rows.first().map_or(0, |row| row.indent);
        let lines: Vec<String> = rows
            .iter()
            .map(|row| format!("{}{}", " ".repeat((row.indent - outer).into()), row.text()))
            .collect();
        let copied = lines.join("\n");
        vec![Told::Copied(copied.trim_end_matches(',').to_owned())]
    }
}

/// The laid-out line of a byte.
fn line_of(reader: &Reader, at: u64) -> u64 {
    reader.structure.line_at(reader.source(), at)
}

/// Where a text stops being JSON, in words.
pub(super) fn broken(source: &dyn Source, at: u64) -> Broken {
    let (mut line, mut line_start, mut from) = (1, 0, 0);
    while from < at {
        let most = usize::try_from(at - from)
            .unwrap_or(usize::MAX)
            .min(256 * 1024);
        let bytes = piece(source, from, most);
        if bytes.is_empty() {
            break;
        }
        for newline in memchr::memchr_iter(b'\n', &bytes) {
            line += 1;
            line_start = from + newline as u64 + 1;
        }
        from += bytes.len() as u64;
    }
    let ends = at >= source.length();
    let words = if source.length() <= READ_AGAIN {
        let text = piece(source, 0, usize::try_from(source.length()).unwrap_or(0));
        let text = String::from_utf8_lossy(&text).into_owned();
        Walk::new(&text)
            .find_map(Result::err)
            .map(|found| found.words)
    } else {
        None
    };
    let words = words.unwrap_or_else(|| {
        let words = if ends {
            "the text ends too early"
        } else {
            "this does not belong here"
        };
        words.to_owned()
    });
    Broken {
        at,
        line,
        column: at - line_start + 1,
        words,
    }
}
