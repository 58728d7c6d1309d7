//! Steps the reader of the answer that is shown, on a thread of its own.
//!
//! ```text
//! Ask, more bytes, no more bytes ─► desk ─► Reader::take, Reader::work ─► Told ─► events
//!                                     └► a filter in a process of its own, and a reader of what it writes
//! ```
//!
//! What waits is taken before any work is done, and of several windows that are asked for only the last: so a
//! key waits for one piece of work at most, whatever goes on.

mod desk;
mod outside;

use crate::core::engine::message::Event;
use crate::core::engine::message::requests::{ReaderEffect, RequestEvent};
use crate::core::reader::ask::{Ask, Told};
use crate::core::settings::Settings;
use crate::core::wire::redact::Mask;
use crate::core::wire::{CallId, Response};
use crate::edge::filter;
use desk::Desk;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// What reading and filtering an answer may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// This program, which filters in a process of its own.
    pub program: PathBuf,
    /// What a filter may use.
    pub filter: filter::Limits,
    /// Most bytes of what a filter writes that are held in memory.
    pub in_memory: usize,
}

impl Bounds {
    /// As the user has set them.
    pub fn of(settings: &Settings) -> Self {
        Self {
            program: this_program(),
            filter: filter::Limits {
                time: Duration::from_secs(u64::from(settings.filter.seconds)),
                memory: settings.filter.memory.0,
                output: settings.answers.most.0,
            },
            in_memory: settings.answers.memory.bytes(),
        }
    }
}

/// This program; also when its file was replaced since it began.
fn this_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        return PathBuf::from("/proc/self/exe");
    }
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("dineroscope"))
}

/// How long more is waited for when everything that came was gone over.
const REST: Duration = Duration::from_millis(10);

/// How long the program's end waits for readers.
const LAST_WORK: Duration = Duration::from_secs(2);

/// What the thread is told.
#[derive(Debug)]
enum Job {
    Ask(Ask),
    /// There are more bytes.
    Grew,
    /// There will be no more; whether that is before their end.
    Ended(bool),
    /// A filter has written something, or is over; filters are counted.
    Filtered(u64, filter::Told),
    /// Nobody reads this answer any more.
    Close,
}

/// The way to the thread of the answer that is shown.
#[derive(Debug)]
pub(super) struct Reading {
    bounds: Option<Bounds>,
    mask: Mask,
    events: UnboundedSender<Event>,
    jobs: Option<(CallId, Sender<Job>)>,
    /// Threads that may still have files of ours to remove.
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.close();
    }
}

impl Reading {
    /// Reads within those bounds; without any, nothing is read.
    pub(super) fn new(bounds: Option<Bounds>, mask: Mask, events: UnboundedSender<Event>) -> Self {
        Self {
            bounds,
            mask,
            events,
            jobs: None,
            threads: Vec::new(),
        }
    }

    /// Ends reading, and waits until what other programs have open is removed; to be called before the program
    /// ends.
    pub(super) async fn finish(&mut self) {
        self.close();
        let threads = std::mem::take(&mut self.threads);
        let joining = tokio::task::spawn_blocking(move || {
            for thread in threads {
                let _ = thread.join();
            }
        });
        let _ = tokio::time::timeout(LAST_WORK, joining).await;
    }

    /// Carries out what the engine asks. Comes back at once.
    pub(super) fn perform(&mut self, effect: ReaderEffect) {
        match effect {
            ReaderEffect::Open {
                call,
                answer,
                comes,
            } => self.open(call, &answer, comes),
            ReaderEffect::Ended { call, cut } => self.tell(call, Job::Ended(cut)),
            ReaderEffect::Ask(call, ask) => self.tell(call, Job::Ask(ask)),
        }
    }

    fn tell(&self, call: CallId, job: Job) {
        if let Some((_, jobs)) = self.jobs.as_ref().filter(|(reads, _)| *reads == call) {
            let _ = jobs.send(job);
        }
    }

    fn close(&mut self) {
        if let Some((_, jobs)) = self.jobs.take() {
            let _ = jobs.send(Job::Close);
        }
    }

    fn open(&mut self, call: CallId, answer: &Response, comes: bool) {
        self.close();
        let Some(bounds) = self.bounds.clone() else {
            return;
        };
        let (jobs, told) = channel();
        let source = answer.body.source();
        let pending = Arc::new(AtomicBool::new(false));
        let (told_already, growing) = (pending.clone(), jobs.clone());
        source.watch(Box::new(move || {
            if !told_already.swap(true, Ordering::AcqRel) {
                let _ = growing.send(Job::Grew);
            }
        }));
        let mut desk = Desk::new(
            (source, answer.headers.clone(), self.mask.clone()),
            bounds,
            jobs.clone(),
        );
        if !comes {
            desk.end(answer.cut.is_some());
        }
        let events = self.events.clone();
        let report = move |told: Vec<Told>| {
            for told in told {
                let _ = events.send(Event::Request(RequestEvent::Read(call, told)));
            }
        };
        // Without a thread the answer is not shown, and everything else goes on.
        let thread = thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || read(&mut desk, &told, &pending, report));
        self.threads.retain(|thread| !thread.is_finished());
        self.threads.extend(thread);
        self.jobs = Some((call, jobs));
    }
}

/// Takes what waits, then works a little, until nobody reads any more.
fn read(desk: &mut Desk, jobs: &Receiver<Job>, pending: &AtomicBool, report: impl Fn(Vec<Told>)) {
    let mut show = None;
    // Until then what has come waits for more, so that it is not gone over packet by packet.
    let mut rests: Option<Instant> = None;
    loop {
        let job = match jobs.try_recv() {
            Ok(job) => Some(job),
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) => {
                if let Some(show) = show.take() {
                    report(desk.ask(Ask::Show(show)));
                }
                let left = rests.map(|until| until.saturating_duration_since(Instant::now()));
                match left.filter(|left| !left.is_zero()) {
                    Some(left) => match jobs.recv_timeout(left) {
                        Ok(job) => Some(job),
                        Err(RecvTimeoutError::Timeout) => {
                            rests = None;
                            None
                        }
                        Err(RecvTimeoutError::Disconnected) => return,
                    },
                    None => match desk.work() {
                        Some(told) => {
                            report(told);
                            None
                        }
                        None => match jobs.recv() {
                            Ok(job) => {
                                let grew = matches!(job, Job::Grew);
                                rests = grew.then(|| Instant::now() + REST);
                                Some(job)
                            }
                            Err(_) => return,
                        },
                    },
                }
            }
        };
        match job {
            Some(Job::Ask(Ask::Show(wanted))) => show = Some(wanted),
            Some(Job::Ask(ask)) => {
                if let Some(show) = show.take() {
                    report(desk.ask(Ask::Show(show)));
                }
                report(desk.ask(ask));
            }
            Some(Job::Grew) => pending.store(false, Ordering::Release),
            Some(Job::Ended(cut)) => {
                rests = None;
                desk.end(cut);
            }
            Some(Job::Filtered(number, told)) => report(desk.filtered(number, told)),
            Some(Job::Close) => return,
            None => {}
        }
    }
}
