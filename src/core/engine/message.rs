//! The whole vocabulary on one page: what a person may ask, what the world may report, what the world
//! is asked to do. Plain data: printable, comparable, replayable.

pub mod requests;
pub mod scope_lab;

pub use super::words::{Consent, HitRejection, Prompt};

use crate::core::dinero::call::Call;
use crate::core::fault::Fault;
use crate::core::history::Summary;
use crate::core::history::written::Keep;
use crate::core::oauth::changes::Changes;
use crate::core::oauth::endpoint::Inquiry;
use crate::core::oauth::flow::{BindFailure, Certificate};
use crate::core::oauth::link::LinkChanges;
use crate::core::oauth::refresh::RefreshOutcome;
use crate::core::oauth::surroundings::Surroundings;
use crate::core::profile::listen::Listen;
use crate::core::profile::trust::TrustQuestion;
use crate::core::profile::{
    Field, KeepTokens, Profile, ProxyChoice, ResponseMode, SecretReference,
};
use crate::core::secret::Secret;
use crate::core::token::import::TokenKind;
use crate::core::token::kept::{Client, GrantId, KeptGrant, VaultTrouble};
use crate::core::wire::{CallId, Purpose, Record, Request, Response};
use jiff::Timestamp;
use requests::{ReaderEffect, RequestCommand, RequestEffect, RequestEvent};
use scope_lab::LabCommand;
use std::net::SocketAddr;

/// Imperative, from a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Use this profile; an open run is kept as abandoned.
    UseProfile(Box<Profile>),
    /// Fill the field in which a placeholder was left, for this program run only.
    FillField(Field, String),
    /// Ask for the link as a browser without cookies would, and for the error page that it leads to;
    /// nothing begins by it.
    Preflight,
    /// Begin the run: bind the listener, freeze the link; then open the browser, when asked to.
    Begin {
        /// Whether the browser is opened once the listener is bound.
        open_browser: bool,
    },
    /// Open the browser with the run's link (again).
    OpenBrowser,
    /// Open the callback's own address in the browser, so that its certificate is accepted before an
    /// answer depends on it; begins the run without its link.
    OpenAddress,
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
    /// Read the client secret from where the profile says it is, now or once more.
    ReadSecret,
    /// The profile in use may have the secret it names sent to its token endpoint; remembered.
    Trust,
    /// Ask for the answer in this way, in a new run and those after it.
    UseResponseMode(ResponseMode),
    /// Ask for the scopes of this set from the next run on; `None`: for the profile's own.
    UseScopeSet(Option<String>),
    /// A new run in which the provider is to ask who signs in.
    SignInAgain(Prompt),
    /// Keep the grants of this client there from now on.
    KeepTokens(KeepTokens),
    /// Make this grant the current one.
    UseGrant(GrantId),
    /// Forget this grant, here and where it is kept. The provider is not told.
    ForgetGrant(GrantId),
    /// Take a token that the user has already.
    ImportToken(TokenKind, Secret),
    /// Switch a fault of the embedded sandbox on, or off again.
    SwitchFault(Fault),
    /// Refresh the current grant.
    Refresh {
        /// Also when an earlier refresh ended in the dark, so that the refresh token may be spent.
        anyway: bool,
    },
    /// Ask one of the provider's further endpoints about the current grant, or have a token of it revoked
    /// there.
    Inquire(Inquiry),
    /// From here to the token without a stop, as far as nothing has to be decided; or stop that.
    PlayThrough,
    /// Make the link of this run in that way.
    ChangeLink(LinkChanges),
    /// Take the last answer that came without a state, to a run that sent none.
    TakeAnswer,
    /// Send the exchange of this run in that way.
    ChangeExchange(Changes),
    /// Post the code of this run once more, to see what happens.
    ExchangeAgain,
    /// A new run with what was changed about this one.
    NewRunAsChanged,
    /// A new run whose link is made in that way, with what was changed about the exchange of this one.
    NewRunWithLink(LinkChanges),
    /// Exchange the code.
    Exchange,
    /// Ask the issuer for its endpoints (once more).
    FetchMetadata,
    /// Fetch the provider's keys once more for an id_token that failed, and check it again.
    CheckIdToken,
    /// Use what an id_token that failed holds back.
    OverrideIdToken,
    /// Check the signature of the access token in use with the provider's keys.
    CheckSignature,
    /// A new run: new state, nonce, verifier.
    NewRun,
    /// Choose the organization that paths name.
    ChooseOrganization(String),
    /// Call the API.
    Send(Call),
    /// Cancel the API call that is under way, or what is asked of a further endpoint.
    CancelSend,
    /// Do something with requests in hand.
    Request(RequestCommand),
    /// Do something in the scope lab.
    Lab(LabCommand),
}

/// Past tense, from the world.
#[derive(Debug, Clone, PartialEq)]
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
    /// A client secret was read from where a profile says it is.
    SecretRead {
        /// Whose it is.
        client: Client,
        /// Where it was looked for.
        reference: SecretReference,
        /// The secret, or what happened and what to do, without a secret.
        secret: Result<Secret, String>,
    },
    /// Whether the user has trusted a profile with a secret before.
    TrustRead {
        /// The question.
        question: TrustQuestion,
        /// Whether it was answered with yes.
        trusted: bool,
    },
    /// The grants that are kept for a client.
    GrantsLoaded {
        /// Whose they are.
        client: Client,
        /// Each with the time of a refresh that ended in the dark; the oldest first.
        grants: Vec<(KeptGrant, Option<Timestamp>)>,
        /// The one that was chosen last.
        current: Option<GrantId>,
        /// Why some or all of them could not be read.
        trouble: Option<VaultTrouble>,
    },
    /// A grant was kept, or could not be.
    GrantKept {
        /// Which.
        id: GrantId,
        /// Where.
        keep: KeepTokens,
        /// Why not.
        trouble: Option<VaultTrouble>,
    },
    /// A grant is no longer kept, or could not be removed.
    GrantForgotten {
        /// Which.
        id: GrantId,
        /// Why not.
        trouble: Option<VaultTrouble>,
    },
    /// A refresh has ended.
    Refreshed {
        /// The call it was asked for with.
        call: CallId,
        /// What was sent and what came, when something was.
        record: Option<Box<Record>>,
        /// What became of it.
        outcome: RefreshOutcome,
    },
    /// The run's listener is bound.
    ListenerBound {
        /// The run.
        run: u64,
        /// Where it listens.
        addresses: Vec<SocketAddr>,
        /// Whether IPv6 loopback is missing on this machine.
        without_ipv6: bool,
        /// The certificate it shows, where it speaks TLS.
        certificate: Option<Box<Certificate>>,
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
    /// The browser was started with the callback's own address, or could not be.
    AddressOpened {
        /// The run whose address it is.
        run: u64,
        /// Why not.
        trouble: Option<String>,
    },
    /// What stands around the callback of a run was looked at.
    LookedAround {
        /// The run.
        run: u64,
        /// What was found.
        surroundings: Box<Surroundings>,
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
    /// A run could not be kept.
    RunNotKept {
        /// Why, and what to do.
        reason: String,
    },
    /// The kept runs were searched for a state.
    RunFound {
        /// The hit it came with.
        call: CallId,
        /// The run that sent it, when there is one.
        run: Option<Box<Summary>>,
    },
    /// Something about requests.
    Request(RequestEvent),
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
    /// The embedded sandboxes fail in these ways from now on, those that run too.
    SetFaults(Vec<Fault>),
    /// Read a client secret from environment, keyring or command; answered by `SecretRead`.
    ReadSecret {
        /// Whose it is: a keyring finds it by that alone.
        client: Client,
        /// Where it is.
        reference: SecretReference,
    },
    /// Look whether the user has trusted this before; answered by `TrustRead`.
    ReadTrust(TrustQuestion),
    /// Remember that the user trusts this.
    KeepTrust(TrustQuestion),
    /// Load the grants of a client; answered by `GrantsLoaded`.
    LoadGrants {
        /// Whose.
        client: Client,
        /// Where they are kept.
        keep: KeepTokens,
    },
    /// Keep a grant durably, in place of what was kept under its name; answered by `GrantKept`.
    KeepGrant(Box<KeptGrant>),
    /// Take a revoked refresh token out of the place where its grant is kept, unless another process has put
    /// a newer one there; answered by `GrantKept`.
    DropRefreshToken {
        /// The grant without it, and where it is kept.
        kept: Box<KeptGrant>,
        /// The token that was revoked.
        token: Secret,
    },
    /// Remove a kept grant; answered by `GrantForgotten`.
    ForgetGrant {
        /// Whose.
        client: Client,
        /// Which.
        id: GrantId,
        /// Where it is kept.
        keep: KeepTokens,
    },
    /// Remember which grant of a client is the current one.
    ChooseGrant {
        /// Whose.
        client: Client,
        /// Which.
        id: GrantId,
    },
    /// Refresh a grant by the protocol of design.md section 4; answered by `Refreshed`, never aborted.
    Refresh {
        /// Its name.
        call: CallId,
        /// The grant as it is known here, and where it is kept.
        kept: Box<KeptGrant>,
        /// The token request.
        request: Request,
        /// Which proxy, for hosts that are not loopback.
        proxy: ProxyChoice,
        /// Largest body that is read, in bytes.
        body_limit: usize,
        /// Whether it is sent although an earlier one ended in the dark.
        anyway: bool,
    },
    /// Bind the listener of a run; answered by `ListenerBound` or `ListenerFailed`, then by hits.
    Bind {
        /// The run.
        run: u64,
        /// The redirect URI as registered.
        redirect_uri: String,
        /// What differs from it.
        listen: Listen,
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
    /// Open the callback's own address in the browser; answered by `AddressOpened`.
    OpenAddress {
        /// The run.
        run: u64,
        /// The address.
        address: String,
    },
    /// Look at what stands around the callback; answered by `LookedAround`.
    LookAround {
        /// The run.
        run: u64,
        /// Its redirect URI, with the real port.
        redirect_uri: String,
        /// Whether its host is looked up; not where a tunnel or proxy has the name.
        looks_up: bool,
        /// Where it is bound; nowhere when it could not be.
        addresses: Vec<SocketAddr>,
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
    /// Keep what is new of a run, masked on the way; answered by `RunNotKept` where that fails.
    KeepRun(Box<Keep>),
    /// Search the kept runs for the one that sent this state; answered by `RunFound`.
    FindRun {
        /// The hit it came with.
        call: CallId,
        /// The state.
        state: String,
    },
    /// Something about requests.
    Request(RequestEffect),
    /// Something about the answer that is shown.
    Reader(ReaderEffect),
}
