//! Masks multipart forms (RFC 7578), which a misled client may post to a callback or token endpoint.

use super::Mask;
use super::scan::scan;

/// The body with the content of secret-named parts masked.
pub(super) fn parts(mask: &Mask, text: &str) -> String {
    let boundary = text.lines().next().unwrap_or_default().trim_end();
    if !boundary.starts_with("--") {
        return scan(mask, text);
    }
    let masked: Vec<String> = text.split(boundary).map(|part| one(mask, part)).collect();
    masked.join(boundary)
}

/// One part: headers, an empty line, content.
fn one(mask: &Mask, part: &str) -> String {
    let split = ["\r\n\r\n", "\n\n"]
        .iter()
        .find_map(|gap| Some((part.find(gap)?, gap.len())));
    let Some((at, gap)) = split else {
        return scan(mask, part);
    };
    let (head, content) = part.split_at(at + gap);
    let value = content.trim_end_matches(['\r', '\n']);
    if !names_a_secret(mask, head) || value.is_empty() {
        return scan(mask, part);
    }
    format!(
        "{}{}{}",
        scan(mask, head),
        mask.inline(value),
        &content[value.len()..]
    )
}

/// Whether the head's `name="…"` is a secret name.
fn names_a_secret(mask: &Mask, head: &str) -> bool {
    head.split(';')
        .filter_map(|parameter| parameter.trim().strip_prefix("name="))
        .any(|name| {
            let name = name.lines().next().unwrap_or_default();
            mask.hides(name.trim().trim_matches('"'))
        })
}
