//! What goes over the wire, as data: request, response, failure, timing, and the record of it all.
//!
//! Both directions are one thing here, a [`Record`], so that the transcript, the findings and the
//! screens read the same type whether we sent or were sent something. Trouble is data too: HTTP never
//! returns an error into the core.

pub mod body;
mod failure;
pub mod html;
pub mod json;
pub mod redact;
pub mod source;
pub mod visible;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use source::Source;
use std::net::SocketAddr;
use std::sync::Arc;
use url::{Host, Url};

/// Names one exchange of messages within this program run; counted by the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallId(pub u64);

/// Header fields in the order they stood, case and duplicates kept.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// The first field of that name, compared without case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Adds a field at the end.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// The media type without parameters, lower case; empty when there is none.
    pub fn media_type(&self) -> String {
        self.get("content-type")
            .and_then(|value| value.split(';').next())
            .map(|value| value.trim().to_ascii_lowercase())
            .unwrap_or_default()
    }
}

impl std::fmt::Debug for Headers {
    /// Names only: values may be secret, and a debug print is a leak waiting to happen.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// Whether a URL's host is this machine: `localhost`, 127.0.0.0/8 or `::1`. Another name is not, whatever
/// it resolves to: what goes to this machine needs no proxy and no TLS, so nothing may pretend.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

/// A message body: shared bytes, so that a record is cloned without copying them; where they
/// only stand in its place (what is kept of a run is masked), how many it had. Of one that is too large for
/// memory, or still comes, the bytes are its beginning; all of it is read from its source.
#[derive(Clone, Default)]
pub struct Body(pub Bytes, usize, Option<Arc<dyn Source>>);

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        let same_source = match (&self.2, &other.2) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        self.0 == other.0 && self.1 == other.1 && same_source
    }
}

impl Eq for Body {}

impl Body {
    /// A body of these bytes.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into(), 0, None)
    }

    /// A body that is read from a source, with its beginning: it had, or has by now, that many bytes.
    pub fn elsewhere(beginning: impl Into<Bytes>, length: usize, source: Arc<dyn Source>) -> Self {
        Self(beginning.into(), length, Some(source))
    }

    /// Where all of its bytes are read from.
    pub fn source(&self) -> Arc<dyn Source> {
        match &self.2 {
            Some(source) => Arc::clone(source),
            None => Arc::new(self.0.clone()),
        }
    }

    /// All of its bytes, read into memory where they are elsewhere.
    pub fn whole(&self) -> Bytes {
        if self.is_at_hand() {
            return self.0.clone();
        }
        self.2.as_ref().map_or_else(Bytes::new, |source| {
            Bytes::from(source::piece(source.as_ref(), 0, self.1))
        })
    }

    /// Whether all of its bytes are at hand.
    pub fn is_at_hand(&self) -> bool {
        self.1 == 0 || self.1 == self.0.len()
    }

    /// A body of this text.
    pub fn text(text: &str) -> Self {
        Self::new(text.as_bytes().to_vec())
    }

    /// What is shown in place of a body that had `length` bytes.
    pub fn kept(text: &str, length: usize) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()), length, None)
    }

    /// Length in bytes: of the whole body, also where only something in its place is here.
    pub fn len(&self) -> usize {
        match self.1 {
            0 => self.0.len(),
            length => length,
        }
    }

    /// Whether there were no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it had bytes, and none is here.
    pub fn is_left_out(&self) -> bool {
        self.0.is_empty() && self.1 > 0 && self.2.is_none()
    }

    /// The bytes read as UTF-8; what is not is replaced by `\u{FFFD}`.
    pub fn to_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Body({} B)", self.len())
    }
}

/// A request as it goes out, or as it reached our listener.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, upper case for those we send.
    pub method: String,
    /// Absolute URL when we send it; for a hit, `http://` + Host + the target as it stood.
    pub url: String,
    /// Header fields in order.
    pub headers: Headers,
    /// The body bytes as sent.
    pub body: Body,
}

impl std::fmt::Debug for Request {
    /// Without the query, which may carry a code.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = self.url.split(['?', '#']).next().unwrap_or_default();
        write!(
            formatter,
            "Request({} {url}, {:?}, {:?})",
            self.method, self.headers, self.body
        )
    }
}

/// A response as it came, or as our listener gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status code, 100–599 (Dinero also sends 480).
    pub status: u16,
    /// Reason phrase as known for the status; empty when unknown.
    pub reason: String,
    /// For example `HTTP/1.1`.
    pub version: String,
    /// Header fields in order.
    pub headers: Headers,
    /// The body, decompressed where the server compressed it.
    pub body: Body,
    /// Why the body is not whole, when it is not.
    pub cut: Option<Cut>,
}

impl Response {
    /// The same with no more of its body than that many bytes, and how many were left out: what is drawn
    /// with every frame must not grow with what came.
    pub fn shortened(&self, most: usize) -> (Self, usize) {
        let left = self.body.0.len().saturating_sub(most);
        let mut shown = self.clone();
        if left > 0 || most == 0 {
            shown.body = Body::new(self.body.0.slice(..most));
        }
        (shown, left)
    }
}

/// Why a body ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cut {
    /// The connection ended before the announced length.
    ConnectionEnded,
    /// It passed our limit, in bytes.
    Limit(usize),
    /// Nothing more came for too long.
    Stalled,
    /// The user did not want the rest.
    Cancelled,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Still under way.
    Pending,
    /// An answer came, whatever its status.
    Response(Response),
    /// No HTTP answer came.
    Failed(Failure),
}

impl Outcome {
    /// The response, when there is one.
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Response(response) => Some(response),
            Self::Pending | Self::Failed(_) => None,
        }
    }
}

/// Why no HTTP answer came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind, for rules to judge by.
    pub kind: FailureKind,
    /// Host the connection went to.
    pub host: String,
    /// Port the connection went to.
    pub port: u16,
    /// The library's own words; from outside, so shown through `visible`.
    pub detail: String,
}

/// The kinds of network trouble, each with a rule of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureKind {
    /// The name did not resolve.
    Dns,
    /// Nobody listens there.
    Refused,
    /// No route, network down.
    Unreachable,
    /// TLS failed.
    Tls(TlsFault),
    /// Nothing in time.
    Timeout(Phase),
    /// The connection was closed or reset before an answer.
    Reset,
    /// The proxy refused or failed.
    Proxy,
    /// The proxy wants authentication (407).
    ProxyAuthentication,
    /// The user cancelled.
    Cancelled,
    /// The request cannot be sent as it is (URL, header value).
    Invalid,
    /// None of these; `detail` says more.
    Other,
}

/// What was wrong with the other side's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TlsFault {
    /// Past its last day, or not yet valid.
    Expired,
    /// Signed by nobody this machine trusts.
    UnknownIssuer,
    /// Made for another name.
    WrongName,
    /// The other side does not speak TLS.
    NotTls,
    /// Any other fault of the handshake.
    Other,
}

/// Which part of a call took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Name, connection, TLS.
    Connect,
    /// Waiting for the head of the answer.
    Answer,
    /// Reading the body.
    Body,
}

/// How long the phases of a call took; a phase that did not happen is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// Name resolution.
    pub dns: Option<SignedDuration>,
    /// TCP connection.
    pub connect: Option<SignedDuration>,
    /// The TLS handshake, where TLS is spoken.
    #[serde(default)]
    pub tls: Option<SignedDuration>,
    /// From the start to the head of the answer.
    pub first_byte: Option<SignedDuration>,
    /// From the start to the last byte or the failure.
    pub total: Option<SignedDuration>,
}

/// What is known of the connection that a record went over, beyond its ends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Connection {
    /// `TLS 1.3`; empty without TLS, or when the handshake did not come so far.
    pub tls: String,
    /// The certificates that the other side showed, its own first; also where the handshake failed.
    pub chain: Vec<PeerCertificate>,
    /// The proxy that the request was sent through, without a password.
    pub proxy: Option<String>,
}

/// A certificate that the other side showed, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerCertificate {
    /// Whom it names.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The hosts it is made for.
    pub names: Vec<String>,
    /// Its first moment.
    pub from: Timestamp,
    /// Its last moment.
    pub until: Timestamp,
}

/// Which way a request went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// We sent it.
    Outgoing,
    /// It reached our listener.
    Incoming,
}

/// Why a request was made; also its note in the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// A hit on our listener.
    Callback,
    /// The run's link, asked for before a browser does.
    Preflight,
    /// The sandbox's pages, walked in the user's place.
    InTheUsersPlace,
    /// Code for token.
    Exchange,
    /// Refresh token for token.
    Refresh,
    /// A call of the API.
    Api,
    /// What the provider says of itself (RFC 8414).
    Metadata,
    /// Its signing keys (RFC 7517).
    Keys,
    /// Who signed in (OpenID Connect Core 5.3).
    Userinfo,
    /// A token is withdrawn (RFC 7009).
    Revocation,
    /// What the server says of a token (RFC 7662).
    Introspection,
}

impl Purpose {
    /// Whether bodies tell about people: what an API holds, and who signs in on the sandbox's pages. Such a body
    /// is neither kept nor handed on.
    pub const fn is_about_people(self) -> bool {
        matches!(self, Self::Api | Self::InTheUsersPlace)
    }
}

/// One HTTP request with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name within this program run.
    pub call: CallId,
    /// Why it was made.
    pub purpose: Purpose,
    /// Which way it went.
    pub direction: Direction,
    /// When it was sent or received.
    pub at: Timestamp,
    /// The request, never redacted: redaction happens where it is shown or kept.
    pub request: Request,
    /// What became of it.
    pub outcome: Outcome,
    /// How long it took.
    pub timing: Timing,
    /// The other end, when known.
    pub peer: Option<SocketAddr>,
    /// What else is known of the connection.
    pub connection: Connection,
    /// A few words for the transcript: `answer`, `wrong state`, `tokens`.
    pub note: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_every_name_of_its_own() {
        let is = |address: &str| Url::parse(address).is_ok_and(|url| is_loopback(&url));
        for here in [
            "http://localhost:1/",
            "http://LOCALHOST./",
            "http://127.9.9.9/",
            "http://[::1]:8/",
            "http://2130706433/",
        ] {
            assert!(is(here), "{here}");
        }
        for elsewhere in [
            "http://localhost.example/",
            "http://app.localhost/",
            "http://128.0.0.1/",
            "http://[::2]/",
            "http://127.0.0.1.example/",
        ] {
            assert!(!is(elsewhere), "{elsewhere}");
        }
    }
}
