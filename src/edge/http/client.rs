//! Makes the client of one request: its TLS, its proxy, its clocks.
//!
//! One client for each request, so that every connection is measured and none is taken over half dead;
//! what is dear, the certificates that this machine trusts, is read once, with the first request that
//! needs them and off the first frame.

use super::tls;
use crate::core::profile::ProxyChoice;
use crate::core::wire::{Connection, FailureKind, PeerCertificate, TlsFault, is_loopback};
use reqwest::Proxy;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, OnceCell};
use tower::{Layer, Service};
use url::{Host, Url};

/// Makes clients; keeps the TLS configuration once it was needed.
#[derive(Debug, Default)]
pub(super) struct Clients {
    trusting: OnceCell<Result<Arc<dyn ServerCertVerifier>, String>>,
    /// The certificates of our own listeners, by their ports.
    own: Mutex<HashMap<u16, CertificateDer<'static>>>,
}

impl Clients {
    /// A client for one request. Fails when the proxy's address is not one, or when https is wanted and
    /// no certificates are found to trust: then nothing is trusted, rather than anything.
    pub(super) async fn client(
        &self,
        url: &Url,
        proxy: &ProxyChoice,
        marks: &Arc<Marks>,
    ) -> Result<reqwest::Client, (FailureKind, String)> {
        let trusted = if let Some(own) = self.own(url) {
            tls::trusting_one(own).map(Some)
        } else if url.scheme() == "https" || *proxy != ProxyChoice::None {
            match self.trusting().await {
                Err(_) if url.scheme() == "http" => Ok(None),
                trusted => trusted.map(Some),
            }
        } else {
            Ok(None)
        };
        let tls = trusted
            .and_then(|trusted| tls::config(trusted, marks))
            .map_err(|detail| no_tls(&detail))?;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_gzip()
            .http1_only()
            .http1_title_case_headers()
            .pool_max_idle_per_host(0)
            .dns_resolver(Names(marks.clone()))
            .connector_layer(Clock(marks.clone()));
        let builder = match proxy {
            ProxyChoice::System => builder,
            ProxyChoice::None => builder.no_proxy(),
            ProxyChoice::Url(address) => builder.proxy(Proxy::all(address).map_err(|_| {
                let detail = format!("the proxy's address `{address}` is not one");
                (FailureKind::Proxy, detail)
            })?),
        };
        builder
            .build()
            .map_err(|error| (FailureKind::Other, super::failure::innermost(&error)))
    }

    /// Trusts this certificate at this port of the loopback, and no other one there.
    pub(super) fn trust_own(&self, port: u16, certificate: CertificateDer<'static>) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.insert(port, certificate);
    }

    /// The certificate of our own listener, where a request goes to it.
    fn own(&self, url: &Url) -> Option<CertificateDer<'static>> {
        let to_us = url.scheme() == "https" && is_loopback(url);
        let port = url.port_or_known_default().filter(|_| to_us)?;
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.get(&port).cloned()
    }

    /// What this machine trusts; read off the event loop, once.
    async fn trusting(&self) -> Result<Arc<dyn ServerCertVerifier>, String> {
        self.trusting
            .get_or_init(|| async {
                match tokio::task::spawn_blocking(tls::trusting_the_platform).await {
                    Ok(made) => made,
                    Err(error) => Err(error.to_string()),
                }
            })
            .await
            .clone()
    }
}

/// The failure of https without TLS.
fn no_tls(detail: &str) -> (FailureKind, String) {
    let detail = format!(
        "https needs the certificates that this machine trusts, and they could not be read: {detail}"
    );
    (FailureKind::Tls(TlsFault::Other), detail)
}

/// What is noted while a connection is made.
#[derive(Debug, Default)]
pub(super) struct Marks {
    noted: Mutex<Noted>,
    connected: Notify,
}

#[derive(Debug, Default)]
struct Noted {
    begun: Option<Instant>,
    /// When the connector was asked for a connection.
    connecting: Option<Instant>,
    dns: Option<Duration>,
    /// From there to the connection, TLS and all.
    connect: Option<Duration>,
    tls_begun: Option<Instant>,
    tls: Option<Duration>,
    tls_version: &'static str,
    chain: Vec<PeerCertificate>,
    resolved: Option<String>,
}

impl Marks {
    /// How long name resolution took, the connection after it, and the handshake after that.
    pub(super) fn taken(&self) -> [Option<Duration>; 3] {
        let noted = self.noted();
        let until_tls = noted
            .tls_begun
            .zip(noted.connecting)
            .map(|(tls, connecting)| tls.duration_since(connecting));
        let connect = until_tls.or(noted.connect);
        let dns = noted.dns.unwrap_or_default();
        [
            noted.dns,
            connect.map(|all| all.saturating_sub(dns)),
            noted.tls,
        ]
    }

    /// What is known of the connection; `proxy` is the one that was to be taken.
    pub(super) fn connection(&self, url: &Url, proxy: &ProxyChoice) -> Connection {
        let through = self.took_a_proxy(url, proxy).then(|| match proxy {
            ProxyChoice::Url(address) => without_user(address),
            ProxyChoice::System | ProxyChoice::None => {
                let host = self.noted().resolved.clone();
                host.map_or_else(
                    || "the system's".to_owned(),
                    |host| format!("the system's, {host}"),
                )
            }
        });
        let noted = self.noted();
        Connection {
            tls: noted.tls_version.to_owned(),
            chain: noted.chain.clone(),
            proxy: through,
        }
    }

    /// A handshake begins.
    pub(super) fn tls_begins(&self) {
        self.noted().tls_begun = Some(Instant::now());
    }

    /// The other side showed these certificates.
    pub(super) fn shown(&self, chain: Vec<PeerCertificate>) {
        self.noted().chain = chain;
    }

    /// The handshake is of that version.
    pub(super) fn tls_is(&self, version: &'static str) {
        self.noted().tls_version = version;
    }

    /// Starts the clock: what this program prepares by itself is not counted.
    pub(super) fn begin(&self) {
        self.noted().begun = Some(Instant::now());
    }

    /// How long it has been running, once it was started.
    pub(super) fn elapsed(&self) -> Option<Duration> {
        let begun = self.noted().begun;
        begun.map(|begun| begun.elapsed())
    }

    /// Waits for the connection.
    pub(super) async fn connected(&self) {
        self.connected.notified().await;
    }

    /// Whether the connection went to a proxy: told by whose name was resolved, where the system chose.
    pub(super) fn took_a_proxy(&self, url: &Url, proxy: &ProxyChoice) -> bool {
        match (proxy, url.host()) {
            (ProxyChoice::None, _) => false,
            (ProxyChoice::Url(_), _) => true,
            (ProxyChoice::System, Some(Host::Domain(name))) => {
                self.noted().resolved.as_deref() != Some(name)
            }
            (ProxyChoice::System, _) => self.noted().resolved.is_some(),
        }
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address without a name and a password.
fn without_user(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return "an address that is none".to_owned();
    };
    // Only an address without a host refuses, and that has neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string().trim_end_matches('/').to_owned()
}

/// A name that could not be resolved.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unresolved(std::io::Error);

/// Resolves names by the system, with the clock running.
struct Names(Arc<Marks>);

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let marks = self.0.clone();
        Box::pin(async move {
            let begun = Instant::now();
            marks.noted().resolved = Some(name.as_str().to_owned());
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            marks.noted().dns = Some(begun.elapsed());
            let addresses: Addrs =
                Box::new(found.map_err(Unresolved)?.collect::<Vec<_>>().into_iter());
            Ok(addresses)
        })
    }
}

/// Wraps the connector, so that connections are timed.
#[derive(Clone)]
struct Clock(Arc<Marks>);

impl<S> Layer<S> for Clock {
    type Service = Clocked<S>;

    fn layer(&self, inner: S) -> Clocked<S> {
        Clocked {
            inner,
            marks: self.0.clone(),
        }
    }
}

/// A connector with the clock running.
#[derive(Clone)]
struct Clocked<S> {
    inner: S,
    marks: Arc<Marks>,
}

impl<S, T> Service<T> for Clocked<S>
where
    S: Service<T>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, target: T) -> Self::Future {
        let begun = Instant::now();
        self.marks.noted().connecting = Some(begun);
        let connecting = self.inner.call(target);
        let marks = self.marks.clone();
        Box::pin(async move {
            let connected = connecting.await;
            {
                let mut noted = marks.noted();
                noted.tls = noted.tls_begun.map(|begun| begun.elapsed());
            }
            if connected.is_ok() {
                marks.noted().connect = Some(begun.elapsed());
                marks.connected.notify_one();
            }
            connected
        })
    }
}
