//! The sandbox plays Visma Connect and Dinero: an axum router over seeded state in memory, without a socket.
//!
//! The flow can be walked without an account, and made to fail in every way the real ones fail. It behaves
//! as `visma-dinero.md` says they behave; where that is only inferred (Duende IdentityServer), so is this.
//!
//! ```text
//! /connect/authorize ─► /account/login ─► /consent ─► redirect URI      /connect/token ─► /v1…  /v2…
//!         └─► /error (never comes back)                                  (keys, rotation)   (Dinero)
//!                                    /connect/userinfo   /connect/revocation   /connect/introspect
//! ```

mod bearer;
mod connect;
mod dinero;
mod failing;
mod keys;
mod memory;
mod pages;
mod reply;

use crate::core::fault::Fault;
use crate::core::secret::{Entropy, Secret};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
pub use failing::Faults;
use jiff::Timestamp;
use keys::Keys;
use memory::Memory;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// What the sandbox is told about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxConfig {
    /// How it shall fail; can be switched while it runs.
    pub faults: Faults,
    /// The one client that is registered.
    pub client_id: String,
    /// That client's secret.
    pub client_secret: Secret,
    /// That client's redirect URI; on loopback with port 0 any port is taken (RFC 8252 7.3).
    pub redirect_uri: String,
    /// Who decides on the consent page.
    pub consent: ConsentMode,
    /// How long [`Fault::SlowToken`] and [`Fault::ApiSlow`] stay silent.
    pub silence: Duration,
}

impl SandboxConfig {
    /// A sandbox for that client, without faults, that asks and is silent for a minute when it is slow.
    pub fn for_client(
        client_id: impl Into<String>,
        client_secret: Secret,
        redirect_uri: impl Into<String>,
    ) -> Self {
        Self {
            faults: Faults::default(),
            client_id: client_id.into(),
            client_secret,
            redirect_uri: redirect_uri.into(),
            consent: ConsentMode::Ask,
            silence: Duration::from_mins(1),
        }
    }
}

/// Who decides on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentMode {
    /// Sign-in and consent pages are shown.
    Ask,
    /// The authorize endpoint accepts at once.
    Accept,
    /// The authorize endpoint cancels at once.
    Cancel,
}

/// What a router cannot know by itself.
#[derive(Debug)]
pub struct Surroundings {
    /// Where it is reached: `http://127.0.0.1:41234`; its issuer, and the base URL of its API.
    pub origin: String,
    /// The clock.
    pub clock: fn() -> Timestamp,
    /// Where codes, tokens and ids come from.
    pub entropy: Entropy,
}

/// The running sandbox.
pub struct Sandbox {
    config: SandboxConfig,
    origin: String,
    clock: fn() -> Timestamp,
    memory: Mutex<Memory>,
    keys: OnceCell<Keys>,
}

impl Sandbox {
    /// A fresh one. Nothing costly is done before the first token is asked for.
    pub fn new(config: SandboxConfig, surroundings: Surroundings) -> Self {
        Self {
            config,
            origin: surroundings.origin,
            clock: surroundings.clock,
            memory: Mutex::new(Memory::new(surroundings.entropy)),
            keys: OnceCell::new(),
        }
    }

    /// Whether it was told to fail this way.
    fn fails(&self, fault: Fault) -> bool {
        self.config.faults.has(fault)
    }

    /// The time now, by a clock that may be off.
    fn now(&self) -> Timestamp {
        let now = (self.clock)();
        let skewed = failing::skew(&self.config.faults).map(|skew| now.checked_add(skew));
        skewed.and_then(Result::ok).unwrap_or(now)
    }

    /// What it remembers.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its keys; made on first use, on a thread of their own because that takes a while.
    async fn keys(&self) -> Option<&Keys> {
        let make = || async {
            let made = tokio::task::spawn_blocking(Keys::generate).await;
            made.ok().flatten().ok_or(())
        };
        self.keys.get_or_try_init(make).await.ok()
    }
}

/// Everything it answers. It opens no socket.
pub fn router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/connect/authorize", any(connect::authorize))
        .route("/account/login", any(connect::login))
        .route("/consent", any(connect::consent))
        .route("/error", get(connect::error))
        .route("/connect/token", any(connect::token))
        .route(connect::USERINFO_PATH, any(connect::userinfo))
        .route(connect::REVOCATION_PATH, any(connect::revocation))
        .route(connect::INTROSPECTION_PATH, any(connect::introspection))
        .route(connect::DISCOVERY_PATH, get(connect::discovery))
        .route(connect::METADATA_PATH, get(connect::discovery))
        .route(connect::JWKS_PATH, get(connect::jwks))
        .fallback(dinero::answer)
        .layer(from_fn_with_state(sandbox.clone(), failing::dated))
        .with_state(sandbox)
}
