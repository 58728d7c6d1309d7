//! The whole vocabulary on one page: what a person may ask, what the world may report, what the world
//! is asked to do. Plain data: printable, comparable, replayable.

use crate::core::dinero::call::Call;
use crate::core::fault::Fault;
use crate::core::oauth::flow::BindFailure;
use crate::core::profile::{Field, Profile, ProxyChoice};
use crate::core::secret::Secret;
use crate::core::wire::body::Layout;
use crate::core::wire::{CallId, Purpose, Record, Request, Response};
use jiff::Timestamp;
use std::net::SocketAddr;
use std::sync::Arc;

/// Imperative, from a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Use this profile; an open run is kept as abandoned.
    UseProfile(Box<Profile>),
    /// Fill the field in which a placeholder was left, for this program run only.
    FillField(Field, String),
    /// Begin the run: bind the listener, freeze the link; then open the browser, when asked to.
    Begin {
        /// Whether the browser is opened once the listener is bound.
        open_browser: bool,
    },
    /// Open the browser with the run's link (again).
    OpenBrowser,
    /// In the sandbox: accept or deny in the user's place, over HTTP.
    AnswerConsent(Consent),
    /// Take a pasted callback address, query string, form body or raw request; it may hold the code.
    PasteAnswer(Secret),
    /// After a time-out: wait as long again.
    GoOnWaiting,
    /// Stop waiting; the run ends.
    StopWaiting,
    /// The client secret, typed by the user; kept in memory for this client.
    ProvideSecret(Secret),
    /// Exchange the code.
    Exchange,
    /// A new run: new state, nonce, verifier.
    NewRun,
    /// Choose the organization that paths name.
    ChooseOrganization(String),
    /// Call the API.
    Send(Call),
    /// Cancel the API call that is under way.
    CancelSend,
}

/// What the user decides on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Accept.
    Accept,
    /// Cancel.
    Deny,
}

/// Past tense, from the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Time passed; sent when a deadline of [`super::Engine::next_deadline`] is reached.
    Ticked,
    /// The embedded sandbox listens.
    SandboxStarted {
        /// The run it was started for.
        run: u64,
        /// `http://127.0.0.1:41234`.
        origin: String,
    },
    /// The embedded sandbox could not listen.
    SandboxFailed {
        /// The run it was started for.
        run: u64,
        /// Why.
        reason: String,
    },
    /// An environment variable was read for a secret.
    SecretRead {
        /// The variable.
        name: String,
        /// What it holds; `None` when it is not set.
        secret: Option<Secret>,
    },
    /// The run's listener is bound.
    ListenerBound {
        /// The run.
        run: u64,
        /// Where it listens.
        addresses: Vec<SocketAddr>,
        /// Whether IPv6 loopback is missing on this machine.
        without_ipv6: bool,
    },
    /// The run's listener could not be bound.
    ListenerFailed {
        /// The run.
        run: u64,
        /// Why.
        failure: BindFailure,
    },
    /// A whole request reached a run's listener. It must be answered by [`Effect::AnswerHit`].
    HitReceived {
        /// The run whose listener it is.
        run: u64,
        /// Names the open connection.
        hit: u64,
        /// What came.
        request: Request,
        /// From where.
        peer: SocketAddr,
        /// When its first byte came.
        at: Timestamp,
    },
    /// A connection that never became a request; the listener answered by itself.
    HitRejected {
        /// The run whose listener it is.
        run: u64,
        /// What could be read of it.
        request: Request,
        /// Why.
        reason: HitRejection,
        /// The listener's answer, when there was one.
        response: Option<Response>,
        /// From where.
        peer: SocketAddr,
        /// When it came.
        at: Timestamp,
    },
    /// The browser was started.
    BrowserOpened {
        /// The run whose link it was given.
        run: u64,
    },
    /// The browser could not be started.
    BrowserFailed {
        /// The run whose link it was given.
        run: u64,
        /// Why.
        reason: String,
    },
    /// A request that was sent has ended, one way or the other.
    Answered(Box<Record>),
    /// A request that was made in the user's place, with its answer; its `call` is to be counted anew.
    Visited(Box<Record>),
    /// Walking the consent pages ended without an answer having been delivered.
    ConsentFailed {
        /// The run whose link was walked.
        run: u64,
        /// Why.
        reason: String,
    },
    /// The body of an API answer was laid out.
    LaidOut(CallId, Arc<Layout>),
}

/// Why the listener did not take a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitRejection {
    /// Its body is over 64 KiB.
    BodyTooLarge,
    /// Its head is over 16 KiB, or not HTTP.
    BadHead,
    /// It was not finished within 10 s.
    Unfinished,
    /// It began with a TLS handshake.
    TlsToPlain,
}

/// Imperative, to the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Start the embedded sandbox, once for each client; answered by `SandboxStarted` or
    /// `SandboxFailed`.
    StartSandbox {
        /// The run that needs it.
        run: u64,
        /// How it shall fail.
        faults: Vec<Fault>,
        /// The client it registers.
        client_id: String,
        /// That client's secret.
        client_secret: Secret,
        /// That client's redirect URI; with port 0 any port is taken.
        redirect_uri: String,
    },
    /// Read a secret from an environment variable; answered by `SecretRead`.
    ReadEnvironment(String),
    /// Bind the listener of a run; answered by `ListenerBound` or `ListenerFailed`, then by hits.
    Bind {
        /// The run.
        run: u64,
        /// The redirect URI as registered.
        redirect_uri: String,
    },
    /// Close a run's listener and every open hit of it.
    CloseListener {
        /// The run.
        run: u64,
    },
    /// Answer a hit.
    AnswerHit {
        /// The open connection.
        hit: u64,
        /// What is written.
        response: Response,
    },
    /// Open the system's browser; answered by `BrowserOpened` or `BrowserFailed`.
    OpenBrowser {
        /// The run.
        run: u64,
        /// The run's link.
        link: String,
    },
    /// Walk the sandbox's pages in the user's place; each request is reported by `Visited`.
    VisitConsent {
        /// The run.
        run: u64,
        /// The run's link.
        link: String,
        /// What the user would press.
        consent: Consent,
    },
    /// Send a request; answered by `Answered` with the same call.
    Send {
        /// Its name.
        call: CallId,
        /// Why it is made.
        purpose: Purpose,
        /// What is sent, never redacted.
        request: Request,
        /// Which proxy, for hosts that are not loopback.
        proxy: ProxyChoice,
        /// Largest body that is read, in bytes.
        body_limit: usize,
    },
    /// Cancel a request; it is answered by `Answered` with `FailureKind::Cancelled`.
    Cancel(CallId),
    /// Lay out a body off the UI task; answered by `LaidOut`.
    LayOut {
        /// The call whose answer it is.
        call: CallId,
        /// The answer.
        response: Response,
    },
}
