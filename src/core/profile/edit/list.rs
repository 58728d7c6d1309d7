//! A list with other words in the layout of the old one: comments go where their words go.
//!
//! TOML's parser counts a comment behind a comma to the word that follows. Whoever wrote it meant the
//! word on its line, so a list is taken apart into lines here.

use crate::core::profile::edit::typed;
use toml_edit::{Array, Item, RawString, Value};

/// One word and what stands around it.
struct Word {
    /// As it is typed.
    shown: String,
    value: Value,
    /// Before it: the line end behind the word before, and blanks.
    lead: String,
    /// Between it and the comma.
    suffix: String,
    /// Behind it on its line: a comment.
    tail: String,
}

/// An old list taken apart.
struct Layout {
    /// Behind the bracket on its line.
    opening: String,
    words: Vec<Word>,
    /// Before the closing bracket.
    closing: String,
    /// Whether the last word has a comma.
    comma: bool,
}

/// A list of these words. Those that were in the old list are written as they were.
pub(super) fn like_list(old: Option<&Value>, words: &[String]) -> Value {
    match old.and_then(Value::as_array) {
        Some(array) if !array.is_empty() => Value::Array(taken_apart(array).with(words)),
        _ => Value::Array(words.iter().collect()),
    }
}

fn taken_apart(array: &Array) -> Layout {
    let mut layout = Layout {
        opening: String::new(),
        words: Vec::new(),
        closing: String::new(),
        comma: array.trailing_comma(),
    };
    for value in array {
        let lead = layout.keep_tail(&written(value.decor().prefix()));
        layout.words.push(Word {
            shown: typed::plain(&Item::Value(value.clone())),
            suffix: written(value.decor().suffix()),
            value: value.clone(),
            lead,
            tail: String::new(),
        });
    }
    let trailing = match layout.words.last_mut() {
        Some(last) if !layout.comma => std::mem::take(&mut last.suffix),
        _ => written(Some(array.trailing())),
    };
    layout.closing = layout.keep_tail(&trailing);
    layout
}

fn written(text: Option<&RawString>) -> String {
    text.and_then(RawString::as_str)
        .unwrap_or_default()
        .to_owned()
}

impl Layout {
    /// Gives the first line of what stands between two words to the former; the rest is the latter's.
    fn keep_tail(&mut self, between: &str) -> String {
        let Some(newline) = between.find('\n') else {
            return between.to_owned();
        };
        let (tail, lead) = between.split_at(newline);
        match self.words.last_mut() {
            Some(word) => tail.clone_into(&mut word.tail),
            None => tail.clone_into(&mut self.opening),
        }
        lead.to_owned()
    }

    fn with(mut self, words: &[String]) -> Array {
        let first_lead = self.words.first().map(|word| word.lead.clone());
        let last_lead = self.words.last().map(|word| word.lead.clone());
        let indent = last_lead.and_then(|lead| {
            let newline = lead.rfind('\n')?;
            lead.get(newline..).map(str::to_owned)
        });
        let mut array = Array::new();
        let mut behind = self.opening;
        for (at, shown) in words.iter().enumerate() {
            let known = self.words.iter().position(|word| word.shown == *shown);
            let word = match known {
                Some(known) => self.words.remove(known),
                None => Word {
                    shown: shown.clone(),
                    value: Value::from(shown),
                    lead: indent.clone().unwrap_or_default(),
                    suffix: String::new(),
                    tail: String::new(),
                },
            };
            let lead = match (word.lead.contains('\n'), at) {
                (true, _) => word.lead,
                (false, 0) => first_lead.clone().unwrap_or_default(),
                (false, _) => " ".to_owned(),
            };
            let last = at + 1 == words.len() && !self.comma;
            let prefix = joined(&behind, &lead);
            behind = word.tail;
            let suffix = if last {
                word.suffix + &joined(&behind, &self.closing)
            } else {
                word.suffix
            };
            array.push_formatted(word.value.decorated(prefix, suffix));
        }
        if self.comma || words.is_empty() {
            array.set_trailing(joined(&behind, &self.closing));
        }
        array.set_trailing_comma(self.comma && !words.is_empty());
        array
    }
}

/// A comment ends with its line.
fn joined(comment: &str, next: &str) -> String {
    let newline = if comment.contains('#') && !next.starts_with('\n') {
        "\n"
    } else {
        ""
    };
    format!("{comment}{newline}{next}")
}
