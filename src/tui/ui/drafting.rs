//! The requests of step 6: which one is in hand, what was typed into each, what of them is shown.
//!
//! What was typed stays with its operation: it outlives another selection, and a request that failed.

mod acting;
mod moving;
pub mod outside;
pub mod picking;
pub mod typing;

use super::popup;
use crate::core::dinero::catalogue::{self, Operation, operation};
use crate::core::dinero::draft::Draft;
use crate::core::dinero::search;
use crate::tui::action::drafting::{AnswerTab, RequestTab};
use ratatui_textarea::TextArea;
use std::collections::BTreeMap;

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
}

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
            let found = search::operations(&words).into_iter();
            return found
                .map(|one| Entry::Operation(one.name.clone()))
                .collect();
        }
        let mut entries = Vec::new();
        for resource in &catalogue::catalogue().resources {
            entries.push(Entry::Resource(resource.clone()));
            if self.unfolded.contains(resource) {
                let own = of_resource(resource);
                entries.extend(own.map(|one| Entry::Operation(one.name.clone())));
            }
        }
        entries.push(Entry::Free);
        entries
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
            Entry::Resource(_) | Entry::Free => None,
        }
        .unwrap_or_else(|| Draft::free("GET", ""))
    }

    /// The operation in hand.
    pub fn operation(&self) -> Option<&'static Operation> {
        match &self.hand {
            Entry::Operation(name) => operation(name),
            Entry::Resource(_) | Entry::Free => None,
        }
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
        if !self.unfolded.contains(&found.resource) {
            self.unfolded.push(found.resource.clone());
        }
        self.selected = Entry::Operation(name.to_owned());
        self.hand = self.selected.clone();
        self.tab = RequestTab::Params;
    }

    /// Shows everything again.
    pub fn clear_filter(&mut self) {
        self.filter = popup::field("three letters");
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

/// The operations of a resource.
pub fn of_resource(resource: &str) -> impl Iterator<Item = &'static Operation> {
    let all = catalogue::catalogue().operations.iter();
    all.filter(move |operation| operation.resource == resource)
}
