//! The callback listener: HTTP, and HTTPS where it has a certificate, on both loopback families, with
//! limits, closed when its run is.
//!
//! It judges nothing. Whatever is a request is handed over as an event and answered with the bytes that
//! come back; whatever is none is turned away here and reported. One request a connection.
//!
//! ```text
//! browser ──► accept ──► head, body ──► Event::HitReceived ──► engine
//! browser ◄── written ◄── OpenHits::answer ◄── Effect::AnswerHit ◄──┘
//! ```

mod bind;
mod connection;
mod head;
mod holder;
mod names;
mod reader;
mod secured;

pub use bind::bind;
pub use names::Names;

use crate::core::engine::message::Event;
use crate::core::wire::Response;
use connection::Connection;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Sender, UnboundedSender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio_rustls::TlsAcceptor;

/// How much a peer may ask of the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest head, in bytes.
    pub head: usize,
    /// Largest body, in bytes.
    pub body: usize,
    /// Connections that are served at one time; further ones wait.
    pub connections: usize,
    /// For a whole request to come, and for its answer to be taken.
    pub request: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 16 * 1024,
            body: 64 * 1024,
            connections: 64,
            request: Duration::from_secs(10),
        }
    }
}

/// A bound listener.
#[derive(Debug)]
pub struct Listener {
    sockets: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
    without_ipv6: bool,
}

impl Listener {
    /// Where it listens, IPv4 first.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether this machine has no IPv6 loopback, so that only IPv4 is listened on.
    pub fn without_ipv6(&self) -> bool {
        self.without_ipv6
    }

    /// Serves until `closed` says so or its sender is gone. Then the sockets are closed at once, and
    /// with them each connection that has not been given its answer.
    pub async fn serve(self, hall: Hall, mut closed: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(hall.limits.connections));
        let accepting = self.sockets.into_iter().map(|socket| {
            let (hall, places, closed) = (hall.clone(), places.clone(), closed.clone());
            Box::pin(async move {
                loop {
                    let (stream, peer, place) = next(&socket, &places).await;
                    let (hall, closed) = (hall.clone(), closed.clone());
                    tokio::spawn(async move {
                        Connection::new(stream, peer, hall).serve(closed).await;
                        drop(place);
                    });
                }
            })
        });
        let accepting = futures_util::future::join_all(accepting);
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => {}
            _ = accepting => {}
        }
    }
}

/// The next connection, once there is a place for it. Accepting fails when the peer left already or when
/// file descriptors ran out; both pass.
async fn next(
    socket: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    loop {
        match socket.accept().await {
            Ok((stream, peer)) => {
                // The semaphore is never closed, so there always is a place in the end.
                let place = places.clone().acquire_owned().await.ok();
                return (stream, peer, place);
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// What every connection of a run's listener shares.
#[derive(Clone)]
pub struct Hall {
    /// The run.
    pub run: u64,
    /// The limits.
    pub limits: Limits,
    /// The listener's side of TLS, where it is spoken.
    pub tls: Option<TlsAcceptor>,
    /// Where hits are reported.
    pub events: UnboundedSender<Event>,
    /// Hits that wait for their answer.
    pub hits: Arc<OpenHits>,
    /// Held by every connection until it has ended; nothing is ever sent.
    pub alive: Sender<()>,
}

impl std::fmt::Debug for Hall {
    /// Without TLS, which holds a key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Hall")
            .field("run", &self.run)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Hits that were handed over and wait for their answer.
#[derive(Debug, Default)]
pub struct OpenHits {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    counted: u64,
    senders: HashMap<u64, oneshot::Sender<Response>>,
}

impl OpenHits {
    /// Answers a hit; whether its connection was still open.
    pub fn answer(&self, hit: u64, response: Response) -> bool {
        let sender = self.waiting().senders.remove(&hit);
        sender.is_some_and(|sender| sender.send(response).is_ok())
    }

    /// Opens a hit: its name, and where its answer will come.
    fn open(&self) -> (u64, oneshot::Receiver<Response>) {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.waiting();
        waiting.counted += 1;
        let hit = waiting.counted;
        waiting.senders.insert(hit, sender);
        (hit, receiver)
    }

    /// Forgets a hit whose connection is gone.
    fn forget(&self, hit: u64) {
        self.waiting().senders.remove(&hit);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
