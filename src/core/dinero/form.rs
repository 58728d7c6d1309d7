//! A JSON body as a form: rows that are read from its text and from the catalogue, and edits of a row that
//! give a new text.
//!
//! The text is the one truth, whether it is typed freely or through the form. An edit touches the bytes it is
//! about and no others: amounts keep their digits, unknown members, members that stand twice and the user's
//! own layout stay. The text is never read into numbers, and depth costs no stack.

mod dotted;
mod edit;
mod rows;
mod shape;
mod tree;
mod trouble;

pub use dotted::{Placed, place};
pub use trouble::{JsonTrouble, troubles};

use super::catalogue::{BodyKind, Kind};
use shape::{Layout, Place};

/// Longest text that is taken apart while somebody watches; a longer one is edited as text.
pub const LONGEST: usize = 64 * 1024;

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The member of that name; of several, the last one, which is the one that counts.
    Member(String),
    /// The item at that place, from 0. Within an object it is the member at that place: so are members
    /// reached whose name stands again below them.
    Item(usize),
}

/// A row of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormRow {
    /// The way to it; nothing for the body itself, which has a row where it is a list.
    pub path: Vec<Step>,
    /// How far it stands in.
    pub depth: usize,
    /// The member's name as it is written, or `line 1` for an item.
    pub name: String,
    /// What belongs there; text where the catalogue does not know the member.
    pub kind: Kind,
    /// Whether it must be given.
    pub required: bool,
    /// Whether the catalogue knows it.
    pub known: bool,
    /// What stands there.
    pub value: FormValue,
    /// What it means, in a few words.
    pub meaning: String,
    /// What is wrong with it.
    pub trouble: Option<String>,
}

/// What stands in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormValue {
    /// Nothing: the member is not there.
    Absent,
    /// `null`.
    Null,
    /// A string, unescaped.
    Text(String),
    /// A number, `true`, `false` or a template without quotes, as it is written; also what lies deeper than
    /// 64 levels.
    Raw(String),
    /// An object; its members are the rows below.
    Object,
    /// A list of so many items, which are the rows below.
    List(usize),
}

impl FormValue {
    /// What it is, for a sentence.
    const fn words(&self) -> &'static str {
        match self {
            Self::Absent => "nothing",
            Self::Null => "`null`",
            Self::Text(_) => "text",
            Self::Raw(_) => "a single value",
            Self::Object => "an object",
            Self::List(_) => "a list",
        }
    }
}

/// What an item of a list is called.
fn label(index: usize) -> String {
    format!("line {}", index.saturating_add(1))
}

/// The text that is read: an empty one is an empty body.
fn begun<'a>(text: &'a str, body: &BodyKind) -> &'a str {
    match body {
        _ if !text.trim().is_empty() => text,
        BodyKind::List(_) => "[]",
        BodyKind::Object(_) | BodyKind::File => "{}",
    }
}

/// The rows of a body. Known members stand in the model's order, those that are absent too, so that they can
/// be switched on; unknown ones come behind them. An empty text is an empty body; a file has no rows.
pub fn rows(text: &str, body: &BodyKind) -> Result<Vec<FormRow>, JsonTrouble> {
    rows::rows(text, body)
}

/// The text with a value as it was typed: what its kind makes of it, otherwise a string, so that nothing is
/// lost. `null` is null whatever the kind, and so is a number or a boolean that is left empty.
pub fn set(text: &str, body: &BodyKind, path: &[Step], value: &str) -> Result<String, JsonTrouble> {
    edit::set(text, body, path, value)
}

/// The text with a member or a line that is there or is not. One that comes has its default or an empty value; an empty
/// number is null.
pub fn switch(text: &str, body: &BodyKind, path: &[Step], on: bool) -> Result<String, JsonTrouble> {
    edit::switch(text, body, path, on)
}

/// The text with one more line at the end of a list, its required fields in it. A list that is absent or null
/// comes with it.
pub fn add_item(text: &str, body: &BodyKind, list: &[Step]) -> Result<String, JsonTrouble> {
    edit::add_item(text, body, list)
}

/// The text that a body begins with: its required fields with their defaults, one line in a list that is
/// required or is the body itself. Of a file nothing.
pub fn blank(body: &BodyKind) -> String {
    let layout = Layout {
        lines: true,
        indent: String::new(),
        unit: "  ".to_owned(),
    };
    match (Place::of_body(body), body) {
        (None, _) => String::new(),
        (Some(place), BodyKind::List(_)) => {
            shape::Plain::List(vec![place.item().blank()]).write(&layout)
        }
        (Some(place), _) => place.blank().write(&layout),
    }
}

#[cfg(test)]
mod tests;
