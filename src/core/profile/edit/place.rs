//! Puts a value into the text of a TOML file, or takes one out, and leaves every other byte alone.
//!
//! The parsed document only says where things stand; the text itself is cut and joined. So comments,
//! blanks, the order of keys and line ends of what is not touched need no care: they are never written.

use crate::core::profile::edit::inline::{nested, put_inline, remove_inline};
use crate::core::profile::keys::rank;
use std::ops::Range;
use toml_edit::{Document, Item, Key, Table, Value};

/// Where the walk along a path of names ends.
enum End<'d> {
    /// At a value; the number of names above it.
    Value(usize, &'d Value),
    /// At a table with a header or with dotted keys.
    Table(&'d Table),
    /// At `[[tables]]`; the number of names above it.
    Tables(usize),
    /// Before a name that is not there; the number of names above it.
    Missing(usize),
}

/// The text with a value at a path; one that stands there is replaced. What follows a new line or
/// header on its own line (a comment) is `behind`. Text that is no TOML stays as it is.
pub(super) fn put(text: &str, path: &[&str], value: Value, behind: &str) -> String {
    let Ok(document) = Document::parse(text) else {
        return text.to_owned();
    };
    match walk(document.as_table(), path) {
        End::Value(depth, old) => {
            let Some(span) = old.span() else {
                return text.to_owned();
            };
            let below = path.get(depth + 1..).unwrap_or_default();
            let new = match owned(text, &span) {
                _ if below.is_empty() => value,
                Some(Value::InlineTable(mut table)) => {
                    put_inline(&mut table, below, value);
                    Value::InlineTable(table)
                }
                _ => nested(below, value),
            };
            spliced(text, span, &rendered(text, new))
        }
        End::Table(_) => put_again(text, path, path, value, behind),
        End::Tables(depth) => put_again(
            text,
            path.get(..=depth).unwrap_or(path),
            path,
            value,
            behind,
        ),
        End::Missing(depth) => insert(text, document.as_table(), path, depth, value, behind),
    }
}

/// Makes room first.
fn put_again(text: &str, taken: &[&str], path: &[&str], value: Value, behind: &str) -> String {
    let without = remove(text, taken);
    if without == text {
        return without;
    }
    put(&without, path, value, behind)
}

/// The text with an empty `[table]` at its end.
pub(super) fn add_section(text: &str, path: &[&str], behind: &str) -> String {
    let newline = newline_of(text);
    let mut whole = text.to_owned();
    if !whole.is_empty() && !whole.ends_with('\n') {
        whole.push_str(newline);
    }
    if whole.len() > byte_order_mark(text) {
        whole.push_str(newline);
    }
    whole + &format!("[{}]{behind}{newline}", dotted(path))
}

/// The text without what stands at a path: its lines, or its part of an inline table.
pub(super) fn remove(text: &str, path: &[&str]) -> String {
    let Ok(document) = Document::parse(text) else {
        return text.to_owned();
    };
    let root = document.as_table();
    let mut ranges = Vec::new();
    match walk(root, path) {
        End::Value(depth, old) if depth + 1 < path.len() => {
            let inline = old.span().and_then(|span| {
                let below = path.get(depth + 1..)?;
                match owned(text, &span)? {
                    Value::InlineTable(mut table) => {
                        remove_inline(&mut table, below);
                        let new = rendered(text, Value::InlineTable(table));
                        Some(spliced(text, span, &new))
                    }
                    _ => None,
                }
            });
            return inline.unwrap_or_else(|| text.to_owned());
        }
        End::Value(..) | End::Table(_) => {
            let (above, name) = parent(root, path);
            if let (Some(table), Some(name)) = (above, name) {
                lines_of(text, table, name, &mut ranges);
            }
        }
        End::Tables(depth) if depth + 1 == path.len() => {
            let (above, name) = parent(root, path);
            if let (Some(table), Some(name)) = (above, name) {
                lines_of(text, table, name, &mut ranges);
            }
        }
        End::Tables(_) | End::Missing(_) => {}
    }
    ranges.sort_by_key(|range| range.start);
    let mut whole = String::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        whole.push_str(text.get(from..range.start).unwrap_or_default());
        from = from.max(range.end);
    }
    whole.push_str(text.get(from..).unwrap_or_default());
    whole
}

/// The comment behind a value or a header, with the blanks before it.
pub(super) fn comment_behind(text: &str, path: &[&str]) -> String {
    let found = Document::parse(text).ok().and_then(|document| {
        let end = match walk(document.as_table(), path) {
            End::Value(depth, value) if depth + 1 == path.len() => value.span()?.end,
            End::Table(table) if has_header(table) => table.span()?.end,
            _ => return None,
        };
        let rest = text.get(end..)?.lines().next()?.trim_end();
        rest.contains('#').then(|| rest.to_owned())
    });
    found.unwrap_or_default()
}

/// A value as it stands in a text, with its own formatting.
pub(super) fn owned(text: &str, span: &Range<usize>) -> Option<Value> {
    text.get(span.clone())?.parse().ok()
}

fn walk<'d>(root: &'d Table, path: &[&str]) -> End<'d> {
    let mut table = root;
    for (depth, name) in path.iter().enumerate() {
        match table.get(name) {
            None | Some(Item::None) => return End::Missing(depth),
            Some(Item::Value(value)) => return End::Value(depth, value),
            Some(Item::ArrayOfTables(_)) => return End::Tables(depth),
            Some(Item::Table(below)) => table = below,
        }
    }
    End::Table(table)
}

/// The table that holds the last name of a path, and that name.
fn parent<'d, 'p>(root: &'d Table, path: &[&'p str]) -> (Option<&'d Table>, Option<&'p str>) {
    let Some((name, above)) = path.split_last() else {
        return (None, None);
    };
    let table = above
        .iter()
        .try_fold(root, |table, name| table.get(name)?.as_table());
    (table, Some(name))
}

/// The lines of one entry of a table, headers and all; a blank line above a header goes with it.
fn lines_of(text: &str, table: &Table, name: &str, ranges: &mut Vec<Range<usize>>) {
    match table.get(name) {
        Some(Item::Value(value)) => {
            let start = table.key(name).and_then(Key::span);
            if let (Some(start), Some(end)) = (start, value.span()) {
                ranges.push(line_start(text, start.start)..line_end(text, end.end));
            }
        }
        Some(Item::Table(below)) => section_lines(text, below, ranges),
        Some(Item::ArrayOfTables(tables)) => {
            for below in tables {
                section_lines(text, below, ranges);
            }
        }
        Some(Item::None) | None => {}
    }
}

fn section_lines(text: &str, table: &Table, ranges: &mut Vec<Range<usize>>) {
    if let Some(span) = table.span().filter(|_| has_header(table)) {
        let start = line_start(text, span.start);
        let above = line_start(text, start.saturating_sub(1));
        let blank = text
            .get(above..start)
            .is_some_and(|line| !line.is_empty() && line.trim().is_empty());
        let start = if blank { above } else { start };
        ranges.push(start..line_end(text, span.end));
    }
    for (name, _) in table {
        lines_of(text, table, name, ranges);
    }
}

/// Writes a line, or a section with a line, for a path whose first `depth` names are there.
fn insert(
    text: &str,
    root: &Table,
    path: &[&str],
    depth: usize,
    value: Value,
    behind: &str,
) -> String {
    let tables: Vec<&Table> = path
        .iter()
        .take(depth)
        .scan(root, |table, name| {
            *table = table.get(name)?.as_table()?;
            Some(*table)
        })
        .collect();
    let table_at = |depth: usize| match depth {
        0 => Some(root),
        _ => tables.get(depth - 1).copied(),
    };
    let is_home = |depth: usize| depth == 0 || table_at(depth).is_some_and(has_header);
    let is_dotted = table_at(depth).is_some_and(Table::is_dotted);
    let own_section = (depth == 0 && path.len() > 1) || !(is_home(depth) || is_dotted);
    if own_section {
        let header = depth.max(1);
        let section = add_section(text, path.get(..header).unwrap_or(path), behind);
        let line = line(&section, path, header, header, value);
        return format!("{section}{line}{}", newline_of(text));
    }
    let home = (0..=depth)
        .rev()
        .find(|depth| is_home(*depth))
        .unwrap_or_default();
    let Some(section) = table_at(home) else {
        return text.to_owned();
    };
    let line = line(text, path, home, depth, value) + behind + newline_of(text);
    let at = place(text, section, path, home);
    let before = text.get(..at).unwrap_or(text);
    let after = text.get(at..).unwrap_or_default();
    let broken = if before.len() > byte_order_mark(text) && !before.ends_with('\n') {
        newline_of(text)
    } else {
        ""
    };
    let gap = if home == 0 && at == byte_order_mark(text) && after.starts_with('[') {
        newline_of(text)
    } else {
        ""
    };
    format!("{before}{broken}{line}{gap}{after}")
}

/// `name = value`, the names from `home` on; those behind `depth` become inline tables.
fn line(text: &str, path: &[&str], home: usize, depth: usize, value: Value) -> String {
    let names = path.get(home..=depth).unwrap_or_default();
    let value = nested(path.get(depth + 1..).unwrap_or_default(), value);
    format!("{} = {}", dotted(names), rendered(text, value))
}

/// Where in a section a new line goes: behind the key that comes before it in the order of all keys.
fn place(text: &str, section: &Table, path: &[&str], home: usize) -> usize {
    let mut leaves = Vec::new();
    collect(section, path.get(..home).unwrap_or_default(), &mut leaves);
    let wanted = rank(&path.join("."));
    let before = leaves
        .iter()
        .filter(|leaf| wanted.is_none() || leaf.rank.is_some_and(|rank| Some(rank) <= wanted))
        .max_by_key(|leaf| (leaf.rank.filter(|_| wanted.is_some()), leaf.span.end));
    if let Some(leaf) = before {
        return line_end(text, leaf.span.end);
    }
    if let Some(span) = section.span().filter(|_| home > 0) {
        return line_end(text, span.end);
    }
    if let Some(first) = leaves.iter().map(|leaf| leaf.span.start).min() {
        return line_start(text, first);
    }
    if section.iter().next().is_some() {
        return byte_order_mark(text);
    }
    text.len()
}

/// One line of a section, or several for a long list.
struct Leaf {
    rank: Option<usize>,
    span: Range<usize>,
}

/// The lines that stand below a section's own header.
fn collect(table: &Table, above: &[&str], leaves: &mut Vec<Leaf>) {
    for (name, item) in table {
        let mut path = above.to_vec();
        path.push(name);
        match item {
            Item::Value(value) => {
                let start = table.key(name).and_then(Key::span);
                if let (Some(start), Some(end)) = (start, value.span()) {
                    leaves.push(Leaf {
                        rank: rank(&path.join(".")),
                        span: start.start..end.end,
                    });
                }
            }
            Item::Table(below) if below.is_dotted() => collect(below, &path, leaves),
            _ => {}
        }
    }
}

fn has_header(table: &Table) -> bool {
    !table.is_dotted() && !table.is_implicit()
}

/// Names as they are written: quoted where they must be.
fn dotted(path: &[&str]) -> String {
    let names: Vec<String> = path
        .iter()
        .map(|name| Key::new(*name).to_string())
        .collect();
    names.join(".")
}

/// A value without the blanks around it; line ends are those of the file.
fn rendered(text: &str, value: Value) -> String {
    let plain = value.decorated("", "").to_string().replace('\r', "");
    plain.replace('\n', newline_of(text))
}

fn spliced(text: &str, span: Range<usize>, new: &str) -> String {
    let mut whole = text.to_owned();
    whole.replace_range(span, new);
    whole
}

fn newline_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// How many bytes a byte order mark takes.
fn byte_order_mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset)
        .and_then(|before| before.rfind('\n'))
        .map_or_else(|| byte_order_mark(text), |newline| newline + 1)
}

/// Behind the line end.
fn line_end(text: &str, offset: usize) -> usize {
    text.get(offset..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |newline| offset + newline + 1)
}
