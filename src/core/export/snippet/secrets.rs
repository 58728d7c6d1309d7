//! Takes secrets out of what is to be written, and names the environment variable that stands in their place.
//!
//! A name decides, as everywhere ([`is_secret_name`]). The same value is the same variable.

use super::super::{MASKED, kept_mark_in, mark_in, name_before};
use super::TOKEN_VARIABLE;
use crate::core::wire::redact::{Mask, SECRET_HEADERS, is_secret_name};
use percent_encoding::percent_decode_str;

/// A part of a text: what stands there, or the variable that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Plain(String),
    Variable(String),
}

/// A text in its parts; two plain ones never stand side by side, and none is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Text(Vec<Piece>);

impl Text {
    /// A text without variables.
    pub(super) fn plain(text: &str) -> Self {
        let mut whole = Self::default();
        whole.push(text);
        whole
    }

    /// Its parts.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// What stands there without the variables.
    pub(super) fn plains(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Plain(text) => Some(text.as_str()),
            Piece::Variable(_) => None,
        })
    }

    /// The variable, of `Bearer ` and a variable.
    pub(super) fn bearer(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Plain(scheme), Piece::Variable(name)] if scheme == "Bearer " => Some(name),
            _ => None,
        }
    }

    /// Adds what stands there.
    pub(super) fn push(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Plain(before)) => before.push_str(text),
            _ => self.0.push(Piece::Plain(text.to_owned())),
        }
    }

    /// Adds another text.
    pub(super) fn append(&mut self, other: Self) {
        for piece in other.0 {
            match piece {
                Piece::Plain(text) => self.push(&text),
                variable @ Piece::Variable(_) => self.0.push(variable),
            }
        }
    }
}

/// Words in the name of a header whose value is then a secret, beyond the names that are known.
const TELLING_WORDS: [&str; 9] = [
    "apikey",
    "accesskey",
    "subscriptionkey",
    "token",
    "secret",
    "password",
    "credential",
    "authorization",
    "cookie",
];

/// The same in the name of a parameter or field; a `pageToken` is none.
const TELLING_IN_PAIRS: [&str; 6] = [
    "apikey",
    "accesskey",
    "subscriptionkey",
    "accesstoken",
    "secret",
    "password",
];

/// Schemes of `Authorization` that stay beside their credentials.
const SCHEMES: [&str; 4] = ["Bearer", "Basic", "DPoP", "Digest"];

/// Takes secrets out, and remembers which variable holds which.
pub(super) struct Taking {
    mask: Mask,
    /// Variables, each with the mark of its value.
    variables: Vec<(String, String)>,
}

impl Taking {
    /// One that has met nothing yet.
    pub(super) fn new() -> Self {
        Self {
            // Its marks are looked up here and go nowhere.
            mask: Mask::new([0; 32]).for_keeping(),
            variables: Vec::new(),
        }
    }

    /// The variables that were named, in order.
    pub(super) fn variables(self) -> Vec<String> {
        self.variables.into_iter().map(|(name, _)| name).collect()
    }

    /// `Bearer` and the access token.
    pub(super) fn bearer(&mut self, token: &str) -> Text {
        let mut text = Text::plain("Bearer ");
        text.0.push(self.variable(TOKEN_VARIABLE, token));
        text
    }

    /// The address: user and password, secret parameters of query and fragment.
    pub(super) fn url(&mut self, url: &str) -> Text {
        let end = url.find(['?', '#']).unwrap_or(url.len());
        let (place, rest) = url.split_at(end);
        let mut text = Text::default();
        match place.split_once("://") {
            Some((scheme, behind)) => {
                text.push(&place[..scheme.len() + "://".len()]);
                let authority = behind.find('/').unwrap_or(behind.len());
                let user = behind[..authority].rfind('@').unwrap_or_default();
                if user > 0 {
                    text.0.push(self.variable("USER_INFO", &behind[..user]));
                }
                text.append(self.scanned(&behind[user..]));
            }
            None => text.append(self.scanned(place)),
        }
        text.append(self.pairs(rest));
        text
    }

    /// The value of a header.
    pub(super) fn header(&mut self, name: &str, value: &str) -> Text {
        let is_known = SECRET_HEADERS
            .iter()
            .any(|secret| secret.eq_ignore_ascii_case(name));
        let is_secret = is_known || is_secret_name(name) || has_word(&TELLING_WORDS, name);
        let is_address = ["referer", "origin"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name));
        match value.split_once(' ') {
            _ if value.is_empty() => Text::default(),
            _ if is_address => self.url(value),
            _ if !is_secret => self.scanned(value),
            Some(("Bearer", token)) if name.eq_ignore_ascii_case("authorization") => {
                self.bearer(token)
            }
            Some((scheme, rest)) if SCHEMES.contains(&scheme) => {
                let mut text = Text::plain(&format!("{scheme} "));
                text.0.push(self.variable(name, rest));
                text
            }
            _ => Text(vec![self.variable(name, value)]),
        }
    }

    /// A body of that media type.
    pub(super) fn body(&mut self, body: &str, media_type: &str) -> Text {
        if body.trim_start().starts_with(['{', '[']) {
            return self.json(body);
        }
        if media_type == "application/x-www-form-urlencoded" {
            return self.pairs(body);
        }
        self.scanned(body)
    }

    /// `name=value` behind `?`, `&` and `#`, also where an address stands in an address. A secret goes on to
    /// the next `&` or `#`.
    fn pairs(&mut self, text: &str) -> Text {
        let mut made = Text::default();
        let mut rest = text;
        while !rest.is_empty() {
            let bare = rest.trim_start_matches(['?', '&', '#']);
            let (marks, _) = rest.split_at(rest.len() - bare.len());
            made.push(marks);
            let (pair, behind) = bare.split_at(bare.find(['?', '&', '#']).unwrap_or(bare.len()));
            rest = behind;
            match pair.split_once('=') {
                Some((name, _)) if is_secret_pair(name) => {
                    let (before, value) = bare.split_at(name.len() + 1);
                    let end = value.find(['&', '#']).unwrap_or(value.len());
                    made.push(before);
                    if end > 0 {
                        made.0.push(self.variable(name, &value[..end]));
                    }
                    rest = &value[end..];
                }
                _ => made.append(self.scanned(pair)),
            }
        }
        made
    }

    /// Strings and numbers under secret names, at any depth; and addresses, which may hold a token.
    fn json(&mut self, text: &str) -> Text {
        let mut made = Text::default();
        // The secret name that each open object or array stands under.
        let mut open: Vec<Option<String>> = Vec::new();
        let mut name: Option<String> = None;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (token, behind) = rest.split_at(token_length(rest, first));
            rest = behind;
            let under = || name.clone().or_else(|| open.last().cloned().flatten());
            match first {
                '{' | '[' => {
                    let under = under();
                    open.push(under);
                    name = None;
                    made.push(token);
                }
                '}' | ']' => {
                    open.pop();
                    name = None;
                    made.push(token);
                }
                '"' if behind.trim_start().starts_with(':') => {
                    let known: String = serde_json::from_str(token).unwrap_or_default();
                    name = Some(known).filter(|name| is_secret_pair(name));
                    made.push(token);
                }
                '"' if token.len() > 2 => {
                    let inside = token[1..].strip_suffix('"').unwrap_or(&token[1..]);
                    match under() {
                        Some(name) => {
                            made.push("\"");
                            made.0.push(self.variable(&name, inside));
                            made.push(&token[1 + inside.len()..]);
                        }
                        None if inside.contains("://") || inside.contains(":\\/\\/") => {
                            made.push("\"");
                            made.append(self.url(inside));
                            made.push(&token[1 + inside.len()..]);
                        }
                        None => made.push(token),
                    }
                    name = None;
                }
                '-' | '0'..='9' => {
                    match under() {
                        Some(name) => made.0.push(self.variable(&name, token)),
                        None => made.push(token),
                    }
                    name = None;
                }
                _ => {
                    if first == ',' {
                        name = None;
                    }
                    made.push(token);
                }
            }
        }
        made
    }

    /// A text of any shape: whatever is masked on the screen, and what came here masked.
    fn scanned(&mut self, text: &str) -> Text {
        let masked = self.mask.text(text, &[]);
        let mut made = Text::default();
        let mut rest = masked.as_str();
        let mut before = String::new();
        while let Some(at) = rest.find(MASKED) {
            let (plain, from) = rest.split_at(at);
            made.push(plain);
            before.push_str(plain);
            let behind = &from[MASKED.len()..];
            if let Some((length, mark)) = mark_in(behind).or_else(|| kept_mark_in(behind)) {
                let end = length.len() + mark.len();
                let name = name_before(&before);
                made.0.push(self.marked(&name, &behind[..end]));
                rest = &behind[end..];
            } else {
                made.push(MASKED);
                rest = behind;
            }
        }
        made.push(rest);
        made
    }

    /// The variable for a value under that name.
    fn variable(&mut self, name: &str, value: &str) -> Piece {
        let mark = self.mask.inline(value);
        self.marked(name, mark.strip_prefix(MASKED).unwrap_or(&mark))
    }

    /// The variable for the value that has this mark: named after the first name it was met under.
    fn marked(&mut self, name: &str, mark: &str) -> Piece {
        if let Some((known, _)) = self.variables.iter().find(|(_, known)| known == mark) {
            return Piece::Variable(known.clone());
        }
        let wanted = variable_name(name);
        let mut name = wanted.clone();
        let mut number = 1;
        while self.variables.iter().any(|(known, _)| *known == name) {
            number += 1;
            name = format!("{wanted}_{number}");
        }
        self.variables.push((name.clone(), mark.to_owned()));
        Piece::Variable(name)
    }
}

/// Length of the token that a text of JSON begins with; what is no token goes letter by letter.
fn token_length(text: &str, first: char) -> usize {
    if first == '"' {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|(_, letter)| {
            let ends = *letter == '"' && !escaped;
            escaped = *letter == '\\' && !escaped;
            ends
        });
        return end.map_or(text.len(), |(at, _)| at + 1);
    }
    let of_a_number = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    if of_a_number(first) {
        return text
            .find(|letter| !of_a_number(letter))
            .unwrap_or(text.len());
    }
    first.len_utf8()
}

/// Whether what stands under the name of a parameter, a field or a member is secret.
fn is_secret_pair(name: &str) -> bool {
    is_secret_name(name) || has_word(&TELLING_IN_PAIRS, name)
}

/// Whether a name has one of these words in it: case and what stands between letters make no difference.
fn has_word(words: &[&str], name: &str) -> bool {
    let decoded = percent_decode_str(name).decode_utf8_lossy();
    let letters: String = decoded
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    words.iter().any(|word| letters.contains(word))
}

/// The name of an environment variable after another name: `X-Api-Key`, `X_API_KEY`.
fn variable_name(name: &str) -> String {
    let decoded = percent_decode_str(name).decode_utf8_lossy();
    let letters: String = decoded
        .chars()
        .map(|letter| match letter {
            letter if letter.is_ascii_alphanumeric() => letter.to_ascii_uppercase(),
            _ => '_',
        })
        .collect();
    match letters.trim_matches('_') {
        "" | "VALUE" => "SECRET".to_owned(),
        name if name.starts_with(|first: char| first.is_ascii_digit()) => format!("SECRET_{name}"),
        name => name.to_owned(),
    }
}
