//! Where something stands in a JSON text: what it is part of, its path, what a pointer leads to.

use super::structure::{BLOCK, Mold, Structure};
use super::tokens::{Part, blanks, string_length, tokens};
use crate::core::wire::json::unescape;
use crate::core::wire::source::{Source, piece};

/// Longest name that is read.
const NAME: usize = 1024;

/// What is this deep has no path: it would be longer than anything that it is good for.
const DEEPEST: usize = 1000;

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To the member of that name.
    Member(String),
    /// To the item with that number, counted from 0.
    Item(u64),
}

/// A text that is read.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) structure: &'a Structure,
}

impl Text<'_> {
    /// The brackets around a place that are still open there, the outermost first.
    pub(super) fn around(&self, at: u64) -> Vec<u64> {
        let mut found = Vec::new();
        let Some(mut block) = self.block_of(at) else {
            return found;
        };
        // Only brackets with fewer open before them are still open at the place.
        let mut wanted = u32::MAX;
        loop {
            let mut least = self.structure.depth_at(block);
            if self.structure.shallowest(block).0 < wanted {
                let mut open: Vec<(u32, u64)> = Vec::new();
                self.structure
                    .walk(self.source, block, |place, depth, mold| {
                        match mold {
                            _ if place >= at => return false,
                            Mold::Open => open.push((depth, place)),
                            Mold::Close => {
                                open.pop_if(|(before, _)| *before + 1 >= depth);
                                least = least.min(depth.saturating_sub(1));
                            }
                            Mold::Comma | Mold::Line => {}
                        }
                        true
                    });
                for (depth, place) in open.into_iter().rev() {
                    if depth < wanted {
                        wanted = depth;
                        found.push(place);
                    }
                }
            }
            wanted = wanted.min(least);
            if wanted == 0 || block == 0 {
                break;
            }
            block -= 1;
        }
        found.reverse();
        found
    }

    fn block_of(&self, at: u64) -> Option<usize> {
        let last = self.structure.blocks().checked_sub(1)?;
        Some(usize::try_from(at / BLOCK as u64).unwrap_or(last).min(last))
    }

    /// The name that stands before a place, where one does.
    pub(super) fn name_before(&self, at: u64) -> Option<String> {
        let from = at.saturating_sub(NAME as u64);
        let before = piece(self.source, from, usize::try_from(at - from).ok()?);
        let before = trimmed(&before).strip_suffix(b":")?;
        let before = trimmed(before).strip_suffix(b"\"")?;
        let mut end = before.len();
        let start = loop {
            let quote = memchr::memrchr(b'"', &before[..end])?;
            let backslashes = before[..quote]
                .iter()
                .rev()
                .take_while(|byte| **byte == b'\\');
            if backslashes.count() % 2 == 0 {
                break quote;
            }
            end = quote;
        };
        let raw = String::from_utf8_lossy(&before[start..]);
        Some(unescape(&format!("{raw}\"")))
    }

    /// How many commas stand between two places directly within the bracket that makes `depth` of them open.
    fn commas(&self, from: u64, to: u64, depth: u32) -> u64 {
        let (Some(first), Some(last)) = (self.block_of(from), self.block_of(to)) else {
            return 0;
        };
        let mut count = 0;
        for block in first..=last {
            if block != first && block != last {
                let (open, commas) = self.structure.shallowest(block);
                count += if open == depth { commas } else { 0 };
                continue;
            }
            self.structure
                .walk(self.source, block, |place, open, mold| {
                    if mold == Mold::Comma && open == depth && (from..to).contains(&place) {
                        count += 1;
                    }
                    place < to
                });
        }
        count
    }

    /// The path of what stands at a place; `None` where it is too deep for one.
    pub(super) fn path(&self, at: u64) -> Option<Vec<Step>> {
        let around = self.around(at);
        if around.len() > DEEPEST {
            return None;
        }
        let mut path = Vec::new();
        for (depth, opened) in around.iter().enumerate() {
            let child = around.get(depth + 1).copied().unwrap_or(at);
            let depth = u32::try_from(depth + 1).unwrap_or(u32::MAX);
            path.push(if self.byte(*opened) == Some(b'{') {
                Step::Member(self.own_name(child)?)
            } else {
                Step::Item(self.commas(*opened, child, depth))
            });
        }
        Some(path)
    }

    /// The name of the member whose name or value stands at a place.
    fn own_name(&self, at: u64) -> Option<String> {
        self.name_before(at).or_else(|| {
            let bytes = piece(self.source, at, NAME);
            let (part, token) = tokens(&bytes).next()?;
            (part == Part::Name).then(|| unescape(&String::from_utf8_lossy(&bytes[token])))
        })
    }

    /// Whether the value that begins there is all there is.
    pub(super) fn is_one_value(&self, at: u64) -> bool {
        let closed = self.close_of(at, 0);
        closed.is_some_and(|closed| self.begins(closed + 1) >= self.source.length())
    }

    fn byte(&self, at: u64) -> Option<u8> {
        piece(self.source, at, 1).first().copied()
    }

    /// The bracket that closes the one at a place; `None` where it has not come.
    pub(super) fn close_of(&self, opened: u64, depth: u32) -> Option<u64> {
        let first = self.block_of(opened)?;
        for block in first..self.structure.blocks() {
            if block > first && self.structure.shallowest(block).0 > depth {
                continue;
            }
            let mut found = None;
            self.structure
                .walk(self.source, block, |place, open, mold| {
                    let closes = place > opened && mold == Mold::Close && open == depth + 1;
                    found = closes.then_some(place);
                    !closes
                });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// How many items or members a bracket holds that closes there.
    pub(super) fn count(&self, opened: u64, closed: u64, depth: u32) -> u64 {
        if self.begins(opened + 1) >= closed {
            return 0;
        }
        self.commas(opened, closed, depth + 1) + 1
    }

    /// Where the value stands that a pointer leads to (RFC 6901), or as far as it leads and what is not there.
    pub(super) fn pointed(&self, pointer: &str) -> Result<u64, String> {
        let mut at = self.begins(0);
        let mut so_far = String::new();
        for (depth, token) in pointer.split('/').skip(1).enumerate() {
            let name = token.replace("~1", "/").replace("~0", "~");
            let depth = u32::try_from(depth).unwrap_or(u32::MAX);
            let found = match self.byte(at) {
                Some(b'[') => name
                    .parse()
                    .ok()
                    .and_then(|item| self.item(at, depth, item)),
                Some(b'{') => self.member(at, depth, &name),
                _ => None,
            };
            at = found.ok_or_else(|| {
                let place = if so_far.is_empty() {
                    "the top"
                } else {
                    &so_far
                };
                format!("there is no `{name}` in {place}")
            })?;
            so_far = format!("{so_far}/{token}");
        }
        Ok(at)
    }

    /// The item of an array, counted from 0.
    pub(super) fn item(&self, opened: u64, depth: u32, item: u64) -> Option<u64> {
        let Some(skip) = item.checked_sub(1) else {
            return self.first_child(opened);
        };
        let mut found = None;
        self.commas_within(opened, depth, skip, |comma| {
            found = Some(self.begins(comma + 1));
            false
        });
        found
    }

    /// The value of a member.
    pub(super) fn member(&self, opened: u64, depth: u32, name: &str) -> Option<u64> {
        let mut found = self.value_named(self.first_child(opened)?, name);
        if found.is_none() {
            self.commas_within(opened, depth, 0, |comma| {
                found = self.value_named(self.begins(comma + 1), name);
                found.is_none()
            });
        }
        found
    }

    /// Where the value stands of the member that begins there.
    pub(super) fn value_of(&self, at: u64) -> Option<u64> {
        let bytes = piece(self.source, at, NAME);
        let (part, token) = tokens(&bytes).next()?;
        let colon = token.end + blanks(&bytes[token.end..]) + 1;
        (part == Part::Name).then(|| self.begins(at + colon as u64))
    }

    /// Where the value stands of the member that begins there, when that is its name.
    fn value_named(&self, at: u64, name: &str) -> Option<u64> {
        let bytes = piece(self.source, at, NAME);
        let (part, token) = tokens(&bytes).next()?;
        let is_it =
            part == Part::Name && unescape(&String::from_utf8_lossy(&bytes[token.clone()])) == name;
        is_it.then(|| self.value_of(at)).flatten()
    }

    /// The first byte from there that is no blank.
    pub(super) fn begins(&self, mut at: u64) -> u64 {
        loop {
            let there = piece(self.source, at, NAME);
            let count = blanks(&there);
            at += count as u64;
            if count < NAME {
                return at;
            }
        }
    }

    /// Where the first item or member of a bracket begins; `None` where it has none.
    pub(super) fn first_child(&self, opened: u64) -> Option<u64> {
        let first = self.begins(opened + 1);
        (!matches!(self.byte(first), None | Some(b']' | b'}'))).then_some(first)
    }

    /// The commas directly within a bracket, one after another, but for the first `skip` of them; as long as the
    /// answer is yes.
    pub(super) fn commas_within(
        &self,
        opened: u64,
        depth: u32,
        mut skip: u64,
        mut each: impl FnMut(u64) -> bool,
    ) {
        let Some(start) = self.block_of(opened) else {
            return;
        };
        let within = depth + 1;
        for block in start..self.structure.blocks() {
            let (least, commas) = self.structure.shallowest(block);
            if block > start && least > within {
                continue;
            }
            if block > start && least == within && commas <= skip {
                skip -= commas;
                continue;
            }
            let mut goes_on = true;
            self.structure
                .walk(self.source, block, |place, open, mold| {
                    goes_on = match mold {
                        Mold::Comma if place > opened && open == within && skip > 0 => {
                            skip -= 1;
                            true
                        }
                        Mold::Comma if place > opened && open == within => each(place),
                        Mold::Close => place < opened || open != within,
                        _ => true,
                    };
                    goes_on
                });
            if !goes_on {
                return;
            }
        }
    }
}

/// Without the blanks at its end.
fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii_end()
}

/// Length of a string at a place in the text, with its quotes, as far as it ends within `most` bytes.
pub(super) fn string_at(source: &dyn Source, at: u64, most: usize) -> Option<usize> {
    let bytes = piece(source, at, most);
    (bytes.first() == Some(&b'"'))
        .then(|| string_length(&bytes))
        .flatten()
}

/// A path as jq writes it: `.Collection[3].ContactName`.
pub fn jq(path: &[Step]) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let mut text = String::new();
    for step in path {
        match step {
            Step::Item(number) if text.is_empty() => text = format!(".[{number}]"),
            Step::Item(number) => text = format!("{text}[{number}]"),
            Step::Member(name) if is_word(name) => text = format!("{text}.{name}"),
            Step::Member(name) => {
                let quoted = serde_json::Value::from(name.as_str());
                let dot = if text.is_empty() { "." } else { "" };
                text = format!("{text}{dot}[{quoted}]");
            }
        }
    }
    text
}

/// The path that a text is, as [`jq`] writes it; `None` when it is none.
pub fn read_jq(text: &str) -> Option<Vec<Step>> {
    let mut rest = text.strip_prefix('.').filter(|rest| !rest.is_empty())?;
    let mut path = Vec::new();
    while !rest.is_empty() {
        if let Some(within) = rest.strip_prefix('[') {
            let mut read =
                serde_json::Deserializer::from_str(within).into_iter::<serde_json::Value>();
            path.push(match read.next()?.ok()? {
                serde_json::Value::String(name) => Step::Member(name),
                number => Step::Item(number.as_u64()?),
            });
            rest = within.get(read.byte_offset()..)?.strip_prefix(']')?;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let name = rest.get(..end).filter(|name| is_word(name))?;
            path.push(Step::Member(name.to_owned()));
            rest = rest.get(end..)?;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    Some(path)
}

/// A path as a JSON Pointer (RFC 6901): `/Collection/3/ContactName`.
pub fn pointer(path: &[Step]) -> String {
    path.iter().fold(String::new(), |text, step| match step {
        Step::Item(number) => format!("{text}/{number}"),
        Step::Member(name) => {
            let name = name.replace('~', "~0").replace('/', "~1");
            format!("{text}/{name}")
        }
    })
}

/// Whether jq takes a name without quotes.
fn is_word(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || one == '_')
}
