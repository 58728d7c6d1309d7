//! The one writer of what the user has in hand: requests that were sent, and drafts that were not. A thread of
//! its own, so that neither disk nor masking holds the screen up.
//!
//! Of drafts only the latest state is written: each change waits in one place, and takes that of the one before.

use super::Requests;
use crate::core::dinero::drafts::{Change, DraftOf};
use crate::core::history::sent::{Fresh, Sent, SentBody, SentId};
use crate::core::wire::redact::Mask;
use crate::edge::drafts::Drafts;
use crate::edge::worker::Worker;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most bytes that wait for a disk that takes nothing.
const MOST_WAITING: usize = 8 * 1024 * 1024;

/// What the writer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A request as it is kept; where the disk takes nothing the text of its answer is here.
    Sent(Box<Sent>),
    /// Something could not be kept; what happened, and what to do.
    Trouble(String),
}

/// Drafts that are to be written, the latest of each.
pub(in crate::edge) type Changes = BTreeMap<(String, DraftOf), Change>;

/// What the thread is told.
enum Job {
    Keep(Box<Fresh>),
    Pin(SentId, bool),
    Delete(SentId),
    Clear,
    Prune,
    /// There are changes to write.
    Drafts,
}

/// Changes that wait.
#[derive(Default)]
struct Waiting {
    changes: Changes,
    /// Whether the thread was told that there are some.
    is_told: bool,
}

/// Who hears what the writer says.
type Listener = Arc<dyn Fn(Said) + Send + Sync>;

/// Hands requests and drafts to the thread that writes them, which begins with the first.
pub struct Writer {
    requests: Requests,
    drafts: Drafts,
    mask: Mask,
    listener: Listener,
    changes: Arc<Mutex<Waiting>>,
    worker: Worker<Job>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Writer")
    }
}

impl Writer {
    /// A writer; `mask` is the engine's own, and `listener` is called on the writer's thread.
    pub fn new(
        requests: Requests,
        drafts: Drafts,
        mask: Mask,
        listener: impl Fn(Said) + Send + Sync + 'static,
    ) -> Self {
        Self {
            requests,
            drafts,
            mask,
            listener: Arc::new(listener),
            changes: Arc::default(),
            worker: Worker::named("requests"),
        }
    }

    /// Keeps a request; said by [`Said::Sent`] also where nothing is written. Comes back at once.
    pub fn keep(&mut self, fresh: Box<Fresh>) {
        self.tell(Job::Keep(fresh));
    }

    /// Lets a request stay, or no longer.
    pub fn pin(&mut self, id: SentId, on: bool) {
        self.tell(Job::Pin(id, on));
    }

    /// Deletes a request.
    pub fn delete(&mut self, id: SentId) {
        self.tell(Job::Delete(id));
    }

    /// Deletes every request.
    pub fn clear(&mut self) {
        self.tell(Job::Clear);
    }

    /// Lets go what had its days. It happens once in a program's run, by itself with the first request.
    pub fn prune(&mut self) {
        self.tell(Job::Prune);
    }

    /// Keeps a draft as it stands now, or that there is none any more. Comes back at once.
    pub fn draft(&mut self, profile: &str, of: DraftOf, change: Change) {
        let is_told = {
            let mut waiting = held(&self.changes);
            waiting.changes.insert((profile.to_owned(), of), change);
            std::mem::replace(&mut waiting.is_told, true)
        };
        if !is_told {
            self.tell(Job::Drafts);
        }
    }

    /// Waits until everything is written, two seconds at most.
    pub async fn finish(&mut self) {
        let is_waiting = !held(&self.changes).changes.is_empty();
        if is_waiting {
            self.tell(Job::Drafts);
        }
        self.worker.finish().await;
    }

    fn tell(&mut self, job: Job) {
        self.worker.tell(job, || {
            let mut work = Work {
                requests: self.requests.clone(),
                drafts: self.drafts.clone(),
                mask: self.mask.clone(),
                listener: Arc::clone(&self.listener),
                changes: Arc::clone(&self.changes),
                waiting: String::new(),
                is_pruned: false,
                said: BTreeSet::new(),
            };
            move |job| work.take(job)
        });
    }
}

/// The changes; a thread that broke off left them whole.
fn held(changes: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    changes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the thread has.
struct Work {
    requests: Requests,
    drafts: Drafts,
    mask: Mask,
    listener: Listener,
    changes: Arc<Mutex<Waiting>>,
    /// Lines that the disk did not take.
    waiting: String,
    is_pruned: bool,
    /// What was said already.
    said: BTreeSet<String>,
}

impl Work {
    fn take(&mut self, job: Job) {
        match job {
            Job::Keep(fresh) => self.keep(&fresh),
            Job::Pin(id, on) => {
                let pinned = self.requests.pin(&id, on);
                self.say(pinned);
            }
            Job::Delete(id) => {
                let lines = self.waiting.split_inclusive('\n');
                self.waiting = lines.filter(|line| !line.contains(id.as_str())).collect();
                let deleted = self.requests.delete(&id);
                self.say(deleted);
            }
            Job::Clear => {
                self.waiting.clear();
                let cleared = self.requests.clear();
                self.say(cleared);
            }
            Job::Prune => self.prune(),
            Job::Drafts => self.write_drafts(),
        }
    }

    /// Writes a request with those that the disk did not take before.
    fn keep(&mut self, fresh: &Fresh) {
        let mut sent = Sent::of(fresh, &self.mask);
        let lines = sent.lines();
        if lines.is_empty() {
            self.once("a request is too large to be kept".to_owned());
        }
        for line in &lines {
            self.waiting.push_str(line.as_str());
            self.waiting.push('\n');
        }
        match self.requests.append(&self.waiting) {
            Ok(()) => {
                self.waiting.clear();
                if self.requests.folder.is_some()
                    && !lines.is_empty()
                    && matches!(sent.body, SentBody::Here(_))
                {
                    sent.body = SentBody::Kept;
                }
                self.prune();
            }
            Err(error) => {
                if self.waiting.len() > MOST_WAITING {
                    self.waiting.clear();
                }
                let reason = self.requests.unwritten(&error);
                self.once(format!("Requests are not kept: {reason}"));
            }
        }
        (self.listener)(Said::Sent(Box::new(sent)));
    }

    /// Lets go what had its days, once.
    fn prune(&mut self) {
        if !std::mem::replace(&mut self.is_pruned, true) {
            let pruned = self.requests.prune(Timestamp::now());
            self.say(pruned);
        }
    }

    /// Writes what changed about drafts. What the disk does not take waits for the next change, unless that is
    /// about the same draft.
    fn write_drafts(&mut self) {
        let changes = std::mem::take(&mut *held(&self.changes)).changes;
        if changes.is_empty() {
            return;
        }
        match self.drafts.write(&changes, &self.mask) {
            Ok(notices) => {
                for notice in notices {
                    self.once(notice);
                }
            }
            Err(reason) => {
                let mut waiting = held(&self.changes);
                for (draft, change) in changes {
                    waiting.changes.entry(draft).or_insert(change);
                }
                drop(waiting);
                self.once(format!("Drafts are not kept: {reason}"));
            }
        }
    }

    /// Says what went wrong with something that was asked for.
    fn say(&self, done: Result<(), String>) {
        if let Err(reason) = done {
            (self.listener)(Said::Trouble(reason));
        }
    }

    /// Says something that would come again and again.
    fn once(&mut self, words: String) {
        if self.said.insert(words.clone()) {
            (self.listener)(Said::Trouble(words));
        }
    }
}
