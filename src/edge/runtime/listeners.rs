//! The listeners of runs: bound one after the other, so that a new run finds the port of the one before
//! free again.

use crate::core::engine::message::Event;
use crate::core::oauth::flow::{BindFailure, BindFailureKind};
use crate::core::wire::Response;
use crate::edge::listener::{self, Hall, Limits, OpenHits};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The listeners of runs.
#[derive(Debug)]
pub(super) struct Listeners {
    limits: Limits,
    events: UnboundedSender<Event>,
    hits: Arc<OpenHits>,
    open: HashMap<u64, Open>,
    /// Tasks that were told to close and have perhaps not done so yet.
    closing: Vec<JoinHandle<()>>,
    /// Every connection holds the sender: when nothing more can be received, all have ended.
    alive: (mpsc::Sender<()>, mpsc::Receiver<()>),
}

/// A listener that is bound, or about to be.
#[derive(Debug)]
struct Open {
    close: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Listeners {
    pub(super) fn new(limits: Limits, events: UnboundedSender<Event>) -> Self {
        Self {
            limits,
            events,
            hits: Arc::new(OpenHits::default()),
            open: HashMap::new(),
            closing: Vec::new(),
            alive: mpsc::channel(1),
        }
    }

    /// Binds the listener of a run, once those that are closing have closed.
    pub(super) fn bind(&mut self, run: u64, redirect_uri: String) {
        self.close(run);
        let (close, closed) = watch::channel(false);
        let hall = Hall {
            run,
            limits: self.limits,
            events: self.events.clone(),
            hits: self.hits.clone(),
            alive: self.alive.0.clone(),
        };
        let before = std::mem::take(&mut self.closing);
        let serving = tokio::spawn(serve(before, redirect_uri, hall, closed));
        let events = self.events.clone();
        let task = tokio::spawn(async move {
            if serving.await.is_err() {
                let failure = BindFailure {
                    kind: BindFailureKind::Other,
                    address: String::new(),
                    detail: super::BROKEN.to_owned(),
                    holder: None,
                };
                let _ = events.send(Event::ListenerFailed { run, failure });
            }
        });
        self.open.insert(run, Open { close, task });
    }

    /// Closes the listener of a run.
    pub(super) fn close(&mut self, run: u64) {
        if let Some(open) = self.open.remove(&run) {
            let _ = open.close.send(true);
            self.closing.push(open.task);
        }
    }

    /// Answers a hit; one whose peer left is past answering.
    pub(super) fn answer(&self, hit: u64, response: Response) {
        self.hits.answer(hit, response);
    }

    /// Closes every listener and waits until the answers that were given are written.
    pub(super) async fn finish(&mut self) {
        let runs: Vec<u64> = self.open.keys().copied().collect();
        for run in runs {
            self.close(run);
        }
        let (sender, mut ended) = std::mem::replace(&mut self.alive, mpsc::channel(1));
        drop(sender);
        let _ = tokio::time::timeout(Duration::from_secs(2), ended.recv()).await;
    }
}

/// Binds and serves until closed. Closing before the socket is bound leaves nothing behind.
async fn serve(
    before: Vec<JoinHandle<()>>,
    redirect_uri: String,
    hall: Hall,
    closed: watch::Receiver<bool>,
) {
    futures_util::future::join_all(before).await;
    if *closed.borrow() {
        return;
    }
    let run = hall.run;
    match listener::bind(&redirect_uri).await {
        Ok(listener) => {
            let bound = Event::ListenerBound {
                run,
                addresses: listener.addresses().to_vec(),
                without_ipv6: listener.without_ipv6(),
            };
            let _ = hall.events.send(bound);
            listener.serve(hall, closed).await;
        }
        Err(failure) => {
            let _ = hall.events.send(Event::ListenerFailed { run, failure });
        }
    }
}
