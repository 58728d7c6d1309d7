//! Makes the client of one request: its TLS, its proxy, its clocks.
//!
//! One client for each request, so that every connection is measured and none is taken over half dead;
//! what is dear, the certificates that this machine trusts, is read once, with the first request that
//! needs them and off the first frame.

use crate::core::profile::ProxyChoice;
use crate::core::wire::{FailureKind, TlsFault, is_loopback};
use reqwest::Proxy;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
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
    trusting: OnceCell<Result<ClientConfig, String>>,
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
        let tls = if let Some(own) = self.own(url) {
            trusting_one(own).map_err(|detail| no_tls(&detail))?
        } else if url.scheme() == "https" || *proxy != ProxyChoice::None {
            match self.trusting().await {
                Ok(tls) => tls,
                Err(_) if url.scheme() == "http" => {
                    trusting_nobody().map_err(|detail| no_tls(&detail))?
                }
                Err(detail) => return Err(no_tls(&detail)),
            }
        } else {
            trusting_nobody().map_err(|detail| no_tls(&detail))?
        };
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

    /// TLS that trusts what this machine trusts; read off the event loop, once.
    async fn trusting(&self) -> Result<ClientConfig, String> {
        self.trusting
            .get_or_init(|| async {
                match tokio::task::spawn_blocking(trusting_the_platform).await {
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

/// TLS that trusts what this machine trusts.
fn trusting_the_platform() -> Result<ClientConfig, String> {
    let text = |error: rustls::Error| error.to_string();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(text)?
        .with_platform_verifier()
        .map_err(text)?
        .with_no_client_auth();
    Ok(speaking_http1(config))
}

/// TLS for requests that have none: it costs nothing and trusts nobody.
fn trusting_nobody() -> Result<ClientConfig, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(speaking_http1(config))
}

/// TLS that trusts one certificate.
fn trusting_one(certificate: CertificateDer<'static>) -> Result<ClientConfig, String> {
    let text = |error: rustls::Error| error.to_string();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).map_err(text)?;
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(text)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(speaking_http1(config))
}

/// Says in the handshake that HTTP/1.1 will be spoken.
fn speaking_http1(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
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
    dns: Option<Duration>,
    connect: Option<Duration>,
    resolved: Option<String>,
}

impl Marks {
    /// How long name resolution took, and the connection after it.
    pub(super) fn taken(&self) -> (Option<Duration>, Option<Duration>) {
        let noted = self.noted();
        let dns = noted.dns.unwrap_or_default();
        (noted.dns, noted.connect.map(|all| all.saturating_sub(dns)))
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
        let connecting = self.inner.call(target);
        let marks = self.marks.clone();
        Box::pin(async move {
            let connected = connecting.await;
            if connected.is_ok() {
                marks.noted().connect = Some(begun.elapsed());
                marks.connected.notify_one();
            }
            connected
        })
    }
}
