//! The lines that a JSON text would have if it were laid out, found without laying it out.
//!
//! A line ends behind a comma, behind an opening and before a closing bracket; an empty pair stays together.
//! Every [`BLOCK`] bytes a mark remembers how many lines and how much depth came before: whatever is asked
//! later looks up a mark and goes over one block. It says nothing about whether the text is valid: see `check`.

use super::bits::{Bits, Carry, STRIDE, each};
use crate::core::wire::source::Source;

/// Bytes between two marks.
pub const BLOCK: usize = 4096;

/// Bytes that are gone over at a time.
const PIECE: usize = 64 * BLOCK;

/// What came before a block, and what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    /// Lines that ended before.
    line: u64,
    /// Brackets that are open.
    depth: u32,
    /// The fewest that are open anywhere in it.
    least: u32,
    /// Commas in it where so few are open.
    commas: u16,
    carry: Carry,
}

/// The lines of a JSON text.
#[derive(Debug, Clone, Default)]
pub struct Structure {
    marks: Vec<Mark>,
    /// Bytes that were gone over.
    done: u64,
    now: Now,
    /// Whether the text has ended.
    ended: bool,
    /// Whether several values follow each other, each on a line of its own.
    many: bool,
}

/// Where going over the text stands.
#[derive(Debug, Clone, Copy, Default)]
struct Now {
    line: u64,
    depth: u32,
    least: u32,
    commas: u32,
    carry: Carry,
}

/// A place where a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineStart {
    /// Its first byte; blanks may come before what stands in it.
    pub at: u64,
    /// Brackets that are open there.
    pub depth: u32,
}

/// Something that shapes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mold {
    /// A bracket opens.
    Open,
    /// A bracket closes.
    Close,
    /// A comma.
    Comma,
    /// A line begins, at a byte that is no comma's.
    Line,
}

impl Now {
    /// Goes on over some bytes.
    fn take(&mut self, bits: Bits) {
        let breaks = bits.commas.count_ones()
            + (bits.firsts & !bits.closes).count_ones()
            + (bits.closes & !bits.firsts).count_ones();
        self.line += u64::from(breaks);
        let (opens, closes) = (bits.opens.count_ones(), bits.closes.count_ones());
        if self.depth > self.least + closes {
            self.depth = self.depth + opens - closes;
            return;
        }
        if opens == 0 && closes == 0 {
            if self.depth == self.least {
                self.commas += bits.commas.count_ones();
            }
            return;
        }
        for at in each(bits.opens | bits.closes | bits.commas) {
            let bit = 1 << at;
            if bits.opens & bit != 0 {
                self.depth += 1;
            } else if bits.closes & bit != 0 {
                self.depth = self.depth.saturating_sub(1);
                if self.depth < self.least {
                    self.least = self.depth;
                    self.commas = 0;
                }
            } else if self.depth == self.least {
                self.commas += 1;
            }
        }
    }
}

impl Structure {
    /// Of a text that is one value; where `many`, of several, each on a line of its own.
    pub fn new(many: bool) -> Self {
        Self {
            many,
            ..Self::default()
        }
    }

    /// Bytes that were gone over; what stands behind them is not known yet.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Whether all of the text was gone over.
    pub fn is_complete(&self) -> bool {
        self.ended
    }

    /// Lines that are known by now: those that ended, and the one that has begun.
    pub fn lines(&self) -> u64 {
        if self.done == 0 { 0 } else { self.now.line + 1 }
    }

    /// Bytes that the marks take.
    pub fn size(&self) -> usize {
        self.marks.capacity() * size_of::<Mark>()
    }

    /// Goes on over a piece of the text; says whether there was anything to do. `ended` says that no more
    /// bytes will come than are there.
    pub fn advance(&mut self, source: &dyn Source, ended: bool, buffer: &mut Vec<u8>) -> bool {
        if self.ended {
            return false;
        }
        let there = source.length() - self.done;
        let whole = if ended {
            there.next_multiple_of(STRIDE as u64)
        } else {
            there / STRIDE as u64 * STRIDE as u64
        };
        let take = usize::try_from(whole).unwrap_or(PIECE).min(PIECE);
        buffer.clear();
        buffer.resize(take, b' ');
        source.read_at(self.done, buffer);
        let (strides, _) = buffer.as_chunks::<STRIDE>();
        for stride in strides {
            self.take(stride);
        }
        let gone = (take as u64).min(there);
        if ended && self.done >= source.length() {
            self.done = source.length();
            self.close_mark();
            self.ended = true;
            return true;
        }
        gone > 0
    }

    fn take(&mut self, stride: &[u8; STRIDE]) {
        if self.done.is_multiple_of(BLOCK as u64) {
            self.close_mark();
            self.now.least = self.now.depth;
            self.now.commas = 0;
            self.marks.push(Mark {
                line: self.now.line,
                depth: self.now.depth,
                least: self.now.depth,
                commas: 0,
                carry: self.now.carry,
            });
        }
        let mut carry = self.now.carry;
        let bits = self.bits(&mut carry, stride);
        self.now.carry = carry;
        self.now.take(bits);
        self.done += STRIDE as u64;
    }

    /// What is known of the last block by now is written into its mark.
    fn close_mark(&mut self) {
        if let Some(mark) = self.marks.last_mut() {
            mark.least = self.now.least;
            mark.commas = u16::try_from(self.now.commas).unwrap_or(u16::MAX);
        }
    }

    /// What stands where; of several values a line's end is as a comma.
    fn bits(&self, carry: &mut Carry, stride: &[u8; STRIDE]) -> Bits {
        let mut bits = carry.take(stride);
        if self.many {
            for (at, byte) in stride.iter().enumerate() {
                bits.commas |= u64::from(*byte == b'\n') << at;
            }
        }
        bits
    }

    /// Where a line begins; `None` when it is not known yet.
    pub fn line_start(&self, source: &dyn Source, line: u64) -> Option<LineStart> {
        if line == 0 {
            return (self.done > 0).then_some(LineStart { at: 0, depth: 0 });
        }
        if line > self.now.line {
            return None;
        }
        let block = self.marks.partition_point(|mark| mark.line < line) - 1;
        let mut left = line - self.marks[block].line;
        let mut found = None;
        self.walk(source, block, |at, depth, mold| {
            let begins = match mold {
                Mold::Comma => at + 1,
                Mold::Line => at,
                Mold::Open | Mold::Close => return true,
            };
            left -= 1;
            if left == 0 {
                found = Some(LineStart { at: begins, depth });
            }
            left > 0
        });
        found
    }

    /// The line that a byte stands in.
    pub fn line_at(&self, source: &dyn Source, at: u64) -> u64 {
        let at = at.min(self.done.saturating_sub(1));
        let Some(block) = self.block_of(at) else {
            return 0;
        };
        let mut line = self.marks[block].line;
        self.walk(source, block, |place, _, mold| {
            let begins = match mold {
                Mold::Comma => place + 1,
                Mold::Line => place,
                Mold::Open | Mold::Close => return place <= at,
            };
            if begins <= at {
                line += 1;
            }
            begins <= at
        });
        line
    }

    /// The block of a byte, where its mark is there.
    fn block_of(&self, at: u64) -> Option<usize> {
        let last = self.marks.len().checked_sub(1)?;
        Some(usize::try_from(at / BLOCK as u64).unwrap_or(last).min(last))
    }

    /// Goes over a block as far as it is known: place, brackets open before it, and what stands there; as long
    /// as the answer is yes.
    pub(super) fn walk(
        &self,
        source: &dyn Source,
        block: usize,
        mut each_mold: impl FnMut(u64, u32, Mold) -> bool,
    ) {
        let mark = self.marks[block];
        let from = block as u64 * BLOCK as u64;
        let mut bytes = [b' '; BLOCK];
        let there = usize::try_from(self.done.saturating_sub(from)).unwrap_or(BLOCK);
        let there = there.min(BLOCK);
        source.read_at(from, &mut bytes[..there]);
        let mut carry = mark.carry;
        let mut depth = mark.depth;
        let (strides, _) = bytes[..there.next_multiple_of(STRIDE)].as_chunks::<STRIDE>();
        for (number, stride) in strides.iter().enumerate() {
            let bits = self.bits(&mut carry, stride);
            let begin = from + (number * STRIDE) as u64;
            for place in each(bits.opens | bits.closes | bits.commas | bits.firsts) {
                let (at, bit) = (begin + u64::from(place), 1 << place);
                let is = |bits: u64| bits & bit != 0;
                // A line begins before what stands in it.
                if is(bits.firsts) != is(bits.closes) && !each_mold(at, depth, Mold::Line) {
                    return;
                }
                let mold = if is(bits.opens) {
                    Mold::Open
                } else if is(bits.closes) {
                    Mold::Close
                } else if is(bits.commas) {
                    Mold::Comma
                } else {
                    continue;
                };
                if !each_mold(at, depth, mold) {
                    return;
                }
                match mold {
                    Mold::Open => depth += 1,
                    Mold::Close => depth = depth.saturating_sub(1),
                    Mold::Comma | Mold::Line => {}
                }
            }
        }
    }

    /// Whether several values follow each other.
    pub(super) fn is_many(&self) -> bool {
        self.many
    }

    /// Lines that ended before a block.
    pub(super) fn line_before(&self, block: usize) -> u64 {
        self.marks.get(block).map_or(0, |mark| mark.line)
    }

    /// How many blocks have a mark.
    pub(super) fn blocks(&self) -> usize {
        self.marks.len()
    }

    /// The fewest brackets that are open anywhere in a block, and the commas in it where so few are.
    pub(super) fn shallowest(&self, block: usize) -> (u32, u64) {
        match self.marks.get(block) {
            Some(_) if block + 1 == self.marks.len() => {
                (self.now.least, u64::from(self.now.commas))
            }
            Some(mark) => (mark.least, u64::from(mark.commas)),
            None => (0, 0),
        }
    }

    /// The brackets that are open where a block begins.
    pub(super) fn depth_at(&self, block: usize) -> u32 {
        self.marks.get(block).map_or(0, |mark| mark.depth)
    }
}

#[cfg(test)]
mod tests;
