//! What a user changes about named rows: parameters of the link, fields of the exchange.

use serde::{Deserialize, Serialize};

/// Changes of rows whose values are `V`; none by default. They hold for one run only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowChanges<V> {
    /// Rows by name: another value, or `None` where one is switched off.
    pub rows: Vec<(String, Option<V>)>,
    /// Rows that were added behind the others; a name may stand there that stands already.
    pub added: Vec<(String, V)>,
}

impl<V> Default for RowChanges<V> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<V> RowChanges<V> {
    /// No change at all.
    pub const NONE: Self = Self {
        rows: Vec::new(),
        added: Vec::new(),
    };

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.added.is_empty()
    }
}

impl<V: Clone + PartialEq> RowChanges<V> {
    /// The same with a further row.
    #[must_use]
    pub fn with_added(&self, name: &str, value: impl Into<V>) -> Self {
        let mut changes = self.clone();
        changes.added.push((name.to_owned(), value.into()));
        changes
    }

    /// The same with another value for a row of its own, or with the row switched off; `own` is what it is by itself,
    /// which is no change.
    #[must_use]
    pub fn with_row(&self, name: &str, own: Option<&V>, value: Option<V>) -> Self {
        let mut changes = self.clone();
        changes.rows.retain(|(known, _)| known != name);
        if own != value.as_ref() {
            changes.rows.push((name.to_owned(), value));
        }
        changes
    }

    /// The same with another value for the row that was added in that place, or without it.
    pub(super) fn with_place(&self, place: usize, value: Option<V>) -> Self {
        let mut changes = self.clone();
        match value {
            Some(value) => {
                if let Some((_, kept)) = changes.added.get_mut(place) {
                    *kept = value;
                }
            }
            None if place < changes.added.len() => drop(changes.added.remove(place)),
            None => {}
        }
        changes
    }
}
