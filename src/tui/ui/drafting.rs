//! The requests of step 6: which one is in hand, what was typed into each, what of them is shown.
//!
//! What was typed stays with its operation: it outlives another selection, and a request that failed.

mod acting;
mod filling;
pub mod keeping;
mod listing;
mod moving;
pub mod outside;
pub mod picking;
pub mod typing;

use super::popup;
use crate::core::dinero::catalogue::{self, Operation, operation};
use crate::core::dinero::draft::Draft;
use crate::core::dinero::masked::emptied;
use crate::core::export::snippet::Language;
use crate::core::history::sent::{Sent, SentId};
use crate::core::wire::visible::Visible;
use crate::edge::saved::{Broken, Opened};
use crate::tui::action::drafting::{AnswerTab, RequestTab};
use ratatui_textarea::TextArea;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    drafts: BTreeMap<Entry, Arc<Draft>>,
    /// What is in hand, and as it begins: they may be large, and are drawn from with every frame.
    now: Arc<Draft>,
    begins: Arc<Draft>,
    /// Whether the body in hand is wrong: judged as it changes, not as it is drawn.
    wrong_body: bool,
    /// Everything that can be selected, from top to bottom.
    listed: Vec<Entry>,
    /// The headings that are unfolded.
    unfolded: Vec<String>,
    /// The part of the request that is shown.
    pub tab: RequestTab,
    /// The part of the answer that is shown, where one was chosen.
    pub answer: Option<AnswerTab>,
    /// The line of the answer that has the cursor.
    pub line: usize,
    /// What was typed and left with Esc.
    left: Vec<typing::Left>,
    /// What stood in rows of a body that were switched off.
    unticked: Vec<typing::Left>,
    /// The language that the request is shown in.
    pub language: Language,
    /// The profile whose requests these are.
    pub profile: String,
    /// What was typed for other profiles.
    others: BTreeMap<String, BTreeMap<Entry, Arc<Draft>>>,
    /// What was changed and is to be written down.
    touched: BTreeSet<Entry>,
    /// The requests that were saved for the profile.
    saved: Vec<Opened>,
    /// Files among them that are none.
    pub broken: Vec<Broken>,
    /// What was saved and is selected as soon as it is listed.
    just_saved: Option<Entry>,
    /// The requests that were sent, the newest first.
    history: Vec<Sent>,
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

impl Default for Drafting {
    fn default() -> Self {
        let first = operation(FIRST);
        let begins = Arc::new(first.map_or_else(|| Draft::free("GET", ""), Draft::of));
        let mut drafting = Self {
            filter: popup::field("three letters"),
            selected: Entry::Operation(FIRST.to_owned()),
            hand: Entry::Operation(FIRST.to_owned()),
            drafts: BTreeMap::new(),
            now: Arc::clone(&begins),
            begins,
            wrong_body: false,
            listed: Vec::new(),
            unfolded: first
                .map(|first| first.resource.clone())
                .into_iter()
                .collect(),
            tab: RequestTab::default(),
            answer: None,
            line: 0,
            left: Vec::new(),
            unticked: Vec::new(),
            language: Language::Curl,
            profile: String::new(),
            others: BTreeMap::new(),
            touched: BTreeSet::new(),
            saved: Vec::new(),
            broken: Vec::new(),
            just_saved: None,
            history: Vec::new(),
            kept: None,
        };
        drafting.refresh();
        drafting
    }
}

impl Drafting {
    /// What was typed to narrow the list.
    pub fn words(&self) -> String {
        self.filter.lines().concat().trim().to_owned()
    }

    /// Everything that can be selected, from top to bottom.
    pub fn entries(&self) -> &[Entry] {
        &self.listed
    }

    /// List and request are made anew: something about them has changed.
    fn refresh(&mut self) {
        self.listed = self.list();
        self.begins = Arc::new(self.begin());
        self.take_hand();
    }

    /// What is in hand is what was typed, else what it begins with.
    fn take_hand(&mut self) {
        let typed = self.drafts.get(&self.hand);
        self.now = Arc::clone(typed.unwrap_or(&self.begins));
        self.wrong_body = self.now.has_wrong_body();
    }

    /// Whether a value of the body in hand is missing or does not fit.
    pub fn has_wrong_body(&self) -> bool {
        self.wrong_body
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
        let typed = typed.map(|(entry, draft)| (entry, Arc::new(draft)));
        self.drafts = self.others.remove(name).unwrap_or_else(|| typed.collect());
        self.saved.clear();
        self.fall_back();
        self.broken.clear();
        self.kept = None;
        self.left.clear();
        self.unticked.clear();
        self.answer = None;
        self.line = 0;
    }

    /// What was typed before the program began; what was typed since goes first.
    pub fn remember(&mut self, typed: Vec<(Entry, Draft)>) {
        for (entry, draft) in typed {
            self.drafts.entry(entry).or_insert_with(|| Arc::new(draft));
        }
        self.refresh();
    }

    /// What was sent before the program began.
    pub fn take_history(&mut self, before: Vec<Sent>) {
        self.history.extend(before);
        self.refresh();
    }

    /// Another request was sent.
    pub fn was_sent(&mut self, sent: Sent) {
        self.history.insert(0, sent);
        self.refresh();
    }

    /// A request of the history is kept from now on, or not any more.
    pub fn pin(&mut self, id: &SentId, on: bool) {
        if let Some(sent) = self.history.iter_mut().find(|sent| sent.id == *id) {
            sent.pinned = on;
        }
        self.refresh();
    }

    /// A request of the history is gone.
    pub fn forget_sent(&mut self, id: &SentId) {
        self.history.retain(|sent| sent.id != *id);
        self.fall_back();
    }

    /// How many were sent for the profile.
    pub fn sent_count(&self) -> usize {
        self.own_history().count()
    }

    /// The saved requests.
    pub fn all_saved(&self) -> &[Opened] {
        &self.saved
    }

    /// What is in hand and not there any more gives way to its neighbour, else to the first operation.
    fn fall_back(&mut self) {
        let is_there = match &self.hand {
            Entry::Saved(name) => self.saved(name).is_some(),
            Entry::Sent(id) => self.sent(id).is_some(),
            _ => true,
        };
        let at = self.position();
        if !is_there {
            self.hand = Entry::Operation(FIRST.to_owned());
            self.selected = self.hand.clone();
        }
        self.refresh();
        if !is_there {
            let last = self.listed.len().saturating_sub(1);
            let neighbour = self.listed.get(at.min(last)).cloned();
            // What stands there now; a heading has no request of its own.
            if let Some(entry) =
                neighbour.filter(|entry| matches!(entry, Entry::Saved(_) | Entry::Sent(_)))
            {
                self.select_entry(entry);
            }
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
        self.fall_back();
    }

    /// A request was saved under that name: it is in hand, and nothing about it is unsaved.
    pub fn was_saved(&mut self, name: &str) {
        let entry = Entry::Saved(name.to_owned());
        self.drafts.remove(&entry);
        self.take_hand();
        self.touched.insert(entry.clone());
        self.just_saved = Some(entry);
    }

    /// What was changed since it was asked last, as it stands now.
    pub fn take_touched(&mut self) -> Vec<(Entry, Option<Draft>)> {
        let touched = std::mem::take(&mut self.touched);
        let now = touched.into_iter().map(|entry| {
            let draft = self.drafts.get(&entry).map(|draft| Draft::clone(draft));
            (entry, draft)
        });
        now.collect()
    }

    /// The place of what is selected among them.
    pub fn position(&self) -> usize {
        let mut entries = self.listed.iter();
        entries
            .position(|entry| *entry == self.selected)
            .unwrap_or(0)
    }

    /// The request in hand.
    pub fn draft(&self) -> &Draft {
        &self.now
    }

    /// The request in hand as it begins.
    pub fn fresh(&self) -> &Draft {
        &self.begins
    }

    /// What the request in hand begins with.
    fn begin(&self) -> Draft {
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
        self.now.operation()
    }

    /// Changes what is in hand; what is as it began is not kept.
    pub fn change(&mut self, change: impl FnOnce(&mut Draft)) {
        let mut draft = Draft::clone(&self.now);
        change(&mut draft);
        if draft == *self.begins {
            self.drafts.remove(&self.hand);
        } else {
            self.drafts.insert(self.hand.clone(), Arc::new(draft));
        }
        self.take_hand();
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
        self.select_entry(Entry::Operation(name.to_owned()));
    }

    /// Whether a heading is unfolded.
    pub fn is_unfolded(&self, heading: &str) -> bool {
        self.unfolded.iter().any(|open| open == heading)
    }

    /// Folds a heading.
    fn fold(&mut self, heading: &str) {
        self.unfolded.retain(|open| open != heading);
        self.refresh();
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
        self.refresh();
    }

    /// Unfolds a heading.
    fn unfold(&mut self, heading: &str) {
        if !self.is_unfolded(heading) {
            self.unfolded.push(heading.to_owned());
        }
        self.refresh();
    }

    /// What is typed has changed: the best of what matches is taken.
    pub fn narrowed(&mut self) {
        self.refresh();
        if self.words().is_empty() {
            return;
        }
        if let Some(best) = self.listed.first().cloned() {
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
        self.begins = Arc::new(self.begin());
        self.take_hand();
    }
}

/// The operations of a resource.
pub fn of_resource(resource: &str) -> impl Iterator<Item = &'static Operation> {
    let all = catalogue::catalogue().operations.iter();
    all.filter(move |operation| operation.resource == resource)
}
