//! An array of objects as a table: items are rows, members are columns.

mod cells;

use super::ask::{Arrangement, TableStatus};
use super::place::{Text, jq};
use super::rows::{Column, Kind, Row, Window};
use super::structure::{BLOCK, Mold};
use crate::core::wire::redact::Mask;
use crate::core::wire::source::piece;
use cells::{Key, cell, compare, key, members, nothing};

/// Items between two places that are remembered.
const STRIDE: u64 = 64;

/// Blocks that are gone over at a time.
const BLOCKS: usize = 64;

/// Items whose members are the columns.
const LOOKED_AT: u64 = 500;

/// Most columns.
const COLUMNS: usize = 200;

/// Most bytes of an item that are read.
const ITEM: usize = 32 * 1024;

/// Widest column that is as wide as what stands in it.
const WIDEST: usize = 200;

/// Most rows that are sorted.
const SORTED: u64 = 1_000_000;

/// Rows that are read for sorting at a time.
const KEYS: u64 = 256;

/// Members of the top value among which the array is looked for.
const MEMBERS: usize = 50;

/// The table of a body.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Where the array opens; none where each line of the text is an item.
    opened: Option<u64>,
    /// Brackets that are open around an item.
    within: u32,
    path: String,
    /// Where each [`STRIDE`]th item begins.
    places: Vec<u64>,
    rows: u64,
    /// The block that comes next.
    block: usize,
    complete: bool,
    columns: Vec<Column>,
    looked_at: u64,
    arrangement: Arrangement,
    /// Rows in the order of the sorted column.
    order: Option<Vec<u32>>,
    keys: Vec<(Key, u32)>,
}

impl Table {
    /// The table of a text, where it has one; it may also be too early to tell.
    pub(super) fn of(text: Text<'_>) -> Option<Self> {
        let top = text.begins(0);
        if !text.structure.is_many() {
            return Self::of_value(text, top);
        }
        // Whether one value came or several is known when all of them are there.
        if !text.structure.is_complete() {
            return None;
        }
        let list = text.is_one_value(top).then(|| Self::of_value(text, top));
        let is_object = piece(text.source, top, 1) == b"{";
        let objects = || is_object.then(|| Self::at(None, 0, ".".to_owned()));
        list.flatten().or_else(objects)
    }

    /// The table of a value: of the list that it is, or of the first that it has.
    fn of_value(text: Text<'_>, top: u64) -> Option<Self> {
        let opens = |at: u64, bytes: &[u8]| piece(text.source, at, 1) == bytes;
        let is_list = |at: u64| {
            let first = text.first_child(at);
            opens(at, b"[") && first.is_some_and(|first| opens(first, b"{"))
        };
        if is_list(top) {
            return Some(Self::at(Some(top), 1, ".".to_owned()));
        }
        if !opens(top, b"{") {
            return None;
        }
        let mut member = text.first_child(top)?;
        for _ in 0..MEMBERS {
            let value = text.value_of(member)?;
            if is_list(value) {
                let path = text.path(value).map(|path| jq(&path));
                return Some(Self::at(Some(value), 2, path.unwrap_or_default()));
            }
            let mut next = None;
            text.commas_within(top, 0, 0, |comma| {
                next = (comma > member).then_some(comma);
                next.is_none()
            });
            member = text.begins(next? + 1);
        }
        None
    }

    fn at(opened: Option<u64>, within: u32, path: String) -> Self {
        Self {
            opened,
            within,
            path,
            places: Vec::new(),
            rows: 0,
            block: usize::try_from(opened.unwrap_or(0) / BLOCK as u64).unwrap_or(usize::MAX),
            complete: false,
            columns: Vec::new(),
            looked_at: 0,
            arrangement: Arrangement::default(),
            order: None,
            keys: Vec::new(),
        }
    }

    /// Rows that are known by now.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether all rows are known.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether rows are still being sorted.
    pub(super) fn sorts(&self) -> bool {
        self.arrangement.sort.is_some() && self.order.is_none() && self.rows <= SORTED
    }

    pub(super) fn status(&self) -> TableStatus {
        TableStatus {
            none: None,
            path: self.path.clone(),
            rows: self.rows,
            columns: self
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect(),
            sorts: self.sorts(),
        }
    }

    /// Goes on over some blocks, or reads some rows for sorting; says whether there was anything to do.
    pub(super) fn advance(&mut self, text: Text<'_>, mask: &Mask, ended: bool) -> bool {
        if !self.complete {
            // The last block may still become fuller.
            let known = if ended {
                text.structure.blocks()
            } else {
                text.structure.blocks().saturating_sub(1)
            };
            let to = known.min(self.block + BLOCKS);
            if self.block < to {
                for block in self.block..to {
                    self.take(text, block);
                }
                self.block = to;
                self.look(text, mask);
                return true;
            }
            if !ended {
                return false;
            }
            self.complete = true;
            self.look(text, mask);
            return true;
        }
        self.sort_on(text)
    }

    /// The items that begin in a block.
    fn take(&mut self, text: Text<'_>, block: usize) {
        if self.complete {
            return;
        }
        if self.rows == 0
            && let Some(first) = match self.opened {
                Some(opened) => text.first_child(opened),
                None => Some(0),
            }
        {
            self.item(first);
        }
        let within = self.within;
        let (least, commas) = text.structure.shallowest(block);
        if least > within || least == within && commas == 0 {
            return;
        }
        text.structure
            .walk(text.source, block, |place, open, mold| {
                match mold {
                    _ if self.opened.is_some_and(|opened| place <= opened) => {}
                    Mold::Comma if open == within => self.item(place + 1),
                    Mold::Close if open == within && within > 0 => {
                        self.complete = true;
                        return false;
                    }
                    _ => {}
                }
                true
            });
    }

    fn item(&mut self, at: u64) {
        if self.rows.is_multiple_of(STRIDE) {
            self.places.push(at);
        }
        self.rows += 1;
    }

    /// Where an item begins.
    fn place(&self, text: Text<'_>, row: u64) -> Option<u64> {
        if row >= self.rows {
            return None;
        }
        let near = *self.places.get(usize::try_from(row / STRIDE).ok()?)?;
        let left = row % STRIDE;
        if left == 0 {
            return Some(text.begins(near));
        }
        // As many commas further.
        let mut left = left;
        let mut found = None;
        let first = usize::try_from(near / BLOCK as u64).ok()?;
        for block in first..text.structure.blocks() {
            text.structure
                .walk(text.source, block, |place, open, mold| {
                    if place >= near && mold == Mold::Comma && open == self.within {
                        left -= 1;
                        found = (left == 0).then_some(place + 1);
                    }
                    found.is_none()
                });
            if found.is_some() {
                break;
            }
        }
        found.map(|at| text.begins(at))
    }

    /// The item that a byte stands in.
    pub(super) fn row_at(&self, text: Text<'_>, at: u64) -> u64 {
        let near = self
            .places
            .partition_point(|place| *place <= at)
            .saturating_sub(1);
        let mut row = near as u64 * STRIDE;
        while row + 1 < self.rows && self.place(text, row + 1).is_some_and(|begins| begins <= at) {
            row += 1;
        }
        match &self.order {
            Some(order) => {
                let found = order.iter().position(|item| u64::from(*item) == row);
                found.map_or(0, |row| row as u64)
            }
            None => row,
        }
    }

    /// The item in a row.
    pub(super) fn item_of(&self, row: u64) -> u64 {
        let sorted = self.order.as_ref().zip(usize::try_from(row).ok());
        let item = sorted.and_then(|(order, row)| order.get(row));
        item.map_or(row, |item| u64::from(*item))
    }

    /// Where the item of a row begins.
    pub(super) fn place_of(&self, text: Text<'_>, row: u64) -> Option<u64> {
        self.place(text, self.item_of(row))
    }

    /// The columns are those of the first items.
    fn look(&mut self, text: Text<'_>, mask: &Mask) {
        let to = self.rows.min(LOOKED_AT);
        for row in self.looked_at..to {
            let Some(at) = self.place(text, row) else {
                break;
            };
            let bytes = piece(text.source, at, ITEM);
            for (name, value) in members(&bytes) {
                let cell = cell(&bytes[value], &name, mask);
                let characters = cell.text.as_str().chars().count().min(WIDEST);
                let known = self.columns.iter_mut().find(|column| column.name == name);
                if let Some(column) = known {
                    column.widest = column.widest.max(characters);
                    column.numbers &= matches!(cell.kind, Kind::Number | Kind::Literal);
                } else if self.columns.len() < COLUMNS {
                    self.columns.push(Column {
                        widest: characters.max(name.chars().count()),
                        numbers: cell.kind == Kind::Number,
                        name,
                        sorted: None,
                    });
                }
            }
        }
        self.looked_at = self.looked_at.max(to);
    }

    /// Arranges it in another way.
    pub(super) fn arrange(&mut self, arrangement: Arrangement) {
        if arrangement.sort != self.arrangement.sort {
            self.order = None;
            self.keys.clear();
        }
        self.arrangement = arrangement;
    }

    /// Reads some more rows for sorting; sorts when all are read.
    fn sort_on(&mut self, text: Text<'_>) -> bool {
        let Some((name, descends)) = &self.arrangement.sort else {
            return false;
        };
        if self.order.is_some() || self.rows > SORTED || self.rows == 0 {
            return false;
        }
        let from = self.keys.len() as u64;
        let Some(mut at) = self.place(text, from.min(self.rows - 1)) else {
            return false;
        };
        for row in from..self.rows.min(from + KEYS) {
            if row > from {
                at = match self.place(text, row) {
                    Some(at) => at,
                    None => break,
                };
            }
            let bytes = piece(text.source, at, ITEM);
            let value = members(&bytes)
                .into_iter()
                .find(|(member, _)| member == name);
            let key = value.map_or(Key::Nothing, |(_, value)| key(&bytes[value]));
            self.keys
                .push((key, u32::try_from(row).unwrap_or(u32::MAX)));
        }
        if self.keys.len() as u64 == self.rows {
            let descends = *descends;
            let mut keys = std::mem::take(&mut self.keys);
            keys.sort_by(|(one, _), (other, _)| compare(one, other, descends));
            self.order = Some(keys.into_iter().map(|(_, row)| row).collect());
        }
        true
    }

    /// Rows from one on.
    pub(super) fn window(&self, text: Text<'_>, mask: &Mask, first: u64, count: usize) -> Window {
        let shown: Vec<Column> = self
            .columns
            .iter()
            .filter(|column| !self.arrangement.hidden.contains(&column.name))
            .map(|column| Column {
                sorted: self
                    .arrangement
                    .sort
                    .as_ref()
                    .filter(|(name, _)| *name == column.name && self.order.is_some())
                    .map(|(_, descends)| *descends),
                ..column.clone()
            })
            .collect();
        let mut rows = Vec::new();
        for number in first..self.rows.min(first.saturating_add(count as u64)) {
            let Some(at) = self.place_of(text, number) else {
                break;
            };
            let bytes = piece(text.source, at, ITEM);
            let members = members(&bytes);
            let cell_of = |column: &Column| {
                let value = members.iter().find(|(name, _)| *name == column.name);
                value.map_or_else(nothing, |(name, value)| {
                    cell(&bytes[value.clone()], name, mask)
                })
            };
            rows.push(Row {
                number: Some(self.item_of(number) + 1),
                at,
                words: shown.iter().map(cell_of).collect(),
                ..Row::default()
            });
        }
        Window {
            first,
            rows,
            total: self.rows,
            columns: shown,
        }
    }
}
