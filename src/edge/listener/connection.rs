//! One connection: one request read, handed over, answered, closed so that the answer arrives.

use super::Hall;
use super::reader::{Ended, Reading};
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
    pub(super) async fn serve(mut self, mut closed: watch::Receiver<bool>) {
        let answered = tokio::select! {
            biased;
            answered = self.hear() => answered,
            _ = closed.wait_for(|closed| *closed) => None,
        };
        if let Some((response, with_body)) = answered {
            let patience = self.hall.limits.request;
            let _ = tokio::time::timeout(patience, self.write(&response, with_body)).await;
        }
    }

    /// Reads a request and waits for its answer; `true` when a body goes with it.
    async fn hear(&mut self) -> Option<(Response, bool)> {
        let local = self
            .stream
            .local_addr()
            .map(|local| local.to_string())
            .unwrap_or_default();
        let at = Timestamp::now();
        let mut reading = Reading::default();
        let limits = self.hall.limits;
        let read = reading.read(&mut self.stream, &limits);
        let ended = match tokio::time::timeout(limits.request, read).await {
            Ok(ended) => ended,
            Err(_) if reading.is_silent() => Err(Ended::Silent),
            Err(_) => Err(Ended::Rejected(HitRejection::Unfinished)),
        };
        match ended {
            Ok(()) => {
                let request = reading.request(&local);
                let with_body = request.method != "HEAD";
                let (hit, answer) = self.hall.hits.open();
                let open = OpenHit {
                    hall: &self.hall,
                    hit,
                };
                let event = Event::HitReceived {
                    run: self.hall.run,
                    hit,
                    request,
                    peer: self.peer,
                    at,
                };
                self.hall.events.send(event).ok()?;
                let response = answer.await.ok();
                drop(open);
                response.map(|response| (response, with_body))
            }
            Err(Ended::Silent) => None,
            Err(Ended::Rejected(reason)) => {
                let response = said_to(reason);
                let event = Event::HitRejected {
                    run: self.hall.run,
                    request: reading.request(&local),
                    reason,
                    response: response.clone(),
                    peer: self.peer,
                    at,
                };
                self.hall.events.send(event).ok()?;
                response.map(|response| (response, true))
            }
        }
    }

    /// Writes an answer, then waits for the peer to take it: closing over bytes that were not read would
    /// reset the connection and take the answer away from the browser.
    async fn write(&mut self, response: &Response, with_body: bool) -> io::Result<()> {
        self.stream.write_all(&bytes(response, with_body)).await?;
        self.stream.shutdown().await?;
        let mut rest = [0; 4096];
        let lingering = async {
            while self.stream.read(&mut rest).await? > 0 {}
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
        HitRejection::TlsToPlain => None,
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
