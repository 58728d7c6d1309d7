//! Writes one change of a draft into its text, in the style of what stands there.

use crate::core::profile::SecretReference;
use crate::core::profile::edit::list::like_list;
use crate::core::profile::edit::{FieldKind, OWN_URLS, place, typed};
use toml_edit::{Document, InlineTable, Item, TableLike, Value};

/// The text with what was typed for a key; empty text takes the key out. What cannot be read as the
/// kind asks stands in the file as it was typed, for reading to judge.
pub(super) fn typed_text(text: &str, key: &str, kind: FieldKind, typed: &str) -> String {
    let path: Vec<&str> = key.split('.').collect();
    if typed.is_empty() {
        return place::remove(text, &path);
    }
    if key == "provider" {
        return provider(text, typed);
    }
    let text = &with_provider_table(text, key);
    match kind {
        FieldKind::Secret => secret(text, &typed::reference(typed)),
        FieldKind::List => match typed::words(typed) {
            Some(words) => {
                let list = like_list(old(text, &path).as_ref(), &words);
                place::put(text, &path, list, "")
            }
            None => put_text(text, &path, typed),
        },
        FieldKind::Pairs => match typed::pairs(typed) {
            Some(pairs) => put_entries(text, &path, &pairs, |old, word| like(old, word)),
            None => put_text(text, &path, typed),
        },
        FieldKind::Sets => match typed::sets(typed) {
            Some(sets) => put_entries(text, &path, &sets, |old, words| like_list(old, words)),
            None => put_text(text, &path, typed),
        },
        FieldKind::Text if key == "provider.code_lifetime" => {
            let value = like(old(text, &path).as_ref(), typed);
            place::put(text, &path, value, "")
        }
        FieldKind::Text | FieldKind::Choice(_) => put_text(text, &path, typed),
    }
}

/// The text with a place for the client secret.
pub(super) fn secret(text: &str, reference: &SecretReference) -> String {
    let key = "client_secret";
    let (name, value) = match reference {
        SecretReference::None => return place::remove(text, &[key]),
        SecretReference::Plain(secret) => return put_text(text, &[key], secret.expose()),
        SecretReference::Environment(name) => {
            let old = old(text, &[key, "env"]);
            ("env", like_text(old.as_ref(), name))
        }
        SecretReference::Prompt => ("prompt", Value::from(true)),
        SecretReference::Keyring => ("keyring", Value::from(true)),
        SecretReference::Command(words) => {
            let old = old(text, &[key, "command"]);
            ("command", like_list(old.as_ref(), words))
        }
    };
    let others: Vec<String> = entries(text, &[key])
        .into_iter()
        .filter(|other| other != name)
        .collect();
    if !is_table(text, &[key]) {
        let mut table = InlineTable::new();
        table.insert(name, value);
        return place::put(text, &[key], Value::InlineTable(table), "");
    }
    // The new place first: a table that runs empty would lose where it stands.
    let text = place::put(text, &[key, name], value, "");
    others.iter().fold(text, |text, other| {
        place::remove(&text, &[key, other.as_str()])
    })
}

/// A preset in the place of a table, or the other way round; the comment on its line goes along.
fn provider(text: &str, typed: &str) -> String {
    let path = ["provider"];
    let table = is_table(text, &path);
    match typed {
        OWN_URLS if table => text.to_owned(),
        OWN_URLS => {
            let comment = place::comment_behind(text, &path);
            place::add_section(&place::remove(text, &path), &path, &comment)
        }
        _ => {
            let comment = place::comment_behind(text, &path);
            let value = like_text(old(text, &path).as_ref(), typed);
            if table {
                let without = place::remove(text, &path);
                return place::put(&without, &path, value, &comment);
            }
            place::put(text, &path, value, "")
        }
    }
}

/// A URL of a provider makes room for the table that it stands in.
fn with_provider_table(text: &str, key: &str) -> String {
    if key.starts_with("provider.") && !is_table(text, &["provider"]) {
        return provider(text, OWN_URLS);
    }
    text.to_owned()
}

fn put_text(text: &str, path: &[&str], typed: &str) -> String {
    let value = like_text(old(text, path).as_ref(), typed);
    place::put(text, path, value, "")
}

/// A table brought to hold these entries in this order; those that say the same stay as they are
/// written.
fn put_entries<T>(
    text: &str,
    path: &[&str],
    wanted: &[(String, T)],
    value: impl Fn(Option<&Value>, &T) -> Value,
) -> String {
    let names = entries(text, path);
    let kept: Vec<&String> = wanted
        .iter()
        .map(|(name, _)| name)
        .filter(|name| names.contains(name))
        .collect();
    let in_order = names
        .iter()
        .filter(|name| kept.contains(name))
        .eq(kept.iter().copied());
    let appended = wanted
        .iter()
        .take(kept.len())
        .all(|(name, _)| names.contains(name));
    let old_values: Vec<Option<Value>> = wanted
        .iter()
        .map(|(name, _)| {
            let mut below = path.to_vec();
            below.push(name);
            old(text, &below)
        })
        .collect();
    let mut whole = text.to_owned();
    let gone = names
        .iter()
        .filter(|name| !(in_order && appended && kept.contains(name)));
    if names.is_empty() && !is_table(text, path) && path.len() > 1 {
        let mut table = InlineTable::new();
        for (name, entry) in wanted {
            table.insert(name, value(None, entry));
        }
        return place::put(text, path, Value::InlineTable(table), "");
    }
    for name in gone {
        let mut below = path.to_vec();
        below.push(name);
        whole = place::remove(&whole, &below);
    }
    for ((name, entry), old) in wanted.iter().zip(old_values) {
        let mut below = path.to_vec();
        below.push(name);
        whole = place::put(&whole, &below, value(old.as_ref(), entry), "");
    }
    whole
}

/// The names in a table, in the order of the file.
fn entries(text: &str, path: &[&str]) -> Vec<String> {
    with_item(text, path, |item| {
        let table = item.as_table_like()?;
        Some(table.iter().map(|(name, _)| name.to_owned()).collect())
    })
    .unwrap_or_default()
}

fn is_table(text: &str, path: &[&str]) -> bool {
    with_item(text, path, |item| item.is_table_like().then_some(())).is_some()
}

/// The value at a path with its own formatting.
fn old(text: &str, path: &[&str]) -> Option<Value> {
    with_item(text, path, |item| {
        place::owned(text, &item.as_value()?.span()?)
    })
}

fn with_item<T>(text: &str, path: &[&str], look: impl FnOnce(&Item) -> Option<T>) -> Option<T> {
    let document = Document::parse(text).ok()?;
    let (name, above) = path.split_last()?;
    let table = above
        .iter()
        .try_fold(document.as_table() as &dyn TableLike, |table, name| {
            table.get(name)?.as_table_like()
        })?;
    look(table.get(name)?)
}

/// A text in the quotes of the old one.
fn like_text(old: Option<&Value>, text: &str) -> Value {
    let raw = old.map(|old| old.clone().decorated("", "").to_string());
    let literal = raw.is_some_and(|raw| raw.starts_with('\'') && !raw.starts_with("'''"));
    let fits = !text.contains(|letter: char| letter == '\'' || letter.is_control());
    let quoted = (literal && fits).then(|| format!("'{text}'").parse().ok());
    quoted.flatten().unwrap_or_else(|| Value::from(text))
}

/// A number or a truth stays one as long as what was typed is one.
fn like(old: Option<&Value>, text: &str) -> Value {
    match old {
        Some(old) if typed::plain(&Item::Value(old.clone())) == text => old.clone(),
        Some(Value::Integer(_)) => text
            .parse::<i64>()
            .map_or_else(|_| Value::from(text), Value::from),
        Some(Value::Boolean(_)) => text
            .parse::<bool>()
            .map_or_else(|_| Value::from(text), Value::from),
        _ => like_text(old, text),
    }
}
