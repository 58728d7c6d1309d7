//! Carries out effects and answers with events; the only place where the engine's work is spawned.
//!
//! Nothing here decides and nothing here waits: [`Runtime::perform`] comes back at once, and whatever is
//! owed an answer gets one, also when a task breaks.

mod embedded;
mod keeping;
mod listeners;
mod requests;
mod sending;

pub use requests::read_file;

use crate::core::engine::message::{Consent, Effect, Event};
use crate::core::settings::Settings;
use crate::core::wire::redact::Mask;
use crate::edge::archive::{Archive, Writer};
use crate::edge::certificate::Certificates;
use crate::edge::desktop::{self, Browser};
use crate::edge::http::{self, Door};
use crate::edge::listener::Names;
use crate::edge::reading::{Bounds, Reading};
use crate::edge::refresh::{self, Order};
use crate::edge::sandbox_server::SandboxConfig;
use crate::edge::trust::Trusted;
use crate::edge::vault::Vault;
use crate::edge::{listener, surroundings, visitor};
use embedded::Embedded;
use keeping::Keeping;
use listeners::{Listeners, Wanted};
use sending::Sending;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What the faces choose when they start.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long requests may take.
    pub http: http::Limits,
    /// What a peer may ask of the callback listener.
    pub listener: listener::Limits,
    /// How the browser is opened.
    pub browser: Browser,
    /// How host names are looked up.
    pub names: Names,
    /// Where the listener's certificates are kept.
    pub certificates: Certificates,
    /// How secrets are masked in bodies that are laid out: the engine's own mask.
    pub mask: Mask,
    /// Where grants and secrets are kept.
    pub vault: Vault,
    /// What the user trusts.
    pub trusted: Trusted,
    /// Where runs are kept; the faces choose this user's.
    pub archive: Archive,
    /// How answers are read; not at all where nobody looks at them.
    pub reading: Option<Bounds>,
}

impl Options {
    /// The limits of the house and the system's browser.
    pub fn new(mask: Mask) -> Self {
        Self {
            http: http::Limits::default(),
            listener: listener::Limits::default(),
            browser: Browser::System,
            names: Names::System,
            certificates: Certificates::of_this_user(),
            mask,
            vault: Vault::of_this_user(),
            trusted: Trusted::of_this_user(),
            archive: Archive::nowhere(),
            reading: None,
        }
    }

    /// Holds of answers what the user has set.
    pub fn hold(&mut self, settings: &Settings) {
        self.http.in_memory = settings.answers.memory.bytes();
        self.http.most = settings.answers.most.bytes();
    }
}

/// The world, as the engine sees it.
#[derive(Debug)]
pub struct Runtime {
    options: Options,
    door: Arc<Door>,
    events: UnboundedSender<Event>,
    embedded: Embedded,
    listeners: Listeners,
    sending: Sending,
    keeping: Keeping,
    runs: Writer,
    reading: Reading,
}

impl Runtime {
    /// A world, and where its events come out.
    pub fn new(options: Options) -> (Self, UnboundedReceiver<Event>) {
        let (events, receiver) = unbounded_channel();
        let door = Arc::new(Door::new(options.http));
        let runtime = Self {
            embedded: Embedded::default(),
            listeners: Listeners::new(options.listener, events.clone()),
            sending: Sending::new(door.clone(), events.clone()),
            keeping: Keeping::new(
                options.vault.clone(),
                options.trusted.clone(),
                events.clone(),
            ),
            reading: Reading::new(
                options.reading.clone(),
                options.mask.clone(),
                events.clone(),
            ),
            runs: Writer::new(
                options.archive.clone(),
                options.mask.clone(),
                events.clone(),
            ),
            options,
            door,
            events,
        };
        (runtime, receiver)
    }

    /// Carries out an effect. Comes back at once; must be called within a tokio runtime.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::StartSandbox {
                run,
                faults,
                client_id,
                client_secret,
                redirect_uri,
            } => {
                let client = SandboxConfig::for_client(client_id, client_secret, redirect_uri);
                self.embedded.switch(&faults);
                self.embedded.start(run, client, self.events.clone());
            }
            Effect::SetFaults(faults) => self.embedded.switch(&faults),
            Effect::ReadSecret { client, reference } => {
                self.keeping.read_secret(client, reference);
            }
            Effect::ReadTrust(question) => self.keeping.read_trust(question),
            Effect::KeepTrust(question) => self.keeping.keep_trust(question),
            Effect::LoadGrants { client, keep } => self.keeping.load(client, keep),
            Effect::KeepGrant(kept) => self.keeping.keep(*kept),
            Effect::DropRefreshToken { kept, token } => {
                self.keeping.drop_refresh_token(*kept, token);
            }
            Effect::ForgetGrant { client, id, keep } => self.keeping.forget(client, id, keep),
            Effect::ChooseGrant { client, id } => self.keeping.choose(client, id),
            Effect::Refresh {
                call,
                kept,
                request,
                proxy,
                body_limit,
                anyway,
            } => self.keeping.refresh(
                &self.door,
                Order {
                    call,
                    kept: *kept,
                    request,
                    proxy,
                    body_limit,
                    anyway,
                    patience: refresh::PATIENCE,
                },
            ),
            Effect::Bind {
                run,
                redirect_uri,
                listen,
            } => self.listeners.bind(
                run,
                Wanted {
                    redirect_uri,
                    listen,
                    names: self.options.names.clone(),
                    certificates: self.options.certificates.clone(),
                    door: self.door.clone(),
                },
            ),
            Effect::CloseListener { run } => self.listeners.close(run),
            Effect::AnswerHit { hit, response } => self.listeners.answer(hit, response),
            Effect::OpenBrowser { run, link } => self.open_browser(run, link),
            Effect::OpenAddress { run, address } => self.open_address(run, address),
            Effect::LookAround {
                run,
                redirect_uri,
                looks_up,
                addresses,
            } => {
                let names = looks_up.then(|| self.options.names.clone());
                self.look_around(run, redirect_uri, addresses, names);
            }
            Effect::VisitConsent { run, link, consent } => self.visit(run, link, consent),
            Effect::Send {
                call,
                purpose,
                request,
                proxy,
                body_limit,
            } => self.sending.send(call, purpose, request, proxy, body_limit),
            Effect::Cancel(call) => self.sending.cancel(call),
            Effect::KeepRun(keep) => self.runs.keep(keep),
            Effect::FindRun { call, state } => self.runs.find(call, state),
            Effect::Request(effect) => self.perform_request(effect),
            Effect::Reader(effect) => self.reading.perform(effect),
        }
    }

    /// Carries out effects in order.
    pub fn perform_all(&mut self, effects: impl IntoIterator<Item = Effect>) {
        for effect in effects {
            self.perform(effect);
        }
    }

    /// Waits until what is remembered on the disk, and every answer that was given to a browser, has been
    /// written, for two seconds at most each; to be called before the program ends. Closes every listener.
    pub async fn finish(&mut self) {
        self.keeping.finish().await;
        self.listeners.finish().await;
        self.runs.finish().await;
        self.reading.finish().await;
    }

    /// Opens the browser, or says why not.
    fn open_browser(&self, run: u64, link: String) {
        let browser = self.options.browser.clone();
        answered(
            self.events.clone(),
            async move {
                match desktop::open(&browser, &link).await {
                    Ok(()) => Event::BrowserOpened { run },
                    Err(reason) => Event::BrowserFailed { run, reason },
                }
            },
            move || Event::BrowserFailed {
                run,
                reason: BROKEN.to_owned(),
            },
        );
    }

    /// Opens the browser with the callback's own address, or says why not.
    fn open_address(&self, run: u64, address: String) {
        let browser = self.options.browser.clone();
        answered(
            self.events.clone(),
            async move {
                let trouble = desktop::open(&browser, &address).await.err();
                Event::AddressOpened { run, trouble }
            },
            move || Event::AddressOpened {
                run,
                trouble: Some(BROKEN.to_owned()),
            },
        );
    }

    /// Looks at what stands around the callback.
    fn look_around(
        &self,
        run: u64,
        redirect_uri: String,
        addresses: Vec<SocketAddr>,
        names: Option<Names>,
    ) {
        answered(
            self.events.clone(),
            async move {
                let found = surroundings::look(&redirect_uri, &addresses, names.as_ref()).await;
                Event::LookedAround {
                    run,
                    surroundings: Box::new(found),
                }
            },
            move || Event::LookedAround {
                run,
                surroundings: Box::default(),
            },
        );
    }

    /// Walks the sandbox's pages.
    fn visit(&self, run: u64, link: String, consent: Consent) {
        let (door, events) = (self.door.clone(), self.events.clone());
        let walking =
            tokio::spawn(async move { visitor::walk(&door, &link, consent, &events).await });
        let events = self.events.clone();
        tokio::spawn(async move {
            let walked = walking.await.unwrap_or_else(|_| Err(BROKEN.to_owned()));
            if let Err(reason) = walked {
                let _ = events.send(Event::ConsentFailed { run, reason });
            }
        });
    }
}

/// What is said when a task of ours broke.
const BROKEN: &str = "a part of dineroscope broke; please report this";

/// Runs a task whose event is owed: when it breaks, the other event is sent.
fn answered(
    events: UnboundedSender<Event>,
    task: impl Future<Output = Event> + Send + 'static,
    broken: impl FnOnce() -> Event + Send + 'static,
) {
    let running = tokio::spawn(task);
    tokio::spawn(async move {
        let event = running.await.unwrap_or_else(|_| broken());
        let _ = events.send(event);
    });
}
