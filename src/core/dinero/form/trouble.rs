//! What is wrong with a text as JSON, and where.

use crate::core::wire::json::unescape;
use crate::core::wire::json::walk::{Break, Part, Walk, place};
use std::collections::BTreeSet;
use std::fmt;

/// Most names that are told to stand twice: whoever has more of them knows.
const MOST_REPEATED: usize = 100;

/// Longest name that is repeated, in characters.
const LONGEST: usize = 40;

/// Something that is wrong with a JSON text, or with what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonTrouble {
    /// The line, from 1.
    pub line: usize,
    /// The character of the line, from 1.
    pub column: usize,
    /// What is wrong, in words.
    pub words: String,
    /// Whether the text is no JSON because of it; otherwise it can be read, but hardly as it is meant.
    pub breaks: bool,
}

impl JsonTrouble {
    /// The text is no JSON.
    pub(super) fn broken(text: &str, found: Break) -> Self {
        Self {
            breaks: true,
            ..Self::at(text, found.at, found.words)
        }
    }

    /// Something about the text at a byte.
    pub(super) fn at(text: &str, at: usize, words: impl Into<String>) -> Self {
        let (line, column) = place(text, at);
        Self {
            line,
            column,
            words: words.into(),
            breaks: false,
        }
    }
}

impl fmt::Display for JsonTrouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "line {}, column {}: {}",
            self.line, self.column, self.words
        )
    }
}

/// Where a JSON text breaks, and behind that the names that stand twice in one object. An empty text is no
/// body at all, which is no trouble of its JSON. A template may stand for a value.
pub fn troubles(text: &str) -> Vec<JsonTrouble> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut repeated = Vec::new();
    let mut open: Vec<BTreeSet<String>> = Vec::new();
    for piece in Walk::new(text).with_templates() {
        let piece = match piece {
            Ok(piece) => piece,
            Err(why) => {
                found.push(JsonTrouble::broken(text, why));
                break;
            }
        };
        match piece.part {
            Part::Open => open.push(BTreeSet::new()),
            Part::Close => drop(open.pop()),
            Part::Scalar => {}
            Part::Name => {
                let name = unescape(text.get(piece.at..piece.end).unwrap_or_default());
                let names = open.last_mut();
                if repeated.len() < MOST_REPEATED
                    && names.is_some_and(|names| !names.insert(name.clone()))
                {
                    repeated.push((piece.at, name));
                }
            }
        }
    }
    let (mut from, mut line, mut column) = (0, 1, 1);
    for (at, name) in repeated {
        // They come in order, so that the text is counted through once and not for each.
        let (lines, columns) = place(text.get(from..at).unwrap_or_default(), at - from);
        column = if lines > 1 {
            columns
        } else {
            column + columns - 1
        };
        line += lines - 1;
        from = at;
        let name: String = name.chars().take(LONGEST).collect();
        found.push(JsonTrouble {
            line,
            column,
            words: format!("`{name}` stands twice: the last one counts"),
            breaks: false,
        });
    }
    found
}
