//! What the list of step 6 holds: everything under its headings, or what has the words that are typed.

use super::{Drafting, Entry, HISTORY, SAVED, of_resource};
use crate::core::dinero::catalogue;
use crate::core::dinero::search::{self, Candidate};
use crate::core::history::sent::Sent;
use crate::edge::saved::Opened;

/// Most of the history that is listed.
const LISTED: usize = 200;

impl Drafting {
    /// What can be selected now.
    pub(super) fn list(&self) -> Vec<Entry> {
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

    /// What has these words: what was saved under them, the best operations, then what was saved, then further operations and what was sent.
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
        if words.len() >= 3 && "free request".starts_with(&words.to_lowercase()) {
            entries.insert(0, Entry::Free);
        }
        // A title of the user's own words goes first.
        let (own, like): (Vec<Entry>, Vec<Entry>) = saved
            .into_iter()
            .partition(|entry| self.is_titled(entry, words));
        let at = FIRST_FOUND.min(entries.len());
        entries.splice(at..at, like);
        entries.splice(0..0, own);
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

    /// Whether the title of a saved request holds each of these words.
    fn is_titled(&self, entry: &Entry, words: &str) -> bool {
        let Entry::Saved(name) = entry else {
            return false;
        };
        let title = self.saved(name).map(|one| one.saved.title.to_lowercase());
        let words = words.to_lowercase();
        title.is_some_and(|title| words.split_whitespace().all(|word| title.contains(word)))
    }

    /// What was sent for the profile, what is pinned first.
    pub(in crate::tui::ui) fn own_history(&self) -> impl Iterator<Item = &Sent> {
        let own = |one: &&Sent| one.profile == self.profile;
        let pinned = self.history.iter().filter(own).filter(|one| one.pinned);
        pinned.chain(self.history.iter().filter(own).filter(|one| !one.pinned))
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
