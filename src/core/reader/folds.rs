//! What is folded away: which row shows which line.

/// Most folds at a time; more would weigh as much as the body.
pub(super) const MOST: usize = 2_000_000;

/// A line whose bracket is folded, and the lines behind it that are not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fold {
    line: u64,
    hidden: u64,
    /// The lines that all folds before it hide.
    before: u64,
}

/// Folds, none within another, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Folds(Vec<Fold>);

impl Folds {
    /// The line that a row shows.
    pub(super) fn line(&self, row: u64) -> u64 {
        match self.last(|fold| fold.line - fold.before < row) {
            Some(fold) => row + fold.before + fold.hidden,
            None => row,
        }
    }

    /// The row that shows a line, or in which it is folded away.
    pub(super) fn row(&self, line: u64) -> u64 {
        match self.last(|fold| fold.line < line) {
            Some(fold) if line <= fold.line + fold.hidden => fold.line - fold.before,
            Some(fold) => line - fold.before - fold.hidden,
            None => line,
        }
    }

    /// How many lines are not shown.
    pub(super) fn hidden(&self) -> u64 {
        self.0.last().map_or(0, |fold| fold.before + fold.hidden)
    }

    /// How many lines a line hides; 0 where it is not folded.
    pub(super) fn at(&self, line: u64) -> u64 {
        let found = self.0.binary_search_by_key(&line, |fold| fold.line);
        found.map_or(0, |at| self.0[at].hidden)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Folds away lines behind a line; folds within them are no more.
    pub(super) fn fold(&mut self, line: u64, hidden: u64) {
        let from = self.0.partition_point(|fold| fold.line < line);
        let to = self.0.partition_point(|fold| fold.line <= line + hidden);
        let fold = Fold {
            line,
            hidden,
            before: 0,
        };
        self.0.splice(from..to, [fold]);
        self.count_from(from);
    }

    /// Takes folds that come in order, none within another, in place of those among their lines.
    pub(super) fn fold_all(&mut self, folds: impl Iterator<Item = (u64, u64)>) {
        let mut new: Vec<Fold> = folds
            .map(|(line, hidden)| Fold {
                line,
                hidden,
                before: 0,
            })
            .collect();
        let Some((first, last)) = new.first().zip(new.last()) else {
            return;
        };
        let (first, last) = (first.line, last.line + last.hidden);
        let from = self.0.partition_point(|fold| fold.line < first);
        let to = self.0.partition_point(|fold| fold.line <= last);
        new.extend_from_slice(&self.0[to..]);
        self.0.truncate(from);
        self.0.append(&mut new);
        self.count_from(from);
    }

    /// Shows what a line folds away, or what folds the line away.
    pub(super) fn unfold(&mut self, line: u64) {
        if let Some(at) = self
            .0
            .iter()
            .rposition(|fold| fold.line <= line)
            .filter(|at| line <= self.0[*at].line + self.0[*at].hidden)
        {
            self.0.remove(at);
            self.count_from(at);
        }
    }

    /// Shows what is folded among lines.
    pub(super) fn unfold_all(&mut self, from: u64, to: u64) {
        self.0.retain(|fold| fold.line < from || fold.line > to);
        self.count_from(0);
    }

    /// The last fold for which that is so; it is for all before it.
    fn last(&self, holds: impl Fn(&Fold) -> bool) -> Option<&Fold> {
        let count = self.0.partition_point(holds);
        self.0.get(count.checked_sub(1)?)
    }

    fn count_from(&mut self, at: usize) {
        let before = at.checked_sub(1).map(|before| self.0[before]);
        let mut hidden = before.map_or(0, |fold| fold.before + fold.hidden);
        for fold in &mut self.0[at..] {
            fold.before = hidden;
            hidden += fold.hidden;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The lines that are shown, one after another.
    fn shown(folds: &Folds, lines: u64) -> Vec<u64> {
        (0..lines - folds.hidden())
            .map(|row| folds.line(row))
            .collect()
    }

    #[test]
    fn rows_and_lines_find_each_other() {
        let mut folds = Folds::default();
        folds.fold(2, 3);
        folds.fold(8, 1);
        assert_eq!(shown(&folds, 12), [0, 1, 2, 6, 7, 8, 10, 11]);
        assert_eq!((folds.row(4), folds.row(6), folds.row(11)), (2, 3, 7));
        folds.fold(1, 9);
        assert_eq!(shown(&folds, 12), [0, 1, 11]);
        folds.unfold(5);
        assert_eq!(shown(&folds, 12).len(), 12);
    }

    proptest! {
        #[test]
        fn a_line_is_in_one_row(pairs in proptest::collection::vec((0_u64..50, 1_u64..9), 0..12)) {
            let mut folds = Folds::default();
            let mut end = 0;
            for (gap, hidden) in pairs {
                folds.fold(end + gap, hidden);
                end += gap + hidden + 1;
            }
            let lines = end + 5;
            let shown = shown(&folds, lines);
            prop_assert!(shown.is_sorted());
            for line in 0..lines {
                let row = folds.row(line);
                let head = shown[usize::try_from(row).unwrap_or_default()];
                prop_assert!(head <= line && line <= head + folds.at(head));
            }
        }
    }
}
