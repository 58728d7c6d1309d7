//! Lays JSON out by its own tokens, so that numbers and strings stand exactly as they came.
//!
//! A parser would lose duplicate keys and the digits of amounts, and a recursive one its stack: here a
//! depth of 100,000 is a vector of that length.

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
        expected: Expected::Value,
        named_secret: false,
        is_secret,
        show,
    };
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if rest.is_empty() {
            break;
        }
        let length = token_length(rest)?;
        let (token, after) = rest.split_at_checked(length)?;
        writer.take(token)?;
        rest = after;
    }
    writer.finish()
}

/// The text that a raw string stands for, quotes and escapes removed.
pub(super) fn unescape(raw: &str) -> String {
    serde_json::from_str(raw).unwrap_or_else(|_| raw.trim_matches('"').to_owned())
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
    Nothing,
}

/// An open object or array.
struct Container {
    object: bool,
    secret: bool,
}

/// Writes tokens into lines, and holds them to the grammar.
struct Writer<'a> {
    lines: Vec<String>,
    line: String,
    containers: Vec<Container>,
    expected: Expected,
    named_secret: bool,
    is_secret: &'a dyn Fn(&str) -> bool,
    show: &'a dyn Fn(StringValue<'_>) -> String,
}

impl Writer<'_> {
    /// Takes the next token; `None` when it may not stand here.
    fn take(&mut self, token: &str) -> Option<()> {
        match token {
            "{" | "[" => self.open(token),
            "}" | "]" => self.close(token),
            "," => self.comma(),
            ":" => self.colon(),
            _ if matches!(self.expected, Expected::Name | Expected::NameOrEnd) => self.name(token),
            _ => self.value(token),
        }
    }

    fn open(&mut self, token: &str) -> Option<()> {
        self.begin_value()?;
        self.line.push_str(token);
        let object = token == "{";
        let secret = self.under_secret();
        self.containers.push(Container { object, secret });
        self.named_secret = false;
        self.expected = if object {
            Expected::NameOrEnd
        } else {
            Expected::ValueOrEnd
        };
        Some(())
    }

    fn close(&mut self, token: &str) -> Option<()> {
        let empty = matches!(self.expected, Expected::ValueOrEnd | Expected::NameOrEnd);
        if !empty && self.expected != Expected::CommaOrEnd {
            return None;
        }
        let container = self.containers.pop()?;
        if container.object != (token == "}") {
            return None;
        }
        if !empty {
            self.break_line();
        }
        self.line.push_str(token);
        self.end_value();
        Some(())
    }

    fn comma(&mut self) -> Option<()> {
        if self.expected != Expected::CommaOrEnd {
            return None;
        }
        self.line.push(',');
        self.break_line();
        self.expected = if self.containers.last()?.object {
            Expected::Name
        } else {
            Expected::Value
        };
        Some(())
    }

    fn colon(&mut self) -> Option<()> {
        if self.expected != Expected::Colon {
            return None;
        }
        self.line.push_str(": ");
        self.expected = Expected::Value;
        Some(())
    }

    fn name(&mut self, token: &str) -> Option<()> {
        if !token.starts_with('"') {
            return None;
        }
        if self.expected == Expected::NameOrEnd {
            self.break_line();
        }
        self.named_secret = (self.is_secret)(&unescape(token));
        self.line.push_str(token);
        self.expected = Expected::Colon;
        Some(())
    }

    fn value(&mut self, token: &str) -> Option<()> {
        self.begin_value()?;
        if token.starts_with('"') {
            let secret = self.under_secret();
            let shown = (self.show)(StringValue { raw: token, secret });
            self.line.push_str(&shown);
        } else {
            self.line.push_str(token);
        }
        self.end_value();
        Some(())
    }

    fn begin_value(&mut self) -> Option<()> {
        match self.expected {
            Expected::Value => Some(()),
            Expected::ValueOrEnd => {
                self.break_line();
                Some(())
            }
            _ => None,
        }
    }

    fn end_value(&mut self) {
        self.named_secret = false;
        self.expected = if self.containers.is_empty() {
            Expected::Nothing
        } else {
            Expected::CommaOrEnd
        };
    }

    fn under_secret(&self) -> bool {
        self.named_secret || self.containers.last().is_some_and(|inner| inner.secret)
    }

    fn break_line(&mut self) {
        let level = self.containers.len().min(DEEPEST_INDENT);
        let next = "  ".repeat(level);
        self.lines.push(std::mem::replace(&mut self.line, next));
    }

    fn finish(mut self) -> Option<Vec<String>> {
        if self.expected != Expected::Nothing {
            return None;
        }
        self.lines.push(self.line);
        Some(self.lines)
    }
}

/// Length of the token that begins the text, in bytes; `None` when none does.
fn token_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'{' | b'}' | b'[' | b']' | b',' | b':' => Some(1),
        b'"' => string_length(bytes),
        b'-' | b'0'..=b'9' => number_length(bytes),
        _ => ["true", "false", "null"]
            .iter()
            .find(|word| text.starts_with(**word))
            .map(|word| word.len()),
    }
}

/// A string with its quotes (RFC 8259 7).
fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => {
                at += match bytes.get(at + 1)? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                    b'u' if bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => 6,
                    _ => return None,
                };
            }
            0..=0x1f => return None,
            _ => at += 1,
        }
    }
}

/// A number (RFC 8259 6).
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let count = bytes[from.min(bytes.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        (count > 0).then_some(from + count)
    };
    let start = usize::from(bytes.first() == Some(&b'-'));
    let mut end = digits(start)?;
    if bytes.get(start) == Some(&b'0') && end > start + 1 {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = digits(end + 1 + sign)?;
    }
    Some(end)
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
