//! Tells the kinds of network trouble apart, from the causes that the libraries hand over in chains.

use super::client::Unresolved;
use crate::core::wire::{FailureKind, Phase, TlsFault};
use rustls::{CertificateError, Error as TlsError};
use std::error::Error;
use std::io::{self, ErrorKind};

/// The kind of a failure, and the words of its innermost cause. The address is not among them: its query
/// may be secret.
pub(super) fn of(error: reqwest::Error, took_a_proxy: bool) -> (FailureKind, String) {
    let error = error.without_url();
    let mut detail = innermost(&error);
    let kind = kind(&error);
    let proxy_fails = matches!(
        kind,
        FailureKind::Dns | FailureKind::Refused | FailureKind::Unreachable
    );
    if took_a_proxy && proxy_fails && error.is_connect() {
        detail = format!("the proxy could not be reached: {detail}");
        return (FailureKind::Proxy, detail);
    }
    (kind, detail)
}

/// The words of the innermost cause.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// An error and its causes, outermost first.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The first cause in the chain whose kind is known.
fn kind(error: &reqwest::Error) -> FailureKind {
    chain(error)
        .find_map(kind_of_cause)
        .unwrap_or(FailureKind::Other)
}

/// The kind of one cause, when it has one.
fn kind_of_cause(cause: &(dyn Error + 'static)) -> Option<FailureKind> {
    if cause.is::<Unresolved>() {
        return Some(FailureKind::Dns);
    }
    if let Some(error) = cause.downcast_ref::<TlsError>() {
        return Some(FailureKind::Tls(tls(error)));
    }
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        // An error within an I/O error is not among its causes; it may be another I/O error.
        let inner = error.get_ref().and_then(|inner| kind_of_cause(inner));
        return inner.or_else(|| socket(error.kind()));
    }
    by_words(&cause.to_string())
}

/// What a socket says.
fn socket(kind: ErrorKind) -> Option<FailureKind> {
    Some(match kind {
        ErrorKind::ConnectionRefused => FailureKind::Refused,
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable => FailureKind::Unreachable,
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => FailureKind::Reset,
        ErrorKind::TimedOut => FailureKind::Timeout(Phase::Connect),
        _ => return None,
    })
}

/// Causes whose types the libraries keep to themselves, so that only their words can be read.
const WORDS: &[(&str, FailureKind)] = &[
    (
        "tunnel error: proxy authorization required",
        FailureKind::ProxyAuthentication,
    ),
    ("tunnel error: unsuccessful", FailureKind::Proxy),
    ("tunnel error: unexpected end of file", FailureKind::Proxy),
    (
        "connection closed before message completed",
        FailureKind::Reset,
    ),
    (
        "operation was canceled: connection closed",
        FailureKind::Reset,
    ),
];

/// The kind of a cause by its words.
fn by_words(words: &str) -> Option<FailureKind> {
    WORDS
        .iter()
        .find(|(known, _)| words.starts_with(known))
        .map(|(_, kind)| *kind)
}

/// What was wrong in the handshake.
fn tls(error: &TlsError) -> TlsFault {
    match error {
        TlsError::InvalidCertificate(certificate) => match certificate {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => TlsFault::Expired,
            CertificateError::UnknownIssuer => TlsFault::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsFault::WrongName
            }
            _ => TlsFault::Other,
        },
        TlsError::InvalidMessage(_) => TlsFault::NotTls,
        _ => TlsFault::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_certificates_are_told_apart() {
        let cases = [
            (CertificateError::Expired, TlsFault::Expired),
            (CertificateError::NotValidYet, TlsFault::Expired),
            (CertificateError::UnknownIssuer, TlsFault::UnknownIssuer),
            (CertificateError::NotValidForName, TlsFault::WrongName),
            (CertificateError::Revoked, TlsFault::Other),
        ];
        for (certificate, fault) in cases {
            let wrapped = io::Error::other(TlsError::InvalidCertificate(certificate));
            assert_eq!(kind_of_cause(&wrapped), Some(FailureKind::Tls(fault)));
        }
    }

    #[test]
    fn what_a_socket_says_has_a_kind() {
        let cases = [
            (ErrorKind::ConnectionRefused, Some(FailureKind::Refused)),
            (
                ErrorKind::NetworkUnreachable,
                Some(FailureKind::Unreachable),
            ),
            (ErrorKind::ConnectionReset, Some(FailureKind::Reset)),
            (ErrorKind::Other, None),
        ];
        for (kind, expected) in cases {
            assert_eq!(kind_of_cause(&io::Error::from(kind)), expected);
        }
    }
}
