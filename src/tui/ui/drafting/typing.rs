//! One value of a request that is typed, judged with every key.

use super::super::popup::field;
use super::picking::{field as field_of, field_text};
use super::{Drafting, Entry};
use crate::core::dinero::catalogue::Parameter;
use crate::core::dinero::draft::{Draft, DraftBody, is_token};
use crate::core::dinero::{form, value};
use crate::core::wire::redact::{is_secret_header, is_secret_name};
use crate::tui::action::drafting::Slot;
use ratatui_textarea::{CursorMove, TextArea};

/// Longest text that is judged with every key.
const JUDGED: usize = 256 * 1024;

/// What was typed and not taken.
#[derive(Debug)]
pub struct Left {
    /// The request.
    pub hand: Entry,
    /// What it was for.
    pub slot: Slot,
    /// The text.
    pub text: String,
}

impl Drafting {
    /// What was typed for a slot of the request in hand and not taken is there when it is opened again.
    pub(super) fn keep_left(&mut self, slot: Slot, text: String) {
        keep(&mut self.left, &self.hand, slot, text);
    }

    /// What was left of it.
    pub(super) fn take_left(&mut self, slot: &Slot) -> Option<String> {
        take(&mut self.left, &self.hand, slot)
    }

    /// Nothing of the request in hand is there again.
    pub(super) fn forget_left(&mut self) {
        let hand = &self.hand;
        self.left.retain(|left| left.hand != *hand);
        self.unticked.retain(|left| left.hand != *hand);
    }

    /// Whether something of the request in hand was typed and not taken.
    pub fn has_left(&self) -> bool {
        self.left.iter().any(|left| left.hand == self.hand)
    }

    /// What a row held that is switched off is there when it is switched on again.
    pub(super) fn keep_unticked(&mut self, slot: Slot, text: String) {
        keep(&mut self.unticked, &self.hand, slot, text);
    }

    /// What such a row held.
    pub(super) fn take_unticked(&mut self, slot: &Slot) -> Option<String> {
        take(&mut self.unticked, &self.hand, slot)
    }
}

/// Keeps a text for a slot, in the place of an older one.
fn keep(all: &mut Vec<Left>, hand: &Entry, slot: Slot, text: String) {
    take(all, hand, &slot);
    let hand = hand.clone();
    all.push(Left { hand, slot, text });
}

/// Takes the text of a slot.
fn take(all: &mut Vec<Left>, hand: &Entry, slot: &Slot) -> Option<String> {
    let is_it = |left: &Left| left.hand == *hand && left.slot == *slot;
    let at = all.iter().position(is_it)?;
    Some(all.remove(at).text)
}

/// A value that is typed.
#[derive(Debug)]
pub struct Typing {
    /// What it is for.
    pub slot: Slot,
    /// Its name.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// The field.
    pub field: TextArea<'static>,
    /// Why it was not taken.
    pub trouble: Option<String>,
    /// What is to be said of it; it is taken all the same.
    pub note: Option<String>,
    /// What the catalogue says of it.
    known: Option<Parameter>,
    /// What stood in the field at first; nothing for a secret, which is not kept beyond its field.
    began: Option<String>,
}

impl Typing {
    /// The value of a slot as it is now.
    pub fn new(slot: Slot, draft: &Draft) -> Self {
        let known = known(&slot, draft);
        let (title, now, example) = stands(&slot, draft);
        let meaning = meaning(&slot, known.as_ref());
        let mut area = field(example);
        let is_secret = match slot {
            Slot::Parameter(_) => is_secret_name(&title),
            Slot::Header(_) => is_secret_header(&title),
            _ => false,
        };
        if is_secret {
            // A secret is typed anew, unseen; what it was stays where it is.
            area.set_mask_char('•');
            area.set_max_histories(0);
        } else {
            area.insert_str(&now);
            area.move_cursor(CursorMove::Bottom);
            area.move_cursor(CursorMove::End);
        }
        let mut typing = Self {
            slot,
            title,
            meaning,
            field: area,
            trouble: None,
            note: None,
            known,
            began: (!is_secret).then_some(now),
        };
        typing.judge();
        typing
    }

    /// Judges what stands in the field: what does not fit is said, and taken all the same.
    pub fn judge(&mut self) {
        self.trouble = None;
        let text = self.text();
        self.note = match (&self.slot, &self.known) {
            _ if text.is_empty() => None,
            (Slot::Body, _) if text.len() <= JUDGED => {
                form::troubles(&text).first().map(ToString::to_string)
            }
            (Slot::Parameter(_) | Slot::Field(_), Some(known)) => value::trouble(known, &text),
            _ => None,
        };
    }

    /// Whether it takes several lines.
    pub fn is_multi_line(&self) -> bool {
        self.slot == Slot::Body
    }

    /// What stands in the field.
    pub fn text(&self) -> String {
        self.field.lines().join("\n")
    }

    /// Whether something was typed that would be missed.
    pub fn is_changed(&self) -> bool {
        let text = self.text();
        !text.trim().is_empty() && self.began.as_ref().is_some_and(|began| *began != text)
    }

    /// Puts another text in the place of what stands in the field.
    pub fn replace(&mut self, text: &str) {
        let mut area = field(self.field.placeholder_text());
        area.insert_str(text);
        self.field = area;
        self.judge();
    }

    /// Takes a paste: a value of one line takes the first one, and says so.
    pub fn paste(&mut self, text: &str) {
        self.trouble = None;
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if self.is_multi_line() {
            self.field.insert_str(text);
            self.judge();
            return;
        }
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        self.field.insert_str(lines.next().unwrap_or_default());
        self.judge();
        let others = lines.count();
        if others > 0 {
            let lines = if others == 1 { "line" } else { "lines" };
            self.note = Some(format!(
                "the first line was taken, {others} {lines} left out"
            ));
        }
    }

    /// Whether it can be taken; why not.
    pub fn check(&self) -> Result<(), String> {
        let text = self.text();
        match self.slot {
            Slot::Method if !is_token(text.trim()) => {
                Err(format!("`{}` is no method", text.trim()))
            }
            Slot::NewParameter if text.trim().is_empty() || text.starts_with('=') => {
                Err("expected name=value".to_owned())
            }
            Slot::Title if text.trim().is_empty() => Err("expected a title".to_owned()),
            Slot::NewHeader => match text.split_once(':') {
                Some((name, _)) if is_token(name.trim()) => Ok(()),
                _ => Err("expected Name: value, the name without spaces".to_owned()),
            },
            _ => Ok(()),
        }
    }
}

/// What the catalogue says of a slot.
fn known(slot: &Slot, draft: &Draft) -> Option<Parameter> {
    match slot {
        Slot::Parameter(at) => draft.known(*at).cloned(),
        Slot::Field(path) => field_of(draft, path).map(|row| Parameter {
            name: row.name,
            kind: row.kind,
            required: row.required,
            default: None,
            most: None,
            meaning: row.meaning,
        }),
        _ => None,
    }
}

/// Its name, what it is now, and an example.
fn stands(slot: &Slot, draft: &Draft) -> (String, String, &'static str) {
    let row = match slot {
        Slot::Parameter(at) => draft.parameters.get(*at),
        Slot::Header(at) => draft.headers.get(*at),
        _ => None,
    };
    match slot {
        Slot::Method => ("Method".to_owned(), draft.method.clone(), "GET"),
        Slot::Target => (
            "Path".to_owned(),
            draft.path.clone(),
            "/v1/{organizationId}/contacts?pageSize=5",
        ),
        Slot::Parameter(_) | Slot::Header(_) => {
            let row = row.cloned();
            let (name, value) = row.map(|row| (row.name, row.value)).unwrap_or_default();
            (name, value, "a value")
        }
        Slot::Field(path) => {
            let row = field_of(draft, path);
            let name = row.as_ref().map(|row| row.name.clone());
            let text = row.map(|row| field_text(&row.value));
            (
                name.unwrap_or_default(),
                text.unwrap_or_default(),
                "a value",
            )
        }
        Slot::Condition(_, name, operator) => (
            format!("{name} {}", operator.name()),
            String::new(),
            "the value, without quotes",
        ),
        Slot::Title => (
            "Save the request".to_owned(),
            String::new(),
            "Overdue in November",
        ),
        Slot::NewParameter => ("Another parameter".to_owned(), String::new(), "name=value"),
        Slot::NewHeader => (
            "Another header field".to_owned(),
            String::new(),
            "Accept: application/octet-stream",
        ),
        Slot::Body => {
            let text = match &draft.body {
                DraftBody::Text(text) => text.clone(),
                DraftBody::Nothing | DraftBody::File(_) => String::new(),
            };
            ("Body".to_owned(), text, "{ }")
        }
        Slot::File => {
            let path = match &draft.body {
                DraftBody::File(path) => path.clone(),
                DraftBody::Nothing | DraftBody::Text(_) => String::new(),
            };
            ("File".to_owned(), path, "receipt.pdf")
        }
    }
}

/// What it means.
fn meaning(slot: &Slot, known: Option<&Parameter>) -> String {
    match slot {
        Slot::Target => {
            "below the API's address; {organizationId} stands for the organization; an \
                             absolute address goes without the token, unless it is the API's own"
                .to_owned()
        }
        Slot::NewParameter => {
            "name=value; it goes into the query as it is typed, encoded once".to_owned()
        }
        Slot::NewHeader => "Name: value".to_owned(),
        Slot::Body => "Tab takes it; Enter begins a line.".to_owned(),
        Slot::Title => {
            "a title; the request goes into a file of its own beside the profile, secrets left out"
                .to_owned()
        }
        Slot::File => {
            "an image or PDF; a path without a folder is in the one where you started".to_owned()
        }
        Slot::Condition(..) => "any case; it is put into quotes by itself".to_owned(),
        _ => known.map(|known| known.meaning.clone()).unwrap_or_default(),
    }
}
