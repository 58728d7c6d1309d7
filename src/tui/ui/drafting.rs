//! The requests of step 6: which one is in hand, what was typed into each, what of them is shown.
//!
//! What was typed stays with its operation: it outlives another selection, and a request that failed.

mod acting;
pub mod keeping;
mod moving;
pub mod picking;
pub mod typing;

use super::popup;
use crate::core::dinero::catalogue::{self, Operation, operation};
use crate::core::dinero::draft::Draft;
use crate::core::dinero::masked::emptied;
use crate::core::dinero::search::{self, Candidate};
use crate::core::export::snippet::Language;
use crate::core::history::sent::{Sent, SentId};
use crate::core::wire::visible::Visible;
use crate::edge::saved::{Broken, Opened};
use crate::tui::action::drafting::{AnswerTab, RequestTab};
use ratatui_textarea::TextArea;
use std::collections::{BTreeMap, BTreeSet};

/// The operation that is in hand at first.
const FIRST: &str = "organizations.list";

/// The state of step 6 that belongs to the terminal.
#[derive(Debug)]
pub struct Drafting {
    /// What is typed to narrow the list.
    pub filter: TextArea<'static>,
    /// What is selected in the list.
    pub selected: Entry,
    /// What is in hand; a heading never is.
    pub hand: Entry,
    /// What was typed.
    drafts: BTreeMap<Entry, Draft>,
    /// The resources that are unfolded.
    pub unfolded: Vec<String>,
    /// The part of the request that is shown.
    pub tab: RequestTab,
    /// The part of the answer that is shown, where one was chosen.
    pub answer: Option<AnswerTab>,
    /// The line of the answer that has the cursor.
    pub line: usize,
    /// The language that the request is shown in.
    pub language: Language,
    /// The profile whose requests these are.
    pub profile: String,
    /// What was typed for other profiles.
    others: BTreeMap<String, BTreeMap<Entry, Draft>>,
    /// What was changed and is to be written down.
    touched: BTreeSet<Entry>,
    /// The requests that were saved for the profile.
    pub saved: Vec<Opened>,
    /// Files among them that are none.
    pub broken: Vec<Broken>,
    /// What was saved and is selected as soon as it is listed.
    just_saved: Option<Entry>,
    /// The requests that were sent, the newest first.
    pub history: Vec<Sent>,
    /// The text of an answer that is kept, or why there is none.
    pub kept: Option<(SentId, Result<Vec<Visible>, String>)>,
}

/// Something in the list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// A resource, which folds.
    Resource(String),
    /// An operation, by its name.
    Operation(String),
    /// A free request.
    Free,
    /// A saved one, by the name of its file.
    Saved(String),
    /// One that was sent, by its name.
    Sent(String),
}

/// The heading of saved requests.
pub const SAVED: &str = "Saved";

/// The heading of those that were sent.
pub const HISTORY: &str = "History";

/// Most of the history that is listed.
const LISTED: usize = 200;

impl Default for Drafting {
    fn default() -> Self {
        let first = operation(FIRST);
        Self {
            filter: popup::field("three letters"),
            selected: Entry::Operation(FIRST.to_owned()),
            hand: Entry::Operation(FIRST.to_owned()),
            drafts: BTreeMap::new(),
            unfolded: first
                .map(|first| first.resource.clone())
                .into_iter()
                .collect(),
            tab: RequestTab::default(),
            answer: None,
            line: 0,
            language: Language::Curl,
            profile: String::new(),
            others: BTreeMap::new(),
            touched: BTreeSet::new(),
            saved: Vec::new(),
            broken: Vec::new(),
            just_saved: None,
            history: Vec::new(),
            kept: None,
        }
    }
}

impl Drafting {
    /// What was typed to narrow the list.
    pub fn words(&self) -> String {
        self.filter.lines().concat().trim().to_owned()
    }

    /// Everything that can be selected, from top to bottom.
    pub fn entries(&self) -> Vec<Entry> {
        let words = self.words();
        if !words.is_empty() {
            return self.matching(&words);
        }
        let mut entries = Vec::new();
        if !self.saved.is_empty() {
            entries.push(Entry::Resource(SAVED.to_owned()));
            if self.unfolded.iter().any(|open| open == SAVED) {
                entries.extend(self.saved.iter().map(saved_entry));
            }
        }
        for resource in &catalogue::catalogue().resources {
            entries.push(Entry::Resource(resource.clone()));
            if self.unfolded.contains(resource) {
                let own = of_resource(resource);
                entries.extend(own.map(|one| Entry::Operation(one.name.clone())));
            }
        }
        entries.push(Entry::Free);
        if self.own_history().next().is_some() {
            entries.push(Entry::Resource(HISTORY.to_owned()));
            if self.unfolded.iter().any(|open| open == HISTORY) {
                entries.extend(self.own_history().take(LISTED).map(sent_entry));
            }
        }
        entries
    }

    /// What has these words: the best operations, then what was saved, then further operations and what was sent.
    fn matching(&self, words: &str) -> Vec<Entry> {
        let found = search::operations(words).into_iter();
        let mut entries: Vec<Entry> = found
            .map(|one| Entry::Operation(one.name.clone()))
            .collect();
        let of_saved = self.saved.iter().map(|one| Candidate {
            fields: vec![(one.saved.title.as_str(), 10), (one.saved.name.as_str(), 5)],
            favour: 0,
        });
        let saved = search::find(words, of_saved).into_iter();
        let saved: Vec<Entry> = saved
            .filter_map(|at| self.saved.get(at))
            .map(saved_entry)
            .collect();
        let at = FIRST_FOUND.min(entries.len());
        entries.splice(at..at, saved);
        let sent: Vec<&Sent> = self.own_history().collect();
        let of_sent = sent.iter().map(|one| Candidate {
            fields: vec![
                (one.url.as_str(), 5),
                (one.draft.operation.as_deref().unwrap_or_default(), 5),
            ],
            favour: 0,
        });
        let found = search::find(words, of_sent).into_iter().take(LISTED);
        entries.extend(
            found
                .filter_map(|at| sent.get(at))
                .map(|one| sent_entry(one)),
        );
        entries
    }

    /// What was sent for the profile, what is pinned first.
    fn own_history(&self) -> impl Iterator<Item = &Sent> {
        let own = |one: &&Sent| one.profile == self.profile;
        let pinned = self.history.iter().filter(own).filter(|one| one.pinned);
        pinned.chain(self.history.iter().filter(own).filter(|one| !one.pinned))
    }

    /// A saved request.
    pub fn saved(&self, name: &str) -> Option<&Opened> {
        self.saved.iter().find(|one| one.saved.name == name)
    }

    /// One that was sent.
    pub fn sent(&self, id: &str) -> Option<&Sent> {
        self.history.iter().find(|one| one.id.as_str() == id)
    }

    /// Takes the requests of another profile in hand; `typed` is what was typed for it before the program began.
    pub fn use_profile(&mut self, name: &str, typed: impl Iterator<Item = (Entry, Draft)>) {
        let before = std::mem::replace(&mut self.profile, name.to_owned());
        let theirs = std::mem::take(&mut self.drafts);
        if !before.is_empty() {
            self.others.insert(before, theirs);
        }
        self.drafts = self.others.remove(name).unwrap_or_else(|| typed.collect());
        self.saved.clear();
        self.broken.clear();
        self.kept = None;
        self.answer = None;
        self.line = 0;
    }

    /// What was typed before the program began; what was typed since goes first.
    pub fn remember(&mut self, typed: Vec<(Entry, Draft)>) {
        for (entry, draft) in typed {
            self.drafts.entry(entry).or_insert(draft);
        }
    }

    /// The saved requests of the profile as they stand now.
    pub fn take_saved(&mut self, saved: Vec<Opened>, broken: Vec<Broken>) {
        if self.saved.is_empty() && !saved.is_empty() {
            self.unfold(SAVED);
        }
        self.saved = saved;
        self.broken = broken;
        if let Some(entry) = self.just_saved.take() {
            self.clear_filter();
            self.select_entry(entry);
        }
        let is_gone = |name: &String| self.saved(name).is_none();
        if matches!(&self.hand, Entry::Saved(name) if is_gone(name)) {
            self.hand = Entry::Operation(FIRST.to_owned());
            self.selected = self.hand.clone();
        }
    }

    /// A request was saved under that name: it is in hand, and nothing about it is unsaved.
    pub fn was_saved(&mut self, name: &str) {
        let entry = Entry::Saved(name.to_owned());
        self.drafts.remove(&entry);
        self.touched.insert(entry.clone());
        self.just_saved = Some(entry);
    }

    /// What was changed since it was asked last, as it stands now.
    pub fn take_touched(&mut self) -> Vec<(Entry, Option<Draft>)> {
        let touched = std::mem::take(&mut self.touched);
        let now = touched.into_iter().map(|entry| {
            let draft = self.drafts.get(&entry).cloned();
            (entry, draft)
        });
        now.collect()
    }

    /// The place of what is selected among them.
    pub fn position(&self) -> usize {
        let entries = self.entries();
        entries
            .iter()
            .position(|entry| *entry == self.selected)
            .unwrap_or(0)
    }

    /// The request in hand.
    pub fn draft(&self) -> Draft {
        self.drafts
            .get(&self.hand)
            .cloned()
            .unwrap_or_else(|| self.fresh())
    }

    /// The request in hand as it begins.
    pub fn fresh(&self) -> Draft {
        match &self.hand {
            Entry::Operation(name) => operation(name).map(Draft::of),
            Entry::Saved(name) => self.saved(name).map(|one| one.saved.draft.clone()),
            Entry::Sent(id) => self.sent(id).map(|one| emptied(&one.draft).0),
            Entry::Resource(_) | Entry::Free => None,
        }
        .unwrap_or_else(|| Draft::free("GET", ""))
    }

    /// The operation in hand.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.draft().operation()
    }

    /// Changes what is in hand; what is as it began is not kept.
    pub fn change(&mut self, change: impl FnOnce(&mut Draft)) {
        let mut draft = self.draft();
        change(&mut draft);
        if draft == self.fresh() {
            self.drafts.remove(&self.hand);
        } else {
            self.drafts.insert(self.hand.clone(), draft);
        }
        self.touched.insert(self.hand.clone());
    }

    /// Whether anything was typed into a request.
    pub fn is_changed(&self, entry: &Entry) -> bool {
        self.drafts.contains_key(entry)
    }

    /// Takes an operation in hand, and shows it in the list.
    pub fn take(&mut self, name: &str) {
        let Some(found) = operation(name) else {
            return;
        };
        self.clear_filter();
        self.unfold(&found.resource);
        self.selected = Entry::Operation(name.to_owned());
        self.hand = self.selected.clone();
        self.tab = RequestTab::Params;
    }

    /// Shows everything again.
    pub fn clear_filter(&mut self) {
        self.filter = popup::field("three letters");
        let heading = match &self.selected {
            Entry::Operation(name) => operation(name).map(|found| found.resource.clone()),
            Entry::Saved(_) => Some(SAVED.to_owned()),
            Entry::Sent(_) => Some(HISTORY.to_owned()),
            Entry::Resource(_) | Entry::Free => None,
        };
        // What was found stays in view.
        if let Some(heading) = heading {
            self.unfold(&heading);
        }
    }

    /// Unfolds a heading.
    fn unfold(&mut self, heading: &str) {
        if !self.unfolded.iter().any(|open| open == heading) {
            self.unfolded.push(heading.to_owned());
        }
    }

    /// What is typed has changed: the best of what matches is taken.
    pub fn narrowed(&mut self) {
        if self.words().is_empty() {
            return;
        }
        if let Some(best) = self.entries().into_iter().next() {
            self.select_entry(best);
        }
    }

    /// Selects something; what can be sent is in hand then.
    pub fn select_entry(&mut self, entry: Entry) {
        if !matches!(entry, Entry::Resource(_)) && self.hand != entry {
            self.hand = entry.clone();
            self.tab = RequestTab::Params;
        }
        self.selected = entry;
    }
}

/// So many operations are found before what was saved.
const FIRST_FOUND: usize = 5;

/// A saved request in the list.
fn saved_entry(one: &Opened) -> Entry {
    Entry::Saved(one.saved.name.clone())
}

/// One that was sent.
fn sent_entry(one: &Sent) -> Entry {
    Entry::Sent(one.id.as_str().to_owned())
}

/// The operations of a resource.
pub fn of_resource(resource: &str) -> impl Iterator<Item = &'static Operation> {
    let all = catalogue::catalogue().operations.iter();
    all.filter(move |operation| operation.resource == resource)
}
