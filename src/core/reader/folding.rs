//! Folding: one thing, or everything that stands beside it.

use super::ask::Told;
use super::folds::MOST;
use super::structure::Mold;
use super::{Reader, View};

/// Blocks that are gone over at a time.
const BLOCKS: usize = 128;

/// Everything that opens at one depth within a bracket is to be folded.
#[derive(Debug, Clone)]
pub(super) struct Beside {
    /// Brackets that are open where it opens.
    depth: u32,
    /// From where on, and up to where.
    from: u64,
    to: u64,
    block: usize,
    /// The line of what has opened.
    opened: Option<u64>,
    /// Lines, and how many each hides.
    found: Vec<(u64, u64)>,
}

impl Reader {
    /// Folds what opens in a row, or shows it again.
    pub(super) fn fold(&mut self, row: u64) -> Vec<Told> {
        if self.view() != View::Pretty {
            return Vec::new();
        }
        let line = self.folds.line(row);
        if self.folds.at(line) > 0 {
            self.folds.unfold(line);
            return self.rows_again();
        }
        let Some((opened, depth, line)) = self.opens_around(line) else {
            return Vec::new();
        };
        let Some(closed) = self.text().close_of(opened, depth) else {
            return vec![Told::Not(
                "It has not come to its end yet: fold it then".to_owned(),
            )];
        };
        let last = self.structure.line_at(self.source(), closed);
        if last > line {
            self.folds.fold(line, last - line);
        }
        let mut told = self.rows_again();
        told.push(Told::Placed(View::Pretty, self.folds.row(line)));
        told
    }

    /// The bracket that opens in a line, else the one around it: where, how deep, in which line.
    pub(super) fn opens_around(&self, line: u64) -> Option<(u64, u32, u64)> {
        let text = self.text();
        let start = text.structure.line_start(text.source, line)?;
        let next = text.structure.line_start(text.source, line + 1);
        let end = next.map_or(text.structure.done(), |next| next.at);
        let around = text.around(end);
        let opened = *around.last()?;
        let depth = u32::try_from(around.len() - 1).ok()?;
        let line = if opened >= start.at {
            line
        } else {
            text.structure.line_at(text.source, opened)
        };
        Some((opened, depth, line))
    }

    /// Folds everything beside what opens in a row, or around it, or shows it again.
    pub(super) fn fold_beside(&mut self, row: u64) -> Vec<Told> {
        if self.view() != View::Pretty {
            return Vec::new();
        }
        let Some((opened, depth, line)) = self.opens_around(self.folds.line(row)) else {
            return Vec::new();
        };
        let text = self.text();
        let around = text.around(opened);
        let from = around.last().copied();
        let to = match from {
            Some(opened) => text.close_of(opened, depth - 1),
            None => Some(text.source.length()),
        };
        let to = to.unwrap_or_else(|| text.structure.done());
        let from = from.map_or(0, |opened| opened + 1);
        let lines = [from, to].map(|at| text.structure.line_at(text.source, at));
        if self.folds.at(line) > 0 {
            self.folds.unfold_all(lines[0], lines[1]);
            return self.rows_again();
        }
        self.beside = Some(Beside {
            depth,
            from,
            to,
            block: usize::try_from(from / super::structure::BLOCK as u64).unwrap_or(0),
            opened: None,
            found: Vec::new(),
        });
        Vec::new()
    }

    /// Folds some more; says whether there was anything to do.
    pub(super) fn fold_on(&mut self) -> bool {
        let Some(mut beside) = self.beside.take() else {
            return false;
        };
        let text = self.text();
        let end = (beside.block + BLOCKS).min(text.structure.blocks());
        let mut done = false;
        for block in beside.block..end {
            let (least, _) = text.structure.shallowest(block);
            if least > beside.depth {
                continue;
            }
            let mut line = text.structure.line_before(block);
            text.structure
                .walk(text.source, block, |place, open, mold| {
                    if place >= beside.to {
                        done = true;
                        return false;
                    }
                    match mold {
                        Mold::Open if open == beside.depth && place >= beside.from => {
                            beside.opened = Some(line);
                        }
                        Mold::Close if open == beside.depth + 1 => {
                            if let Some(first) = beside.opened.take()
                                && line > first
                            {
                                beside.found.push((first, line - first));
                            }
                        }
                        Mold::Comma | Mold::Line => line += 1,
                        Mold::Open | Mold::Close => {}
                    }
                    true
                });
            if done {
                break;
            }
        }
        beside.block = end;
        done |= end == text.structure.blocks();
        if !done && beside.found.len() <= MOST {
            self.beside = Some(beside);
            return true;
        }
        let row = self.show.map_or(0, |show| show.cursor);
        let at = self.folds.line(row);
        if self.folds.count() + beside.found.len() <= MOST {
            self.folds.fold_all(beside.found.into_iter());
        } else {
            self.not = Some(format!(
                "More than {MOST} would fold: fold what is around them"
            ));
        }
        self.wanted_line = Some(at);
        self.lacks_rows = true;
        true
    }
}
