//! TLS of one request: whom it trusts, and what is seen of its handshake.
//!
//! Trust is decided by the verifier of the platform, or by the one certificate of our own listener; around it
//! stands a witness that notes when the handshake began, its version, and the certificates that were shown,
//! also when they are refused.

use super::client::Marks;
use crate::core::wire::PeerCertificate;
use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientSessionStore, Resumption, Tls12ClientSessionValue};
use rustls::client::{Tls13ClientSessionValue, WebPkiServerVerifier};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, NamedGroup, RootCertStore};
use rustls::{DistinguishedName, SignatureScheme};
use std::sync::Arc;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// Most certificates of a chain that are told.
const MOST: usize = 8;

/// What this machine trusts. Blocking.
pub(super) fn trusting_the_platform() -> Result<Arc<dyn ServerCertVerifier>, String> {
    let provider = Arc::new(default_provider());
    let verifier =
        rustls_platform_verifier::Verifier::new(provider).map_err(|it| it.to_string())?;
    Ok(Arc::new(verifier))
}

/// One certificate, and no other.
pub(super) fn trusting_one(
    certificate: CertificateDer<'static>,
) -> Result<Arc<dyn ServerCertVerifier>, String> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).map_err(|it| it.to_string())?;
    let provider = Arc::new(default_provider());
    let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
    let verifier = builder.build().map_err(|it| it.to_string())?;
    Ok(verifier)
}

/// TLS for one request. Without anybody to trust it costs nothing and trusts nobody.
pub(super) fn config(
    trusted: Option<Arc<dyn ServerCertVerifier>>,
    marks: &Arc<Marks>,
) -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let mut config = match trusted {
        None => builder
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth(),
        Some(trusted) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Witness {
                trusted,
                marks: marks.clone(),
            }))
            .with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::store(Arc::new(Beginning(marks.clone())));
    Ok(config)
}

/// Sees what is shown; the decision is left to who is trusted with it.
#[derive(Debug)]
struct Witness {
    trusted: Arc<dyn ServerCertVerifier>,
    marks: Arc<Marks>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = [end_entity].into_iter().chain(intermediates).take(MOST);
        self.marks.shown(chain.filter_map(|it| facts(it)).collect());
        self.trusted
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.marks.tls_is("TLS 1.2");
        self.trusted
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.marks.tls_is("TLS 1.3");
        self.trusted
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.trusted.supported_verify_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        self.trusted.requires_raw_public_keys()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        self.trusted.root_hint_subjects()
    }
}

/// Keeps no session, so that no handshake is shortened; it is asked when one begins.
#[derive(Debug)]
struct Beginning(Arc<Marks>);

impl ClientSessionStore for Beginning {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        self.0.tls_begins();
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, _: Tls13ClientSessionValue) {}

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}

/// A certificate in short; `None` when it is none.
fn facts(certificate: &CertificateDer<'_>) -> Option<PeerCertificate> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let moment = |seconds: i64| Timestamp::from_second(seconds).unwrap_or_default();
    let names = parsed.subject_alternative_name().ok().flatten();
    let names = names.iter().flat_map(|names| &names.value.general_names);
    let names = names.filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    });
    Some(PeerCertificate {
        subject: parsed.subject().to_string(),
        issuer: parsed.issuer().to_string(),
        names: names.take(MOST).collect(),
        from: moment(parsed.validity().not_before.timestamp()),
        until: moment(parsed.validity().not_after.timestamp()),
    })
}

/// An IP address as a certificate holds it.
fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(bytes).to_string());
    }
    let bytes = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(bytes).to_string())
}
