//! Bytes that are no text, as numbers: sixteen to a row.

use super::rows::{Kind, Row};
use crate::core::wire::source::{Source, piece};
use std::fmt::Write as _;

/// Bytes that are shown at most.
pub(super) const MOST: u64 = 64 * 1024;

/// Bytes of a row.
pub(super) const WIDTH: u64 = 16;

/// How many rows some bytes have.
pub(super) fn count(length: u64) -> u64 {
    length.min(MOST).div_ceil(WIDTH)
}

/// Rows from one on.
pub(super) fn rows(source: &dyn Source, first: u64, count: usize) -> Vec<Row> {
    let end = self::count(source.length());
    (first..end.min(first.saturating_add(count as u64)))
        .map(|row| {
            let at = row * WIDTH;
            let bytes = piece(source, at, 16);
            let mut numbers = String::new();
            for (place, byte) in bytes.iter().enumerate() {
                let gap = if place == 8 { "  " } else { " " };
                let _ = write!(numbers, "{}{byte:02x}", if place == 0 { "" } else { gap });
            }
            let text: String = bytes
                .iter()
                .map(|byte| {
                    if byte.is_ascii_graphic() || *byte == b' ' {
                        char::from(*byte)
                    } else {
                        '·'
                    }
                })
                .collect();
            let mut row = Row {
                at,
                ..Row::default()
            };
            row.push(&format!("{at:06x}  "), Kind::Remark);
            row.push(&format!("{numbers:<48}"), Kind::Number);
            row.push(&format!("  {text}"), Kind::String);
            row
        })
        .collect()
}
