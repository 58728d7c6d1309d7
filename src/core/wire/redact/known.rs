//! Masks secrets whose value is known, in whatever encoding a message carries them.
//!
//! Libraries and servers quote what they were given: in a URL, in JSON, in a page.

use super::Mask;
use crate::core::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Shorter values are left: masking every `a` of a text would tell more than it hides.
const SHORTEST: usize = 4;

/// Everything but the unreserved characters (RFC 3986 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The text with these values replaced by their short mask.
pub(super) fn replace(mask: &Mask, text: &str, known: &[&Secret]) -> String {
    let mut masked = text.to_owned();
    for secret in known {
        let value = secret.expose();
        if value.chars().count() < SHORTEST {
            continue;
        }
        let shown = mask.inline(value);
        for form in forms(value) {
            if masked.contains(&form) {
                masked = masked.replace(&form, &shown);
            }
        }
        masked = undone(&masked, value, &shown);
    }
    masked
}

/// How often percent-encoding is undone.
const DEPTH: usize = 3;

/// The text with the value replaced where it stands behind percent-encoding of any kind: which characters
/// were encoded, and how often, is up to whoever encoded it.
fn undone(text: &str, value: &str, shown: &str) -> String {
    if !text.contains(['%', '+']) {
        return text.to_owned();
    }
    // Each byte with the place in the text where it begins; the end of the text behind them.
    let mut bytes: Vec<u8> = text.bytes().collect();
    let mut places: Vec<usize> = (0..=bytes.len()).collect();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for _ in 0..DEPTH {
        let (decoded, kept) = percent_decoded(&bytes);
        if decoded.len() == bytes.len() {
            break;
        }
        places = kept.iter().map(|at| places[*at]).collect();
        bytes = decoded;
        let spaced: Vec<u8> = bytes
            .iter()
            .map(|&it| if it == b'+' { b' ' } else { it })
            .collect();
        for form in [&bytes, &spaced] {
            for at in positions(form, value.as_bytes()) {
                found.push((places[at], places[at + value.len()]));
            }
        }
    }
    found.sort_unstable();
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in found {
        if start >= from {
            masked.push_str(&text[from..start]);
            masked.push_str(shown);
            from = end;
        }
    }
    masked + &text[from..]
}

/// Percent-encoding undone once; for each byte, and for the end, where it began.
fn percent_decoded(bytes: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let digit = |at: usize| {
        let byte = bytes.get(at)?;
        char::from(*byte)
            .to_digit(16)
            .and_then(|it| u8::try_from(it).ok())
    };
    let (mut decoded, mut places) = (Vec::with_capacity(bytes.len()), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        places.push(at);
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high * 16 + low);
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    places.push(bytes.len());
    (decoded, places)
}

/// Where a value begins in bytes; no two overlap.
fn positions(bytes: &[u8], value: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + value.len() <= bytes.len() {
        if bytes[at] == value[0] && bytes[at..].starts_with(value) {
            found.push(at);
            at += value.len();
        } else {
            at += 1;
        }
    }
    found
}

/// The value as it is, and as URLs, forms, JSON and HTML write it; the longest first.
fn forms(value: &str) -> Vec<String> {
    let percent = utf8_percent_encode(value, RESERVED).to_string();
    let everything = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let form: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let json = serde_json::Value::from(value).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let twice = utf8_percent_encode(&percent, RESERVED).to_string();
    let mut forms = vec![
        twice,
        lower_case_escapes(&percent),
        lower_case_escapes(&form),
        percent,
        everything,
        form,
        json,
        html,
        value.to_owned(),
    ];
    forms.extend(in_base64(value));
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

/// Shortest value that is looked for in base64: what is shorter is there by chance.
const SHORTEST_ENCODED: usize = 8;

/// What base64 has of the value whatever stands before it, three alignments in both alphabets; the letters at
/// both ends that hold a part of something else are left out.
fn in_base64(value: &str) -> Vec<String> {
    if value.len() < SHORTEST_ENCODED {
        return Vec::new();
    }
    let mut forms = Vec::new();
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(value.as_bytes());
        // 6 bits a letter: the first and last ones may be shared with the neighbours.
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        for encoded in [
            STANDARD_NO_PAD.encode(&bytes),
            URL_SAFE_NO_PAD.encode(&bytes),
        ] {
            forms.extend(encoded.get(first..last).map(str::to_owned));
        }
    }
    forms
}

/// `%2B` as `%2b`; the rest keeps its case.
fn lower_case_escapes(encoded: &str) -> String {
    let mut left = 0;
    encoded
        .chars()
        .map(|character| {
            if character == '%' {
                left = 2;
                return character;
            }
            if left > 0 {
                left -= 1;
                return character.to_ascii_lowercase();
            }
            character
        })
        .collect()
}
