//! What is kept of requests: those that are saved by name, those that were sent, what was typed.

use super::super::act::{Reaction, Stage};
use super::super::popup::{Confirm, Popup, Then};
use super::super::{Focus, Ui};
use super::Entry;
use crate::core::dinero::draft::Draft;
use crate::core::dinero::drafts::DraftOf;
use crate::core::history::sent::SentId;
use crate::edge::profiles::write::Version;
use crate::tui::action::Action;
use crate::tui::action::drafting::{Drafting, Slot};

/// What shall be done on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeepRequest {
    /// Save a request under a new name.
    Create {
        /// What a person calls it.
        title: String,
        /// The request.
        draft: Box<Draft>,
    },
    /// Save the changes to a named request.
    Save {
        /// Its name.
        name: String,
        /// The request.
        draft: Box<Draft>,
        /// The file as it was read.
        version: Version,
    },
    /// Delete a named request.
    DeleteSaved(String, Version),
    /// Delete a request of the history.
    DeleteSent(SentId),
    /// Keep a request of the history, or not any more.
    Pin(SentId, bool),
}

impl Entry {
    /// What its draft is written down as; nothing for a heading.
    pub fn draft_of(&self) -> Option<DraftOf> {
        match self {
            Self::Resource(_) => None,
            Self::Operation(name) => Some(DraftOf::Operation(name.clone())),
            Self::Free => Some(DraftOf::Free),
            Self::Saved(name) => Some(DraftOf::Saved(name.clone())),
            Self::Sent(id) => Some(DraftOf::Sent(id.clone())),
        }
    }

    /// The entry that a draft is of.
    pub fn of(of: &DraftOf) -> Self {
        match of {
            DraftOf::Free => Self::Free,
            DraftOf::Operation(name) => Self::Operation(name.clone()),
            DraftOf::Saved(name) => Self::Saved(name.clone()),
            DraftOf::Sent(id) => Self::Sent(id.clone()),
        }
    }
}

impl Ui {
    /// Does what is asked about what is kept.
    pub(super) fn on_keeping(&mut self, what: &Drafting) -> Vec<Reaction> {
        let keep = match what {
            Drafting::Save => self.save_request(),
            Drafting::Pin => self.pin_or_not(),
            Drafting::Delete => {
                self.ask_to_delete_request();
                None
            }
            Drafting::DeleteSure(entry) => self.delete(entry),
            _ => {
                self.type_into_slot(Slot::Title);
                None
            }
        };
        keep.map(Reaction::Keep).into_iter().collect()
    }

    /// Saves under the title that was typed.
    pub(super) fn save_request_as(&self, title: &str) -> Reaction {
        Reaction::Keep(KeepRequest::Create {
            title: title.trim().to_owned(),
            draft: Box::new(self.drafting.draft().clone()),
        })
    }

    /// Saves the changes to the named request in hand.
    fn save_request(&self) -> Option<KeepRequest> {
        let Entry::Saved(name) = &self.drafting.hand else {
            return None;
        };
        Some(KeepRequest::Save {
            name: name.clone(),
            draft: Box::new(self.drafting.draft().clone()),
            version: self.drafting.saved(name)?.version.clone(),
        })
    }

    /// Pins the request of the history that is selected, or not any more.
    fn pin_or_not(&self) -> Option<KeepRequest> {
        let Entry::Sent(id) = &self.drafting.selected else {
            return None;
        };
        let sent = self.drafting.sent(id)?;
        Some(KeepRequest::Pin(sent.id.clone(), !sent.pinned))
    }

    /// Asks before something of the list is deleted.
    fn ask_to_delete_request(&mut self) {
        let entry = self.drafting.selected.clone();
        let (question, detail) = match &entry {
            Entry::Saved(name) => (
                format!("Delete the saved request {name}?"),
                "Its file is removed; what was sent with it stays in the history.",
            ),
            Entry::Sent(_) => (
                "Delete this request from the history?".to_owned(),
                "What was sent cannot be taken back by it.",
            ),
            _ => return,
        };
        self.popups.push(Popup::Confirm(Confirm {
            question: question.into(),
            detail: detail.into(),
            answers: ["Keep it", "Delete it"],
            selected: 0,
            otherwise: Then::Act(Action::Drafting(Drafting::DeleteSure(entry))),
        }));
    }

    /// Deletes it.
    fn delete(&mut self, entry: &Entry) -> Option<KeepRequest> {
        self.focus = Focus::List;
        match entry {
            Entry::Saved(name) => {
                let version = self.drafting.saved(name)?.version.clone();
                Some(KeepRequest::DeleteSaved(name.clone(), version))
            }
            Entry::Sent(id) => Some(KeepRequest::DeleteSent(self.drafting.sent(id)?.id.clone())),
            _ => None,
        }
    }

    /// Copies the request as code.
    pub(super) fn copy_code(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        let draft = self.drafting.draft().clone();
        match crate::tui::screens::requests::code::code(&stage.scene(), self, &draft) {
            Ok(text) => {
                let action = Action::Copy {
                    text,
                    what: "the request as code",
                };
                self.act(action, stage)
            }
            Err(why) => {
                self.say(stage.now, why);
                Vec::new()
            }
        }
    }
}
