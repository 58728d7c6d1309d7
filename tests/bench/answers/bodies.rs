//! Bodies of the shapes that a reader of large answers meets.

use crate::reader::contacts;
use std::fmt::Write as _;

/// How a body is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Contacts, without a blank.
    Compact,
    /// Contacts, laid out.
    Pretty,
    /// One string, on one line.
    Text,
    /// Ten million small numbers.
    Tiny,
    /// One bracket in another, a hundred thousand deep.
    Deep,
}

/// Elements of the list of numbers.
const NUMBERS: usize = 10_000_000;

/// How deep the brackets are.
const DEPTH: usize = 100_000;

impl Shape {
    /// Its name in the tables and in addresses.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Pretty => "pretty",
            Self::Text => "string",
            Self::Tiny => "tiny",
            Self::Deep => "deep",
        }
    }

    /// What stands in the first rows of it, once they are shown.
    pub(super) const fn mark(self) -> &'static str {
        match self {
            Self::Compact | Self::Pretty => "ContactGuid",
            Self::Text => "abcdefghij",
            Self::Tiny => "0,",
            Self::Deep => "[",
        }
    }

    /// A body of about so many megabytes, where its size is not given by its shape.
    pub(super) fn body(self, megabytes: usize) -> Vec<u8> {
        let bytes = megabytes * 1_000_000;
        match self {
            Self::Compact => contacts(bytes, false).into_bytes(),
            Self::Pretty => contacts(bytes, true).into_bytes(),
            Self::Text => format!("\"{}\"", "abcdefghij".repeat(bytes / 10)).into_bytes(),
            Self::Tiny => numbers().into_bytes(),
            Self::Deep => format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH)).into_bytes(),
        }
    }
}

/// `[0,1,2,…]`
fn numbers() -> String {
    let mut text = String::with_capacity(NUMBERS * 8);
    for number in 0..NUMBERS {
        let before = if number == 0 { '[' } else { ',' };
        let _ = write!(text, "{before}{number}");
    }
    text.push(']');
    text
}
