//! What the languages share in quoting: characters that may not stand as they are, and texts line by line.

use super::secrets::{Piece, Text};
use base64::Engine as _;

/// Characters that cannot be seen, or turn the text around them: lost on the way through a terminal or an
/// editor, some forbidden in source. A line's end is none of them; each language says where it may stand.
fn is_unseen(letter: char) -> bool {
    letter.is_control() && letter != '\n'
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a text has none of them, so that it may stand as it is in quotes that keep everything.
pub(super) fn is_plain(text: &str) -> bool {
    !text.contains(is_unseen)
}

/// A text inside quotes where a backslash escapes; `code` writes what has no letter.
pub(super) fn escaped(text: &str, quote: char, code: impl Fn(char) -> String) -> String {
    let mut made = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            '\\' => made.push_str("\\\\"),
            letter if letter == quote => {
                made.push('\\');
                made.push(letter);
            }
            letter if is_unseen(letter) => made.push_str(&code(letter)),
            letter => made.push(letter),
        }
    }
    made
}

/// The most of one letter that stand in a row.
pub(super) fn longest_run(text: &str, letter: char) -> usize {
    text.split(|other| other != letter)
        .map(str::len)
        .max()
        .unwrap_or_default()
}

/// Longest line of base64.
const LINE: usize = 76;

/// Bytes as base64, in lines.
pub(super) fn base64_lines(bytes: &[u8]) -> Vec<String> {
    let whole = base64::engine::general_purpose::STANDARD.encode(bytes);
    let mut lines = Vec::new();
    let mut rest = whole.as_str();
    // Base64 is ASCII: every place is the border of a character.
    while rest.len() > LINE {
        let (line, behind) = rest.split_at(LINE);
        lines.push(line.to_owned());
        rest = behind;
    }
    lines.push(rest.to_owned());
    lines
}

/// The name of a file without its folders.
pub(super) fn file_name(path: &str) -> &str {
    match path.rsplit(['/', '\\']).next() {
        Some(name) if !name.is_empty() => name,
        _ => path,
    }
}

/// A text as an expression: its parts by `literal` and `variable`, joined by ` + `.
pub(super) fn sum(
    text: &Text,
    literal: impl Fn(&str) -> String,
    variable: impl Fn(&str) -> String,
) -> String {
    let parts: Vec<String> = text
        .pieces()
        .iter()
        .map(|piece| match piece {
            Piece::Plain(text) => literal(text),
            Piece::Variable(name) => variable(name),
        })
        .collect();
    if parts.is_empty() {
        return literal("");
    }
    parts.join(" + ")
}
