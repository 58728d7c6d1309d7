//! The callback listener over TLS, on real sockets: taken, refused, stalled, garbage, and the certificate that
//! it shows.

use dineroscope::core::engine::message::{Effect, Event, HitRejection};
use dineroscope::core::oauth::callback::{Alert, pages};
use dineroscope::core::oauth::flow::{BindFailure, BindFailureKind, Certificate};
use dineroscope::core::profile::listen::{Listen, ListenAddress, ListenTls};
use dineroscope::core::wire::redact::Mask;
use dineroscope::edge::certificate::Certificates;
use dineroscope::edge::listener::{Limits, Names};
use dineroscope::edge::runtime::{Options, Runtime};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_rustls::TlsConnector;

/// A browser that takes any certificate and keeps the one it saw.
#[derive(Debug, Default)]
struct Taking(Mutex<Option<CertificateDer<'static>>>);

impl ServerCertVerifier for Taking {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        *self.0.lock().unwrap() = Some(certificate.clone().into_owned());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// A client that trusts these certificates alone.
fn trusting(roots: &[CertificateDer<'static>]) -> ClientConfig {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root.clone()).unwrap();
    }
    ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(store)
        .with_no_client_auth()
}

/// The certificate that a listener shows.
async fn shown(address: SocketAddr, name: &str) -> CertificateDer<'static> {
    let verifier = Arc::new(Taking::default());
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(verifier.clone())
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap();
    let seen = verifier.0.lock().unwrap().clone();
    seen.unwrap()
}

/// A runtime with a folder for certificates.
struct Stage {
    runtime: Runtime,
    events: UnboundedReceiver<Event>,
}

impl Stage {
    fn new(folder: &Path, limits: Limits) -> Self {
        let options = Options {
            listener: limits,
            names: Names::Known(vec![
                ("app.local".to_owned(), [127, 0, 0, 1].into()),
                ("both.local".to_owned(), [127, 0, 0, 1].into()),
                ("both.local".to_owned(), [192, 0, 2, 7].into()),
            ]),
            certificates: Certificates::in_folder(folder),
            ..Options::new(Mask::new([7; 32]))
        };
        let (runtime, events) = Runtime::new(options);
        Self { runtime, events }
    }

    async fn bind(
        &mut self,
        redirect_uri: &str,
        listen: Listen,
    ) -> Result<(SocketAddr, Option<Certificate>), BindFailure> {
        self.runtime.perform(Effect::Bind {
            run: 1,
            redirect_uri: redirect_uri.to_owned(),
            listen,
        });
        match self.events.recv().await.unwrap() {
            Event::ListenerBound {
                addresses,
                certificate,
                ..
            } => Ok((addresses[0], certificate.map(|certificate| *certificate))),
            Event::ListenerFailed { failure, .. } => Err(failure),
            other => panic!("{other:?}"),
        }
    }

    /// Answers the next hit; its address as the listener has it.
    async fn answer(&mut self, text: &str) -> String {
        match self.events.recv().await.unwrap() {
            Event::HitReceived { hit, request, .. } => {
                let response = pages::plain(200, "OK", text);
                self.runtime.perform(Effect::AnswerHit { hit, response });
                request.url
            }
            other => panic!("{other:?}"),
        }
    }

    async fn rejection(&mut self) -> (HitRejection, Option<u16>) {
        match self.events.recv().await.unwrap() {
            Event::HitRejected {
                reason, response, ..
            } => (reason, response.map(|response| response.status)),
            other => panic!("{other:?}"),
        }
    }
}

/// A listener with TLS on a free port of `localhost`.
async fn bound(folder: &Path, limits: Limits) -> (Stage, SocketAddr, Certificate) {
    let mut stage = Stage::new(folder, limits);
    let (address, certificate) = stage
        .bind("https://localhost:0/callback", Listen::default())
        .await
        .unwrap();
    (stage, address, certificate.unwrap())
}

/// Says bytes over TLS and hears what comes.
async fn talk(address: SocketAddr, config: ClientConfig, bytes: &[u8]) -> std::io::Result<String> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    stream.write_all(bytes).await?;
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await?;
    Ok(String::from_utf8_lossy(&heard).into_owned())
}

#[tokio::test]
async fn an_answer_comes_over_tls_to_a_browser_that_took_the_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (mut stage, address, certificate) = bound(folder.path(), Limits::default()).await;
    assert_eq!(
        (certificate.names, certificate.trouble),
        (vec!["localhost".to_owned()], None)
    );
    let config = trusting(&[shown(address, "localhost").await]);
    let post = b"POST /callback HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 6\r\n\r\ncode=c";
    let client = tokio::spawn(async move { talk(address, config, post).await });
    assert_eq!(stage.answer("here").await, "https://localhost:1/callback");
    assert!(client.await.unwrap().unwrap().ends_with("\r\n\r\nhere"));
}

#[tokio::test]
async fn a_browser_that_refuses_the_certificate_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let (mut stage, address, _) = bound(folder.path(), Limits::default()).await;
    let refused = talk(address, trusting(&[]), b"GET / HTTP/1.1\r\n\r\n").await;
    assert!(refused.is_err());
    let reason = HitRejection::CertificateRefused(Alert::UnknownCa);
    assert_eq!(stage.rejection().await, (reason, None));
}

#[tokio::test]
async fn plain_http_is_told_to_come_with_https() {
    let folder = tempfile::tempdir().unwrap();
    let (mut stage, address, _) = bound(folder.path(), Limits::default()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET /callback?code=c HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    assert!(
        heard.starts_with("HTTP/1.1 400 ") && heard.contains("open it with https"),
        "{heard}"
    );
    assert_eq!(
        stage.rejection().await,
        (HitRejection::PlainToTls, Some(400))
    );
}

#[tokio::test]
async fn garbage_in_place_of_a_handshake_is_turned_away() {
    let folder = tempfile::tempdir().unwrap();
    let (mut stage, address, _) = bound(folder.path(), Limits::default()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"\x16GET / HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard).await;
    assert!(!heard.starts_with(b"HTTP"));
    assert_eq!(stage.rejection().await, (HitRejection::BadHead, None));
}

#[tokio::test]
async fn a_stalled_handshake_blocks_nobody_and_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        request: Duration::from_millis(500),
        ..Limits::default()
    };
    let (mut stage, address, _) = bound(folder.path(), limits).await;
    let config = trusting(&[shown(address, "localhost").await]);
    let mut stalled = TcpStream::connect(address).await.unwrap();
    stalled
        .write_all(b"\x16\x03\x01\x02\x00\x01")
        .await
        .unwrap();
    let client =
        tokio::spawn(async move { talk(address, config, b"GET / HTTP/1.1\r\n\r\n").await });
    stage.answer("served meanwhile").await;
    assert!(client.await.unwrap().unwrap().ends_with("served meanwhile"));
    assert_eq!(stage.rejection().await, (HitRejection::Unfinished, None));
}

#[tokio::test]
async fn the_certificate_lasts_so_that_a_browser_is_asked_once() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _, before) = bound(folder.path(), Limits::default()).await;
    let (_second, address, after) = bound(folder.path(), Limits::default()).await;
    assert_eq!(before.fingerprint, after.fingerprint);
    drop(first);
    let seen = shown(address, "localhost").await;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &seen);
    let pairs: Vec<String> = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    assert_eq!(
        after.fingerprint,
        pairs.join(":"),
        "it is the one that is shown"
    );
}

#[tokio::test]
async fn without_a_place_to_keep_it_the_listener_works_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("no-folder");
    std::fs::write(&file, "").unwrap();
    let (mut stage, address, certificate) = bound(&file.join("callback"), Limits::default()).await;
    assert!(certificate.trouble.is_some());
    let config = trusting(&[shown(address, "localhost").await]);
    let client =
        tokio::spawn(async move { talk(address, config, b"GET / HTTP/1.1\r\n\r\n").await });
    stage.answer("served").await;
    assert!(client.await.unwrap().unwrap().ends_with("served"));
}

#[tokio::test]
async fn a_name_of_the_hosts_file_is_listened_for_where_it_leads() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path(), Limits::default());
    let (address, certificate) = stage
        .bind("https://app.local:0/callback", Listen::default())
        .await
        .unwrap();
    assert!(address.ip().is_loopback());
    assert_eq!(certificate.unwrap().names, ["app.local"]);
    let failure = stage
        .bind("https://both.local:0/callback", Listen::default())
        .await
        .unwrap_err();
    assert_eq!(failure.kind, BindFailureKind::NotListenable);
    assert!(failure.detail.contains("192.0.2.7"), "{}", failure.detail);
}

#[tokio::test]
async fn a_listen_address_goes_before_the_redirect_uri() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path(), Limits::default());
    let listen = |tls| Listen {
        address: Some(ListenAddress::Ip(SocketAddr::from(([127, 0, 0, 1], 0)))),
        hosts: Vec::new(),
        tls,
    };
    let tunnel = "https://a.tunnel.example/callback";
    let (address, certificate) = stage.bind(tunnel, listen(None)).await.unwrap();
    assert!(address.ip().is_loopback());
    assert_eq!(certificate, None, "a tunnel speaks TLS itself");
    let (_, certificate) = stage
        .bind(tunnel, listen(Some(ListenTls::SelfSigned)))
        .await
        .unwrap();
    assert_eq!(certificate.unwrap().names, ["a.tunnel.example"]);
    if TcpListener::bind("[::1]:0").await.is_ok() {
        let both = Listen {
            address: Some(ListenAddress::Localhost(0)),
            ..listen(None)
        };
        let (address, _) = stage.bind(tunnel, both).await.unwrap();
        assert!(TcpStream::connect(("::1", address.port())).await.is_ok());
    }
}

#[tokio::test]
async fn it_is_seen_whether_the_listener_answers_and_where_its_host_leads() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path(), Limits::default());
    let (address, _) = stage
        .bind(
            "http://both.local:0/callback",
            Listen {
                address: Some(ListenAddress::Localhost(0)),
                ..Listen::default()
            },
        )
        .await
        .unwrap();
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    stage.runtime.perform(Effect::LookAround {
        run: 1,
        redirect_uri: "http://both.local:8765/callback".to_owned(),
        looks_up: true,
        addresses: vec![address, closed],
    });
    // Looking is no hit.
    let Event::LookedAround {
        run: 1,
        surroundings,
    } = stage.events.recv().await.unwrap()
    else {
        panic!("another event");
    };
    assert_eq!(surroundings.answers, [(address, true), (closed, false)]);
    let leads = surroundings.leads.unwrap().unwrap();
    assert_eq!(
        leads,
        [
            std::net::IpAddr::from([127, 0, 0, 1]),
            [192, 0, 2, 7].into()
        ]
    );
}
