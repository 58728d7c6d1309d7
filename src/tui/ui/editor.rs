//! One text that is typed for a profile, judged with every key.

use super::popup::field;
use super::shelf::EntryId;
use crate::core::profile::check;
use crate::core::profile::edit::{FIELDS, judge};
use crate::core::profile::is_placeholder;
use ratatui_textarea::TextArea;

/// What is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// The value of a key.
    Field(&'static str),
    /// The name of a profile that is to be made.
    NewName,
    /// The name under which a profile is copied.
    CopyName,
    /// The name under which what was typed is saved, because the file was changed outside.
    OtherName,
    /// The environment variable that holds the secret.
    Variable,
    /// The program that prints the secret.
    Program,
    /// The secret itself, for the keyring.
    Secret,
    /// The name of a scope set that is to be made.
    SetName,
    /// The scopes of a set.
    SetScopes(String),
}

/// The field with what it is for and how it is judged.
#[derive(Debug)]
pub struct Editor {
    /// What is typed.
    pub typed: Typed,
    /// The profile it is for.
    pub entry: Option<EntryId>,
    /// The field.
    pub field: TextArea<'static>,
    /// Names that are taken, each with its place.
    pub taken: Vec<(String, String)>,
    /// What is wrong with what stands in the field.
    pub trouble: Option<String>,
    /// Whether anything was typed yet: before, an empty field is no mistake.
    pub touched: bool,
}

impl Editor {
    /// A field that holds `text`.
    pub fn new(typed: Typed, entry: Option<EntryId>, text: &str) -> Self {
        let example = match &typed {
            Typed::Field(key) => FIELDS.iter().find(|field| field.key == *key),
            Typed::SetScopes(_) => FIELDS.iter().find(|field| field.key == "scopes"),
            _ => None,
        };
        let example = match &typed {
            Typed::NewName | Typed::CopyName | Typed::OtherName => "acme-dev",
            Typed::Variable => "ACME_SECRET",
            Typed::Program => "pass acme/secret",
            Typed::SetName => "read-only",
            Typed::Secret => "",
            Typed::Field(_) | Typed::SetScopes(_) => {
                example.map(|field| field.example).unwrap_or_default()
            }
        };
        let mut area = field(example);
        if typed == Typed::Secret {
            area.set_mask_char('•');
            area.set_max_histories(0);
        }
        // A placeholder is there to be replaced, not to be edited.
        if !is_placeholder(text) {
            area.insert_str(text);
        }
        let mut editor = Self {
            typed,
            entry,
            field: area,
            taken: Vec::new(),
            trouble: None,
            touched: false,
        };
        editor.judge();
        editor
    }

    /// What stands in the field.
    pub fn text(&self) -> String {
        self.field.lines().concat().trim().to_owned()
    }

    /// What was typed has changed.
    pub fn changed(&mut self) {
        self.touched = true;
        self.judge();
    }

    /// Takes a paste: its first line, for a profile has no value of several.
    pub fn paste(&mut self, text: &str) {
        let line = text.trim().lines().next().unwrap_or_default();
        self.field.insert_str(line.trim());
        self.changed();
    }

    /// Judges what stands in the field.
    pub fn judge(&mut self) {
        let text = self.text();
        let verdict = match &self.typed {
            Typed::Field(key) => judge(key, &text),
            Typed::NewName | Typed::CopyName | Typed::OtherName => self.judge_name(&text),
            Typed::Variable => judge("client_secret", &format!("env {text}")),
            Typed::Program if text.is_empty() => {
                Err("expected a program with its arguments".to_owned())
            }
            Typed::Program => judge("client_secret", &format!("command {text}")),
            Typed::Secret => Ok(()),
            Typed::SetName => self.judge_set(&text),
            Typed::SetScopes(_) if text.is_empty() => Ok(()),
            Typed::SetScopes(_) => judge("scopes", &text),
        };
        self.trouble = verdict.err();
    }

    /// What is wrong, as it is shown: nothing about a field that nobody touched.
    pub fn shown_trouble(&self) -> Option<&str> {
        let silent = self.text().is_empty() && !self.touched;
        self.trouble.as_deref().filter(|_| !silent)
    }

    fn judge_name(&self, name: &str) -> Result<(), String> {
        if name.is_empty() {
            return Err("expected a name".to_owned());
        }
        let bad = "expected letters, digits, `-`, `_` and `.`, a letter or digit first, 64 at most";
        check::name(name).map_err(|_| bad.to_owned())?;
        match self.taken.iter().find(|(taken, _)| taken == name) {
            Some((_, place)) => Err(format!("is taken: {place}")),
            None => Ok(()),
        }
    }

    fn judge_set(&self, name: &str) -> Result<(), String> {
        if name.is_empty() {
            return Err("expected a name".to_owned());
        }
        if self.taken.iter().any(|(taken, _)| taken == name) {
            return Err("there is a set of that name".to_owned());
        }
        judge(
            "scope_sets",
            &crate::core::profile::edit::sets_text(&[(name.to_owned(), vec!["openid".to_owned()])]),
        )
    }
}
