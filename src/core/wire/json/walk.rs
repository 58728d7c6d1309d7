//! Walks a JSON text piece by piece (RFC 8259), and says in words where it breaks.
//!
//! Nothing is kept but where the open brackets stand, so that length and depth of a text cost nothing else.

mod words;

pub use words::place;

/// A piece of a JSON text; commas and colons are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub part: Part,
    /// The byte at which it begins.
    pub at: usize,
    /// The byte behind it.
    pub end: usize,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `{` or `[`.
    Open,
    /// `}` or `]`, the one that fits.
    Close,
    /// The name of a member, with its quotes.
    Name,
    /// A string with its quotes, a number, `true`, `false` or `null`; a template where they are taken.
    Scalar,
}

/// Where a text stops being JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The byte.
    pub at: usize,
    /// What is wrong there.
    pub words: String,
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

/// What a token is.
enum Token {
    Part(Part),
    /// A comma or a colon.
    Separator,
}

/// The pieces of a text, in order; it ends with the first break.
#[derive(Debug)]
pub struct Walk<'a> {
    text: &'a str,
    at: usize,
    /// Where the open brackets stand.
    open: Vec<usize>,
    expected: Expected,
    /// Where the last comma or colon stands.
    separator: usize,
    templates: bool,
    done: bool,
}

impl<'a> Walk<'a> {
    /// From the beginning; a byte order mark is passed over.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{feff}') { 3 } else { 0 },
            open: Vec::new(),
            expected: Expected::Value,
            separator: 0,
            templates: false,
            done: false,
        }
    }

    /// A template without quotes may stand where a value may: `"Amount": {{amount}}`.
    #[must_use]
    pub fn with_templates(self) -> Self {
        Self {
            templates: true,
            ..self
        }
    }

    /// What is left.
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Whether the innermost bracket is that of an object.
    fn in_object(&self) -> bool {
        let innermost = self.open.last().copied();
        innermost.is_some_and(|at| self.text.as_bytes().get(at) == Some(&b'{'))
    }

    /// Whether a value may stand here.
    const fn takes_value(&self) -> bool {
        matches!(self.expected, Expected::Value | Expected::ValueOrEnd)
    }

    /// The next token; `None` when the text breaks here.
    fn token(&self) -> Option<&'a str> {
        let rest = self.rest();
        let template = (self.templates && self.takes_value())
            .then(|| template_length(rest))
            .flatten();
        rest.get(..template.or_else(|| token_length(rest))?)
    }

    /// What a token is, and what may follow it; `None` when it may not stand here.
    fn take(&mut self, token: &str) -> Option<Token> {
        let takes_name = matches!(self.expected, Expected::Name | Expected::NameOrEnd);
        match token {
            "{" | "[" if self.takes_value() => {
                self.open.push(self.at);
                self.expected = if token == "{" {
                    Expected::NameOrEnd
                } else {
                    Expected::ValueOrEnd
                };
                Some(Token::Part(Part::Open))
            }
            "}" | "]" if self.may_close(token) => {
                self.open.pop();
                self.end_value();
                Some(Token::Part(Part::Close))
            }
            "," if self.expected == Expected::CommaOrEnd => {
                self.expected = if self.in_object() {
                    Expected::Name
                } else {
                    Expected::Value
                };
                Some(Token::Separator)
            }
            ":" if self.expected == Expected::Colon => {
                self.expected = Expected::Value;
                Some(Token::Separator)
            }
            "{" | "[" | "}" | "]" | "," | ":" => None,
            _ if takes_name && token.starts_with('"') => {
                self.expected = Expected::Colon;
                Some(Token::Part(Part::Name))
            }
            _ if self.takes_value() => {
                self.end_value();
                Some(Token::Part(Part::Scalar))
            }
            _ => None,
        }
    }

    /// Whether a closing bracket fits.
    fn may_close(&self, token: &str) -> bool {
        let here = match self.expected {
            Expected::ValueOrEnd | Expected::NameOrEnd | Expected::CommaOrEnd => true,
            Expected::Value | Expected::Name | Expected::Colon | Expected::Nothing => false,
        };
        here && !self.open.is_empty() && self.in_object() == (token == "}")
    }

    fn end_value(&mut self) {
        self.expected = if self.open.is_empty() {
            Expected::Nothing
        } else {
            Expected::CommaOrEnd
        };
    }

    /// The text breaks here.
    fn broken(&mut self) -> Break {
        self.done = true;
        self.break_here()
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Piece, Break>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            let rest = self.rest();
            let after = rest.trim_start_matches([' ', '\t', '\r', '\n']);
            self.at += rest.len() - after.len();
            if after.is_empty() && self.expected == Expected::Nothing {
                self.done = true;
                return None;
            }
            let Some(token) = self.token() else {
                return Some(Err(self.broken()));
            };
            let Some(found) = self.take(token) else {
                return Some(Err(self.broken()));
            };
            let at = self.at;
            self.at += token.len();
            let end = self.at;
            match found {
                Token::Part(part) => return Some(Ok(Piece { part, at, end })),
                Token::Separator => self.separator = at,
            }
        }
        None
    }
}

/// Whether a text is one JSON number as it stands.
pub fn is_number(text: &str) -> bool {
    number_length(text.as_bytes()) == Some(text.len())
}

/// Whether a text is JSON as a whole; templates are taken.
pub fn is_json(text: &str) -> bool {
    Walk::new(text).with_templates().all(|piece| piece.is_ok())
}

/// Whether a text is one template and nothing else.
pub fn is_template(text: &str) -> bool {
    template_length(text) == Some(text.len())
}

/// Length of the template that begins the text: `{{name}}`.
fn template_length(text: &str) -> Option<usize> {
    let name = text.strip_prefix("{{")?;
    let end = name.find(['{', '}', '"', '\n', '\r'])?;
    (end > 0 && name.get(end..)?.starts_with("}}")).then_some(end + 4)
}

/// Length of the token that begins the text, in bytes; `None` when none does.
fn token_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'{' | b'}' | b'[' | b']' | b',' | b':' => Some(1),
        b'"' => string_length(bytes).ok(),
        b'-' | b'0'..=b'9' => number_length(bytes),
        _ => ["true", "false", "null"]
            .iter()
            .find(|word| text.starts_with(**word))
            .map(|word| word.len()),
    }
}

/// A string with its quotes (RFC 8259 7); otherwise the byte at which it breaks.
fn string_length(bytes: &[u8]) -> Result<usize, usize> {
    let mut at = 1;
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at += escape_length(&bytes[at..]).ok_or(at)?,
            None | Some(0..=0x1f) => return Err(at),
            Some(_) => at += 1,
        }
    }
}

/// An escape within a string.
fn escape_length(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' if bytes.get(2..6)?.iter().all(u8::is_ascii_hexdigit) => Some(6),
        _ => None,
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
