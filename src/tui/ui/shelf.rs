//! The profiles: their files as they were read, the one selected, what narrows the list.

use crate::core::profile::{Origin, Profile, ProfileFile};
use crate::tui::ui::popup;
use ratatui_textarea::TextArea;

/// The profiles' own state.
#[derive(Debug)]
pub struct Shelf {
    /// Every file in the order of the search; `None` until they were read.
    pub entries: Option<Vec<Entry>>,
    /// What is typed to narrow the list.
    pub filter: TextArea<'static>,
    /// The file selected.
    pub selected: Option<EntryId>,
}

/// Names a file of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryId {
    /// The profile's name.
    pub name: String,
    /// Where it stands.
    pub origin: Origin,
}

/// A file of the list.
#[derive(Debug)]
pub struct Entry {
    /// As it was read last.
    pub file: ProfileFile,
}

impl Entry {
    /// Its name in the list.
    pub fn id(&self) -> EntryId {
        EntryId {
            name: self.file.name.clone(),
            origin: self.file.origin.clone(),
        }
    }

    /// Whether it is the profile in use.
    pub fn is_used(&self, used: Option<&Profile>) -> bool {
        used.is_some_and(|used| used.name == self.file.name && used.origin == self.file.origin)
    }

    /// Whether it can be used as it is.
    pub fn is_usable(&self) -> bool {
        self.file.profile.is_some() && self.file.hidden_by.is_none()
    }
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            entries: None,
            filter: popup::field("type a part of a name"),
            selected: None,
        }
    }
}

impl Shelf {
    /// Takes what was read. The selection stays where it was; without one it is on the profile in use.
    pub fn take(&mut self, files: Vec<ProfileFile>, used: Option<&Profile>) {
        let entries: Vec<Entry> = files.into_iter().map(|file| Entry { file }).collect();
        let stays = |id: &EntryId| entries.iter().any(|entry| entry.id() == *id);
        if !self.selected.as_ref().is_some_and(stays) {
            let wanted = entries.iter().find(|entry| entry.is_used(used));
            self.selected = wanted.or(entries.first()).map(Entry::id);
        }
        self.entries = Some(entries);
    }

    /// What is typed to narrow the list.
    pub fn words(&self) -> String {
        self.filter.lines().concat()
    }

    /// Shows the whole list again.
    pub fn clear_filter(&mut self) {
        self.filter = Self::default().filter;
    }

    /// The files that hold every word typed, in name or title.
    pub fn visible(&self) -> impl Iterator<Item = &Entry> {
        let words = self.words().to_lowercase();
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        self.entries.iter().flatten().filter(move |entry| {
            let title = entry.file.profile.as_ref();
            let title = title.and_then(|profile| profile.title.as_deref());
            let text = format!("{} {}", entry.file.name, title.unwrap_or_default());
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        })
    }

    /// The file selected; the first one where the filter hides it.
    pub fn current(&self) -> Option<&Entry> {
        let selected = |entry: &&Entry| self.selected.as_ref() == Some(&entry.id());
        self.visible()
            .find(selected)
            .or_else(|| self.visible().next())
    }

    /// Where the selection stands among the files that are shown.
    pub fn position(&self) -> usize {
        let selected = |entry: &Entry| self.selected.as_ref() == Some(&entry.id());
        self.visible().position(selected).unwrap_or(0)
    }

    /// Selects the file at a place of the list, the last one beyond its end. True when it is another.
    pub fn select(&mut self, position: usize) -> bool {
        let last = self.visible().count().saturating_sub(1);
        let chosen = self.visible().nth(position.min(last)).map(Entry::id);
        let moved = chosen.is_some() && chosen != self.selected;
        if moved {
            self.selected = chosen;
        }
        moved
    }
}
