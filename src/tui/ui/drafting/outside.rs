//! The body of a request in the user's editor: what is given to it, and where what it leaves goes.

use super::super::Ui;
use super::super::act::Reaction;
use super::super::popup::Popup;
use super::Drafting;
use crate::core::dinero::catalogue::BodyKind;
use crate::core::dinero::draft::DraftBody;
use crate::tui::action::drafting::{RequestTab, Slot};
use jiff::Timestamp;

/// A text on its way to the user's editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manuscript {
    /// The text.
    pub text: String,
    /// The name of its file, whose ending says what it is.
    pub file: &'static str,
}

/// What came back: the text, nothing where it is as it was, or why it is not taken.
pub type Edited = Result<Option<String>, String>;

/// Whether what is typed in a popup can be written in the user's editor: the body of a request.
pub fn goes_outside(popup: &Popup) -> bool {
    matches!(popup, Popup::Type(typing) if typing.slot == Slot::Body)
}

impl Drafting {
    /// Whether the request in hand has a text as its body, or takes one.
    pub fn takes_text(&self) -> bool {
        let draft = self.draft();
        match (&draft.body, draft.operation()) {
            (DraftBody::Text(_), _) | (DraftBody::Nothing, None) => true,
            (DraftBody::File(_), _) => false,
            (DraftBody::Nothing, Some(operation)) => {
                let body = operation.body.as_ref();
                body.is_some_and(|body| !matches!(body, BodyKind::File))
            }
        }
    }
}

impl Ui {
    /// Gives the body in hand to the user's editor; the one that is being typed, where one is.
    pub(super) fn write_outside(&self) -> Vec<Reaction> {
        let draft = self.drafting.draft();
        let is_json = draft.is_json();
        let text = match (self.popups.last(), draft.body.clone()) {
            (Some(Popup::Type(typing)), _) if typing.slot == Slot::Body => typing.text(),
            (_, DraftBody::Text(text)) => text,
            (_, DraftBody::Nothing | DraftBody::File(_)) => String::new(),
        };
        let file = if is_json { "body.json" } else { "body.txt" };
        vec![Reaction::Edit(Manuscript { text, file })]
    }

    /// Takes what the editor left to where its text came from. Nothing else has changed what is in hand: the
    /// editor had the keys.
    pub fn take_edited(&mut self, now: Timestamp, edited: Edited) {
        let typing = match self.popups.last_mut() {
            Some(Popup::Type(typing)) if typing.slot == Slot::Body => Some(typing),
            _ => None,
        };
        match (edited, typing) {
            (Ok(Some(text)), Some(typing)) => typing.replace(&text),
            (Ok(Some(text)), None) => {
                self.drafting
                    .change(|draft| draft.body = DraftBody::Text(text));
                self.show_tab(RequestTab::Body);
                self.say(now, "The body is what the editor left");
            }
            (Ok(None), _) => self.say(now, "The editor left the body as it was"),
            (Err(why), Some(typing)) => typing.trouble = Some(why),
            (Err(why), None) => self.say(now, why),
        }
    }
}
