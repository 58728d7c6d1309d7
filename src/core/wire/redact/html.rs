//! Masks web pages: the hidden inputs that carry a code, and what scripts and links around them name.
//!
//! A form_post answer is such a page (OAuth 2.0 Form Post Response Mode), and so is a sign-in form.

use super::Mask;
use super::scan::{self, Hidden, without};
use crate::core::wire::html::unescape;
use std::ops::Range;

/// The page with the values of secret-named elements masked.
pub(super) fn page(mask: &Mask, text: &str) -> String {
    without(text, &hidden(mask, text))
}

/// What hides the values of secret-named elements, and what the text around them names.
pub(super) fn hidden(mask: &Mask, text: &str) -> Vec<Hidden> {
    let mut found = Vec::new();
    let mut begin = 0;
    while let Some(at) = tag_start(&text[begin..]) {
        let (before, tag_onwards) = text[begin..].split_at(at);
        let tag = Tag::read(tag_onwards);
        found.extend(scan::hidden(mask, before, begin));
        element(
            mask,
            &tag_onwards[..tag.length],
            &tag,
            begin + at,
            &mut found,
        );
        begin += at + tag.length;
    }
    found.extend(scan::hidden(mask, &text[begin..], begin));
    found
}

/// What hides something in one tag. A tag that the page's end cut off may have lost its name: its value is
/// hidden too.
fn element(mask: &Mask, inside: &str, tag: &Tag, begin: usize, found: &mut Vec<Hidden>) {
    let named = tag
        .attribute(inside, "name")
        .map(|at| unescape(&inside[at]));
    let secret = named
        .as_deref()
        .map_or(!tag.closed, |name| mask.hides(name));
    let value = ["value", "content"]
        .iter()
        .find_map(|name| tag.attribute(inside, name));
    match value {
        Some(at) if secret && !at.is_empty() => {
            found.extend(scan::hidden(mask, &inside[..at.start], begin));
            let instead = mask.inline(&unescape(&inside[at.clone()]));
            found.push((begin + at.start..begin + at.end, instead));
            found.extend(scan::hidden(mask, &inside[at.end..], begin + at.end));
        }
        _ => found.extend(scan::hidden(mask, inside, begin)),
    }
}

/// Where the next tag begins.
fn tag_start(text: &str) -> Option<usize> {
    text.as_bytes()
        .windows(2)
        .position(|two| two[0] == b'<' && two[1].is_ascii_alphabetic())
}

/// A tag's attributes as spans.
struct Tag {
    length: usize,
    closed: bool,
    attributes: Vec<(Range<usize>, Range<usize>)>,
}

impl Tag {
    /// Reads the tag that begins the text.
    fn read(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut tag = Self {
            length: bytes.len(),
            closed: false,
            attributes: Vec::new(),
        };
        let mut at = until(bytes, 1, ends_name);
        while at < bytes.len() {
            match bytes[at] {
                b'>' => {
                    tag.length = at + 1;
                    tag.closed = true;
                    return tag;
                }
                byte if byte.is_ascii_whitespace()
                    || matches!(byte, b'/' | b'=' | b'"' | b'\'') =>
                {
                    at += 1;
                }
                _ => {
                    let name = at..until(bytes, at, ends_name);
                    let equals = until(bytes, name.end, |byte| !byte.is_ascii_whitespace());
                    at = name.end;
                    if bytes.get(equals) == Some(&b'=') {
                        let value = attribute_value(bytes, equals + 1);
                        at = value.end;
                        tag.attributes.push((name, value));
                    }
                }
            }
        }
        tag
    }

    /// The span of the first attribute of that name.
    fn attribute(&self, inside: &str, name: &str) -> Option<Range<usize>> {
        self.attributes
            .iter()
            .find(|(at, _)| inside[at.clone()].eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone())
    }
}

/// The span of the value that follows an equals sign, quotes left out.
fn attribute_value(bytes: &[u8], from: usize) -> Range<usize> {
    let start = until(bytes, from, |byte| !byte.is_ascii_whitespace());
    match bytes.get(start) {
        Some(quote @ (b'"' | b'\'')) => start + 1..until(bytes, start + 1, |byte| byte == *quote),
        _ => {
            start..until(bytes, start, |byte| {
                byte.is_ascii_whitespace() || byte == b'>'
            })
        }
    }
}

fn ends_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/')
}

/// The first place from `from` on where the test holds, or the end.
fn until(bytes: &[u8], from: usize, holds: impl Fn(u8) -> bool) -> usize {
    let from = from.min(bytes.len());
    from + bytes[from..]
        .iter()
        .take_while(|byte| !holds(**byte))
        .count()
}
