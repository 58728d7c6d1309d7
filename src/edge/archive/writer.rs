//! The one writer of the runs of this program: a thread of its own, so that neither disk nor masking holds
//! the screen up, and what is kept is written in the order in which it happened.

use super::Archive;
use crate::core::engine::message::Event;
use crate::core::history::RunId;
use crate::core::history::written::{Entry, Keep};
use crate::core::wire::CallId;
use crate::core::wire::redact::Mask;
use crate::edge::private::open_to_append;
use crate::edge::worker::Worker;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write as _};
use tokio::sync::mpsc::UnboundedSender;

/// Most bytes that wait for a disk that takes nothing.
const MOST_WAITING: usize = 8 * 1024 * 1024;

/// What the thread is told.
#[derive(Debug)]
enum Job {
    Keep(Box<Keep>),
    Find(CallId, String),
}

/// Hands runs to the thread that writes them, which begins with the first.
#[derive(Debug)]
pub struct Writer {
    archive: Archive,
    mask: Mask,
    events: UnboundedSender<Event>,
    worker: Worker<Job>,
}

impl Writer {
    /// A writer into an archive; `mask` is the engine's own.
    pub fn new(archive: Archive, mask: Mask, events: UnboundedSender<Event>) -> Self {
        Self {
            archive,
            mask,
            events,
            worker: Worker::named("runs"),
        }
    }

    /// Keeps what is new of a run. Comes back at once.
    pub fn keep(&mut self, keep: Box<Keep>) {
        if self.archive.folder.is_some() {
            self.tell(Job::Keep(keep));
        }
    }

    /// Searches the kept runs, once what came before is written; answered by `RunFound`.
    pub fn find(&mut self, call: CallId, state: String) {
        self.tell(Job::Find(call, state));
    }

    /// Waits until everything is written, two seconds at most.
    pub async fn finish(&mut self) {
        self.worker.finish().await;
    }

    fn tell(&mut self, job: Job) {
        self.worker.tell(job, || {
            let mut work = Work {
                archive: self.archive.clone(),
                mask: self.mask.clone(),
                events: self.events.clone(),
                open: HashMap::new(),
                has_failed: false,
            };
            move |job| work.take(job)
        });
    }
}

/// What the thread has.
struct Work {
    archive: Archive,
    mask: Mask,
    events: UnboundedSender<Event>,
    open: HashMap<RunId, Open>,
    has_failed: bool,
}

/// A run's file, and what it has not taken yet.
#[derive(Default)]
struct Open {
    file: Option<File>,
    /// Bytes of whole lines that stand in it.
    length: u64,
    waiting: String,
}

impl Work {
    fn take(&mut self, job: Job) {
        match job {
            Job::Keep(keep) => self.keep(&keep),
            Job::Find(call, state) => {
                let run = self.archive.find_state(&state).map(Box::new);
                let _ = self.events.send(Event::RunFound { call, run });
            }
        }
    }

    /// Writes what is new of a run; what fails is said once.
    fn keep(&mut self, keep: &Keep) {
        let begins = matches!(keep.entries.first(), Some(Entry::Head(_)));
        if begins {
            // A program that stays open for days begins many runs; of one that was left little more comes.
            for open in self.open.values_mut() {
                open.file = None;
            }
        }
        let open = self.open.entry(keep.id.clone()).or_default();
        for line in keep.lines(&self.mask) {
            open.waiting.push_str(line.as_str());
            open.waiting.push('\n');
        }
        match open.write(&self.archive, &keep.id) {
            Ok(()) => {
                if begins {
                    self.archive.prune(&keep.id, jiff::Timestamp::now());
                }
            }
            Err(error) => {
                if open.waiting.len() > MOST_WAITING {
                    open.waiting.clear();
                }
                if !std::mem::replace(&mut self.has_failed, true) {
                    let reason = self.reason(&error);
                    let _ = self.events.send(Event::RunNotKept { reason });
                }
            }
        }
    }

    /// Why a run is not kept, and what to do.
    fn reason(&self, error: &io::Error) -> String {
        let place = self.archive.folder.as_ref();
        let place = place.map_or_else(String::new, |folder| folder.display().to_string());
        let remedy = match error.kind() {
            io::ErrorKind::NotFound => "its next run is kept again",
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room there",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "make it writable to keep runs"
            }
            _ => "look at it",
        };
        format!("This run is not kept: {place} takes nothing ({error}); {remedy}")
    }
}

impl Open {
    /// Writes what waits. What was written of it when that fails is taken back, so that no line stands torn
    /// between others.
    fn write(&mut self, archive: &Archive, id: &RunId) -> io::Result<()> {
        let length = self.length;
        let path = archive.path(id).map_err(io::Error::other)?;
        if length > 0 && !path.exists() {
            let gone = "its file was deleted while it went on";
            return Err(io::Error::new(io::ErrorKind::NotFound, gone));
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(open_to_append(&path, length == 0)?),
        };
        match file.write_all(self.waiting.as_bytes()) {
            Ok(()) => {
                self.length += self.waiting.len() as u64;
                self.waiting.clear();
                Ok(())
            }
            Err(error) => {
                // If that fails too, the reader leaves the torn line out.
                let _ = file.set_len(length);
                Err(error)
            }
        }
    }
}
