//! The tokens of a piece of JSON, whether or not it is valid: what is no token is one too.
//!
//! A piece begins where a line begins and may be cut off anywhere. [`crate::core::wire::json::walk`] holds the
//! grammar; this is for colours, names and masks, of which a broken text has as much use.

use memchr::memchr2;
use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The name of a member, with its quotes.
    Name,
    /// A string with its quotes; the last one may be cut off.
    String,
    /// A number as it stands.
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// `{` or `[`.
    Open,
    /// `}` or `]`.
    Close,
    /// A comma.
    Comma,
    /// A colon.
    Colon,
    /// No JSON.
    Other,
}

/// The tokens of a piece, in order; blanks are none.
pub(super) fn tokens(bytes: &[u8]) -> impl Iterator<Item = (Part, Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += blanks(&bytes[at..]);
        let first = *bytes.get(at)?;
        let (part, length) = match first {
            b'"' => string(&bytes[at..]),
            b'{' | b'[' => (Part::Open, 1),
            b'}' | b']' => (Part::Close, 1),
            b',' => (Part::Comma, 1),
            b':' => (Part::Colon, 1),
            _ => word(&bytes[at..]),
        };
        let token = at..at + length;
        at = token.end;
        Some((part, token))
    })
}

/// How many blanks a piece begins with.
pub(super) fn blanks(bytes: &[u8]) -> usize {
    let is_blank = |byte: &&u8| matches!(**byte, b' ' | b'\t' | b'\r' | b'\n');
    bytes.iter().take_while(is_blank).count()
}

/// A string, and whether it is a name.
fn string(bytes: &[u8]) -> (Part, usize) {
    let length = string_length(bytes).unwrap_or(bytes.len());
    let after = &bytes[length..];
    let is_name = after.get(blanks(after)) == Some(&b':');
    (if is_name { Part::Name } else { Part::String }, length)
}

/// The length of the string that a piece begins with, with its quotes; `None` where it does not end.
pub(super) fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// A number, a word, or something that is none.
fn word(bytes: &[u8]) -> (Part, usize) {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:\"".contains(byte);
    let length = bytes.iter().position(ends).unwrap_or(bytes.len()).max(1);
    let part = match &bytes[..length] {
        b"true" | b"false" | b"null" => Part::Word,
        [b'-' | b'0'..=b'9', ..] => Part::Number,
        _ => Part::Other,
    };
    (part, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(Part, &str)> {
        tokens(text.as_bytes())
            .map(|(part, at)| (part, &text[at]))
            .collect()
    }

    #[test]
    fn every_token_is_told_apart() {
        use Part::{Close, Colon, Comma, Name, Number, Open, String, Word};
        assert_eq!(
            told("\"a\\\"\" : [ -1.50 ,true,\"b:\"],{}"),
            [
                (Name, "\"a\\\"\""),
                (Colon, ":"),
                (Open, "["),
                (Number, "-1.50"),
                (Comma, ","),
                (Word, "true"),
                (Comma, ","),
                (String, "\"b:\""),
                (Close, "]"),
                (Comma, ","),
                (Open, "{"),
                (Close, "}"),
            ]
        );
    }

    #[test]
    fn what_is_cut_off_or_no_json_has_an_end() {
        assert_eq!(told("\"abc"), [(Part::String, "\"abc")]);
        assert_eq!(told("\"abc\\"), [(Part::String, "\"abc\\")]);
        assert_eq!(told("nul'"), [(Part::Other, "nul'")]);
        assert_eq!(told(" \t"), []);
    }
}
