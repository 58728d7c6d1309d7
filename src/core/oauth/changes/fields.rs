//! The fields of the token request as rows: switched off, given another value, added, taken back.

use super::{Changes, set};
use crate::core::oauth::row_changes::RowChanges;
use crate::core::secret::Secret;

/// What a user changes about the fields.
pub type FieldChanges = RowChanges<Secret>;

/// A field as the screen shows it: sent or left out, changed or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRow {
    /// The protocol word.
    pub name: String,
    /// What is sent, or would be.
    pub value: Secret,
    /// Whether it is sent.
    pub sent: bool,
    /// Its value without a change of this kind; `None` for one that was added.
    pub own: Option<Secret>,
    /// Its place among those that were added.
    pub added: Option<usize>,
}

impl FieldRow {
    /// Whether it differs from what it is by itself.
    pub fn is_changed(&self) -> bool {
        self.added.is_some() || !self.sent || self.own.as_ref() != Some(&self.value)
    }
}

impl FieldChanges {
    /// The same with another value for a row, or with the row left out.
    #[must_use]
    pub fn with(&self, row: &FieldRow, value: Option<Secret>) -> Self {
        match row.added {
            Some(place) => self.with_place(place, value),
            None => self.with_row(&row.name, row.own.as_ref(), value),
        }
    }

    /// Every row, of fields as they are without these changes.
    pub fn rows_of(&self, own: &[(String, String)]) -> Vec<FieldRow> {
        let mut rows: Vec<FieldRow> = own
            .iter()
            .map(|(name, value)| {
                let own = Secret::new(value.as_str());
                let change = self.rows.iter().find(|(known, _)| known == name);
                let (value, sent) = match change {
                    None => (own.clone(), true),
                    Some((_, Some(other))) => (other.clone(), true),
                    Some((_, None)) => (own.clone(), false),
                };
                FieldRow {
                    name: name.clone(),
                    value,
                    sent,
                    own: Some(own),
                    added: None,
                }
            })
            .collect();
        rows.extend(
            self.added
                .iter()
                .enumerate()
                .map(|(place, (name, value))| FieldRow {
                    name: name.clone(),
                    value: value.clone(),
                    sent: true,
                    own: None,
                    added: Some(place),
                }),
        );
        rows
    }

    /// The fields with these changes made to them.
    pub(super) fn apply(&self, fields: &mut Vec<(String, String)>) {
        for (name, value) in &self.rows {
            match value {
                Some(value) => set(fields, name, value.expose()),
                None => fields.retain(|(known, _)| known != name),
            }
        }
        let added = self.added.iter();
        fields.extend(added.map(|(name, value)| (name.clone(), value.expose().to_owned())));
    }

    /// In a few words, for the transcript.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        let rows = self.rows.iter().map(|(name, value)| match value {
            Some(_) => format!("other {name}"),
            None => format!("no {name}"),
        });
        let added = self.added.iter().map(|(name, _)| format!("added {name}"));
        rows.chain(added)
    }
}

impl Changes {
    /// The same without what is changed about single fields.
    #[must_use]
    pub fn without_fields(&self) -> Self {
        Self {
            fields: FieldChanges::NONE,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![pair("grant_type", "authorization_code"), pair("code", "c")]
    }

    fn sent(changes: &FieldChanges) -> Vec<(String, String)> {
        let mut fields = own();
        changes.apply(&mut fields);
        fields
    }

    #[test]
    fn a_field_is_left_out_changed_added_and_taken_back() {
        let none = FieldChanges::default();
        let rows = none.rows_of(&own());
        assert!(rows.iter().all(|row| row.sent && !row.is_changed()));
        let off = none.with(&rows[1], None);
        assert_eq!(sent(&off).len(), 1);
        assert!(off.rows_of(&own())[1].is_changed());
        let again = off.with(&off.rows_of(&own())[1], Some(Secret::new("c")));
        assert!(again.is_empty(), "as it was");
        let other = none.with(&rows[0], Some(Secret::new("refresh_token")));
        assert_eq!(sent(&other)[0].1, "refresh_token");
        let twice = none.with_added("code", Secret::new("d"));
        assert_eq!(sent(&twice)[2], ("code".to_owned(), "d".to_owned()));
        let row = &twice.rows_of(&own())[2];
        assert!(row.is_changed());
        assert_eq!(sent(&twice.with(row, Some(Secret::new("e"))))[2].1, "e");
        assert!(twice.with(row, None).is_empty());
        let words: Vec<String> = off.with_added("scope", Secret::new("x")).words().collect();
        assert_eq!(words, ["no code", "added scope"]);
    }
}
