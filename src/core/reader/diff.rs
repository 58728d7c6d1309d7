//! What differs between two answers, line by line; what is equal in both is folded.

use super::rows::{Kind, Row};

/// Equal lines that stay around what differs.
const AROUND: usize = 3;

/// What differs between two answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// The lines that differ, those around them, and how many are left out between.
    pub rows: Vec<Row>,
    /// Lines that only the other answer has.
    pub removed: usize,
    /// Lines that only this one has.
    pub added: usize,
}

/// A line of both answers, or of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Both have it.
    Both,
    /// Only the other has it.
    Other,
    /// Only this one has it.
    This,
}

impl Difference {
    /// Of lines in order, masked already; each with the side that has it.
    pub fn of(lines: &[(Side, &str)]) -> Self {
        let mut difference = Self::default();
        let near = near(lines);
        let (mut number, mut left_out) = (0, 0);
        for ((side, text), near) in lines.iter().zip(near) {
            number += u64::from(*side != Side::Other);
            if !near {
                left_out += 1;
                continue;
            }
            difference.leave_out(&mut left_out);
            let (sign, kind) = match side {
                Side::Both => (" ", Kind::Plain),
                Side::Other => ("-", Kind::Removed),
                Side::This => ("+", Kind::Added),
            };
            difference.removed += usize::from(*side == Side::Other);
            difference.added += usize::from(*side == Side::This);
            let mut row = Row {
                number: (*side != Side::Other).then_some(number),
                ..Row::default()
            };
            row.push(&format!("{sign} {text}"), kind);
            difference.rows.push(row);
        }
        difference.leave_out(&mut left_out);
        difference
    }

    /// Says how many equal lines are left out.
    fn leave_out(&mut self, count: &mut usize) {
        let lines = match std::mem::take(count) {
            0 => return,
            1 => "1 equal line".to_owned(),
            count => format!("{count} equal lines"),
        };
        let mut row = Row::default();
        row.push(&format!("  … {lines}"), Kind::Remark);
        self.rows.push(row);
    }
}

/// Whether each line differs or stands near one that does.
fn near(lines: &[(Side, &str)]) -> Vec<bool> {
    let mut near = vec![false; lines.len()];
    for (at, (side, _)) in lines.iter().enumerate() {
        if *side != Side::Both {
            let to = (at + AROUND + 1).min(lines.len());
            near[at.saturating_sub(AROUND)..to].fill(true);
        }
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_is_folded_but_for_what_stands_around() {
        let equal: Vec<String> = (0..20).map(|line| format!("line {line}")).collect();
        let mut lines: Vec<(Side, &str)> = equal
            .iter()
            .map(|line| (Side::Both, line.as_str()))
            .collect();
        lines.insert(10, (Side::Other, "old"));
        lines.insert(11, (Side::This, "new"));
        let difference = Difference::of(&lines);
        let texts: Vec<String> = difference.rows.iter().map(Row::text).collect();
        assert_eq!((difference.removed, difference.added), (1, 1));
        assert_eq!(texts[0], "  … 7 equal lines");
        assert_eq!(texts[4..6], ["- old", "+ new"]);
        assert_eq!(texts.last().map(String::as_str), Some("  … 7 equal lines"));
        assert_eq!(difference.rows[5].number, Some(11));
        assert!(
            Difference::of(&lines[..3])
                .rows
                .iter()
                .all(|row| row.number.is_none())
        );
    }
}
