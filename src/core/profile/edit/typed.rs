//! What a form shows of a value, and what is made of the text that comes back.
//!
//! Lists, tables of pairs and scope sets are one line of text each: words, `name=value`, and
//! `name=word word; name=word`. What holds a separator itself stands in double quotes.

use crate::core::profile::{SecretReference, check};
use crate::core::secret::Secret;
use toml_edit::{Array, Item, TableLike, Value};

/// A list's words end at a blank or a comma.
pub(super) fn between_words(letter: char) -> bool {
    letter.is_whitespace() || letter == ','
}

/// The words of a text; `None` when a quote is not closed.
pub(super) fn words(text: &str) -> Option<Vec<String>> {
    Some(
        cut(text, between_words)?
            .iter()
            .map(|word| unquoted(word))
            .collect(),
    )
}

/// The pairs of `a=1 b="2 3"`; `None` when one has no `=` or a quote is not closed.
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let pairs = cut(text, char::is_whitespace)?;
    once_each(pairs.iter().map(|pair| {
        let (name, value) = at_sign(pair)?;
        Some((unquoted(name), unquoted(value)))
    }))
}

/// The sets of `a=x y; b=z`; `None` when one has no `=` or a quote is not closed.
pub(super) fn sets(text: &str) -> Option<Vec<(String, Vec<String>)>> {
    let sets = cut(text, |letter| letter == ';')?;
    once_each(
        sets.iter()
            .map(|set| set.trim())
            .filter(|set| !set.is_empty())
            .map(|set| {
                let (name, scopes) = at_sign(set)?;
                Some((unquoted(name.trim()), words(scopes)?))
            }),
    )
}

/// TOML has no two keys of one name.
fn once_each<T>(entries: impl Iterator<Item = Option<(String, T)>>) -> Option<Vec<(String, T)>> {
    let mut known: Vec<(String, T)> = Vec::new();
    for entry in entries {
        let (name, value) = entry?;
        if known.iter().any(|(other, _)| *other == name) {
            return None;
        }
        known.push((name, value));
    }
    Some(known)
}

/// The pieces between separators, quotes and all; empty ones are left out.
fn cut(text: &str, separates: impl Fn(char) -> bool) -> Option<Vec<&str>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let (mut quoted, mut escaped) = (false, false);
    for (offset, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            letter if !quoted && separates(letter) => {
                pieces.push(text.get(start..offset)?);
                start = offset + letter.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(text.get(start..)?);
    pieces.retain(|piece| !piece.is_empty());
    (!quoted).then_some(pieces)
}

/// Splits at the first `=` outside quotes.
fn at_sign(text: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut escaped) = (false, false);
    let offset = text.char_indices().find_map(|(offset, letter)| {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '=' if !quoted => return Some(offset),
            _ => {}
        }
        None
    })?;
    Some((text.get(..offset)?, text.get(offset + 1..)?))
}

fn unquoted(piece: &str) -> String {
    let mut text = String::with_capacity(piece.len());
    let (mut quoted, mut escaped) = (false, false);
    for letter in piece.chars() {
        match letter {
            _ if escaped => {
                escaped = false;
                text.push(letter);
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            letter => text.push(letter),
        }
    }
    text
}

fn quoted(word: &str) -> String {
    let needs = |letter: char| between_words(letter) || matches!(letter, '"' | ';' | '=');
    if !word.is_empty() && !word.contains(needs) {
        return word.to_owned();
    }
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// A value that may hold `=`, as URLs do.
fn quoted_value(word: &str) -> String {
    let needs = |letter: char| letter.is_whitespace() || letter == '"';
    if word.contains(needs) {
        return quoted(word);
    }
    word.to_owned()
}

/// A text, a number or a truth as it is typed.
pub(super) fn plain(item: &Item) -> String {
    item.as_value().map(plain_value).unwrap_or_default()
}

fn plain_value(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.clone().decorated("", "").to_string(),
    }
}

/// A list as words.
pub(super) fn list(item: &Item) -> String {
    item.as_array().map_or_else(|| plain(item), word_list)
}

fn word_list(array: &Array) -> String {
    let words: Vec<String> = array
        .iter()
        .map(|value| quoted(&plain_value(value)))
        .collect();
    words.join(" ")
}

/// A table as pairs.
pub(super) fn pair_list(item: &Item) -> String {
    let Some(table) = item.as_table_like() else {
        return plain(item);
    };
    let pairs: Vec<String> = table
        .iter()
        .map(|(name, item)| format!("{}={}", quoted(name), quoted_value(&plain(item))))
        .collect();
    pairs.join(" ")
}

/// A table of lists as sets.
pub(super) fn set_list(item: &Item) -> String {
    let Some(table) = item.as_table_like() else {
        return plain(item);
    };
    let sets: Vec<String> = table
        .iter()
        .map(|(name, item)| format!("{}={}", quoted(name), list(item)))
        .collect();
    sets.join("; ")
}

/// Named lists as sets.
pub(super) fn joined_sets(sets: &[(String, Vec<String>)]) -> String {
    let sets: Vec<String> = sets
        .iter()
        .map(|(name, words)| {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            format!("{}={}", quoted(name), words.join(" "))
        })
        .collect();
    sets.join("; ")
}

/// Where the secret is, in words; never the secret itself.
pub(super) fn secret(item: &Item) -> String {
    if item.as_str().is_some() {
        return "plain".to_owned();
    }
    let Some(table) = item.as_table_like() else {
        return "unreadable".to_owned();
    };
    let names: Vec<&str> = table.iter().map(|(name, _)| name).collect();
    match names.as_slice() {
        ["env"] => with_words("env", variable(table).as_slice()),
        ["command"] => with_words("command", &command(table)),
        _ => names.join(" "),
    }
}

fn with_words(place: &str, words: &[String]) -> String {
    let words = words.iter().map(|word| format!(" {}", quoted(word)));
    place.to_owned() + &words.collect::<String>()
}

/// A name only: what is no name may be the secret itself.
fn variable(table: &dyn TableLike) -> Option<String> {
    let name = table.get("env")?.as_str()?;
    check::variable(name).ok()
}

fn command(table: &dyn TableLike) -> Vec<String> {
    let words = table.get("command").and_then(Item::as_array);
    words
        .into_iter()
        .flatten()
        .filter_map(|word| word.as_str().map(str::to_owned))
        .collect()
}

/// What somebody typed about the secret: `prompt`, `keyring`, `env NAME`, `command pass acme`; any other
/// text is the secret itself.
pub(super) fn reference(text: &str) -> SecretReference {
    let place = |words: Vec<String>| match words.as_slice() {
        [word] if word == "prompt" => Some(SecretReference::Prompt),
        [word] if word == "keyring" => Some(SecretReference::Keyring),
        [word] if word == "none" => Some(SecretReference::None),
        [word] if word == "env" => Some(SecretReference::Environment(String::new())),
        [word, name] if word == "env" => Some(SecretReference::Environment(name.clone())),
        [word, command @ ..] if word == "command" => {
            Some(SecretReference::Command(command.to_vec()))
        }
        _ => None,
    };
    cut(text, char::is_whitespace)
        .map(|words| words.iter().map(|word| unquoted(word)).collect())
        .and_then(place)
        .unwrap_or_else(|| SecretReference::Plain(Secret::new(text)))
}
