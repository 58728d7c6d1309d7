//! Rows of JSON written by hand: names and raw values in order.
//!
//! Dinero writes `18750.00`; a number type would make `18750.0` of it, and the raw text is what is shown.

use serde_json::Value;

/// A value as it stands in the JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell(String);

impl Cell {
    /// A text.
    pub(super) fn from_text(text: &str) -> Self {
        Self(Value::from(text).to_string())
    }

    /// A text, or null.
    pub(super) fn from_option(text: Option<&str>) -> Self {
        text.map_or_else(|| Self("null".to_owned()), Self::from_text)
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
        Self(format!("{}.{:02}", ore / 100, ore % 100))
    }

    /// A row inside a row.
    pub(super) fn from_row(row: &Row) -> Self {
        Self(object(row))
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

    /// Only these values, under the names as they were typed.
    pub(super) fn picked(&self, names: &[String]) -> Self {
        let cells = names
            .iter()
            .filter_map(|name| Some((name.clone(), self.cell(name)?.clone())));
        Self(cells.collect())
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
