//! Puts values into a file so that whatever says the same already stays as it is written, comments and all.

use super::BODY_KEYS;
use super::read::{Rows, values, without_end};
use crate::core::dinero::draft::DraftBody;
use toml_edit::{Array, InlineTable, Item, Table, TableLike, Value};

/// Gives a key this text, or none; what says the same already stays as it is written.
pub(super) fn set(table: &mut dyn TableLike, key: &str, text: Option<String>) {
    let Some(text) = text else {
        table.remove(key);
        return;
    };
    let now = table.get(key).and_then(Item::as_str);
    if now.map(str::trim) != Some(text.as_str()) {
        put(table, key, value_of(&text));
    }
}

/// Puts a value in the place of another, whose comments stay.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(before) = table.get_mut(key).and_then(Item::as_value_mut) {
        *value.decor_mut() = before.decor().clone();
        *before = value;
    } else {
        table.insert(key, Item::Value(value));
    }
}

/// A text as a value; one of several lines as it stands, with an end for its last line.
fn value_of(text: &str) -> Value {
    if !text.contains('\n') {
        return Value::from(text);
    }
    let is_plain = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let literal = format!("'''\n{text}\n'''");
    let literal = Some(literal).filter(|_| text.chars().all(is_plain) && !text.contains("'''"));
    let literal = literal.and_then(|it| it.parse::<Value>().ok());
    literal.unwrap_or_else(|| Value::from(format!("{text}\n")))
}

/// Gives a table these rows in this order; those that say the same already stay as they are written.
pub(super) fn set_rows(root: &mut Table, key: &str, rows: &Rows) {
    if rows.is_empty() {
        root.remove(key);
        return;
    }
    if root.get(key).and_then(Item::as_table_like).is_none() {
        root.insert(key, Item::Table(Table::new()));
    }
    let Some(table) = root.get_mut(key).and_then(Item::as_table_like_mut) else {
        return;
    };
    let place = |name: &str| rows.iter().position(|(known, _)| known == name);
    let strangers = table.iter().map(|(name, _)| name.to_owned());
    for name in strangers.collect::<Vec<_>>() {
        if place(&name).is_none() {
            table.remove(&name);
        }
    }
    for (name, wanted) in rows {
        if table
            .get(name)
            .and_then(|it| values(it, &|_| None))
            .as_ref()
            == Some(wanted)
        {
            continue;
        }
        let value = match wanted.as_slice() {
            [one] => Value::from(one.as_str()),
            several => Value::Array(several.iter().map(String::as_str).collect::<Array>()),
        };
        put(table, name, value);
    }
    match root.get_mut(key) {
        Some(Item::Table(table)) => {
            table.sort_values_by(|one, _, other, _| place(one.get()).cmp(&place(other.get())));
        }
        Some(Item::Value(Value::InlineTable(table))) => sort_inline(table, &place),
        _ => {}
    }
}

/// The same of a table on one line.
fn sort_inline(table: &mut InlineTable, place: &dyn Fn(&str) -> Option<usize>) {
    table.sort_values_by(|one, _, other, _| place(one.get()).cmp(&place(other.get())));
}

/// Writes the body; `None` when it is the one that the operation begins with.
pub(super) fn set_body(root: &mut Table, body: Option<&DraftBody>) {
    if root.get("body").and_then(Item::as_table_like).is_none() {
        root.remove("body");
        if body.is_none() {
            return;
        }
        root.insert("body", Item::Table(Table::new()));
    }
    let Some(table) = root.get_mut("body").and_then(Item::as_table_like_mut) else {
        return;
    };
    let key = body.map(|body| match body {
        DraftBody::Text(_) => "text",
        DraftBody::File(_) => "file",
        DraftBody::Nothing => "nothing",
    });
    for other in BODY_KEYS.into_iter().filter(|other| Some(*other) != key) {
        table.remove(other);
    }
    match body {
        None => {}
        Some(DraftBody::Text(text)) => {
            let now = table.get("text").and_then(Item::as_str).map(without_end);
            if now.as_deref() != Some(text) {
                put(table, "text", value_of(text));
            }
        }
        Some(DraftBody::File(path)) => {
            let now = table.get("file").and_then(Item::as_str);
            if now != Some(path) {
                put(table, "file", Value::from(path.as_str()));
            }
        }
        Some(DraftBody::Nothing) => {
            table.insert("nothing", toml_edit::value(true));
        }
    }
    if table.is_empty() {
        root.remove("body");
    }
}
