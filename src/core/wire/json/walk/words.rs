//! What is said of the place at which a text stops being JSON.
//!
//! It is read by someone who is typing: the likely slip is named, not the grammar.

use super::{Break, Expected, Walk, string_length};

/// Longest piece of the text that is repeated, in characters.
const LONGEST: usize = 20;

/// Quotes that are none in JSON.
const OTHER_QUOTES: [char; 7] = ['\'', '“', '”', '„', '’', '‘', '`'];

/// Words that are not written so, lower case, and how they are.
const OTHER_WORDS: [(&str, &str); 6] = [
    ("true", "true"),
    ("false", "false"),
    ("null", "null"),
    ("none", "null"),
    ("nil", "null"),
    ("undefined", "null"),
];

impl Walk<'_> {
    /// The break at the token that comes next, or at the end.
    pub(super) fn break_here(&self) -> Break {
        let rest = self.rest();
        if rest.is_empty() {
            return self.said(self.ended());
        }
        match self.token() {
            Some(token) => self.misplaced(token),
            None => self.no_token(rest),
        }
    }

    fn said(&self, words: impl Into<String>) -> Break {
        Break {
            at: self.at,
            words: words.into(),
        }
    }

    /// The innermost bracket that is open, and its line.
    fn innermost(&self) -> Option<String> {
        let (line, _) = place(self.text, *self.open.last()?);
        let bracket = if self.in_object() { '{' } else { '[' };
        Some(format!("`{bracket}` of line {line}"))
    }

    /// The text ends too early.
    fn ended(&self) -> String {
        match (self.innermost(), self.expected) {
            (None, _) => "there is no value".to_owned(),
            (Some(bracket), Expected::Value) => {
                format!("the text ends where a value belongs, within {bracket}")
            }
            (Some(bracket), _) => format!("the text ends, but {bracket} is not closed"),
        }
    }

    /// A token that may not stand here.
    fn misplaced(&self, token: &str) -> Break {
        let shown = shown(token);
        if matches!(token, "}" | "]") {
            return self.closing(&shown);
        }
        match self.expected {
            Expected::Value | Expected::ValueOrEnd => {
                self.said(format!("a value is missing before {shown}"))
            }
            Expected::Name if self.is_decimal_comma(token) => Break {
                at: self.separator,
                words: "a decimal comma: a number takes a point".to_owned(),
            },
            Expected::Name | Expected::NameOrEnd => {
                self.said(format!("a name in `\"` belongs here, not {shown}"))
            }
            Expected::Colon => self.said(format!("`:` is missing before {shown}")),
            Expected::CommaOrEnd if token == ":" => self.said("`:` belongs behind a name"),
            Expected::CommaOrEnd => self.said(format!("a comma is missing before {shown}")),
            Expected::Nothing => self.said(format!("the value has ended before {shown}")),
        }
    }

    /// A closing bracket that may not stand here.
    fn closing(&self, shown: &str) -> Break {
        let Some(open) = self.innermost() else {
            return self.said(format!("{shown} closes nothing"));
        };
        let after_comma = self.text.as_bytes().get(self.separator) == Some(&b',');
        match self.expected {
            Expected::Value | Expected::Name if after_comma => Break {
                at: self.separator,
                words: format!("a comma, but nothing follows before {shown}"),
            },
            Expected::Value => self.said(format!("a value is missing before {shown}")),
            Expected::Colon => self.said(format!("`:` is missing before {shown}")),
            _ => self.said(format!("{shown} cannot close {open}")),
        }
    }

    /// Whether a number goes on behind a comma, as it does in Denmark.
    fn is_decimal_comma(&self, token: &str) -> bool {
        let bytes = self.text.as_bytes();
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        bytes.get(self.separator) == Some(&b',')
            && self.separator + 1 == self.at
            && digit(self.separator.checked_sub(1).and_then(|at| bytes.get(at)))
            && digit(token.as_bytes().first())
    }

    /// Something that begins no token.
    fn no_token(&self, rest: &str) -> Break {
        let first = rest.chars().next().unwrap_or_default();
        match first {
            '"' => self.string(rest),
            '-' | '0'..='9' => self.said(number(rest)),
            '+' => self.said("a number has no `+` before it"),
            '.' => self.said("a number begins with a digit: `0.5`"),
            '/' | '#' => self.said("JSON has no comments"),
            _ if OTHER_QUOTES.contains(&first) => {
                self.said(format!("{} is no quote in JSON: `\"`", shown_letter(first)))
            }
            _ if first.is_alphabetic() || first == '_' => self.said(self.word(rest)),
            _ => self.said(format!("{} does not belong here", shown_letter(first))),
        }
    }

    /// What is wrong with a word.
    fn word(&self, rest: &str) -> String {
        let word: String = rest
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .take(LONGEST + 1)
            .collect();
        let shown = shown(&word);
        if matches!(self.expected, Expected::Name | Expected::NameOrEnd) {
            return format!("the name {shown} belongs in `\"`");
        }
        let mut others = OTHER_WORDS.iter();
        match others.find(|(other, _)| word.eq_ignore_ascii_case(other)) {
            Some((_, own)) => format!("{shown} is written `{own}`"),
            None => format!("{shown} belongs in `\"`"),
        }
    }

    /// What breaks the string that begins here.
    fn string(&self, rest: &str) -> Break {
        let offset = string_length(rest.as_bytes()).err().unwrap_or_default();
        let broken = rest.get(offset..).unwrap_or_default();
        let there = |words: String| Break {
            at: self.at + offset,
            words,
        };
        match broken.chars().next() {
            None | Some('\n' | '\r') => {
                self.said("the `\"` that begins here is not closed on its line")
            }
            Some('\\') if broken.starts_with("\\u") => {
                there("`\\u` takes four hexadecimal digits".to_owned())
            }
            Some('\\') => there("no escape: a backslash within text is written `\\\\`".to_owned()),
            Some('\t') => there("a tab within text is written `\\t`".to_owned()),
            Some(other) => {
                let code = u32::from(other);
                there(format!(
                    "a control character within text is written `\\u{code:04x}`"
                ))
            }
        }
    }
}

/// What is wrong with a number that is none.
fn number(rest: &str) -> String {
    let written: String = rest
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(*letter))
        .take(LONGEST + 1)
        .collect();
    let shown = shown(&written);
    let behind_zero = rest.trim_start_matches('-').strip_prefix('0');
    let is_digit = |letter: char| letter.is_ascii_digit();
    if behind_zero.is_some_and(|rest| rest.starts_with(is_digit)) {
        format!("{shown} begins with 0: a number does not, text stands in `\"`")
    } else {
        format!("{shown} is no number")
    }
}

/// A piece of the text in backticks, cut where it is long.
fn shown(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return format!("`{text}`");
    }
    let kept: String = text.chars().take(LONGEST).collect();
    format!("`{kept}…`")
}

/// One character; by its number where it could not be told from others.
fn shown_letter(letter: char) -> String {
    if letter.is_control() || letter.is_whitespace() || !letter.is_ascii() {
        format!("`{letter}` (U+{:04X})", u32::from(letter))
    } else {
        format!("`{letter}`")
    }
}

/// Line and column of a byte, both from 1; a column is a character.
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before.get(start..).map_or(0, |line| line.chars().count()) + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::super::Walk;
    use super::place;

    /// Line, column and words of the break.
    fn broken(text: &str) -> Option<(usize, usize, String)> {
        let found = Walk::new(text).find_map(Result::err)?;
        let (line, column) = place(text, found.at);
        Some((line, column, found.words))
    }

    #[test]
    fn a_break_is_named_where_it_is() {
        for (text, line, column, named) in [
            ("{\n  \"æ\": 1,\n}", 2, 9, "a comma, but nothing follows"),
            ("[1, ]", 1, 3, "a comma, but nothing follows before `]`"),
            ("{\"a\": \"b\n}", 1, 7, "not closed on its line"),
            ("{\"ø\": \"a\tb\"}", 1, 9, "`\\t`"),
            ("[\"\u{1}\"]", 1, 3, "`\\u0001`"),
            ("[\"C:\\x\"]", 1, 5, "a backslash within text"),
            ("[\"\\u12\"]", 1, 3, "four hexadecimal digits"),
            ("{\"a\": 1,50}", 1, 8, "a decimal comma"),
            ("{\"a\": 007}", 1, 7, "`007` begins with 0"),
            ("{\"a\": 1.}", 1, 7, "`1.` is no number"),
            ("{\"a\": True}", 1, 7, "`True` is written `true`"),
            ("{\"a\": None}", 1, 7, "`None` is written `null`"),
            ("{\"a\": DKK}", 1, 7, "`DKK` belongs in `\"`"),
            ("{a: 1}", 1, 2, "the name `a` belongs in `\"`"),
            ("{'a': 1}", 1, 2, "`'` is no quote"),
            ("{“a”: 1}", 1, 2, "`“` (U+201C) is no quote"),
            (
                "{\"a\": 1\n \"b\": 2}",
                2,
                2,
                "a comma is missing before `\"b\"`",
            ),
            ("{\"a\" 1}", 1, 6, "`:` is missing before `1`"),
            ("{\"a\":}", 1, 6, "a value is missing before `}`"),
            ("{\"a\": // one\n1}", 1, 7, "no comments"),
            ("{\n\"a\": [1, 2}", 2, 11, "`}` cannot close `[` of line 2"),
            ("{\n\"a\": 1", 2, 7, "`{` of line 1 is not closed"),
            ("{\"a\": 1}}", 1, 9, "closes nothing"),
            ("{} {}", 1, 4, "the value has ended before `{`"),
            ("{\"a\": {{b}}}", 1, 8, "a name in `\"` belongs here"),
            ("{\"a\":\u{a0}1}", 1, 6, "U+00A0"),
            ("", 1, 1, "there is no value"),
        ] {
            let found = broken(text).unwrap_or_default();
            assert_eq!((found.0, found.1), (line, column), "{text}: {}", found.2);
            assert!(found.2.contains(named), "{text}: {}", found.2);
        }
    }

    #[test]
    fn a_template_stands_for_a_value_where_it_is_asked_for() {
        let walk = |text| Walk::new(text).with_templates().all(|piece| piece.is_ok());
        for (text, taken) in [
            ("{\"a\": {{amount}}, \"b\": [{{b}}, 1]}", true),
            ("{{body}}", true),
            ("{\"a\": {{}}}", false),
            ("{{{a}}: 1}", false),
            ("{\"a\": {{a\n}}}", false),
        ] {
            assert_eq!(walk(text), taken, "{text}");
            assert!(Walk::new(text).any(|piece| piece.is_err()), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn it_refuses_what_a_parser_refuses(text in "([\\[\\]{},: \n\"\\\\a1.0eu+-]|true|null|ø){0,16}") {
            let parsed = serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
            let found = Walk::new(&text).find_map(Result::err);
            proptest::prop_assert_eq!(found.is_none(), parsed);
            if let Some(found) = found {
                proptest::prop_assert!(found.at <= text.len() && text.is_char_boundary(found.at));
            }
        }
    }
}
