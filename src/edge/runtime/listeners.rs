//! The listeners of runs: bound one after the other, so that a new run finds the port of the one before
//! free again.

use crate::core::engine::message::Event;
use crate::core::oauth::flow::{BindFailure, BindFailureKind};
use crate::core::profile::listen::Listen;
use crate::core::wire::Response;
use crate::edge::certificate::{Certificates, Identity};
use crate::edge::http::Door;
use crate::edge::listener::{self, Hall, Limits, Listener, Names, OpenHits};
use jiff::Timestamp;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

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
    pub(super) fn bind(&mut self, run: u64, wanted: Wanted) {
        self.close(run);
        let (close, closed) = watch::channel(false);
        let hall = Hall {
            run,
            limits: self.limits,
            tls: None,
            events: self.events.clone(),
            hits: self.hits.clone(),
            alive: self.alive.0.clone(),
        };
        let before = std::mem::take(&mut self.closing);
        let serving = tokio::spawn(serve(before, wanted, hall, closed));
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

/// What a run's listener shall be.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) redirect_uri: String,
    pub(super) listen: Listen,
    pub(super) names: Names,
    pub(super) certificates: Certificates,
    /// Who walks to it in the user's place.
    pub(super) door: Arc<Door>,
}

/// The sockets, and the certificate where TLS is spoken.
async fn bound(wanted: &Wanted) -> Result<(Listener, Option<Identity>), BindFailure> {
    let Wanted {
        redirect_uri,
        listen,
        names,
        certificates,
        ..
    } = wanted;
    let listener = listener::bind(redirect_uri, listen, names).await?;
    if !listen.speaks_tls(redirect_uri) {
        return Ok((listener, None));
    }
    let (certificates, hosts) = (certificates.clone(), listen.certificate_names(redirect_uri));
    // It may wait for a disk, and for another instance.
    let making =
        tokio::task::spawn_blocking(move || certificates.identity(&hosts, Timestamp::now()));
    let made = making
        .await
        .unwrap_or_else(|_| Err(super::BROKEN.to_owned()));
    match made {
        Ok(identity) => Ok((listener, Some(identity))),
        Err(detail) => Err(BindFailure {
            kind: BindFailureKind::Other,
            address: redirect_uri.clone(),
            detail,
            holder: None,
        }),
    }
}

/// Binds and serves until closed. Closing before the socket is bound leaves nothing behind.
async fn serve(
    before: Vec<JoinHandle<()>>,
    wanted: Wanted,
    mut hall: Hall,
    closed: watch::Receiver<bool>,
) {
    futures_util::future::join_all(before).await;
    if *closed.borrow() {
        return;
    }
    let run = hall.run;
    match bound(&wanted).await {
        Ok((listener, identity)) => {
            let port = listener.addresses().first().map(SocketAddr::port);
            let certificate = identity.map(|identity| {
                if let Some(port) = port {
                    wanted.door.trust_own(port, identity.shown);
                }
                hall.tls = Some(TlsAcceptor::from(identity.config));
                Box::new(identity.certificate)
            });
            let bound = Event::ListenerBound {
                run,
                addresses: listener.addresses().to_vec(),
                without_ipv6: listener.without_ipv6(),
                certificate,
            };
            let _ = hall.events.send(bound);
            listener.serve(hall, closed).await;
        }
        Err(failure) => {
            let _ = hall.events.send(Event::ListenerFailed { run, failure });
        }
    }
}
