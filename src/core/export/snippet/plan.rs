//! What a snippet says in any language: the request without its secrets, and without what clients write
//! themselves.

use super::secrets::{Taking, Text};
use super::{Payload, Subject, TOKEN_VARIABLE};

/// A request, ready to be written.
pub(super) struct Plan<'a> {
    pub(super) method: &'a str,
    pub(super) url: Text,
    pub(super) headers: Vec<(&'a str, Text)>,
    pub(super) content: Content<'a>,
    /// The environment variables that it needs.
    pub(super) variables: Vec<String>,
}

/// A body; one without bytes is none.
pub(super) enum Content<'a> {
    Nothing,
    Text(Text),
    Bytes(&'a [u8]),
    File {
        path: &'a str,
        part: &'a str,
        media_type: &'a str,
    },
}

/// Headers that every client writes by itself, and only right.
const OF_THE_CLIENT: [&str; 2] = ["content-length", "transfer-encoding"];

/// The media type of a file of which none is known (RFC 2046 4.5.1).
const UNKNOWN: &str = "application/octet-stream";

impl<'a> Plan<'a> {
    /// The plan for a request.
    pub(super) fn of(subject: &Subject<'a>) -> Self {
        let mut taking = Taking::new();
        let is_file = matches!(subject.body, Payload::File { .. });
        let has = |name: &str| {
            let mut names = subject.headers.iter().map(|(name, _)| name);
            names.any(|known| known.eq_ignore_ascii_case(name))
        };
        let sent = subject.headers.iter().filter(|(name, value)| {
            let name = name.to_ascii_lowercase();
            // The type of a form names its boundary, which the client makes up.
            let is_own =
                OF_THE_CLIENT.contains(&name.as_str()) || is_file && name == "content-type";
            is_token(&name) && !value.contains(['\r', '\n', '\0']) && !is_own
        });
        let url = taking.url(subject.url);
        let mut headers: Vec<(&str, Text)> = Vec::new();
        for (name, value) in sent {
            headers.push((name, taking.header(name, value.trim_matches([' ', '\t']))));
        }
        if subject.with_token && !has("authorization") {
            headers.push(("Authorization", taking.bearer(TOKEN_VARIABLE)));
        }
        let media_type = subject
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            .and_then(|(_, value)| value.split(';').next())
            .map(|value| value.trim().to_ascii_lowercase())
            .unwrap_or_default();
        let content = match subject.body {
            Payload::Nothing | Payload::Text("") | Payload::Bytes([]) => Content::Nothing,
            Payload::Text(text) => Content::Text(taking.body(text, &media_type)),
            Payload::Bytes(bytes) => match str::from_utf8(bytes) {
                Ok(text) => Content::Text(taking.body(text, &media_type)),
                Err(_) => Content::Bytes(bytes),
            },
            Payload::File {
                path,
                part,
                media_type,
            } => Content::File {
                path,
                part,
                media_type: if media_type.is_empty() {
                    UNKNOWN
                } else {
                    media_type
                },
            },
        };
        Self {
            method: subject.method,
            url,
            headers,
            content,
            variables: taking.variables(),
        }
    }

    /// Whether a header of that name goes along.
    pub(super) fn names(&self, name: &str) -> bool {
        let mut names = self.headers.iter().map(|(name, _)| name);
        names.any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Headers with those of one name joined (RFC 9110 5.3; cookies, RFC 6265 5.4), for clients that take one
    /// of each.
    pub(super) fn joined_headers(&self) -> Vec<(&'a str, Text)> {
        let mut joined: Vec<(&str, Text)> = Vec::new();
        for (name, value) in &self.headers {
            match joined
                .iter_mut()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                Some((_, before)) => {
                    let is_cookie = name.eq_ignore_ascii_case("cookie");
                    before.push(if is_cookie { "; " } else { ", " });
                    before.append(value.clone());
                }
                None => joined.push((name, value.clone())),
            }
        }
        joined
    }

    /// Whether the address is written in the one way that RFC 3986 6.2.2 calls normal: clients that put
    /// addresses in order leave it as it is.
    pub(super) fn has_normal_url(&self) -> bool {
        let texts: Vec<&str> = self.url.plains().collect();
        texts.iter().all(|text| is_normal(text)) && !self.has_dots()
    }

    /// Whether the path has `.` or `..` for a segment.
    pub(super) fn has_dots(&self) -> bool {
        let first = self.url.plains().next().unwrap_or_default();
        let path = first.split(['?', '#']).next().unwrap_or_default();
        path.split('/').any(|segment| matches!(segment, "." | ".."))
    }
}

/// Whether a text can be a method or the name of a header (RFC 9110 5.6.2).
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Whether a part of an address holds only what needs no encoding, and `%XX` in capitals for what does.
fn is_normal(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => match bytes.get(at + 1..at + 3) {
            Some(&[high, low]) => {
                let is_capital = |digit: u8| matches!(digit, b'0'..=b'9' | b'A'..=b'F');
                let digits = [high, low];
                let value = str::from_utf8(&digits)
                    .ok()
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                is_capital(high) && is_capital(low) && value.is_some_and(|it| !is_unreserved(it))
            }
            _ => false,
        },
        byte => is_unreserved(*byte) || b":/?#@!$&'()*+,;=".contains(byte),
    })
}

/// Characters that are never encoded (RFC 3986 2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}
