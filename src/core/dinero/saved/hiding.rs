//! Variables in the place of secrets, named after what they stood behind.

use crate::core::dinero::masked::{Place, without_marks};
use std::collections::BTreeMap;

/// A secret in whose place a variable was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// Where it stood: `the header field Authorization`.
    pub place: String,
    /// The name of the variable.
    pub variable: String,
}

/// Puts variables in the place of secrets.
#[derive(Default)]
pub(super) struct Hiding {
    /// The variable of each mark.
    variables: BTreeMap<String, String>,
    /// What was hidden so far.
    pub(super) hidden: Vec<Hidden>,
}

impl Hiding {
    /// A masked text with variables in the place of its marks.
    pub(super) fn hide(&mut self, place: Place<'_>, text: &str) -> String {
        without_marks(text, &mut |before, mark| {
            let name = match place {
                Place::Parameter(name) => name.to_owned(),
                Place::Header(name) => name.to_ascii_lowercase(),
                Place::Path | Place::Name | Place::Body(_) | Place::File => name_before(before),
            };
            let variable = self.variable(&name, mark);
            let hidden = Hidden {
                place: place.words(),
                variable: variable.clone(),
            };
            if !self.hidden.contains(&hidden) {
                self.hidden.push(hidden);
            }
            format!("{{{{{variable}}}}}")
        })
    }

    /// The variable for a mark: named so, unless another one is.
    fn variable(&mut self, name: &str, mark: &str) -> String {
        if let Some(variable) = self.variables.get(mark) {
            return variable.clone();
        }
        let fits = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let name: String = name.chars().filter(fits).take(50).collect();
        let name = if name.is_empty() { "secret" } else { &name };
        let taken = |name: &String| self.variables.values().any(|it| it == name);
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let names = std::iter::once(name.to_owned()).chain(numbered);
        let mut free = names.filter(|name| !taken(name));
        // Numbers do not end before the marks do.
        let variable = free.next().unwrap_or_default();
        self.variables.insert(mark.to_owned(), variable.clone());
        variable
    }
}

/// The name that stands before a value: `"password": "`, `access_token=`.
fn name_before(before: &str) -> String {
    let of_a_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let end = before.trim_end_matches(|letter: char| {
        letter.is_whitespace() || matches!(letter, '"' | '\'' | ':' | '=' | '\\')
    });
    let start = end.rfind(|letter| !of_a_name(letter)).map_or(0, |at| {
        at + end[at..].chars().next().map_or(0, char::len_utf8)
    });
    end[start..].to_owned()
}
