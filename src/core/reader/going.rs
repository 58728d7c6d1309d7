//! Going somewhere: to a hit, a line, where a pointer leads, the same place in another view.

use super::ask::{Arrangement, Show, Told, View};
use super::search::{Search, Sought};
use super::{Reader, Table, place};

impl Reader {
    /// The first byte of a row.
    pub(super) fn byte_of(&self, view: View, row: u64) -> Option<u64> {
        let text = self.text();
        match view {
            View::Pretty => {
                let line = self.folds.line(row);
                let start = text.structure.line_start(text.source, line)?;
                Some(text.begins(start.at))
            }
            View::Raw => Some(self.raw.as_ref()?.row_start(text.source, row)?.at),
            View::Table => self.table.as_ref()?.place_of(text, row),
        }
    }

    /// The row of a byte; `None` while it is not known.
    fn row_of(&self, view: View, at: u64) -> Option<u64> {
        let text = self.text();
        match view {
            View::Pretty => {
                let known = text.structure.is_complete() || text.structure.done() > at;
                known.then(|| self.folds.row(text.structure.line_at(text.source, at)))
            }
            View::Raw => {
                let raw = self.raw.as_ref()?;
                let known = raw.is_complete() || raw.done() > at;
                known.then(|| raw.row_at(text.source, at))
            }
            View::Table => {
                let table = self.table.as_ref().filter(|table| table.is_complete())?;
                Some(table.row_at(text, at))
            }
        }
    }

    /// The row of the byte that is gone to, once it is known; what it is folded into opens.
    pub(super) fn placed(&mut self) -> Vec<Told> {
        let view = self.view();
        let Some(row) = self.wanted.and_then(|at| self.row_of(view, at)) else {
            return Vec::new();
        };
        let mut row = row;
        let mut told = Vec::new();
        if let (View::Pretty, Some(at)) = (view, self.wanted.take()) {
            let line = self.structure.line_at(self.source(), at);
            if self.folds.line(row) != line {
                self.folds.unfold(line);
                row = self.folds.row(line);
                told = self.rows_again();
            }
        }
        told.push(Told::Placed(self.asked_view(), row));
        told
    }

    /// The view that is asked for.
    pub(super) fn asked_view(&self) -> View {
        self.show.map(|show| show.view).unwrap_or_default()
    }

    /// The byte of the cursor.
    fn here(&self) -> u64 {
        let row = self.show.map_or(0, |show| show.cursor);
        self.anchored(row)
            .or_else(|| self.byte_of(self.view(), row))
            .unwrap_or(0)
    }

    /// The byte that was gone to, while the cursor is still on its row.
    fn anchored(&self, row: u64) -> Option<u64> {
        let at = self.anchor?;
        (self.row_of(self.view(), at)? == row).then_some(at)
    }

    pub(super) fn begin_search(&mut self, sought: &Sought) -> Vec<Told> {
        self.hit = None;
        self.anchor = None;
        match Search::new(sought) {
            Ok(search) => {
                self.search = Some(search);
                self.sought_trouble = None;
                self.goes_to_hit = true;
                // The work that begins reports how far it is.
                self.unreported = 1;
                self.rows_again()
            }
            Err(trouble) => {
                self.search = None;
                self.sought_trouble = Some(trouble);
                vec![self.status()]
            }
        }
    }

    /// Goes to the first hit of a new search behind the cursor as soon as it is known; to the first of all when
    /// there is none.
    pub(super) fn hit_as_it_comes(&mut self, works: bool) -> Vec<Told> {
        if !self.goes_to_hit {
            return Vec::new();
        }
        let from = self.here().checked_sub(1);
        let is_there = self.search.as_ref().is_some_and(|search| {
            let is_over = !works || search.is_complete();
            search.total() > 0 && (is_over || search.knows_next(self.source(), from))
        });
        if !is_there {
            return Vec::new();
        }
        self.goes_to_hit = false;
        self.lacks_rows = true;
        self.go_to_hit(from, true)
    }

    pub(super) fn next_hit(&mut self, down: bool) -> Vec<Told> {
        if self.search.is_none() {
            return Vec::new();
        }
        self.go_to_hit(Some(self.here()), down)
    }

    fn go_to_hit(&mut self, from: Option<u64>, down: bool) -> Vec<Told> {
        let Some(search) = &self.search else {
            return Vec::new();
        };
        let found = match from {
            Some(from) => search.next(self.source(), from, down),
            None => search.first(self.source()),
        };
        let Some((at, number)) = found else {
            return vec![Told::Not("It stands nowhere in the answer".to_owned())];
        };
        self.hit = Some(number);
        self.anchor = Some(at);
        self.wanted = Some(at);
        let mut told = self.placed();
        told.push(self.status());
        told
    }

    /// To a line, counted from 1, or to where a JSON Pointer leads.
    pub(super) fn go_to(&mut self, place: &str) -> Vec<Told> {
        let place = place.trim();
        let pointer = place::read_jq(place).map(|path| place::pointer(&path));
        let place = pointer.as_deref().unwrap_or(place);
        if place.starts_with('/') {
            if !self.is_laid_out() {
                return vec![Told::Not("A JSON Pointer leads into JSON only".to_owned())];
            }
            return match self.text().pointed(place) {
                Ok(at) => {
                    self.wanted = Some(at);
                    self.placed()
                }
                Err(why) => vec![Told::Not(format!("Nothing to go to: {why}"))],
            };
        }
        let Some(line) = place
            .parse::<u64>()
            .ok()
            .and_then(|line| line.checked_sub(1))
        else {
            return vec![Told::Not(
                "Type the number of a line, or a path: `/Collection/0/Name` or `.Collection[0].Name`"
                    .to_owned(),
            )];
        };
        let (view, text) = (self.view(), self.text());
        let at = match view {
            View::Pretty => {
                let last = text.structure.lines().saturating_sub(1);
                text.structure
                    .line_start(text.source, line.min(last))
                    .map(|start| text.begins(start.at))
            }
            View::Raw => self.raw.as_ref().and_then(|raw| {
                let last = raw.lines().saturating_sub(1);
                raw.line_start(text.source, line.min(last))
            }),
            View::Table => {
                let rows = self.table.as_ref().map_or(0, Table::rows);
                return vec![Told::Placed(view, line.min(rows.saturating_sub(1)))];
            }
        };
        self.wanted = at;
        self.placed()
    }

    /// The same place in another view.
    pub(super) fn turn(&mut self, view: View) -> Vec<Told> {
        let at = self.here();
        if let Some(show) = &mut self.show {
            *show = Show {
                view,
                first: 0,
                cursor: 0,
                ..*show
            };
        }
        self.index_rows();
        self.wanted = (at > 0).then_some(at);
        self.anchor = self.wanted;
        self.unreported = 1;
        let mut told = self.rows_again();
        told.extend(self.placed());
        told
    }

    pub(super) fn arrange(&mut self, arrangement: Arrangement) -> Vec<Told> {
        self.arrangement = arrangement.clone();
        if let Some(table) = &mut self.table {
            table.arrange(arrangement);
        }
        let mut told = self.rows_again();
        told.push(self.status());
        told
    }

    /// Goes on with the table, while it is shown; says whether there was anything to do.
    pub(super) fn table_on(&mut self) -> bool {
        if self.asked_view() != View::Table || self.no_table {
            return false;
        }
        if self.table.is_none() {
            if !self.is_laid_out() {
                self.no_table = self.content != super::Content::Unknown;
                return self.no_table;
            }
            self.table = Table::of(self.text());
            let Some(table) = &mut self.table else {
                self.no_table = self.structure.is_complete();
                return self.no_table;
            };
            table.arrange(self.arrangement.clone());
        }
        let Some(mut table) = self.table.take() else {
            return false;
        };
        let ended = self.structure.is_complete();
        let does = table.advance(self.text(), &self.mask, ended);
        let sorted = does && !table.sorts();
        self.table = Some(table);
        self.lacks_rows |= sorted;
        does
    }
}
