//! What is done with profiles: made, changed, saved, removed; asked before something is lost.

mod typing;
mod writing;

pub(crate) use typing::sets;
pub use writing::{Change, Outcome, Write};

use super::act::{Reaction, Stage};
use super::editor::{Editor, Typed};
use super::popup::{Confirm, Popup, Then};
use super::shelf::{Entry, EntryId};
use super::{Focus, Screen, Ui};
use crate::core::profile::Origin;
use crate::core::profile::edit::FIELDS;
use crate::edge::profiles::built_in_text;
use crate::tui::action::{Action, Shelving};
use crate::tui::view::Areas;

/// What is said where no folder can take a new profile.
const NO_FOLDER: &str = "There is no folder for it: name one with `--profiles`";

/// The shipped file that new profiles begin with.
const TEMPLATE: &str = "dinero";

impl Ui {
    /// Does something with profiles.
    pub(super) fn shelve(&mut self, shelving: Shelving, stage: &Stage<'_>) -> Vec<Reaction> {
        match shelving {
            Shelving::Filter => self.focus = Focus::Filter,
            Shelving::New => return self.ask_for_new(),
            Shelving::Duplicate => self.ask_for_copy(),
            Shelving::Edit => self.edit(stage.areas),
            Shelving::Field(key) => self.open_field(key, stage),
            Shelving::Set(key, value) => self.steadily(|ui| ui.set(key, value, stage)),
            Shelving::Secret(place) => {
                return self.steadily(|ui| ui.choose_secret(place, stage));
            }
            Shelving::EditSet(name) => self.edit_set(&name),
            Shelving::AddSet => self.add_set(),
            Shelving::Reset => self.steadily(|ui| ui.reset(stage.areas)),
            Shelving::Save => return self.save(stage),
            Shelving::Delete => self.ask_to_delete(),
            Shelving::Check => {
                self.shelf.registers = !self.shelf.registers;
                self.begin_pane();
            }
            Shelving::MoveSecret => return self.move_secret(stage),
            Shelving::LoadTheirs => self.load_theirs(),
            Shelving::KeepMine => {
                if let Some(entry) = self.shelf.current_mut()
                    && let Some(outside) = &mut entry.outside
                {
                    outside.kept = true;
                }
                self.begin_pane();
            }
            Shelving::Discard(then) => {
                self.shelf.discard();
                return self.act(*then, stage);
            }
        }
        Vec::new()
    }

    /// The pane of another profile, or another pane of the same, begins at its top.
    fn begin_pane(&mut self) {
        let at = self.at();
        self.scroll[at] = 0;
        self.touched[at] = 0;
        self.raw_scroll = 0;
        if !matches!(self.focus, Focus::List | Focus::Filter) {
            self.focus = Focus::Button;
        }
    }

    /// Asks before what was typed is lost by going on to `further`; `None` when nothing is.
    pub(super) fn leave_unsaved(&mut self, further: Action) -> Option<Action> {
        let names: Vec<&str> = self
            .shelf
            .unsaved()
            .map(|entry| entry.id.name.as_str())
            .collect();
        if names.is_empty() {
            return Some(further);
        }
        let detail = format!(
            "What you typed is not saved and would be lost: {}.",
            names.join(", ")
        );
        self.popups.push(Popup::Confirm(Confirm {
            question: "Leave without saving?".into(),
            detail: detail.into(),
            answers: ["Stay", "Leave without saving"],
            selected: 0,
            otherwise: Then::Act(Action::Shelf(Shelving::Discard(Box::new(further)))),
        }));
        None
    }

    /// Asks for the name of a new profile.
    fn ask_for_new(&mut self) -> Vec<Reaction> {
        let mut reactions = Vec::new();
        if self.screen != Screen::Profiles {
            self.popups.clear();
            self.show_profiles();
            reactions.push(Reaction::ReadProfiles);
        }
        self.ask_name(Typed::NewName, None, "");
        reactions
    }

    /// Asks for the name of a copy. That of a built-in profile may stay: its copy takes its place.
    fn ask_for_copy(&mut self) {
        let Some(entry) = self.shelf.current() else {
            return;
        };
        let id = entry.id.clone();
        let name = match id.origin {
            Origin::BuiltIn if self.is_free(&id.name) => id.name.clone(),
            _ => self.free_name(&id.name),
        };
        self.ask_name(Typed::CopyName, Some(id), &name);
    }

    fn ask_name(&mut self, typed: Typed, entry: Option<EntryId>, name: &str) {
        let mut editor = Editor::new(typed, entry, name);
        editor.taken = self.taken();
        editor.judge();
        self.popups.push(Popup::Edit(Box::new(editor)));
    }

    /// Names that a new profile cannot have, each with its place.
    fn taken(&self) -> Vec<(String, String)> {
        let entries = self.shelf.entries.iter().flatten();
        entries
            .filter_map(|entry| {
                let path = entry.path()?;
                Some((entry.id.name.clone(), self.shelf.path(path)))
            })
            .collect()
    }

    fn is_free(&self, name: &str) -> bool {
        self.taken().iter().all(|(taken, _)| taken != name)
    }

    /// The name with the first ending that is free.
    fn free_name(&self, name: &str) -> String {
        let endings =
            std::iter::once("-copy".to_owned()).chain((2..).map(|at| format!("-copy-{at}")));
        endings
            .map(|ending| format!("{name}{ending}"))
            .find(|name| self.is_free(name))
            .unwrap_or_default()
    }

    /// A profile that has no file yet, selected.
    fn begin(&mut self, name: &str, template: &str) -> bool {
        let Some(home) = self.shelf.home.clone() else {
            return false;
        };
        self.shelf.clear_filter();
        self.shelf.registers = false;
        self.shelf.add(Entry::new(&home, name, template));
        self.begin_pane();
        true
    }

    /// Makes the selected profile one that can be changed: of a built-in one that is a copy.
    fn editable(&mut self, stage: &Stage<'_>) -> bool {
        let Some(entry) = self.shelf.current() else {
            return false;
        };
        if entry.id.origin != Origin::BuiltIn {
            return entry.draft.is_some();
        }
        let (name, text) = (entry.id.name.clone(), entry.text().unwrap_or_default());
        if !self.is_free(&name) {
            self.ask_for_copy();
            return false;
        }
        let (focus, at) = (self.focus, self.at());
        let (scroll, touched) = (self.scroll[at], self.touched[at]);
        if !self.begin(&name, &text) {
            self.say(stage.now, NO_FOLDER);
            return false;
        }
        self.focus = focus;
        self.scroll[at] = scroll;
        self.touched[at] = touched;
        true
    }

    /// Gives the rows the focus; where something is wrong, the first such row.
    fn edit(&mut self, areas: &Areas) {
        self.shelf.registers = false;
        if areas.spots.is_empty() {
            return;
        }
        let at = self.at();
        self.select(self.touched[at].min(areas.spots.len() - 1), areas);
    }

    fn text_of(&self, id: &EntryId) -> Option<String> {
        let mut entries = self.shelf.entries.iter().flatten();
        entries.find(|entry| entry.id == *id).and_then(Entry::text)
    }

    /// Changes the profile selected; the row that has the focus keeps it when what is wrong, which is told
    /// above the form, becomes more or less.
    pub(in crate::tui::ui) fn steadily<T>(&mut self, change: impl FnOnce(&mut Self) -> T) -> T {
        let told = |ui: &Self| {
            let entry = ui.shelf.current();
            entry.map_or(0, |entry| {
                entry.file.problems.len() + entry.file.warnings.len()
            })
        };
        let (before, selected) = (told(self), self.focus);
        let changed = change(self);
        if let Focus::Row(row) = selected
            && self.focus == selected
            && row >= before
        {
            let row = row - before + told(self);
            self.focus = Focus::Row(row);
            let at = self.at();
            self.touched[at] = row;
        }
        changed
    }

    /// Begins a profile with the shipped one for Dinero, whose title is not its own.
    fn make(&mut self, name: &str, stage: &Stage<'_>) {
        let template = built_in_text(TEMPLATE).unwrap_or_default();
        if !self.begin(name, without_its_head(template)) {
            self.say(stage.now, NO_FOLDER);
            return;
        }
        if let Some(entry) = self.shelf.current_mut() {
            entry.change(|draft| draft.set("title", ""));
        }
        // On the row that is to be filled in first.
        let row = FIELDS
            .iter()
            .filter(|field| !field.key.starts_with("provider."));
        let row = row.take_while(|field| field.key != "client_id").count();
        self.focus = Focus::Row(row);
        let at = self.at();
        self.touched[at] = row;
    }
}

/// A shipped file without the lines that introduce it: they are about that file, not about a new one.
fn without_its_head(text: &str) -> &str {
    let mut rest = text;
    while let Some((line, behind)) = rest.split_once('\n')
        && line.starts_with('#')
    {
        rest = behind;
    }
    rest
}
