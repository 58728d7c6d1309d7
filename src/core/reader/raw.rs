//! The rows of a text as it came, wrapped at a width.
//!
//! A row is so many bytes as the window has columns: no character takes more columns than bytes. So the row of
//! any byte is known without reading what comes before, and one line of 100 MB is nothing special.

use super::structure::BLOCK;
use crate::core::wire::source::{Source, piece};
use memchr::{memchr, memchr_iter};

/// Fewest bytes of a row.
pub(super) const NARROWEST: u64 = 8;

/// Bytes that are gone over at a time.
const PIECE: usize = 64 * BLOCK;

/// What came before a block.
#[derive(Debug, Clone, Copy)]
struct Mark {
    /// Rows that began.
    rows: u64,
    /// Lines that ended.
    lines: u64,
    /// Where the line begins that goes on in it.
    line_start: u64,
}

/// A place where a row begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowStart {
    /// Its first byte.
    pub(super) at: u64,
    /// The line that it is part of, counted from 0.
    pub(super) line: u64,
    /// Whether the line begins there too.
    pub(super) begins_line: bool,
}

/// The rows of a text.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    width: u64,
    marks: Vec<Mark>,
    now: Mark,
    done: u64,
    /// Whether all of it was gone over.
    complete: bool,
}

impl Raw {
    /// None yet; rows will have that many bytes at most.
    pub(super) fn new(width: u64) -> Self {
        Self {
            width: width.max(NARROWEST),
            marks: Vec::new(),
            now: Mark {
                rows: 0,
                lines: 0,
                line_start: 0,
            },
            done: 0,
            complete: false,
        }
    }

    pub(super) fn width(&self) -> u64 {
        self.width
    }

    /// Bytes that the marks take.
    pub(super) fn size(&self) -> usize {
        self.marks.capacity() * size_of::<Mark>()
    }

    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Rows that are known by now.
    pub(super) fn rows(&self) -> u64 {
        self.now.rows
    }

    /// Lines that are known by now.
    pub(super) fn lines(&self) -> u64 {
        let goes_on = self.done > self.now.line_start;
        self.now.lines + u64::from(goes_on)
    }

    /// Bytes that were gone over.
    pub(super) fn done(&self) -> u64 {
        self.done
    }

    /// Goes on over a piece of the text; says whether there was anything to do.
    pub(super) fn advance(
        &mut self,
        source: &dyn Source,
        ended: bool,
        buffer: &mut Vec<u8>,
    ) -> bool {
        if self.complete {
            return false;
        }
        let there = source.length() - self.done;
        let whole = if ended {
            there
        } else {
            there / BLOCK as u64 * BLOCK as u64
        };
        let take = usize::try_from(whole).unwrap_or(PIECE).min(PIECE);
        buffer.resize(take, 0);
        source.read_at(self.done, buffer);
        for block in buffer.chunks(BLOCK) {
            self.marks.push(self.now);
            self.take(block);
        }
        self.complete = ended && self.done == source.length();
        take > 0 || self.complete
    }

    fn take(&mut self, block: &[u8]) {
        let begin = self.done;
        let mut from = begin;
        for newline in memchr_iter(b'\n', block) {
            let newline = begin + newline as u64;
            self.now.rows += self.begun(self.now.line_start, from, newline)
                + u64::from(from == newline && from == self.now.line_start);
            self.now.lines += 1;
            self.now.line_start = newline + 1;
            from = newline + 1;
        }
        let end = begin + block.len() as u64;
        self.now.rows += self.begun(self.now.line_start, from, end);
        self.done = end;
    }

    /// Rows of a line that begin from one byte up to another.
    fn begun(&self, line_start: u64, from: u64, to: u64) -> u64 {
        let before = |at: u64| (at - line_start).div_ceil(self.width);
        before(to).saturating_sub(before(from))
    }

    /// Where a row begins.
    pub(super) fn row_start(&self, source: &dyn Source, row: u64) -> Option<RowStart> {
        if row >= self.now.rows {
            return None;
        }
        let block = self.marks.partition_point(|mark| mark.rows <= row) - 1;
        let mut left = row - self.marks[block].rows;
        let mut found = None;
        self.walk(source, block, |start| {
            if left == 0 {
                found = Some(start);
            }
            left = left.wrapping_sub(1);
            found.is_none()
        });
        found
    }

    /// The row that a byte stands in.
    pub(super) fn row_at(&self, source: &dyn Source, at: u64) -> u64 {
        let Some(last) = self.marks.len().checked_sub(1) else {
            return 0;
        };
        let block = usize::try_from(at / BLOCK as u64).unwrap_or(last).min(last);
        let mut rows = self.marks[block].rows;
        self.walk(source, block, |start| {
            rows += u64::from(start.at <= at);
            start.at <= at
        });
        rows.saturating_sub(1)
    }

    /// Where a line begins, counted from 0.
    pub(super) fn line_start(&self, source: &dyn Source, line: u64) -> Option<u64> {
        if line > self.now.lines {
            return None;
        }
        let block = self
            .marks
            .partition_point(|mark| mark.lines < line)
            .checked_sub(1)?;
        let mut left = line - self.marks[block].lines;
        let from = block as u64 * BLOCK as u64;
        let bytes = piece(source, from, BLOCK);
        let mut newlines = memchr_iter(b'\n', &bytes);
        newlines
            .find(|_| {
                left -= 1;
                left == 0
            })
            .map(|newline| from + newline as u64 + 1)
    }

    /// The rows that begin in a block, in order; as long as the answer is yes.
    fn walk(&self, source: &dyn Source, block: usize, mut each: impl FnMut(RowStart) -> bool) {
        let mark = self.marks[block];
        let begin = block as u64 * BLOCK as u64;
        let there = self.done.saturating_sub(begin);
        let bytes = piece(
            source,
            begin,
            BLOCK.min(usize::try_from(there).unwrap_or(BLOCK)),
        );
        let end = begin + bytes.len() as u64;
        let (mut line, mut line_start, mut from) = (mark.lines, mark.line_start, begin);
        while from < end {
            let rest = &bytes[usize::try_from(from - begin).unwrap_or(0)..];
            let newline = memchr(b'\n', rest).map_or(end, |at| from + at as u64);
            let mut at = line_start + (from - line_start).div_ceil(self.width) * self.width;
            while at < newline || at == line_start && at == newline && newline < end {
                let start = RowStart {
                    at,
                    line,
                    begins_line: at == line_start,
                };
                if !each(start) {
                    return;
                }
                at += self.width;
            }
            (line, line_start, from) = (line + 1, newline + 1, newline + 1);
        }
    }
}

/// A place at which no character is cut in two: that one, or a little behind it.
pub(super) fn whole_from(bytes: &[u8], at: usize) -> usize {
    let goes_on = |byte: &&u8| **byte & 0b1100_0000 == 0b1000_0000;
    at + bytes
        .get(at..)
        .map_or(0, |rest| rest.iter().take(3).take_while(goes_on).count())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    /// Rows as one would count them by hand.
    fn expected(text: &[u8], width: usize) -> Vec<(u64, u64, bool)> {
        let mut rows = Vec::new();
        let mut at = 0;
        for (number, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let length = line.strip_suffix(b"\n").unwrap_or(line).len();
            for row in 0..length.div_ceil(width).max(1) {
                rows.push(((at + row * width) as u64, number as u64, row == 0));
            }
            at += line.len();
        }
        rows
    }

    fn read(text: &[u8], width: usize) -> (Raw, Bytes) {
        let bytes = Bytes::copy_from_slice(text);
        let mut raw = Raw::new(width as u64);
        while raw.advance(&bytes, true, &mut Vec::new()) {}
        (raw, bytes)
    }

    proptest! {
        #[test]
        fn rows_are_those_that_one_counts(
            lines in proptest::collection::vec(0_usize..6000, 0..9),
            width in 8_usize..90,
            ends in any::<bool>(),
        ) {
            let mut text = lines.iter().map(|length| "x".repeat(*length)).collect::<Vec<_>>().join("\n").into_bytes();
            if ends {
                text.push(b'\n');
            }
            let (raw, bytes) = read(&text, width);
            let expected = expected(&text, width);
            prop_assert_eq!(raw.rows(), expected.len() as u64);
            for (row, (at, line, begins_line)) in expected.iter().enumerate() {
                let row = row as u64;
                let start = raw.row_start(&bytes, row).unwrap();
                prop_assert_eq!((start.at, start.line, start.begins_line), (*at, *line, *begins_line));
                prop_assert_eq!(raw.row_at(&bytes, *at), row);
                if *begins_line && *line > 0 {
                    prop_assert_eq!(raw.line_start(&bytes, *line), Some(*at));
                }
            }
        }
    }
}
