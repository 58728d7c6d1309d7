//! What is typed and chosen for a profile, and what becomes of it.

use super::NO_FOLDER;
use crate::core::profile::SecretReference;
use crate::core::profile::edit::{FIELDS, FieldKind, sets_of, sets_text};
use crate::core::secret::Secret;
use crate::core::token::kept::Client;
use crate::tui::action::{Action, Choosing, SecretPlace, Shelving};
use crate::tui::flow::SpotKind;
use crate::tui::ui::act::{Reaction, Stage};
use crate::tui::ui::editor::{Editor, Typed};
use crate::tui::ui::popup::Popup;
use crate::tui::ui::shelf::Entry;
use crate::tui::ui::shelving::{Change, Write};
use crate::tui::ui::{Focus, Ui};
use crate::tui::view::Areas;

impl Ui {
    /// Opens what a row is changed with.
    pub(super) fn open_field(&mut self, key: &'static str, stage: &Stage<'_>) {
        if !self.editable(stage) {
            return;
        }
        let Some(field) = FIELDS.iter().find(|field| field.key == key) else {
            return;
        };
        let Some(entry) = self.shelf.current() else {
            return;
        };
        let value = entry.draft.as_ref().and_then(|draft| draft.value(key));
        let value = value.unwrap_or_default();
        let id = entry.id.clone();
        match field.kind {
            FieldKind::Choice(words) => {
                let selected = words.iter().position(|word| *word == value).unwrap_or(0);
                self.popups.push(Popup::Choose {
                    what: Choosing::Field(key),
                    selected,
                });
            }
            FieldKind::Secret => self.popups.push(Popup::Choose {
                what: Choosing::Secret,
                selected: 0,
            }),
            FieldKind::Text | FieldKind::List | FieldKind::Pairs | FieldKind::Sets => {
                let editor = Editor::new(Typed::Field(key), Some(id), &value);
                self.popups.push(Popup::Edit(Box::new(editor)));
            }
        }
    }

    /// Writes a value into what is typed.
    pub(super) fn set(&mut self, key: &'static str, value: &str, stage: &Stage<'_>) {
        if !self.editable(stage) {
            return;
        }
        if let Some(entry) = self.shelf.current_mut() {
            entry.change(|draft| draft.set(key, value));
        }
    }

    /// Takes the place of the secret.
    pub(super) fn choose_secret(&mut self, place: SecretPlace, stage: &Stage<'_>) -> Vec<Reaction> {
        if !self.editable(stage) {
            return Vec::new();
        }
        let Some(entry) = self.shelf.current_mut() else {
            return Vec::new();
        };
        let id = entry.id.clone();
        let ask =
            |typed, text: &str| Popup::Edit(Box::new(Editor::new(typed, Some(id.clone()), text)));
        match place {
            SecretPlace::None => entry.change(|draft| draft.set_secret(&SecretReference::None)),
            SecretPlace::Prompt => entry.change(|draft| draft.set_secret(&SecretReference::Prompt)),
            SecretPlace::Environment => {
                let name = match &entry.secret {
                    Some(SecretReference::Environment(name)) => name.clone(),
                    _ => String::new(),
                };
                self.popups.push(ask(Typed::Variable, &name));
            }
            SecretPlace::Command => {
                let value = entry
                    .draft
                    .as_ref()
                    .and_then(|draft| draft.value("client_secret"));
                let words = value.unwrap_or_default();
                let words = words.strip_prefix("command ").unwrap_or_default();
                self.popups.push(ask(Typed::Program, words));
            }
            SecretPlace::Keyring => {
                // It leaves the text only when the keyring has it.
                if let Some(SecretReference::Plain(secret)) = entry.secret.clone() {
                    return self.keep_secret(secret, stage);
                }
                self.popups.push(ask(Typed::Secret, ""));
            }
        }
        Vec::new()
    }

    /// Hands a secret to the keyring, under the client that the profile names.
    pub(super) fn keep_secret(&mut self, secret: Secret, stage: &Stage<'_>) -> Vec<Reaction> {
        let Some(entry) = self.shelf.current() else {
            return Vec::new();
        };
        let id = entry.id.clone();
        match entry.file.profile.as_ref().map(Client::of) {
            Some(client) if !client.token_url.is_empty() => vec![Reaction::Write(Write {
                id,
                what: Change::KeepSecret { client, secret },
            })],
            Some(_) => {
                self.say(
                    stage.now,
                    "The sandbox takes any secret: the keyring keeps none for it",
                );
                Vec::new()
            }
            None => {
                let text = "The keyring finds a secret by provider and client_id: mend the rows with ✗ first";
                self.say(stage.now, text);
                Vec::new()
            }
        }
    }

    /// Opens the scopes of a set.
    pub(super) fn edit_set(&mut self, name: &str) {
        let Some(entry) = self.shelf.current() else {
            return;
        };
        let scopes = sets(entry)
            .into_iter()
            .find(|(other, _)| other == name)
            .map(|(_, scopes)| scopes.join(" "));
        let typed = Typed::SetScopes(name.to_owned());
        let editor = Editor::new(typed, Some(entry.id.clone()), &scopes.unwrap_or_default());
        self.popups.push(Popup::Edit(Box::new(editor)));
    }

    /// Asks for the name of a new set.
    pub(super) fn add_set(&mut self) {
        let Some(entry) = self.shelf.current() else {
            return;
        };
        let mut editor = Editor::new(Typed::SetName, Some(entry.id.clone()), "");
        editor.taken = sets(entry)
            .into_iter()
            .map(|(name, _)| (name, String::new()))
            .collect();
        editor.judge();
        self.popups.push(Popup::Edit(Box::new(editor)));
    }

    /// The row that has the focus says again what the file says.
    pub(super) fn reset(&mut self, areas: &Areas) {
        let Focus::Row(row) = self.focus else { return };
        let key = match areas.spots.get(row).map(|spot| &spot.kind) {
            Some(SpotKind::Fact(fact)) => match &fact.action {
                Some(Action::Shelf(Shelving::Field(key))) => key,
                Some(Action::Shelf(Shelving::EditSet(_) | Shelving::AddSet)) => "scope_sets",
                _ => return,
            },
            _ => return,
        };
        if let Some(entry) = self.shelf.current_mut() {
            entry.change(|draft| draft.reset(key));
        }
    }

    /// Takes what was typed into an editor.
    pub(in crate::tui::ui) fn take_typed(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        let Some(Popup::Edit(editor)) = self.popups.last_mut() else {
            return Vec::new();
        };
        editor.touched = true;
        if editor.trouble.is_some() {
            return Vec::new();
        }
        let Some(Popup::Edit(editor)) = self.popups.pop() else {
            return Vec::new();
        };
        let text = editor.text();
        match editor.typed {
            Typed::Field(key) => self.set(key, &text, stage),
            Typed::NewName => self.make(&text, stage),
            Typed::CopyName => {
                let source = editor.entry.and_then(|id| self.text_of(&id));
                if !self.begin(&text, &source.unwrap_or_default()) {
                    self.say(stage.now, NO_FOLDER);
                }
            }
            Typed::OtherName => return self.save_as(&text, editor.entry.as_ref(), stage),
            Typed::Variable => self.set("client_secret", &format!("env {text}"), stage),
            Typed::Program => self.set("client_secret", &format!("command {text}"), stage),
            Typed::Secret if text.is_empty() => self.set("client_secret", "keyring", stage),
            // The file names the keyring when the keyring has it, not before.
            Typed::Secret => return self.keep_secret(Secret::new(text), stage),
            Typed::SetName => self.edit_set(&text),
            Typed::SetScopes(name) => self.set_scopes(&name, &text, stage),
        }
        Vec::new()
    }

    /// Writes the scopes of a set; without any the set goes.
    pub(super) fn set_scopes(&mut self, name: &str, text: &str, stage: &Stage<'_>) {
        let Some(entry) = self.shelf.current() else {
            return;
        };
        let mut all = sets(entry);
        let scopes: Vec<String> = text.split([' ', ',']).map(str::to_owned).collect();
        let scopes: Vec<String> = scopes
            .into_iter()
            .filter(|scope| !scope.is_empty())
            .collect();
        match all.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = scopes,
            None => all.push((name.to_owned(), scopes)),
        }
        all.retain(|(_, scopes)| !scopes.is_empty());
        self.set("scope_sets", &sets_text(&all), stage);
    }
}

/// The scope sets of a profile as it was typed.
pub(crate) fn sets(entry: &Entry) -> Vec<(String, Vec<String>)> {
    let value = entry
        .draft
        .as_ref()
        .and_then(|draft| draft.value("scope_sets"));
    value.and_then(|text| sets_of(&text)).unwrap_or_default()
}
