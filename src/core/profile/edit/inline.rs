//! Changes an inline table, `{ name = value }`, and keeps its blanks where they look right.

use toml_edit::{InlineTable, Value};

/// Puts a value at a path; one that stands there keeps the blanks around it.
pub(super) fn put_inline(table: &mut InlineTable, path: &[&str], value: Value) {
    let Some((name, below)) = path.split_first() else {
        return;
    };
    if let Some(old) = table.get_mut(name) {
        let decor = old.decor().clone();
        match old {
            Value::InlineTable(inner) if !below.is_empty() => put_inline(inner, below, value),
            _ => {
                *old = nested(below, value);
                *old.decor_mut() = decor;
            }
        }
        return;
    }
    let mut new = nested(below, value);
    if let Some((_, last)) = table.iter_mut().last() {
        // What stands before the brace moves behind the new last value.
        let behind = last
            .decor()
            .suffix()
            .and_then(|suffix| suffix.as_str())
            .map(str::to_owned)
            .filter(|suffix| suffix.trim().is_empty());
        if let Some(behind) = behind {
            last.decor_mut().set_suffix("");
            new = new.decorated(" ", behind);
        }
    }
    table.insert(*name, new);
}

/// Takes out what stands at a path.
pub(super) fn remove_inline(table: &mut InlineTable, path: &[&str]) {
    match path {
        [] => {}
        [name] => {
            let suffix = table
                .iter()
                .last()
                .filter(|(last, _)| last == name)
                .and_then(|(_, value)| value.decor().suffix().cloned());
            table.remove(name);
            if let (Some(suffix), Some((_, last))) = (suffix, table.iter_mut().last()) {
                last.decor_mut().set_suffix(suffix);
            }
        }
        [name, below @ ..] => {
            if let Some(inner) = table.get_mut(name).and_then(Value::as_inline_table_mut) {
                remove_inline(inner, below);
            }
        }
    }
}

/// A value below names: `{ a = { b = value } }`.
pub(super) fn nested(path: &[&str], value: Value) -> Value {
    path.iter().rev().fold(value, |value, name| {
        let mut table = InlineTable::new();
        table.insert(*name, value);
        Value::InlineTable(table)
    })
}
