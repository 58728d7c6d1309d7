//! Rust source as words and signs, without comments, strings and character literals.
//!
//! The house checks read tokens because a substring would also match prose and test data.

/// A word (identifier, keyword, number) or one sign, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// The word, or the sign.
    pub(crate) text: String,
    /// Counted from 1.
    pub(crate) line: usize,
}

impl Token {
    /// Whether it can stand in a path.
    pub(crate) fn is_word(&self) -> bool {
        self.text
            .starts_with(|c: char| c == '_' || c.is_alphabetic())
    }
}

/// Cut a source file into tokens.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader {
        rest: source,
        line: 1,
    };
    let mut tokens = Vec::new();
    while let Some(text) = reader.next_token() {
        tokens.push(text);
    }
    tokens
}

/// What is left of the source.
struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    /// The next token, everything that is none skipped.
    fn next_token(&mut self) -> Option<Token> {
        loop {
            let first = self.rest.chars().next()?;
            if first.is_whitespace() {
                self.skip(first.len_utf8());
            } else if self.rest.starts_with("//") {
                self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.skip(block_comment(self.rest));
            } else if let Some(length) = literal(self.rest) {
                self.skip(length);
            } else {
                return Some(self.take(first));
            }
        }
    }

    /// A word, a lifetime (one token, so that `'static` is no `static`) or a sign; `r#word` is `word`.
    fn take(&mut self, first: char) -> Token {
        if self.rest.starts_with("r#") {
            self.skip(2);
        }
        let length = match word(self.rest) {
            0 if first == '\'' => 1 + word(&self.rest[1..]),
            0 => first.len_utf8(),
            length => length,
        };
        let token = Token {
            text: self.rest[..length].to_owned(),
            line: self.line,
        };
        self.skip(length);
        token
    }

    /// Pass over bytes, counting lines.
    fn skip(&mut self, length: usize) {
        self.line += self.rest[..length].matches('\n').count();
        self.rest = &self.rest[length..];
    }
}

/// Length of the word at the start.
fn word(text: &str) -> usize {
    text.find(|c: char| c != '_' && !c.is_alphanumeric())
        .unwrap_or(text.len())
}

/// Length of the comment at the start; such comments nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Length of the string or character literal at the start, with its prefix; `None` when there is none.
fn literal(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| opens_literal(rest, prefix))
    })?;
    let rest = &text[prefix.len()..];
    let length = if prefix.ends_with('r') {
        raw_string(rest)?
    } else if rest.starts_with('"') {
        quoted(rest, '"')
    } else {
        character(rest)?
    };
    Some(prefix.len() + length)
}

/// Whether a literal with this prefix goes on here.
fn opens_literal(rest: &str, prefix: &str) -> bool {
    match prefix {
        "br" | "cr" | "r" => rest.trim_start_matches('#').starts_with('"'),
        "c" => rest.starts_with('"'),
        _ => rest.starts_with(['"', '\'']),
    }
}

/// Length of `##"…"##`.
fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest.find('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let body = hashes + 1;
    Some(
        rest[body..]
            .find(&end)
            .map_or(rest.len(), |at| body + at + end.len()),
    )
}

/// Length of a quoted literal with escapes.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    rest.len()
}

/// Length of a character literal; `None` for a lifetime, whose quote never closes.
fn character(rest: &str) -> Option<usize> {
    let mut chars = rest.chars().skip(1);
    let first = chars.next()?;
    (first == '\\' || chars.next() == Some('\'')).then(|| quoted(rest, '\''))
}

#[test]
fn comments_strings_and_characters_are_no_tokens() {
    let source = r###"
        // tokio::net
        /* reqwest /* nested */ still */
        let a = "std::fs \" axum"; let b = r#"clap " "#; let c = b"x"; let d = br##"# "# "##;
        let q = '"'; let e = '\''; let f = b'\\'; fn g<'a>(x: &'a str) {} let r#type = 'é';
    "###;
    let words: Vec<_> = tokens(source)
        .into_iter()
        .filter(Token::is_word)
        .map(|token| token.text)
        .collect();
    let expected = "let a let b let c let d let q let e let f fn g x str let type";
    assert_eq!(words.join(" "), expected);
}

#[test]
fn lines_are_counted_through_comments_and_strings() {
    let found = tokens("/* 1\n2 */ \"2\n3\" here");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].line, 3);
}
