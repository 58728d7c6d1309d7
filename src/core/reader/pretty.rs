//! Rows of laid-out JSON: every number and every string stands as it came, secrets are masked.

use super::folds::Folds;
use super::place::Text;
use super::rows::{Folding, Kind, MOST, Row};
use super::structure::LineStart;
use super::tokens::{Part, tokens};
use crate::core::wire::json::unescape;
use crate::core::wire::redact::Mask;
use crate::core::wire::source::piece;
use std::ops::Range;

/// Levels that a row is set in at most: beyond them it would be nothing but blanks.
const DEEPEST_INDENT: u32 = 40;

/// Most bytes of a secret string that are read for its mark.
const LONGEST_SECRET: usize = 64 * 1024;

/// What is known of secrets on the way down the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Secrecy {
    /// Brackets that were open where one opened that has a secret name: all within is secret.
    from: Option<u32>,
}

impl Secrecy {
    /// A bracket opens, with so many open before it.
    pub(super) fn opens(&mut self, depth: u32, name_is_secret: bool) {
        if name_is_secret && self.from.is_none() {
            self.from = Some(depth);
        }
    }

    /// A bracket closes, with so many open behind it.
    pub(super) fn closes(&mut self, depth: u32) {
        self.from.take_if(|from| depth <= *from);
    }

    /// Whether strings are secret where so many brackets are open.
    pub(super) fn holds(self, depth: u32) -> bool {
        self.from.is_some_and(|from| depth > from)
    }

    /// What is known of a place.
    pub(super) fn at(text: Text<'_>, mask: &Mask, at: u64) -> Self {
        let around = text.around(at);
        let secret = around.iter().position(|opened| {
            let name = text.name_before(*opened);
            name.is_some_and(|name| mask.hides(&name))
        });
        Self {
            from: secret.and_then(|depth| u32::try_from(depth).ok()),
        }
    }
}

/// What rows are made with.
pub(super) struct Setting<'a> {
    pub(super) text: Text<'a>,
    pub(super) mask: &'a Mask,
    pub(super) folds: &'a Folds,
    /// What stands out among some bytes that begin there.
    pub(super) lit: &'a Lit<'a>,
}

/// Finds what stands out among some bytes that begin at a place.
pub(super) type Lit<'a> = dyn Fn(u64, &[u8]) -> Vec<Range<usize>> + 'a;

/// Rows from one on, as many as are there.
pub(super) fn rows(setting: &Setting<'_>, first: u64, count: usize) -> Vec<Row> {
    let mut rows = Vec::with_capacity(count);
    let mut secrecy = None;
    for number in first..first.saturating_add(count as u64) {
        let line = setting.folds.line(number);
        let text = setting.text;
        let Some(start) = text.structure.line_start(text.source, line) else {
            break;
        };
        let next = text.structure.line_start(text.source, line + 1);
        let end = next.map_or(text.structure.done(), |next| next.at);
        let secrecy = secrecy.get_or_insert_with(|| Secrecy::at(text, setting.mask, start.at));
        rows.push(row(setting, line, start, end, secrecy));
    }
    rows
}

/// A row; the secrecy of what comes behind it is known then.
fn row(setting: &Setting<'_>, line: u64, start: LineStart, end: u64, secrecy: &mut Secrecy) -> Row {
    let text = setting.text;
    let start = LineStart {
        at: text.begins(start.at).min(end),
        ..start
    };
    let length = usize::try_from(end - start.at).unwrap_or(usize::MAX);
    let bytes = piece(text.source, start.at, length.min(MOST));
    let lit = (setting.lit)(start.at, &bytes);
    secrecy.closes(start.depth);
    let mut row = Row {
        number: Some(line + 1),
        at: start.at,
        cut: length > bytes.len(),
        ..Row::default()
    };
    let mut depth = start.depth;
    let mut name_is_secret = false;
    let mut opened = None;
    for (part, token) in tokens(&bytes) {
        if row.words.is_empty() {
            row.at = start.at + token.start as u64;
            let level = depth - u32::from(part == Part::Close && depth > 0);
            row.indent = u16::try_from(level.min(DEEPEST_INDENT) * 2).unwrap_or(0);
        }
        let is_last = row.cut && token.end == bytes.len();
        match part {
            Part::Name => {
                let name = unescape(&String::from_utf8_lossy(&bytes[token.clone()]));
                name_is_secret = setting.mask.hides(&name);
            }
            Part::Open => {
                opened = Some((start.at + token.start as u64, depth));
                secrecy.opens(depth, name_is_secret);
                depth += 1;
            }
            Part::Close => {
                depth = depth.saturating_sub(1);
                opened = None;
            }
            _ => {}
        }
        if part == Part::String {
            let secret = name_is_secret || secrecy.holds(depth);
            let at = start.at + token.start as u64;
            if let Some(masked) = masked(setting, &bytes[token.clone()], (at, is_last), secret) {
                row.push(&masked, Kind::Secret);
                continue;
            }
        }
        let within = place_in(&lit, &token);
        row.push_bytes(&bytes[token], kind(part), &within);
        if part == Part::Colon {
            row.push(" ", Kind::Mark);
        }
    }
    if let Some((opened, depth)) = opened {
        fold(setting, &mut row, line, opened, depth);
    }
    row
}

/// Says that a row folds, and what is folded away.
fn fold(setting: &Setting<'_>, row: &mut Row, line: u64, opened: u64, depth: u32) {
    row.fold = Folding::Open;
    if setting.folds.at(line) == 0 {
        return;
    }
    row.fold = Folding::Folded;
    let text = setting.text;
    let Some(closed) = text.close_of(opened, depth) else {
        return;
    };
    let end = piece(text.source, closed, MOST);
    row.push(" … ", Kind::Remark);
    let mut behind = tokens(&end);
    if let Some((Part::Close, token)) = behind.next() {
        row.push_bytes(&end[token], Kind::Mark, &[]);
    }
    if let Some((Part::Comma, token)) = behind.next() {
        row.push_bytes(&end[token], Kind::Mark, &[]);
    }
    let count = text.count(opened, closed, depth);
    let is_object = piece(text.source, opened, 1) == b"{";
    let what = match (is_object, count) {
        (true, 1) => "member",
        (true, _) => "members",
        (false, 1) => "item",
        (false, _) => "items",
    };
    row.push(&format!("  {count} {what}"), Kind::Remark);
}

/// What stands in place of a string that is secret, or that quotes a secret; `None` where it stands as it came.
fn masked(
    setting: &Setting<'_>,
    raw: &[u8],
    (at, is_cut): (u64, bool),
    secret: bool,
) -> Option<String> {
    if secret && is_cut {
        let whole = super::place::string_at(setting.text.source, at, LONGEST_SECRET);
        let Some(length) = whole else {
            return Some(format!("\"{}\"", crate::core::secret::kept::DOTS));
        };
        let whole = piece(setting.text.source, at, length);
        return Some(
            setting
                .mask
                .json_string(&String::from_utf8_lossy(&whole), true),
        );
    }
    let raw = String::from_utf8_lossy(raw);
    let shown = setting.mask.json_string(&raw, secret);
    (shown != raw).then_some(shown)
}

/// What a token is, for its colour.
pub(super) const fn kind(part: Part) -> Kind {
    match part {
        Part::Name => Kind::Name,
        Part::String => Kind::String,
        Part::Number => Kind::Number,
        Part::Word => Kind::Literal,
        Part::Open | Part::Close | Part::Comma | Part::Colon => Kind::Mark,
        Part::Other => Kind::Wrong,
    }
}

/// Places as they stand in a part.
pub(super) fn place_in(places: &[Range<usize>], part: &Range<usize>) -> Vec<Range<usize>> {
    places
        .iter()
        .filter(|place| place.start < part.end && place.end > part.start)
        .map(|place| place.start.saturating_sub(part.start)..place.end.min(part.end) - part.start)
        .collect()
}
