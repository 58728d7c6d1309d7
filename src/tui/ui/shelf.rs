//! The profiles: their files as they were read, what was typed into them, the one selected.
//!
//! What was typed is a [`Draft`] beside the file, one for each profile: it outlives another selection, a
//! failed save and a change made outside, and ends only when it is saved or given up.

use crate::core::profile::edit::{Draft, FIELDS, FieldKind};
use crate::core::profile::{Origin, Profile, ProfileFile, SecretReference};
use crate::core::secret::Secret;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use crate::edge::profiles::write::{Opened, Version};
use crate::tui::ui::popup;
use ratatui_textarea::TextArea;
use std::path::{Path, PathBuf};

/// What stands for a plain secret wherever a file's text is shown.
const HIDDEN: &str = "••••";

/// The profiles' own state.
#[derive(Debug)]
pub struct Shelf {
    /// Every file in the order of the search; `None` until they were read.
    pub entries: Option<Vec<Entry>>,
    /// What is typed to narrow the list.
    pub filter: TextArea<'static>,
    /// The file selected.
    pub selected: Option<EntryId>,
    /// Whether what to register is shown instead of the form.
    pub registers: bool,
    /// Where new profiles go.
    pub home: Option<PathBuf>,
    /// The user's own folder, written `~`.
    pub user: Option<PathBuf>,
}

/// The folders as they were found.
#[derive(Debug)]
pub struct Found {
    /// Every file in the order of the search.
    pub entries: Vec<Entry>,
    /// Where new profiles go.
    pub home: Option<PathBuf>,
    /// The user's own folder.
    pub user: Option<PathBuf>,
}

/// Names a file of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryId {
    /// The profile's name.
    pub name: String,
    /// Where it stands.
    pub origin: Origin,
}

/// A profile of the list.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name and where it stands, or will.
    pub id: EntryId,
    /// As it would be saved now; as it stands there when nothing was typed.
    pub file: ProfileFile,
    /// To save it by; `None` when it has no file yet.
    pub version: Option<Version>,
    /// What was typed into it; `None` where the file is no TOML.
    pub draft: Option<Draft>,
    /// The keys that were changed.
    pub changed: Vec<&'static str>,
    /// Where its secret is; `None` when that cannot be read.
    pub secret: Option<SecretReference>,
    /// What stands in the file now, when somebody else wrote it since.
    pub outside: Option<Outside>,
    /// Why it could not be saved.
    pub trouble: Option<String>,
}

/// What somebody else made of a file.
#[derive(Debug, Clone)]
pub struct Outside {
    /// The file as it stands there; `None` when it is gone.
    pub theirs: Option<Box<Entry>>,
    /// Whether the user has decided to keep what they typed.
    pub kept: bool,
}

impl Entry {
    /// A file as it was read.
    pub fn of(opened: Opened) -> Self {
        let file = opened.file;
        let draft = Draft::open(&file.name, file.origin.clone(), &opened.text).ok();
        let draft = draft.filter(|_| !opened.text.is_empty() || file.problems.len() != 1);
        let is_file = matches!(file.origin, Origin::File { .. });
        let mut entry = Self {
            id: EntryId {
                name: file.name.clone(),
                origin: file.origin.clone(),
            },
            file,
            version: is_file.then_some(opened.version),
            draft,
            changed: Vec::new(),
            secret: None,
            outside: None,
            trouble: None,
        };
        entry.look();
        entry
    }

    /// A profile that has no file yet.
    pub fn new(folder: &Path, name: &str, template: &str) -> Self {
        let draft = Draft::new(name, template);
        let origin = Origin::File {
            path: folder.join(format!("{name}.toml")),
            trusted: true,
        };
        let mut entry = Self {
            id: EntryId {
                name: name.to_owned(),
                origin,
            },
            file: draft.file(),
            version: None,
            draft: Some(draft),
            changed: Vec::new(),
            secret: None,
            outside: None,
            trouble: None,
        };
        entry.look();
        entry
    }

    /// Takes over what the draft says.
    fn look(&mut self) {
        let Some(draft) = &self.draft else { return };
        let hidden_by = self.file.hidden_by.take();
        self.file = ProfileFile {
            hidden_by,
            ..draft.file()
        };
        self.changed = draft.changed();
        self.secret = draft.secret();
    }

    /// Changes what was typed.
    pub fn change(&mut self, change: impl FnOnce(&mut Draft)) {
        if let Some(draft) = &mut self.draft {
            change(draft);
            self.look();
        }
    }

    /// Whether it is the profile in use.
    pub fn is_used(&self, used: Option<&Profile>) -> bool {
        used.is_some_and(|used| used.name == self.id.name && used.origin == self.id.origin)
    }

    /// Whether it was never saved.
    pub fn is_new(&self) -> bool {
        self.version.is_none() && self.id.origin != Origin::BuiltIn
    }

    /// Whether what was typed is not saved.
    pub fn is_unsaved(&self) -> bool {
        self.is_new() || !self.changed.is_empty()
    }

    /// Whether it can be used as it is.
    pub fn is_usable(&self) -> bool {
        self.file.profile.is_some() && self.file.hidden_by.is_none() && !self.is_unsaved()
    }

    /// Whether its secret stands in the file.
    pub fn has_plain_secret(&self) -> bool {
        matches!(self.secret, Some(SecretReference::Plain(_)))
    }

    /// Where its file is, or will be.
    pub fn path(&self) -> Option<&Path> {
        match &self.id.origin {
            Origin::File { path, .. } => Some(path),
            Origin::BuiltIn | Origin::Memory => None,
        }
    }

    /// The text as it would be saved.
    pub fn text(&self) -> Option<String> {
        self.draft.as_ref().map(Draft::text)
    }

    /// The text as it may be shown: without the client secret, and without the values of further fields
    /// that have a secret's name.
    pub fn shown(&self, mask: &Mask) -> Vec<Visible> {
        let Some(mut draft) = self.draft.clone() else {
            return Vec::new();
        };
        let is_elsewhere = matches!(
            self.secret,
            Some(
                SecretReference::None
                    | SecretReference::Environment(_)
                    | SecretReference::Prompt
                    | SecretReference::Keyring
                    | SecretReference::Command(_)
            )
        );
        if !is_elsewhere {
            draft.set_secret(&SecretReference::Plain(Secret::new(HIDDEN)));
        }
        let pairs = FIELDS.iter().filter(|field| field.kind == FieldKind::Pairs);
        for field in pairs {
            if let Some(value) = draft.value(field.key) {
                draft.set(field.key, &mask.text(&value, &[]));
            }
        }
        draft.text().lines().map(Visible::of).collect()
    }
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            entries: None,
            filter: popup::field("a part of a name"),
            selected: None,
            registers: false,
            home: None,
            user: None,
        }
    }
}

impl Shelf {
    /// One that knows where new profiles go, and nothing else yet.
    pub fn with_home(home: Option<PathBuf>) -> Self {
        Self {
            home,
            ..Self::default()
        }
    }

    /// Takes what was read. What was typed stays with its file, and where somebody else wrote that file
    /// meanwhile, both are kept. The selection stays too; without one it is on the profile in use.
    pub fn take(&mut self, found: Found, used: Option<&Profile>) {
        let mut entries = found.entries;
        let former = self.entries.iter().flatten();
        let place = former
            .enumerate()
            .find(|(_, entry)| self.selected.as_ref() == Some(&entry.id))
            .map_or(0, |(place, _)| place);
        for old in self.entries.take().into_iter().flatten() {
            if old.is_unsaved() {
                keep(&mut entries, old);
            }
        }
        let stays = |id: &EntryId| entries.iter().any(|entry| entry.id == *id);
        if !self.selected.as_ref().is_some_and(stays) {
            let in_use = entries.iter().find(|entry| entry.is_used(used));
            let wanted = match &self.selected {
                // Where it stood there is its neighbour now.
                Some(_) => entries.get(place.min(entries.len().saturating_sub(1))),
                None => in_use.or(entries.first()),
            };
            self.selected = wanted.map(|entry| entry.id.clone());
        }
        self.entries = Some(entries);
        self.home = found.home;
        self.user = found.user;
    }

    /// Puts a new profile among the others of its folder, and selects it.
    pub fn add(&mut self, entry: Entry) {
        self.selected = Some(entry.id.clone());
        let entries = self.entries.get_or_insert_default();
        insert(entries, entry);
    }

    /// Takes a profile out of the list.
    pub fn remove(&mut self, id: &EntryId) {
        self.entries.iter_mut().for_each(|entries| {
            entries.retain(|entry| entry.id != *id);
        });
    }

    /// What is typed to narrow the list.
    pub fn words(&self) -> String {
        self.filter.lines().concat()
    }

    /// Shows the whole list again.
    pub fn clear_filter(&mut self) {
        self.filter = Self::default().filter;
    }

    /// The profiles that hold every word typed, in name or title.
    pub fn visible(&self) -> impl Iterator<Item = &Entry> {
        let words = self.words().to_lowercase();
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        self.entries.iter().flatten().filter(move |entry| {
            let title = entry.file.profile.as_ref();
            let title = title.and_then(|profile| profile.title.as_deref());
            let text = format!("{} {}", entry.id.name, title.unwrap_or_default());
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        })
    }

    /// The profile selected; the first one where the filter hides it.
    pub fn current(&self) -> Option<&Entry> {
        let selected = |entry: &&Entry| self.selected.as_ref() == Some(&entry.id);
        self.visible()
            .find(selected)
            .or_else(|| self.visible().next())
    }

    /// The profile of that name and place.
    pub fn entry_mut(&mut self, id: &EntryId) -> Option<&mut Entry> {
        let mut entries = self.entries.iter_mut().flatten();
        entries.find(|entry| entry.id == *id)
    }

    /// The profile selected, to be changed.
    pub fn current_mut(&mut self) -> Option<&mut Entry> {
        let id = self.current()?.id.clone();
        self.entry_mut(&id)
    }

    /// Where the selection stands among the profiles that are shown.
    pub fn position(&self) -> usize {
        let selected = |entry: &Entry| self.selected.as_ref() == Some(&entry.id);
        self.visible().position(selected).unwrap_or(0)
    }

    /// Selects the profile at a place of the list, the last one beyond its end. True when it is another.
    pub fn select(&mut self, position: usize) -> bool {
        let last = self.visible().count().saturating_sub(1);
        let chosen = self.visible().nth(position.min(last));
        let chosen = chosen.map(|entry| entry.id.clone());
        let moved = chosen.is_some() && chosen != self.selected;
        if moved {
            self.selected = chosen;
        }
        moved
    }

    /// The profiles of which something is not saved.
    pub fn unsaved(&self) -> impl Iterator<Item = &Entry> {
        let entries = self.entries.iter().flatten();
        entries.filter(|entry| entry.is_unsaved())
    }

    /// Gives up what was typed and not saved.
    pub fn discard(&mut self) {
        for entry in self.entries.iter_mut().flatten() {
            let theirs = entry.outside.take().and_then(|outside| outside.theirs);
            if let Some(theirs) = theirs {
                *entry = *theirs;
            }
            for key in entry.changed.clone() {
                entry.change(|draft| draft.reset(key));
            }
            entry.trouble = None;
        }
        if let Some(entries) = &mut self.entries {
            entries.retain(|entry| !entry.is_new() && entry.outside.is_none());
        }
    }

    /// A path as it is shown: below the user's folder it begins with `~`, below this one with `./`.
    pub fn path(&self, path: &Path) -> String {
        let user = self.user.as_ref();
        if let Some(below) = user.and_then(|user| path.strip_prefix(user).ok()) {
            return format!("~/{}", below.display());
        }
        if path.is_relative() && !path.starts_with(".") && !path.starts_with("..") {
            return format!("./{}", path.display());
        }
        path.display().to_string()
    }
}

/// Keeps what was typed beside what was read anew.
fn keep(entries: &mut Vec<Entry>, mut old: Entry) {
    let Some(fresh) = entries.iter_mut().find(|entry| entry.id == old.id) else {
        if old.version.is_some() && old.outside.is_none() {
            old.outside = Some(Outside {
                theirs: None,
                kept: false,
            });
        }
        insert(entries, old);
        return;
    };
    if fresh.text() == old.text() && fresh.text().is_some() {
        return;
    }
    old.file.hidden_by.clone_from(&fresh.file.hidden_by);
    let kept = old.outside.as_ref().is_some_and(|outside| outside.kept);
    let is_theirs = old.version != fresh.version;
    old.outside = is_theirs.then(|| Outside {
        theirs: Some(Box::new(fresh.clone())),
        kept,
    });
    *fresh = old;
}

/// Puts a profile behind the last one of its folder, else before the built-in ones.
fn insert(entries: &mut Vec<Entry>, entry: Entry) {
    let folder = entry.path().and_then(Path::parent).map(Path::to_owned);
    let same = |other: &Entry| other.path().and_then(Path::parent) == folder.as_deref();
    let place = entries
        .iter()
        .rposition(same)
        .map(|last| last + 1)
        .or_else(|| {
            let built_in = |other: &Entry| other.id.origin == Origin::BuiltIn;
            entries.iter().position(built_in)
        })
        .unwrap_or(entries.len());
    entries.insert(place, entry);
}
