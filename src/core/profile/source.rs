//! A profile file as TOML with its lines, and the problems found in it so far; a saved request is read by it too.
//!
//! Reading goes on after a problem: a person who mends a file wants all of them at once.

use crate::core::profile::ProfileProblem;
use crate::core::profile::check::Checked;
use crate::core::profile::keys::{facts, has_keys_below, suggestion};
use toml_edit::{Document, Item, TableLike};

/// The file and what was found in it.
pub(in crate::core) struct Source<'a> {
    text: &'a str,
    root: &'a dyn TableLike,
    pub(in crate::core) problems: Vec<ProfileProblem>,
    pub(in crate::core) warnings: Vec<ProfileProblem>,
}

/// What is wrong when the file is no TOML. The line at fault is named and not quoted: it may hold a
/// secret.
pub(in crate::core) fn parse(text: &str) -> Result<Document<&str>, ProfileProblem> {
    Document::parse(text).map_err(|error| ProfileProblem {
        key: String::new(),
        line: error.span().map(|span| line_of(text, span.start)),
        message: format!("is not TOML: {}", error.message().replace('\n', ", ")),
    })
}

impl<'a> Source<'a> {
    /// A parsed file, nothing found in it yet.
    pub(in crate::core) fn new(text: &'a str, root: &'a dyn TableLike) -> Self {
        Self {
            text,
            root,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Notes a problem with a key.
    pub(in crate::core) fn problem(&mut self, key: &str, message: impl Into<String>) {
        let line = self.line(key);
        self.problems.push(ProfileProblem {
            key: key.to_owned(),
            line,
            message: message.into(),
        });
    }

    /// Notes what is worth saying of a key.
    pub(in crate::core) fn warning(&mut self, key: &str, message: impl Into<String>) {
        let line = self.line(key);
        self.warnings.push(ProfileProblem {
            key: key.to_owned(),
            line,
            message: message.into(),
        });
    }

    /// Refuses every key that is unknown or has no effect yet.
    pub(super) fn refuse_strangers(&mut self) {
        let root = self.root;
        self.refuse_strangers_in("", root);
    }

    fn refuse_strangers_in(&mut self, above: &str, table: &'a dyn TableLike) {
        for (name, item) in table.iter() {
            let dotted = if above.is_empty() {
                name.to_owned()
            } else {
                format!("{above}.{name}")
            };
            // A quoted key with a dot in it is none of ours, whatever it spells.
            let known = facts(&dotted).filter(|_| !name.contains('.'));
            match known {
                Some(facts) if !facts.supported => {
                    self.problem_at(above, name, &dotted, "is not supported yet: leave it out");
                }
                _ if has_keys_below(&dotted) && !name.contains('.') => match item.as_table_like() {
                    Some(below) => self.refuse_strangers_in(&dotted, below),
                    None if known.is_none() => {
                        let message = format!("expected a table, `[{dotted}]`");
                        self.problem_at(above, name, &dotted, &message);
                    }
                    None => {}
                },
                Some(_) => {}
                None => {
                    let message = format!("is not a known key: {}", suggestion(&dotted));
                    self.problem_at(above, name, &dotted, &message);
                }
            }
        }
    }

    /// Notes a problem with a key that may hold dots itself.
    pub(in crate::core) fn problem_at(
        &mut self,
        above: &str,
        name: &str,
        dotted: &str,
        message: &str,
    ) {
        let line = self
            .table(above)
            .and_then(|table| table.key(name))
            .and_then(toml_edit::Key::span)
            .map(|span| line_of(self.text, span.start));
        self.problems.push(ProfileProblem {
            key: dotted.to_owned(),
            line,
            message: message.to_owned(),
        });
    }

    /// What stands behind a dotted key.
    pub(in crate::core) fn item(&self, dotted: &str) -> Option<&'a Item> {
        let (above, name) = dotted.rsplit_once('.').unwrap_or(("", dotted));
        self.table(above)?.get(name)
    }

    /// What stands at a place of the file.
    pub(in crate::core) fn at(&self, place: std::ops::Range<usize>) -> Option<&'a str> {
        self.text.get(place)
    }

    fn table(&self, dotted: &str) -> Option<&'a dyn TableLike> {
        if dotted.is_empty() {
            return Some(self.root);
        }
        dotted
            .split('.')
            .try_fold(self.root, |table, name| table.get(name)?.as_table_like())
    }

    /// The line of a key, when it stands in the file.
    fn line(&self, dotted: &str) -> Option<usize> {
        let (above, name) = dotted.rsplit_once('.').unwrap_or(("", dotted));
        let table = self.table(above)?;
        let span = table
            .key(name)
            .and_then(toml_edit::Key::span)
            .or_else(|| table.get(name).and_then(Item::span))?;
        Some(line_of(self.text, span.start))
    }

    /// The text behind a key, judged. `None` when it is absent or wrong; the latter is noted.
    pub(in crate::core) fn text<T>(
        &mut self,
        key: &str,
        check: impl FnOnce(&str) -> Checked<T>,
    ) -> Option<T> {
        let item = self.item(key)?;
        let Some(text) = item.as_str() else {
            self.problem(key, format!("is {}: expected text in quotes", kind(item)));
            return None;
        };
        match check(text) {
            Ok(value) => Some(value),
            Err(message) => {
                self.problem(key, message);
                None
            }
        }
    }

    /// As [`Self::text`]; its absence is a problem too.
    pub(super) fn required<T>(
        &mut self,
        key: &str,
        expected: &str,
        check: impl FnOnce(&str) -> Checked<T>,
    ) -> Option<T> {
        if self.item(key).is_none() {
            self.problem(key, format!("is missing: expected {expected}"));
            return None;
        }
        self.text(key, check)
    }

    /// Whether a key says `true`; nothing else makes sense for it.
    pub(super) fn truth(&mut self, key: &str) -> bool {
        let is_true = self.item(key).and_then(Item::as_bool) == Some(true);
        if !is_true {
            self.problem(key, "expected `true`");
        }
        is_true
    }

    /// A table of lists, in the order of the file; each name and each text judged, no list empty.
    pub(super) fn lists<T>(
        &mut self,
        key: &str,
        check_name: impl Fn(&str) -> Checked<()>,
        check: impl Fn(&str) -> Checked<T>,
    ) -> Vec<(String, Vec<T>)> {
        let Some(item) = self.item(key) else {
            return Vec::new();
        };
        let Some(table) = item.as_table_like() else {
            let message = format!(
                "is {}: expected a table, `{{ name = [\"…\"] }}`",
                kind(item)
            );
            self.problem(key, message);
            return Vec::new();
        };
        let mut lists = Vec::new();
        for (name, item) in table.iter() {
            let dotted = format!("{key}.{name}");
            if let Err(message) = check_name(name) {
                self.problem_at(key, name, &dotted, &message);
                continue;
            }
            let before = self.problems.len();
            let values = self.list(&dotted, &check);
            if item.as_array().is_some_and(toml_edit::Array::is_empty) {
                self.problem(&dotted, "is empty: expected at least one");
            }
            if self.problems.len() == before {
                lists.push((name.to_owned(), values));
            }
        }
        lists
    }

    /// The texts of a list, each judged; problems name the line of the text itself.
    pub(super) fn list<T>(&mut self, key: &str, check: impl Fn(&str) -> Checked<T>) -> Vec<T> {
        let Some(item) = self.item(key) else {
            return Vec::new();
        };
        let Some(array) = item.as_array() else {
            let message = match item.as_str() {
                Some(text) => format!("is text: expected a list, `[{}]`", quoted(text)),
                None => format!("is {}: expected a list of texts", kind(item)),
            };
            self.problem(key, message);
            return Vec::new();
        };
        let mut values = Vec::new();
        for value in array {
            let checked = match value.as_str() {
                Some(text) => check(text),
                None => Err(format!(
                    "holds {}: expected text in quotes",
                    value.type_name()
                )),
            };
            match checked {
                Ok(value) => values.push(value),
                Err(message) => self.problems.push(ProfileProblem {
                    key: key.to_owned(),
                    line: value.span().map(|span| line_of(self.text, span.start)),
                    message,
                }),
            }
        }
        values
    }

    /// A table of further parameters; numbers and booleans are taken as they are written.
    pub(super) fn parameters(&mut self, key: &str, taken: &[&str]) -> Vec<(String, String)> {
        let Some(item) = self.item(key) else {
            return Vec::new();
        };
        let Some(table) = item.as_table_like() else {
            let message = format!(
                "is {}: expected a table, `{{ name = \"value\" }}`",
                kind(item)
            );
            self.problem(key, message);
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, item) in table.iter() {
            let dotted = format!("{key}.{name}");
            let value = item
                .as_str()
                .map(str::to_owned)
                .or_else(|| item.as_integer().map(|number| number.to_string()))
                .or_else(|| item.as_bool().map(|truth| truth.to_string()));
            let message = match value {
                _ if name.is_empty() => "is empty: expected the name of a parameter".to_owned(),
                _ if taken.contains(&name) => {
                    "is sent already: change it where it has a key of its own".to_owned()
                }
                Some(value) => {
                    pairs.push((name.to_owned(), value));
                    continue;
                }
                None => format!("is {}: expected text in quotes", kind(item)),
            };
            self.problem_at(key, name, &dotted, &message);
        }
        pairs
    }
}

/// What an item is, in words.
pub(in crate::core) fn kind(item: &Item) -> &'static str {
    match item.type_name() {
        "string" => "text",
        "integer" | "float" => "a number",
        "boolean" => "true or false",
        "datetime" => "a date",
        "array" | "array of tables" => "a list",
        "table" | "inline table" => "a table",
        _ => "nothing",
    }
}

/// The words of a text as a TOML list would hold them.
fn quoted(text: &str) -> String {
    let words: Vec<String> = text
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\""))
        .collect();
    words.join(", ")
}

/// The line of an offset, counted from 1.
fn line_of(text: &str, offset: usize) -> usize {
    1 + text.get(..offset).unwrap_or(text).matches('\n').count()
}
