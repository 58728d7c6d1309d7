//! Rows of a text as it came, wrapped: the tokens of JSON coloured, secrets masked.

use super::pretty::{Secrecy, Setting, kind, place_in};
use super::raw::{Raw, whole_from};
use super::rows::{Kind, Row};
use super::tokens::{Part, tokens};
use crate::core::wire::json::unescape;
use crate::core::wire::source::piece;
use std::ops::Range;

/// Bytes around a window that are read for what names a secret in it.
const AROUND: u64 = 2048;

/// Farthest that a line of JSON is read back to where it begins.
const FARTHEST: u64 = 256 * 1024;

/// Something in a window: where, what it is, and what stands there instead.
struct Found {
    at: Range<u64>,
    kind: Kind,
    instead: Option<String>,
}

/// Rows from one on, as many as are there.
pub(super) fn rows(
    setting: &Setting<'_>,
    raw: &Raw,
    json: bool,
    first: u64,
    count: usize,
) -> Vec<Row> {
    let source = setting.text.source;
    let starts: Vec<_> = (first..first.saturating_add(count as u64 + 1))
        .map_while(|row| raw.row_start(source, row))
        .collect();
    let Some(begin) = starts.first().map(|start| start.at) else {
        return Vec::new();
    };
    let end = starts
        .last()
        .map_or(begin, |start| start.at + raw.width() + 4);
    let found = if json {
        tokens_in(setting, begin, end)
    } else {
        text_in(setting, begin, end)
    };
    let mut rows = Vec::new();
    for (number, start) in starts.iter().take(count).enumerate() {
        let next = starts
            .get(number + 1)
            .map_or(start.at + raw.width(), |next| next.at);
        let length = usize::try_from(next.min(start.at + raw.width()) - start.at).unwrap_or(0);
        let bytes = piece(source, start.at, length + 4);
        let from = if start.begins_line {
            0
        } else {
            whole_from(&bytes, 0)
        };
        let line_end = memchr::memchr(b'\n', &bytes[..length.min(bytes.len())]);
        let to = line_end.unwrap_or_else(|| whole_from(&bytes, length.min(bytes.len())));
        let bytes = bytes[..to].strip_suffix(b"\r").unwrap_or(&bytes[..to]);
        let bytes = bytes.get(from..).unwrap_or_default();
        let mut row = Row {
            number: start.begins_line.then_some(start.line + 1),
            at: start.at,
            ..Row::default()
        };
        fill(setting, &mut row, start.at + from as u64, bytes, &found);
        rows.push(row);
    }
    rows
}

/// Puts bytes into a row, as they are coloured or hidden.
fn fill(setting: &Setting<'_>, row: &mut Row, begin: u64, bytes: &[u8], found: &[Found]) {
    let lit = (setting.lit)(begin, bytes);
    let end = begin + bytes.len() as u64;
    let place = |at: u64| usize::try_from(at - begin).unwrap_or(0);
    let mut at = begin;
    let first = found.partition_point(|one| one.at.end <= begin);
    for one in found[first..].iter().take_while(|one| one.at.start < end) {
        let (from, to) = (one.at.start.max(at), one.at.end.min(end));
        if from > at {
            let between = place(at)..place(from);
            row.push_bytes(
                &bytes[between.clone()],
                Kind::Plain,
                &place_in(&lit, &between),
            );
        }
        if to <= from {
            continue;
        }
        match &one.instead {
            // It is said once, where it begins.
            Some(instead) if one.at.start >= begin || at == begin && row.words.is_empty() => {
                row.push(instead, Kind::Secret);
            }
            Some(_) => {}
            None => {
                let there = place(from)..place(to);
                row.push_bytes(&bytes[there.clone()], one.kind, &place_in(&lit, &there));
            }
        }
        at = to;
    }
    if at < end {
        let rest = place(at)..bytes.len();
        row.push_bytes(&bytes[rest.clone()], Kind::Plain, &place_in(&lit, &rest));
    }
}

/// The tokens of JSON between two places.
fn tokens_in(setting: &Setting<'_>, begin: u64, end: u64) -> Vec<Found> {
    let text = setting.text;
    let line = text.structure.line_at(text.source, begin);
    let Some(start) = text.structure.line_start(text.source, line) else {
        return text_in(setting, begin, end);
    };
    let from = text.begins(start.at);
    let far = begin.saturating_sub(from) > FARTHEST;
    let length = usize::try_from(if far {
        AROUND
    } else {
        end.saturating_sub(from)
    })
    .unwrap_or(0);
    let bytes = piece(text.source, from, length);
    let mut secrecy = Secrecy::at(text, setting.mask, from);
    let mut depth = start.depth;
    let (mut found, mut name_is_secret) = (Vec::new(), false);
    for (part, token) in tokens(&bytes) {
        let mut at = from + token.start as u64..from + token.end as u64;
        match part {
            Part::Name => {
                let name = unescape(&String::from_utf8_lossy(&bytes[token.clone()]));
                name_is_secret = setting.mask.hides(&name);
            }
            Part::Open => {
                secrecy.opens(depth, name_is_secret);
                name_is_secret = false;
                depth += 1;
            }
            Part::Close => {
                depth = depth.saturating_sub(1);
                secrecy.closes(depth);
            }
            Part::Comma => name_is_secret = false,
            _ => {}
        }
        let mut instead = None;
        if part == Part::String {
            let raw = String::from_utf8_lossy(&bytes[token.clone()]);
            let shown = setting
                .mask
                .json_string(&raw, name_is_secret || secrecy.holds(depth));
            instead = (shown != raw).then_some(shown);
        }
        if far && token.end == bytes.len() {
            // The string that the window is far within.
            at.end = end;
        }
        found.push(Found {
            at,
            kind: kind(part),
            instead,
        });
    }
    found
}

/// What is hidden in a text between two places.
fn text_in(setting: &Setting<'_>, begin: u64, end: u64) -> Vec<Found> {
    let from = begin.saturating_sub(AROUND);
    let length = usize::try_from(end - from + AROUND).unwrap_or(0);
    let bytes = piece(setting.text.source, from, length);
    let place = |at: usize| from + at as u64;
    let hidden = setting.mask.hidden(&same_length(&bytes));
    hidden
        .into_iter()
        .map(|(at, instead)| Found {
            at: place(at.start)..place(at.end),
            kind: Kind::Secret,
            instead: Some(instead),
        })
        .collect()
}

/// Bytes as a text of the same length: what is not UTF-8 gives way to `?`, so that no place moves.
fn same_length(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}
