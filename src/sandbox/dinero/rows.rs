//! Rows of JSON written by hand: names and raw values in order.
//!
//! Dinero writes `18750.00`; a number type would make `18750.0` of it, and the raw text is what is shown.

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;

/// The most that an object may have in it. No model has a tenth of it.
const MOST_MEMBERS: usize = 1000;

/// A value as it stands in the JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell(String);

impl Cell {
    /// A text.
    pub(super) fn from_text(text: &str) -> Self {
        Self(Value::from(text).to_string())
    }

    /// Nothing.
    pub(super) fn null() -> Self {
        Self("null".to_owned())
    }

    /// A text, or null.
    pub(super) fn from_option(text: Option<&str>) -> Self {
        text.map_or_else(Self::null, Self::from_text)
    }

    /// JSON as it was written.
    pub(super) fn from_json(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A truth value.
    pub(super) fn from_bool(value: bool) -> Self {
        Self(value.to_string())
    }

    /// A whole number.
    pub(super) fn from_number(number: u32) -> Self {
        Self(number.to_string())
    }

    /// An amount in øre, written in kroner with two decimals.
    pub(super) fn from_ore(ore: i64) -> Self {
        let (sign, ore) = (if ore < 0 { "-" } else { "" }, ore.unsigned_abs());
        Self(format!("{sign}{}.{:02}", ore / 100, ore % 100))
    }

    /// A row inside a row.
    pub(super) fn from_row(row: &Row) -> Self {
        Self(object(row))
    }

    /// Rows inside a row.
    pub(super) fn from_rows(rows: &[Row]) -> Self {
        Self(array(rows.iter().map(object)))
    }

    /// The rows of an array of objects; none of anything else.
    pub(super) fn rows(&self) -> Vec<Row> {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// As it is written.
    pub(super) fn json(&self) -> &str {
        &self.0
    }

    /// Whether it is nothing.
    pub(super) fn is_null(&self) -> bool {
        self.0 == "null"
    }

    /// What filters and sorting compare: a text without its quotes, anything else as written.
    pub(super) fn text(&self) -> String {
        match serde_json::from_str(&self.0) {
            Ok(Value::String(text)) => text,
            Ok(Value::Null) => String::new(),
            _ => self.0.clone(),
        }
    }

    /// The number, when it is one.
    pub(super) fn number(&self) -> Option<f64> {
        self.0.parse().ok()
    }
}

/// Named values in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row(Vec<(String, Cell)>);

impl Row {
    /// With one value more.
    pub(super) fn with(mut self, name: &str, cell: Cell) -> Self {
        self.0.push((name.to_owned(), cell));
        self
    }

    /// The value of that name, in whatever case it is typed.
    pub(super) fn cell(&self, name: &str) -> Option<&Cell> {
        let pair = self
            .0
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name));
        pair.map(|(_, cell)| cell)
    }

    /// A value's text; of one that is not there an empty one.
    pub(super) fn text(&self, name: &str) -> String {
        self.cell(name).map(Cell::text).unwrap_or_default()
    }

    /// Whether a value is there and is not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.cell(name).is_some_and(|cell| !cell.is_null())
    }

    /// Whether a value is that text, in whatever case: ids are compared so.
    pub(super) fn is(&self, name: &str, text: &str) -> bool {
        self.cell(name)
            .is_some_and(|cell| cell.text().eq_ignore_ascii_case(text))
    }

    /// The rows inside a value.
    pub(super) fn rows(&self, name: &str) -> Vec<Self> {
        self.cell(name).map(Cell::rows).unwrap_or_default()
    }

    /// Puts a value in place of the one of that name, or behind all others.
    pub(super) fn set(&mut self, name: &str, cell: Cell) {
        let own = self
            .0
            .iter_mut()
            .find(|(own, _)| own.eq_ignore_ascii_case(name));
        match own {
            Some((_, old)) => *old = cell,
            None => self.0.push((name.to_owned(), cell)),
        }
    }

    /// Only these values, those that are there.
    pub(super) fn only(&self, names: &[&str]) -> Self {
        let cells = names.iter().filter_map(|name| {
            let cell = self.cell(name)?;
            Some(((*name).to_owned(), cell.clone()))
        });
        Self(cells.collect())
    }

    /// Takes over the values of another row.
    pub(super) fn take_over(&mut self, other: &Self) {
        for (name, cell) in &other.0 {
            self.set(name, cell.clone());
        }
    }

    /// Leaves a value out.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self
    }

    /// Its values in order.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&str, &Cell)> {
        self.0.iter().map(|(name, cell)| (name.as_str(), cell))
    }

    /// How many bytes it takes, about.
    pub(super) fn size(&self) -> usize {
        self.0
            .iter()
            .map(|(name, cell)| name.len() + cell.0.len() + 48)
            .sum()
    }

    /// Only these values, under the names as they were typed; null where one is not there.
    pub(super) fn picked(&self, names: &[String]) -> Self {
        let cells = names.iter().map(|name| {
            (
                name.clone(),
                self.cell(name).map_or_else(Cell::null, Cell::clone),
            )
        });
        Self(cells.collect())
    }
}

impl<'de> Deserialize<'de> for Row {
    /// From a JSON object, its values as they are written. A name that stands twice counts as it stands last,
    /// as it does for .NET.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Row;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Row, A::Error> {
                let mut row = Row::default();
                while let Some((name, value)) = members.next_entry::<String, Box<RawValue>>()? {
                    if row.0.len() == MOST_MEMBERS {
                        let why = format!("an object with more than {MOST_MEMBERS} members");
                        return Err(A::Error::custom(why));
                    }
                    row.set(&name, Cell(value.get().to_owned()));
                }
                Ok(row)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A row as a JSON object.
pub(super) fn object(row: &Row) -> String {
    let members: Vec<String> = row
        .0
        .iter()
        .map(|(name, cell)| format!("{}:{}", Value::from(name.as_str()), cell.0))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// JSON texts as a JSON array.
pub(super) fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}
