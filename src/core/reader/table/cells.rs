//! Items of a table taken apart: members, cells, and what rows are sorted by.

use super::super::rows::{Kind, Word};
use super::super::tokens::{Part, tokens};
use crate::core::wire::json::unescape;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use std::cmp::Ordering;
use std::ops::Range;

/// Most characters of a cell.
const CELL: usize = 200;

/// What a row is sorted by.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    Number(f64),
    Text(String),
    Nothing,
}

/// The members of an item: names, and where their values stand in its bytes.
pub(super) type Members = Vec<(String, Range<usize>)>;

/// The members of the object that some bytes begin with; of anything else none.
pub(super) fn members(bytes: &[u8]) -> Members {
    let mut found: Members = Vec::new();
    let (mut depth, mut name, mut start) = (0_u32, None, 0);
    for (part, token) in tokens(bytes) {
        match part {
            Part::Open => {
                if depth == 1 {
                    start = token.start;
                }
                depth += 1;
            }
            Part::Close => {
                depth = depth.saturating_sub(1);
                if depth == 1
                    && let Some(name) = name.take()
                {
                    found.push((name, start..token.end));
                }
            }
            Part::Name if depth == 1 => {
                name = Some(unescape(&String::from_utf8_lossy(&bytes[token])));
            }
            Part::Comma | Part::Colon | Part::Name => {}
            _ if depth == 1 => {
                if let Some(name) = name.take() {
                    found.push((name, token));
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

/// A value as a cell shows it.
pub(super) fn cell(raw: &[u8], name: &str, mask: &Mask) -> Word {
    let text = String::from_utf8_lossy(&raw[..raw.len().min(4 * CELL)]);
    let (text, kind) = match raw.first() {
        Some(b'"') => {
            let shown = mask.json_string(&text, mask.hides(name));
            let kind = if shown == text {
                Kind::String
            } else {
                Kind::Secret
            };
            // What is too long for a cell has lost its closing quote.
            let text = match (shown == text, shown.ends_with('"')) {
                (true, false) => unescape(&format!("{shown}\"")),
                _ => unescape(&shown),
            };
            (text, kind)
        }
        Some(b'{') => ("{…}".to_owned(), Kind::Mark),
        Some(b'[') => (listed(raw), Kind::Mark),
        Some(b'-' | b'0'..=b'9') => (text.into_owned(), Kind::Number),
        _ => (text.into_owned(), Kind::Literal),
    };
    Word {
        text: Visible::of(&text.chars().take(CELL).collect::<String>()),
        kind,
        lit: false,
    }
}

/// An array in a cell: how many items it has.
fn listed(raw: &[u8]) -> String {
    let (mut depth, mut commas, mut filled) = (0_u32, 0, false);
    for (part, _) in tokens(raw) {
        match part {
            Part::Open => {
                filled |= depth > 0;
                depth += 1;
            }
            Part::Close => depth = depth.saturating_sub(1),
            Part::Comma if depth == 1 => commas += 1,
            _ => filled = true,
        }
    }
    match (filled, commas) {
        (false, _) => "[]".to_owned(),
        (true, 0) => "1 item".to_owned(),
        (true, commas) => format!("{} items", commas + 1),
    }
}

/// What stands where an item lacks a member.
pub(super) fn nothing() -> Word {
    Word {
        text: Visible::default(),
        kind: Kind::Plain,
        lit: false,
    }
}

/// What a value is sorted by.
pub(super) fn key(raw: &[u8]) -> Key {
    let text = String::from_utf8_lossy(&raw[..raw.len().min(CELL)]);
    match raw.first() {
        Some(b'"') => Key::Text(unescape(&text).to_lowercase()),
        Some(b'-' | b'0'..=b'9') => text.parse().map_or(Key::Nothing, Key::Number),
        Some(b'n') | None => Key::Nothing,
        _ => Key::Text(text.into_owned()),
    }
}

/// Numbers before words, what is missing last either way.
pub(super) fn compare(one: &Key, other: &Key, descends: bool) -> Ordering {
    let turned = |order: Ordering| if descends { order.reverse() } else { order };
    match (one, other) {
        (Key::Nothing, Key::Nothing) => Ordering::Equal,
        (Key::Nothing, _) => Ordering::Greater,
        (_, Key::Nothing) => Ordering::Less,
        (Key::Number(one), Key::Number(other)) => turned(one.total_cmp(other)),
        (Key::Text(one), Key::Text(other)) => turned(one.cmp(other)),
        (Key::Number(_), Key::Text(_)) => turned(Ordering::Less),
        (Key::Text(_), Key::Number(_)) => turned(Ordering::Greater),
    }
}
