//! One connection: one request read, handed over, answered, closed so that the answer arrives.

use super::Hall;
use super::reader::{Ended, Reading};
use super::secured::{Wire, opened};
use crate::core::engine::message::{Event, HitRejection};
use crate::core::oauth::callback::pages;
use crate::core::wire::Response;
use jiff::Timestamp;
use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// One connection.
pub(super) struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    hall: Hall,
}

impl Connection {
    /// A connection that was just accepted.
    pub(super) fn new(stream: TcpStream, peer: SocketAddr, hall: Hall) -> Self {
        Self { stream, peer, hall }
    }

    /// Serves its one request. When the listener is closed, the connection is too, unless it has its
    /// answer already: that one is still written.
    pub(super) async fn serve(self, mut closed: watch::Receiver<bool>) {
        let patience = self.hall.limits.request;
        // Until the answer is written the program does not end: held here, as `hear` gives up all it has.
        let alive = self.hall.alive.clone();
        let answered = tokio::select! {
            biased;
            answered = self.hear() => answered,
            _ = closed.wait_for(|closed| *closed) => None,
        };
        if let Some(answered) = answered {
            let _ = tokio::time::timeout(patience, answered.write()).await;
        }
        drop(alive);
    }

    /// Reads a request and waits for its answer.
    async fn hear(self) -> Option<Answered> {
        let Self { stream, peer, hall } = self;
        let local = stream
            .local_addr()
            .map(|local| local.to_string())
            .unwrap_or_default();
        let at = Timestamp::now();
        let mut reading = Reading::default();
        let limits = hall.limits;
        let (mut spoken, ended) = match opened(stream, hall.tls.as_ref(), limits.request).await {
            Ok(mut spoken) => {
                let read = reading.read(&mut spoken.wire, &limits);
                let ended = match tokio::time::timeout(limits.request, read).await {
                    Ok(Ok(())) if spoken.misses_tls => {
                        Err(Ended::Rejected(HitRejection::PlainToTls))
                    }
                    Ok(ended) => ended,
                    Err(_) if reading.is_silent() => Err(Ended::Silent),
                    Err(_) => Err(Ended::Rejected(HitRejection::Unfinished)),
                };
                (Some(spoken), ended)
            }
            Err(ended) => (None, Err(ended)),
        };
        let scheme = spoken.as_ref().map_or("https", |spoken| spoken.scheme);
        let wire = spoken.take().map(|spoken| spoken.wire);
        match ended {
            Ok(()) => {
                let request = reading.request(scheme, &local);
                let with_body = request.method != "HEAD";
                let (hit, answer) = hall.hits.open();
                let open = OpenHit { hall: &hall, hit };
                let event = Event::HitReceived {
                    run: hall.run,
                    hit,
                    request,
                    peer,
                    at,
                };
                hall.events.send(event).ok()?;
                let response = answer.await.ok();
                drop(open);
                Some(Answered {
                    wire: wire?,
                    response: response?,
                    with_body,
                })
            }
            Err(Ended::Silent) => None,
            Err(Ended::Rejected(reason)) => {
                let response = wire.as_ref().and_then(|_| said_to(reason));
                let event = Event::HitRejected {
                    run: hall.run,
                    request: reading.request(scheme, &local),
                    reason,
                    response: response.clone(),
                    peer,
                    at,
                };
                hall.events.send(event).ok()?;
                Some(Answered {
                    wire: wire?,
                    response: response?,
                    with_body: true,
                })
            }
        }
    }
}

/// A connection with the answer that it gets.
struct Answered {
    wire: Box<dyn Wire>,
    response: Response,
    /// Whether a body goes with it.
    with_body: bool,
}

impl Answered {
    /// Writes the answer, then waits for the peer to take it: closing over bytes that were not read would
    /// reset the connection and take the answer away from the browser.
    async fn write(mut self) -> io::Result<()> {
        self.wire
            .write_all(&bytes(&self.response, self.with_body))
            .await?;
        self.wire.shutdown().await?;
        let mut rest = [0; 4096];
        let lingering = async {
            while self.wire.read(&mut rest).await? > 0 {}
            io::Result::Ok(())
        };
        match tokio::time::timeout(Duration::from_secs(1), lingering).await {
            Ok(ended) => ended,
            Err(_) => Ok(()),
        }
    }
}

/// Forgets a hit however its waiting ends.
struct OpenHit<'a> {
    hall: &'a Hall,
    hit: u64,
}

impl Drop for OpenHit<'_> {
    fn drop(&mut self) {
        self.hall.hits.forget(self.hit);
    }
}

/// What is said to what is no request; nothing to a peer that left or speaks TLS.
fn said_to(reason: HitRejection) -> Option<Response> {
    match reason {
        HitRejection::BodyTooLarge => Some(pages::plain(
            413,
            "Content Too Large",
            "A body is taken up to 64 KiB.\n",
        )),
        HitRejection::BadHead => Some(pages::plain(400, "Bad Request", "This is not HTTP/1.1.\n")),
        HitRejection::Unfinished => Some(pages::plain(
            408,
            "Request Timeout",
            "The request was not finished in time.\n",
        )),
        HitRejection::PlainToTls => Some(pages::plain(
            400,
            "Bad Request",
            "This callback is served over TLS: open it with https.\n",
        )),
        HitRejection::TlsToPlain | HitRejection::CertificateRefused(_) => None,
    }
}

/// An answer as it is written. A line end in a header field would begin another one, so it becomes a
/// space.
fn bytes(response: &Response, with_body: bool) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, response.reason);
    for (name, value) in &response.headers.0 {
        let value = value.replace(['\r', '\n'], " ");
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    if with_body {
        bytes.extend_from_slice(&response.body.0);
    }
    bytes
}
