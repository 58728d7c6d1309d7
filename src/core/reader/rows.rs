//! What is drawn of an answer: rows of coloured words, as many as a window has.

use crate::core::wire::visible::Visible;
use std::ops::Range;

/// Most bytes of a row that are shown: no terminal is wider.
pub(super) const MOST: usize = 1024;

/// A row of a window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The number that stands before it; none where a line goes on.
    pub number: Option<u64>,
    /// Columns that it is set in.
    pub indent: u16,
    /// What stands in it, from left to right.
    pub words: Vec<Word>,
    /// Whether more stands in it than is here.
    pub cut: bool,
    /// Whether something opens in it that folds.
    pub fold: Folding,
    /// Its first byte in the body.
    pub at: u64,
}

/// Whether a row folds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Folding {
    /// Nothing opens in it.
    #[default]
    Not,
    /// What opens in it is shown.
    Open,
    /// It is folded away.
    Folded,
}

/// A few characters of one colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The characters.
    pub text: Visible,
    /// What they are.
    pub kind: Kind,
    /// Whether it is what is searched for.
    pub lit: bool,
}

/// What a word is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Brackets, commas, colons.
    Mark,
    /// The name of a member.
    Name,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Literal,
    /// Any other text.
    Plain,
    /// What stands in place of a secret.
    Secret,
    /// A remark of ours.
    Remark,
    /// What does not belong there.
    Wrong,
    /// What only the other answer has.
    Removed,
    /// What only this answer has.
    Added,
}

impl Row {
    /// Adds a word.
    pub(super) fn push(&mut self, text: &str, kind: Kind) {
        self.words.push(Word {
            text: Visible::of(text),
            kind,
            lit: false,
        });
    }

    /// Adds bytes of the body; those in `lit` stand out, which are places in them.
    pub(super) fn push_bytes(&mut self, bytes: &[u8], kind: Kind, lit: &[Range<usize>]) {
        let mut from = 0;
        for range in lit {
            let (start, end) = (range.start.min(bytes.len()), range.end.min(bytes.len()));
            if end <= from || start >= end {
                continue;
            }
            let start = start.max(from);
            self.add(&bytes[from..start], kind, false);
            self.add(&bytes[start..end], kind, true);
            from = end;
        }
        self.add(&bytes[from..], kind, false);
    }

    fn add(&mut self, bytes: &[u8], kind: Kind, lit: bool) {
        if !bytes.is_empty() {
            self.words.push(Word {
                text: Visible::of(&String::from_utf8_lossy(bytes)),
                kind,
                lit,
            });
        }
    }

    /// Its text, without the columns it is set in.
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect()
    }
}

/// A window of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Window {
    /// The first of them, counted from the beginning of what is shown.
    pub first: u64,
    /// The rows.
    pub rows: Vec<Row>,
    /// How many there are in all, as far as is known by now.
    pub total: u64,
    /// Of a table, its columns: each row has a word for each of them.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name of the member.
    pub name: String,
    /// Characters of the widest cell that was looked at, and of the name.
    pub widest: usize,
    /// Whether all that was looked at are numbers.
    pub numbers: bool,
    /// Whether rows are sorted by it, and then whether the greatest comes first.
    pub sorted: Option<bool>,
}

impl Window {
    /// A row, where it is in the window.
    pub fn row(&self, number: u64) -> Option<&Row> {
        let at = number.checked_sub(self.first)?;
        self.rows.get(usize::try_from(at).ok()?)
    }
}
