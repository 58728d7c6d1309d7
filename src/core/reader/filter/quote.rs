//! Quotes a little of what may be long: a program, or what it said.

use std::fmt::{self, Display, Write as _};

/// Most characters that are quoted of a program.
const LONGEST_QUOTE: usize = 24;

/// Most characters that are told of what the program said: it may quote a whole answer.
const LONGEST_SAID: usize = 300;

/// The beginning of some words, on one line.
pub(super) fn quoted(words: &str) -> String {
    let mut quote: String = words.chars().take(LONGEST_QUOTE).collect();
    if quote.len() < words.len() {
        quote.push('…');
    }
    quote.replace(['\n', '\r', '\t'], " ")
}

/// The end of some words, on one line.
pub(super) fn end_of(words: &str) -> String {
    let words = words.trim_end();
    let count = words.chars().count();
    let quote: String = words
        .chars()
        .skip(count.saturating_sub(LONGEST_QUOTE))
        .collect();
    let quote = quote.replace(['\n', '\r', '\t'], " ");
    if count > LONGEST_QUOTE {
        format!("…{quote}")
    } else {
        quote
    }
}

/// The beginning of what is said; the rest of it is never made, for it may be as large as the input.
pub(super) fn shortened(said: &dyn Display) -> String {
    let mut beginning = Beginning {
        text: String::new(),
        left: LONGEST_SAID,
    };
    if write!(beginning, "{said}").is_err() {
        beginning.text.push('…');
    }
    beginning.text
}

/// A text that takes so many characters and then no more.
struct Beginning {
    text: String,
    left: usize,
}

impl fmt::Write for Beginning {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        for character in piece.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(if character.is_control() {
                ' '
            } else {
                character
            });
        }
        Ok(())
    }
}
