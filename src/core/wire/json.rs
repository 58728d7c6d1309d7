//! Lays JSON out by its own tokens, so that numbers and strings stand exactly as they came.
//!
//! A parser would lose duplicate keys and the digits of amounts, and a recursive one its stack: here a
//! depth of 100,000 is a vector of that length. [`walk`] holds the grammar.

pub mod walk;

use walk::{Part, Piece, Walk};

/// Deepest indentation, in levels: beyond it lines would be nothing but spaces.
const DEEPEST_INDENT: usize = 40;

/// What a string stands for, so that the caller can decide how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StringValue<'a> {
    /// With its quotes, exactly as it came.
    pub(super) raw: &'a str,
    /// Whether it stands under a secret name, at any depth.
    pub(super) secret: bool,
}

/// Indents a JSON text by two spaces a level. `None` when it is not valid JSON (RFC 8259).
///
/// `is_secret` judges member names (unescaped); `show` writes a string value.
pub(super) fn indent(
    text: &str,
    is_secret: &dyn Fn(&str) -> bool,
    show: &dyn Fn(StringValue<'_>) -> String,
) -> Option<Vec<String>> {
    let mut writer = Writer {
        lines: Vec::new(),
        line: String::new(),
        containers: Vec::new(),
        named_secret: false,
        is_secret,
        show,
    };
    for piece in Walk::new(text) {
        let piece = piece.ok()?;
        writer.take(piece, text.get(piece.at..piece.end)?);
    }
    writer.lines.push(writer.line);
    Some(writer.lines)
}

/// The text that a raw string stands for, quotes and escapes removed. Half a surrogate pair stands for no
/// text: then the escapes remain.
pub fn unescape(raw: &str) -> String {
    serde_json::from_str(raw).unwrap_or_else(|_| {
        let within = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        within.unwrap_or(raw).to_owned()
    })
}

/// An open object or array.
struct Container {
    object: bool,
    secret: bool,
    filled: bool,
}

/// Writes pieces into lines.
struct Writer<'a> {
    lines: Vec<String>,
    line: String,
    containers: Vec<Container>,
    named_secret: bool,
    is_secret: &'a dyn Fn(&str) -> bool,
    show: &'a dyn Fn(StringValue<'_>) -> String,
}

impl Writer<'_> {
    /// Takes the next piece.
    fn take(&mut self, piece: Piece, token: &str) {
        match piece.part {
            Part::Name => {
                self.begin_entry();
                self.named_secret = (self.is_secret)(&unescape(token));
                self.line.push_str(token);
                self.line.push_str(": ");
            }
            Part::Open => {
                self.begin_value();
                self.line.push_str(token);
                let secret = self.under_secret();
                self.named_secret = false;
                self.containers.push(Container {
                    object: token == "{",
                    secret,
                    filled: false,
                });
            }
            Part::Close => {
                let filled = self.containers.pop().is_some_and(|inner| inner.filled);
                if filled {
                    self.break_line();
                }
                self.line.push_str(token);
            }
            Part::Scalar => {
                self.begin_value();
                self.value(token);
                self.named_secret = false;
            }
        }
    }

    fn value(&mut self, token: &str) {
        if token.starts_with('"') {
            let secret = self.under_secret();
            let shown = (self.show)(StringValue { raw: token, secret });
            self.line.push_str(&shown);
        } else {
            self.line.push_str(token);
        }
    }

    /// A value that has no name stands on a line of its own.
    fn begin_value(&mut self) {
        if self.containers.last().is_some_and(|inner| !inner.object) {
            self.begin_entry();
        }
    }

    fn begin_entry(&mut self) {
        if let Some(inner) = self.containers.last_mut() {
            if inner.filled {
                self.line.push(',');
            }
            inner.filled = true;
        }
        self.break_line();
    }

    fn under_secret(&self) -> bool {
        self.named_secret || self.containers.last().is_some_and(|inner| inner.secret)
    }

    fn break_line(&mut self) {
        let level = self.containers.len().min(DEEPEST_INDENT);
        let next = "  ".repeat(level);
        self.lines.push(std::mem::replace(&mut self.line, next));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Option<Vec<String>> {
        indent(text, &|_| false, &|value| value.raw.to_owned())
    }

    #[test]
    fn every_token_stands_as_it_came() {
        let text = r#"{"a":1.10,"a":1e3,"æ":"\u00e6/\/","list":[ {} ,[],null,-0.0 ]}"#;
        assert_eq!(
            plain(text).unwrap_or_default().join("\n"),
            "{\n  \"a\": 1.10,\n  \"a\": 1e3,\n  \"æ\": \"\\u00e6/\\/\",\n  \"list\": [\n    {},\n    [],\n    null,\n    -0.0\n  ]\n}"
        );
    }

    #[test]
    fn it_takes_and_refuses_what_a_parser_does() {
        for text in [
            "",
            " ",
            "{",
            "}",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{,}",
            "01",
            "1.",
            "-",
            "1e",
            "tru",
            "\"a",
            "\"\\x\"",
            "\"\n\"",
            "[1 2]",
            "{\"a\":1]",
            "1 2",
            "nulll",
            "{a:1}",
            "[}",
            "0",
            "\"\"",
            "[]",
            "[[[]]]",
            "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
            " true ",
            "-1.5E+10",
        ] {
            let parsed = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
            assert_eq!(plain(text).is_some(), parsed, "{text}");
        }
    }

    #[test]
    fn great_depth_costs_a_vector_and_no_stack() {
        let depth = 100_000;
        let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(plain(&text).map(|lines| lines.len()), Some(depth * 2 - 1));
        assert_eq!(plain(&"[".repeat(depth)), None);
    }
}
