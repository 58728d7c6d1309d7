//! Masks secrets whose value is known, in whatever encoding a message carries them.
//!
//! Libraries and servers quote what they were given: in a URL, in JSON, in a page.

use super::Mask;
use crate::core::secret::Secret;
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
    }
    masked
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
    let mut forms = vec![
        lower_case_escapes(&percent),
        lower_case_escapes(&form),
        percent,
        everything,
        form,
        json,
        html,
        value.to_owned(),
    ];
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
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
