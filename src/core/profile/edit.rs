//! A profile file that is being edited: what a form shows of it, and the text it would be saved as.
//!
//! A draft keeps the text as it was and the changes apart; what would be saved is made of both, anew
//! with every change. So taking a change back gives the file byte for byte, and what was typed is
//! there even while it makes no sense: reading judges it, not writing.
//!
//! ```text
//!  the file's text ──┐
//!                    ├─▶ the text as it would be saved ──▶ read: profile, problems, warnings
//!  changes by key ───┘
//! ```

mod apply;
mod fields;
mod inline;
mod list;
mod place;
mod typed;

pub use fields::{FIELDS, FieldFacts, FieldKind, OWN_URLS};

use crate::core::profile::read::{read, secret_of};
use crate::core::profile::source::parse;
use crate::core::profile::{Origin, ProfileFile, ProfileProblem, SecretReference};
use toml_edit::{Document, TableLike};

/// A profile file under the hands of its user.
#[derive(Clone)]
pub struct Draft {
    name: String,
    origin: Origin,
    /// The file as it was.
    original: String,
    /// In the order they were made; at most one a key.
    changes: Vec<Change>,
    /// The file as it would be saved.
    text: String,
    /// `text`, read.
    file: ProfileFile,
    /// What the form shows, one for each of `FIELDS`, of `original` and of `text`.
    shown_before: Vec<Option<String>>,
    shown: Vec<Option<String>>,
}

#[derive(Clone)]
struct Change {
    key: &'static str,
    to: To,
}

#[derive(Clone)]
enum To {
    Typed(String),
    Secret(SecretReference),
}

impl std::fmt::Debug for Draft {
    /// Without the text, which may hold the secret.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Draft")
            .field("name", &self.name)
            .field("origin", &self.origin)
            .field("changed", &self.changed())
            .finish_non_exhaustive()
    }
}

impl Draft {
    /// Opens a file's text. The problem is that it is no TOML at all; then there is nothing that a form
    /// could show.
    pub fn open(name: &str, origin: Origin, text: &str) -> Result<Self, ProfileProblem> {
        parse(text)?;
        Ok(Self::of(name, origin, text))
    }

    /// A profile that has no file yet, made from a shipped file's text or from nothing. A template that
    /// is no TOML stays as it is.
    pub fn new(name: &str, template: &str) -> Self {
        Self::of(name, Origin::Memory, template)
    }

    fn of(name: &str, origin: Origin, text: &str) -> Self {
        let shown = shown(text);
        Self {
            name: name.to_owned(),
            origin: origin.clone(),
            original: text.to_owned(),
            changes: Vec::new(),
            text: text.to_owned(),
            file: read(name, origin, text),
            shown_before: shown.clone(),
            shown,
        }
    }

    /// The profile's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the file stands; in memory, when it is new.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The file as it would be saved: comments, order and unknown keys as they were.
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// What the form shows for a key of [`FIELDS`]; `None` when the file does not say. Of a secret only
    /// where it is.
    pub fn value(&self, key: &str) -> Option<String> {
        self.shown.get(index(key)?)?.clone()
    }

    /// Where the client secret is; `None` when that cannot be read.
    pub fn secret(&self) -> Option<SecretReference> {
        secret_of(&self.text)
    }

    /// Takes what was typed for a key of [`FIELDS`]; empty text takes the key out of the file. Nothing
    /// is refused: what makes no sense is among the problems.
    pub fn set(&mut self, key: &str, value: &str) {
        let Some(at) = index(key) else { return };
        let Some(field) = FIELDS.get(at) else { return };
        if self.value(key).unwrap_or_default() == value {
            return;
        }
        let as_before = self.before(key).unwrap_or_default() == value;
        self.change(field.key, To::Typed(value.to_owned()), as_before);
    }

    /// Says where the client secret is.
    pub fn set_secret(&mut self, reference: &SecretReference) {
        let as_before = secret_of(&self.original).as_ref() == Some(reference);
        self.change("client_secret", To::Secret(reference.clone()), as_before);
    }

    /// Back to what the file said, for a key and for those below it.
    pub fn reset(&mut self, key: &str) {
        self.changes
            .retain(|change| change.key != key && !is_below(change.key, key));
        self.write();
    }

    /// The keys that differ from the file, in the order of [`FIELDS`]. Where a preset has taken the place
    /// of a provider's URLs that is one change, not one for each URL.
    pub fn changed(&self) -> Vec<&'static str> {
        let secret = secret_of(&self.text) != secret_of(&self.original);
        let own_urls = self.value("provider").as_deref() == Some(OWN_URLS);
        FIELDS
            .iter()
            .enumerate()
            .filter(|(at, field)| match field.key {
                "client_secret" if secret => true,
                key if is_below(key, "provider") && !own_urls => false,
                _ => self.shown.get(*at) != self.shown_before.get(*at),
            })
            .map(|(_, field)| field.key)
            .collect()
    }

    /// The text as a profile, with its problems and warnings.
    pub fn file(&self) -> ProfileFile {
        self.file.clone()
    }

    /// The first problem of a key or of what is below it.
    pub fn problem(&self, key: &str) -> Option<ProfileProblem> {
        self.file
            .problems
            .iter()
            .find(|problem| problem.key == key || is_below(&problem.key, key))
            .cloned()
    }

    /// What the form showed before the first change.
    fn before(&self, key: &str) -> Option<String> {
        self.shown_before.get(index(key)?)?.clone()
    }

    /// A value of the file's own is no change, unless others would stand in its place.
    fn change(&mut self, key: &'static str, to: To, as_before: bool) {
        self.changes.retain(|change| change.key != key);
        let hidden = |change: &Change| change.key == "provider" && !change.makes_room();
        if is_below(key, "provider") {
            self.changes.retain(|change| !hidden(change));
        }
        let hides = key == "provider" && self.changes.iter().any(|it| is_below(it.key, key));
        let own_urls = self.before("provider").as_deref() == Some(OWN_URLS);
        let revived = as_before && is_below(key, "provider") && !own_urls;
        if !as_before || hides || revived {
            self.changes.push(Change { key, to });
        }
        self.write();
    }

    /// Makes the text anew. A preset that was chosen after a provider's URLs hides those; they come back
    /// when one of them is typed again.
    fn write(&mut self) {
        let preset = self
            .changes
            .iter()
            .position(|change| change.key == "provider" && !change.makes_room());
        self.text = self
            .changes
            .iter()
            .enumerate()
            .filter(|(at, change)| {
                !preset.is_some_and(|preset| *at < preset && is_below(change.key, "provider"))
            })
            .fold(self.original.clone(), |text, (_, change)| {
                change.write(&text)
            });
        self.shown = shown(&self.text);
        self.file = read(&self.name, self.origin.clone(), &self.text);
    }
}

impl Change {
    fn write(&self, text: &str) -> String {
        let field = FIELDS.iter().find(|field| field.key == self.key);
        match (&self.to, field) {
            (To::Secret(reference), _) => apply::secret(text, reference),
            (To::Typed(typed), Some(field)) => apply::typed_text(text, self.key, field.kind, typed),
            (To::Typed(_), None) => text.to_owned(),
        }
    }

    /// Whether it asks for a table of URLs.
    fn makes_room(&self) -> bool {
        matches!(&self.to, To::Typed(text) if text == OWN_URLS)
    }
}

/// Judges one typed value before it is set, as reading would in a file that is sound otherwise.
pub fn judge(key: &str, value: &str) -> Result<(), String> {
    let mut draft = Draft::new("judged", SOUND);
    draft.set(key, value);
    draft
        .problem(key)
        .map_or(Ok(()), |problem| Err(problem.message))
}

/// The scope sets in what the form shows of them; `None` when it cannot be taken apart.
pub fn sets_of(text: &str) -> Option<Vec<(String, Vec<String>)>> {
    typed::sets(text)
}

/// Scope sets as the form shows them.
pub fn sets_text(sets: &[(String, Vec<String>)]) -> String {
    typed::joined_sets(sets)
}

/// A profile in which every key can be judged by itself. Its provider is on this machine, because only
/// there every word for the environment may stand; whether the two fit is judged in the whole file.
const SOUND: &str = r#"
client_id = "judged"
client_secret = { prompt = true }
redirect_uri = "http://localhost:8765/callback"
scopes = ["judged"]
api.base_url = "https://api.example.com"

[provider]
authorize_url = "http://127.0.0.1:1/connect/authorize"
token_url = "http://127.0.0.1:1/connect/token"
"#;

/// What the form shows of a text, one for each of `FIELDS`.
fn shown(text: &str) -> Vec<Option<String>> {
    let document = Document::parse(text).ok();
    let root = document.as_ref().map(Document::as_table);
    FIELDS
        .iter()
        .map(|field| {
            let (above, name) = field.key.rsplit_once('.').unwrap_or(("", field.key));
            let table = above
                .split('.')
                .filter(|name| !name.is_empty())
                .try_fold(root? as &dyn TableLike, |table, name| {
                    table.get(name)?.as_table_like()
                })?;
            let item = table.get(name)?;
            Some(match field.kind {
                FieldKind::Choice(_) if item.is_table_like() => OWN_URLS.to_owned(),
                FieldKind::Text | FieldKind::Choice(_) => typed::plain(item),
                FieldKind::List => typed::list(item),
                FieldKind::Pairs => typed::pair_list(item),
                FieldKind::Secret => typed::secret(item),
                FieldKind::Sets => typed::set_list(item),
            })
        })
        .collect()
}

fn index(key: &str) -> Option<usize> {
    FIELDS.iter().position(|field| field.key == key)
}

fn is_below(key: &str, table: &str) -> bool {
    key.strip_prefix(table)
        .is_some_and(|rest| rest.starts_with('.'))
}
