//! What is written of profiles, and what came of it.

use super::NO_FOLDER;
use crate::core::profile::SecretReference;
use crate::core::secret::Secret;
use crate::core::token::kept::Client;
use crate::edge::profiles::write::Version;
use crate::tui::action::{Action, Shelving};
use crate::tui::ui::act::{Reaction, Stage};
use crate::tui::ui::editor::Typed;
use crate::tui::ui::popup::{Confirm, Popup, Then};
use crate::tui::ui::shelf::EntryId;
use crate::tui::ui::{Focus, Ui};
use std::path::PathBuf;

/// What is to be written, off the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The profile it is about.
    pub id: EntryId,
    /// What.
    pub what: Change,
}

/// A change on the disk or in the keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Replace a file. Its text may hold the secret.
    Save {
        /// The file.
        path: PathBuf,
        /// What it shall say.
        text: Secret,
        /// What it must still be.
        expected: Version,
    },
    /// Make a new file.
    Create {
        /// Where.
        folder: PathBuf,
        /// The profile's name.
        name: String,
        /// What it shall say.
        text: Secret,
    },
    /// Remove a file.
    Remove {
        /// The file.
        path: PathBuf,
        /// What it must still be.
        expected: Version,
    },
    /// Move the secret out of a file into the keyring.
    MoveSecret {
        /// The file.
        path: PathBuf,
        /// What it must still be.
        expected: Version,
    },
    /// Keep a secret in the keyring.
    KeepSecret {
        /// Whose it is.
        client: Client,
        /// It.
        secret: Secret,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// The file was changed outside, and is as it was.
    ChangedOutside,
    /// It could not be done; says why.
    Failed(String),
}

impl Ui {
    /// Saves what was typed; under another name where the file was changed outside.
    pub(super) fn save(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        let Some(entry) = self.shelf.current() else {
            return Vec::new();
        };
        let id = entry.id.clone();
        if entry.outside.is_some() {
            let name = self.free_name(&id.name);
            self.ask_name(Typed::OtherName, Some(id), &name);
            return Vec::new();
        }
        self.written(&id, stage)
    }

    /// What writes a profile as it was typed.
    pub(super) fn written(&mut self, id: &EntryId, stage: &Stage<'_>) -> Vec<Reaction> {
        let home = self.shelf.home.clone();
        let Some(entry) = self.shelf.entry_mut(id) else {
            return Vec::new();
        };
        entry.trouble = None;
        let (Some(text), Some(path)) = (entry.text(), entry.path()) else {
            return Vec::new();
        };
        let text = Secret::new(text);
        let what = match (&entry.version, home) {
            (Some(expected), _) => Change::Save {
                path: path.to_owned(),
                text,
                expected: expected.clone(),
            },
            (None, Some(folder)) => Change::Create {
                folder,
                name: id.name.clone(),
                text,
            },
            (None, None) => {
                self.say(stage.now, NO_FOLDER);
                return Vec::new();
            }
        };
        let id = id.clone();
        vec![Reaction::Write(Write { id, what })]
    }

    /// Asks before a file is removed.
    pub(super) fn ask_to_delete(&mut self) {
        let Some(entry) = self.shelf.current() else {
            return;
        };
        let Some(path) = entry.path() else { return };
        let shown = self.shelf.path(path);
        let Some(expected) = entry.version.clone() else {
            let further = Action::Shelf(Shelving::LoadTheirs);
            self.popups.push(Popup::Confirm(Confirm {
                question: format!("Give up {}?", entry.id.name).into(),
                detail: "It was never saved: what you typed is lost.".into(),
                answers: ["Keep it", "Give it up"],
                selected: 0,
                otherwise: Then::Act(further),
            }));
            return;
        };
        let otherwise = Then::React(Reaction::Write(Write {
            id: entry.id.clone(),
            what: Change::Remove {
                path: path.to_owned(),
                expected,
            },
        }));
        let question = format!("Delete {}?", entry.id.name);
        let detail = format!(
            "The file {shown} is removed for good. What is kept for its client, a secret in the keyring \
             or tokens, stays."
        );
        self.popups.push(Popup::Confirm(Confirm {
            question: question.into(),
            detail: detail.into(),
            answers: ["Keep it", "Delete the file"],
            selected: 0,
            otherwise,
        }));
    }

    /// Moves a plain secret out of its file.
    pub(super) fn move_secret(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        let Some(entry) = self.shelf.current() else {
            return Vec::new();
        };
        if entry.is_unsaved() {
            self.say(stage.now, "Save first: the file is changed with it");
            return Vec::new();
        }
        let (Some(path), Some(expected)) = (entry.path(), entry.version.clone()) else {
            return Vec::new();
        };
        let what = Change::MoveSecret {
            path: path.to_owned(),
            expected,
        };
        let id = entry.id.clone();
        vec![Reaction::Write(Write { id, what })]
    }

    /// Takes what stands in the file in place of what was typed.
    pub(super) fn load_theirs(&mut self) {
        let Some(entry) = self.shelf.current_mut() else {
            return;
        };
        let id = entry.id.clone();
        match entry.outside.take().and_then(|outside| outside.theirs) {
            Some(theirs) => *entry = *theirs,
            None => self.shelf.remove(&id),
        }
        self.begin_pane();
    }

    /// Saves what was typed under another name; the file keeps what somebody else wrote.
    pub(super) fn save_as(
        &mut self,
        name: &str,
        from: Option<&EntryId>,
        stage: &Stage<'_>,
    ) -> Vec<Reaction> {
        let text = from.and_then(|id| self.text_of(id));
        if !self.begin(name, &text.unwrap_or_default()) {
            self.say(stage.now, NO_FOLDER);
            return Vec::new();
        }
        let id = self.shelf.selected.clone();
        if let Some(entry) = from.and_then(|id| self.shelf.entry_mut(id)) {
            match entry.outside.take().and_then(|outside| outside.theirs) {
                Some(theirs) => *entry = *theirs,
                None => {
                    if let Some(from) = from {
                        self.shelf.remove(from);
                    }
                }
            }
        }
        id.map_or_else(Vec::new, |id| self.written(&id, stage))
    }

    /// Takes what came of a write, after the folders were read anew.
    pub fn wrote(&mut self, write: &Write, outcome: Outcome, stage: &Stage<'_>) -> Vec<Reaction> {
        let name = write.id.name.clone();
        match outcome {
            Outcome::Done => {}
            Outcome::ChangedOutside => {
                // The list has found it out too; unless the file is as it was again by now.
                self.say(
                    stage.now,
                    format!("{name} was changed outside; nothing was written"),
                );
                return Vec::new();
            }
            Outcome::Failed(why) => {
                self.say(stage.now, "It was not done; everything is as it was");
                if let Some(entry) = self.shelf.entry_mut(&write.id) {
                    entry.trouble = Some(why);
                }
                return Vec::new();
            }
        }
        let words = match &write.what {
            Change::Save { .. } | Change::Create { .. } => format!("Saved {name}"),
            Change::Remove { .. } => format!("Deleted {name}"),
            Change::MoveSecret { .. } => {
                "The keyring has the secret; the file has it no longer".to_owned()
            }
            Change::KeepSecret { .. } => "The keyring has the secret".to_owned(),
        };
        self.say(stage.now, words);
        if matches!(write.what, Change::Remove { .. }) {
            self.focus = Focus::List;
        }
        if let (Change::KeepSecret { .. }, Some(entry)) =
            (&write.what, self.shelf.entry_mut(&write.id))
        {
            entry.change(|draft| draft.set_secret(&SecretReference::Keyring));
        }
        let used = stage.engine.profile();
        let is_used =
            used.is_some_and(|used| used.name == write.id.name && used.origin == write.id.origin);
        let says_more = matches!(write.what, Change::Save { .. } | Change::MoveSecret { .. });
        if is_used && says_more {
            return self.leave_run(Reaction::UseAnew(name), stage.engine);
        }
        Vec::new()
    }
}
