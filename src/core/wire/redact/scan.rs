//! Finds secrets by their names in text of any shape: prose, logs, cut-off JSON, scripts.
//!
//! Structured readers (forms, JSON, HTML) come first; this one is the net below them, so it would
//! rather mask too much than too little. It reads the text once, whatever is in it.

use super::{LONG_MARK, MARK, Mask, decoded, is_secret_header};
use std::ops::Range;

/// How often an encoding inside an encoding is undone.
const DEPTH: u8 = 3;

/// Shorter values of `code: …` and `token: …` are prose (`invalid code: expired`).
const SHORTEST_PROSE_SECRET: usize = 12;

/// Shorter words after `Bearer` or `Basic` are prose (`Bearer authentication`).
const SHORTEST_CREDENTIALS: usize = 20;

/// A place in a text, and what stands there instead.
pub(super) type Hidden = (Range<usize>, String);

/// The text with every value masked that stands behind a secret name.
pub(super) fn scan(mask: &Mask, text: &str) -> String {
    without(text, &hidden(mask, text, 0))
}

/// A text with those places hidden.
pub(super) fn without(text: &str, hidden: &[Hidden]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut copied = 0;
    for (place, instead) in hidden {
        masked.push_str(&text[copied..place.start]);
        masked.push_str(instead);
        copied = place.end;
    }
    masked.push_str(&text[copied..]);
    masked
}

/// What hides every value that stands behind a secret name; places are counted from `begin`.
pub(super) fn hidden(mask: &Mask, text: &str, begin: usize) -> Vec<Hidden> {
    let mut found = hidden_to(mask, text, DEPTH);
    for (place, _) in &mut found {
        *place = place.start + begin..place.end + begin;
    }
    found
}

fn hidden_to(mask: &Mask, text: &str, depth: u8) -> Vec<Hidden> {
    let bytes = text.as_bytes();
    let mut hidden = Vec::new();
    let (mut at, mut word_seen) = (0, 0);
    while at < bytes.len() {
        if !is_name_byte(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        at += length_while(&bytes[at..], is_name_byte);
        let mut found = value_after(mask, text, &text[start..at], at);
        if found.is_none() && start >= word_seen {
            word_seen = start + length_while(&bytes[start..], |byte| !is_delimiter(byte));
            found = encoded_value(mask, &text[start..word_seen], depth)
                .map(|offset| (start + offset, word_seen));
        }
        if let Some((from, to)) = found {
            at = to.max(at);
            let value = &text[from..to];
            if !value.is_empty() && !is_masked(value) {
                hidden.push((from..to, mask.inline(&decoded(value))));
            }
        }
    }
    hidden
}

/// Whether a value gave way already: `••••`, with its fingerprint when that was not cut off.
fn is_masked(value: &str) -> bool {
    value.strip_prefix("••••").is_some_and(|fingerprint| {
        fingerprint.is_empty()
            || (fingerprint.starts_with('#')
                && [MARK, LONG_MARK].contains(&(fingerprint.len() / 2)))
    })
}

/// Where the hidden part of a word begins whose encoding hides a secret (`returnUrl=%2F%3Fcode%3D…`).
fn encoded_value(mask: &Mask, word: &str, depth: u8) -> Option<usize> {
    if depth == 0 || !word.contains(['%', '+']) {
        return None;
    }
    let plain = decoded(word);
    if plain == word || hidden_to(mask, &plain, depth - 1).is_empty() {
        return None;
    }
    Some(word.find('=').map_or(0, |at| at + 1))
}

/// The span of the value that belongs to a secret name which ends at `end`.
fn value_after(mask: &Mask, text: &str, name: &str, end: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    if let Some(span) = credentials(bytes, name, end) {
        return Some(span);
    }
    let name_quote = quote_at(bytes, end);
    let mut at = end + name_quote.len();
    at += length_while(&bytes[at..], |byte| byte.is_ascii_whitespace());
    let separator = *bytes.get(at)?;
    if !matches!(separator, b'=' | b':') {
        return None;
    }
    let header = separator == b':' && is_secret_header(name);
    if !header && !mask.hides(name) {
        return None;
    }
    if separator == b'=' && name == "name" {
        // An attribute of a page.
        return None;
    }
    at += 1;
    at += length_while(&bytes[at..], |byte| matches!(byte, b' ' | b'\t'));
    let value_quote = quote_at(bytes, at);
    at += value_quote.len();
    if !value_quote.is_empty() {
        return Some((at, quoted_end(text, at, value_quote)));
    }
    if header {
        let line = length_while(&bytes[at..], |byte| !matches!(byte, b'\r' | b'\n'));
        return Some((at, at + line));
    }
    let length = length_while(&bytes[at..], |byte| !is_delimiter(byte));
    let prose = length < SHORTEST_PROSE_SECRET && ["code", "token"].contains(&name);
    let scalar = !name_quote.is_empty();
    (separator == b'=' || !(prose || scalar)).then_some((at, at + length))
}

/// `Bearer …` and its kin (RFC 6750 2.1, RFC 7617).
fn credentials(bytes: &[u8], name: &str, end: usize) -> Option<(usize, usize)> {
    let scheme = ["bearer", "basic", "dpop"]
        .iter()
        .any(|scheme| name.eq_ignore_ascii_case(scheme));
    if !scheme || bytes.get(end) != Some(&b' ') {
        return None;
    }
    let length = length_while(&bytes[end + 1..], |byte| {
        byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
    });
    (length >= SHORTEST_CREDENTIALS).then_some((end + 1, end + 1 + length))
}

/// The quote that stands here: `"`, `'`, either escaped by a backslash, or none.
fn quote_at(bytes: &[u8], at: usize) -> &'static str {
    match bytes.get(at..).unwrap_or_default() {
        [b'"', ..] => "\"",
        [b'\'', ..] => "'",
        [b'\\', b'"', ..] => "\\\"",
        [b'\\', b'\'', ..] => "\\'",
        _ => "",
    }
}

/// Where a quoted value ends: before its quote, or at the end of the text.
fn quoted_end(text: &str, from: usize, quote: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        if bytes[at..].starts_with(quote.as_bytes()) {
            return at;
        }
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    bytes.len()
}

fn length_while(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| belongs(**byte)).count()
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'%')
}

fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'&' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'\\')
}
