//! TLS through the door: who is trusted, and what is told of a handshake, also of one that failed.

use super::{failure, get, response, send, send_by};
use dineroscope::core::profile::ProxyChoice;
use dineroscope::core::wire::{FailureKind, TlsFault};
use dineroscope::edge::http::Door;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A TLS server with a certificate that nobody signed.
async fn self_signed() -> SocketAddr {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let _ = acceptor.accept(stream).await;
    });
    address
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_is_not_trusted() {
    let address = self_signed().await;
    let record = send(get(&format!("https://{address}/"))).await;
    let failure = failure(&record);
    assert_eq!(
        failure.kind,
        FailureKind::Tls(TlsFault::UnknownIssuer),
        "{}",
        failure.detail
    );
    // What was shown is told although it was refused.
    let [shown] = record.connection.chain.as_slice() else {
        panic!("{:?}", record.connection);
    };
    assert_eq!(shown.names, ["localhost", "127.0.0.1"]);
    assert_eq!(shown.subject, shown.issuer, "signed by itself");
    assert!(shown.from < record.at && record.at < shown.until);
    assert!(record.timing.connect.is_some() && record.timing.tls.is_some());
}

/// A TLS server of our own that answers one request.
async fn own_server() -> (SocketAddr, rustls::pki_types::CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.unwrap();
        let mut heard = [0; 4096];
        let _ = stream.read(&mut heard).await;
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        stream.write_all(answer).await.unwrap();
        let _ = stream.shutdown().await;
    });
    (address, certificate)
}

#[tokio::test]
async fn a_handshake_is_timed_and_told() {
    let (address, certificate) = own_server().await;
    let door = Door::default();
    door.trust_own(address.port(), certificate);
    let request = get(&format!("https://localhost:{}/", address.port()));
    let record = send_by(&door, request, ProxyChoice::None, 1024).await;
    assert_eq!(response(&record).body.to_text(), "ok");
    assert_eq!(record.connection.tls, "TLS 1.3");
    assert_eq!(record.connection.chain.len(), 1);
    assert_eq!(record.connection.proxy, None);
    let timing = record.timing;
    let phases = [timing.dns, timing.connect, timing.tls].map(Option::unwrap);
    let before: jiff::SignedDuration = phases.into_iter().sum();
    assert!(
        before <= timing.first_byte.unwrap(),
        "{timing:?}: one after the other"
    );
}
