//! The one door to the network: a request in, a record out.
//!
//! Nothing that goes wrong here is an error: each trouble is part of the record, so whatever was sent
//! can be shown and explained. HTTP/1.1 only, because there the header lines that are shown are the
//! header lines that are sent; no redirects, no retries, no cookies, nothing behind the user's back.

mod body;
mod client;
mod complete;
mod failure;
mod held;
mod progress;
mod tls;

pub use complete::complete;
pub use held::Held;
pub use progress::Tell;

use crate::core::profile::ProxyChoice;
use crate::core::settings::Answers;
use crate::core::wire::{
    Body, CallId, Connection, Cut, Direction, Failure, FailureKind, Headers, Outcome, Phase,
    Purpose, Record, Request, Response, Timing, is_loopback,
};
use body::Bounds;
use client::{Clients, Marks};
use jiff::{SignedDuration, Timestamp};
use progress::{Counted, Counter};
use reqwest::header::{HeaderName, HeaderValue};
use rustls::pki_types::CertificateDer;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long the parts of a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For name, connection and TLS together.
    pub connect: Duration,
    /// For the head of the answer, and then for each part of its body.
    pub answer: Duration,
    /// For the whole body of a token answer: an exchange and a refresh are never cancelled, so a server
    /// that drips must not hold them for ever.
    pub token_body: Duration,
    /// Most bytes of a body that are held in memory; more of them go into a file without a name.
    pub in_memory: usize,
    /// Most bytes of an answer of the API that are read, unpacked.
    pub most: usize,
}

/// Watches one call, and may stop it once its answer has begun.
#[derive(Clone, Default)]
pub struct Watch {
    /// Is told how far it is.
    pub tell: Option<Tell>,
    /// Is told the head of the answer as soon as it is there; its body is read from where it grows.
    pub arrives: Option<Arrives>,
    /// Says when the rest of the body is not wanted.
    pub stop: Option<tokio::sync::watch::Receiver<bool>>,
}

/// Is told the head of an answer, and where its body grows.
pub type Arrives = Arc<dyn Fn(Response, &Arc<Held>) + Send + Sync>;

impl Watch {
    /// Ends when the rest of the body is not wanted.
    async fn stopped(&self) {
        if let Some(mut stop) = self.stop.clone()
            && stop.wait_for(|stopped| *stopped).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            token_body: Duration::from_mins(1),
            in_memory: Answers::default().memory.bytes(),
            most: Answers::default().most.bytes(),
        }
    }
}

/// The door. It keeps what TLS needs, made with the first request that needs it.
#[derive(Debug, Default)]
pub struct Door {
    limits: Limits,
    clients: Clients,
}

/// What came of a request, with what only the socket knows.
struct Exchange {
    outcome: Outcome,
    first_byte: Option<Duration>,
    peer: Option<SocketAddr>,
}

impl Door {
    /// A door with these limits.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            clients: Clients::default(),
        }
    }

    /// Trusts the certificate of our own listener at this port of the loopback, for those who walk there in
    /// the user's place.
    pub fn trust_own(&self, port: u16, certificate: CertificateDer<'static>) {
        self.clients.trust_own(port, certificate);
    }

    /// Sends a request and waits for what comes of it. Header fields that HTTP needs are added first
    /// and stand in the record as they were sent. Hosts of the loopback are never reached by a proxy.
    /// Of the body, `body_limit` bytes are read at most.
    pub async fn send(
        &self,
        call: CallId,
        purpose: Purpose,
        request: Request,
        proxy: ProxyChoice,
        body_limit: usize,
    ) -> Record {
        let watch = Watch::default();
        self.send_watched(call, purpose, request, proxy, (body_limit, watch))
            .await
    }

    /// The same, while somebody watches.
    pub async fn send_watched(
        &self,
        call: CallId,
        purpose: Purpose,
        request: Request,
        proxy: ProxyChoice,
        (body_limit, watch): (usize, Watch),
    ) -> Record {
        let counter = Counter::new(watch.tell.clone());
        let request = complete(request);
        let at = Timestamp::now();
        let marks = Arc::new(Marks::default());
        let (exchange, connection) = match outgoing(&request, &counter) {
            Ok(outgoing) => {
                let url = outgoing.url().clone();
                let proxy = if is_loopback(outgoing.url()) {
                    ProxyChoice::None
                } else {
                    proxy
                };
                let patience = self.body_patience(purpose);
                let limits = (body_limit, patience, (counter, watch));
                let exchange = self.exchange(outgoing, &proxy, limits, &marks).await;
                (exchange, marks.connection(&url, &proxy))
            }
            Err(detail) => {
                let exchange = failed(FailureKind::Invalid, &request.url, detail);
                (exchange, Connection::default())
            }
        };
        let [dns, connect, tls] = marks.taken();
        Record {
            call,
            purpose,
            direction: Direction::Outgoing,
            at,
            request,
            outcome: exchange.outcome,
            timing: Timing {
                dns: signed(dns),
                connect: signed(connect),
                tls: signed(tls),
                first_byte: signed(exchange.first_byte),
                total: signed(marks.elapsed()),
            },
            peer: exchange.peer,
            connection,
            note: String::new(),
        }
    }

    /// How long a whole body may take: as long as something comes, where the user can cancel.
    fn body_patience(&self, purpose: Purpose) -> Duration {
        match purpose {
            Purpose::Exchange
            | Purpose::Refresh
            | Purpose::Preflight
            | Purpose::Metadata
            | Purpose::Keys
            | Purpose::Userinfo
            | Purpose::Revocation
            | Purpose::Introspection => self.limits.token_body,
            Purpose::Api | Purpose::Callback | Purpose::InTheUsersPlace => Duration::MAX,
        }
    }

    /// Sends what can be sent.
    async fn exchange(
        &self,
        outgoing: reqwest::Request,
        proxy: &ProxyChoice,
        (body_limit, patience, (counter, watch)): (usize, Duration, (Counter, Watch)),
        marks: &Arc<Marks>,
    ) -> Exchange {
        let url = outgoing.url().clone();
        let client = match self.clients.client(&url, proxy, marks).await {
            Ok(client) => client,
            Err((kind, detail)) => return failed(kind, url.as_str(), detail),
        };
        marks.begin();
        let sent = tokio::select! {
            biased;
            sent = client.execute(outgoing) => sent,
            phase = self.too_late(marks) => return failed(FailureKind::Timeout(phase), url.as_str(), late(phase)),
        };
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) => {
                let (kind, detail) = failure::of(error, marks.took_a_proxy(&url, proxy));
                return failed(kind, url.as_str(), detail);
            }
        };
        let first_byte = marks.elapsed();
        let peer = answer.remote_addr();
        if answer.status().as_u16() == 407 && marks.took_a_proxy(&url, proxy) {
            let detail = "the proxy answered 407".to_owned();
            return failed(FailureKind::ProxyAuthentication, url.as_str(), detail);
        }
        let reading = tokio::time::timeout(
            patience,
            self.response(answer, body_limit, &counter, &watch),
        );
        let may_stall = watch.arrives.is_some();
        let outcome = match reading.await {
            Ok(response) if may_stall || response.cut != Some(Cut::Stalled) => {
                Outcome::Response(response)
            }
            _ => {
                let phase = Phase::Body;
                failed(FailureKind::Timeout(phase), url.as_str(), late(phase)).outcome
            }
        };
        Exchange {
            outcome,
            first_byte,
            peer,
        }
    }

    /// Ends when a phase before the answer has taken too long, and names it.
    async fn too_late(&self, marks: &Marks) -> Phase {
        let connected = tokio::time::timeout(self.limits.connect, marks.connected()).await;
        if connected.is_err() {
            return Phase::Connect;
        }
        tokio::time::sleep(self.limits.answer).await;
        Phase::Answer
    }

    /// Reads an answer to its end, to the limit, or to where its body stopped coming.
    async fn response(
        &self,
        answer: reqwest::Response,
        body_limit: usize,
        counter: &Counter,
        watch: &Watch,
    ) -> Response {
        let status = answer.status();
        let version = format!("{:?}", answer.version());
        let mut headers = Headers::default();
        for (name, value) in answer.headers() {
            headers.push(name.as_str(), text(value));
        }
        let bounds = Bounds {
            patience: self.limits.answer,
            most: body_limit.min(self.limits.most),
            in_memory: self.limits.in_memory,
        };
        let held = Arc::new(Held::default());
        let begun = Response {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default().to_owned(),
            version,
            headers,
            body: Body::elsewhere(Vec::new(), 0, held.clone()),
            cut: None,
        };
        if let Some(arrives) = &watch.arrives {
            arrives(begun.clone(), &held);
        }
        let reading = body::read(answer, &begun.headers, bounds, counter, (held, watch));
        let (body, cut) = reading.await;
        Response { body, cut, ..begun }
    }
}

/// The record of a request that the user cancelled.
pub fn cancelled(call: CallId, purpose: Purpose, request: Request, at: Timestamp) -> Record {
    abandoned(
        (call, purpose, request, at),
        FailureKind::Cancelled,
        "cancelled by you",
    )
}

/// The record of a request whose task broke: a fault of this program, said instead of hidden.
pub fn broken(call: CallId, purpose: Purpose, request: Request, at: Timestamp) -> Record {
    abandoned(
        (call, purpose, request, at),
        FailureKind::Other,
        "a part of dineroscope broke while it sent this",
    )
}

/// The record of a request that was given up on our side.
fn abandoned(
    (call, purpose, request, at): (CallId, Purpose, Request, Timestamp),
    kind: FailureKind,
    detail: &str,
) -> Record {
    let request = complete(request);
    let outcome = failed(kind, &request.url, detail.to_owned()).outcome;
    Record {
        call,
        purpose,
        direction: Direction::Outgoing,
        at,
        request,
        outcome,
        timing: Timing {
            total: Some(Timestamp::now().duration_since(at)),
            ..Timing::default()
        },
        peer: None,
        connection: crate::core::wire::Connection::default(),
        note: String::new(),
    }
}

/// A request as the library takes it, or why it cannot be sent.
fn outgoing(request: &Request, counter: &Counter) -> Result<reqwest::Request, String> {
    let url =
        Url::parse(&request.url).map_err(|error| format!("the address is not one: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}:` is neither http nor https", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "a name or password in an address is not sent: use an `Authorization` header"
                .to_owned(),
        );
    }
    let method = reqwest::Method::from_bytes(request.method.as_bytes())
        .map_err(|_| "the method is not a word that HTTP can carry".to_owned())?;
    let mut outgoing = reqwest::Request::new(method, url);
    for (name, value) in &request.headers.0 {
        let sent_name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("the header name `{name}` cannot be sent"))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| format!("the value of the header `{name}` cannot be sent"))?;
        if sent_name == reqwest::header::CONTENT_LENGTH
            && value.as_bytes() != request.body.len().to_string().as_bytes()
        {
            return Err(format!(
                "`Content-Length` is not the length of the body ({})",
                request.body.len()
            ));
        }
        outgoing.headers_mut().append(sent_name, value);
    }
    if !request.body.is_empty() {
        let bytes = request.body.0.to_vec();
        let body = if counter.counts(bytes.len()) {
            reqwest::Body::wrap(Counted::new(bytes.into(), counter.clone()))
        } else {
            bytes.into()
        };
        *outgoing.body_mut() = Some(body);
    }
    Ok(outgoing)
}

/// A failure, with the end that the request went to.
fn failed(kind: FailureKind, url: &str, detail: String) -> Exchange {
    let url = Url::parse(url).ok();
    let failure = Failure {
        kind,
        host: url
            .as_ref()
            .and_then(Url::host_str)
            .unwrap_or_default()
            .to_owned(),
        port: url
            .as_ref()
            .and_then(Url::port_or_known_default)
            .unwrap_or_default(),
        detail,
    };
    Exchange {
        outcome: Outcome::Failed(failure),
        first_byte: None,
        peer: None,
    }
}

/// What is said when a phase took too long.
fn late(phase: Phase) -> String {
    match phase {
        Phase::Connect => "no connection in time",
        Phase::Answer => "no answer in time",
        Phase::Body => "the body stopped coming",
    }
    .to_owned()
}

/// A header value as text; bytes that are not UTF-8 are read as Latin-1.
fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

/// A duration as the core counts it.
fn signed(duration: Option<Duration>) -> Option<SignedDuration> {
    duration.and_then(|duration| SignedDuration::try_from(duration).ok())
}
