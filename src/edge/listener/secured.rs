//! TLS at the callback: HTTP and HTTPS on one port, told apart by the first byte.
//!
//! A handshake runs in the task of its own connection and within the limit of a request, so one that stalls
//! blocks nobody. What a browser says when it refuses our certificate is kept: it explains the silence.

use super::reader::{Ended, TLS_HANDSHAKE};
use crate::core::engine::message::HitRejection;
use crate::core::oauth::callback::Alert;
use rustls::AlertDescription;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// What requests are read from and answers are written to.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// A connection on which HTTP is spoken.
pub(super) struct Spoken {
    pub(super) wire: Box<dyn Wire>,
    /// `http` or `https`.
    pub(super) scheme: &'static str,
    /// Whether it is plain where TLS is spoken.
    pub(super) misses_tls: bool,
}

/// Looks at the first byte, and shakes hands where it begins TLS and TLS is spoken here.
pub(super) async fn opened(
    stream: TcpStream,
    tls: Option<&TlsAcceptor>,
    patience: Duration,
) -> Result<Spoken, Ended> {
    let mut first = [0];
    let seen = tokio::time::timeout(patience, stream.peek(&mut first)).await;
    if !matches!(seen, Ok(Ok(1))) {
        return Err(Ended::Silent);
    }
    let begins_tls = first == [TLS_HANDSHAKE];
    match tls.filter(|_| begins_tls) {
        Some(acceptor) => match tokio::time::timeout(patience, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => Ok(Spoken {
                wire: Box::new(stream),
                scheme: "https",
                misses_tls: false,
            }),
            Ok(Err(error)) => Err(why(&error)),
            Err(_) => Err(Ended::Rejected(HitRejection::Unfinished)),
        },
        None => Ok(Spoken {
            wire: Box::new(stream),
            scheme: "http",
            misses_tls: tls.is_some() && !begins_tls,
        }),
    }
}

/// Why a handshake failed.
fn why(error: &io::Error) -> Ended {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(rustls::Error::AlertReceived(alert)) => match refusal(*alert) {
            Some(alert) => Ended::Rejected(HitRejection::CertificateRefused(alert)),
            // A browser that changes its mind says so too.
            None => Ended::Silent,
        },
        Some(_) => Ended::Rejected(HitRejection::BadHead),
        None => Ended::Silent,
    }
}

/// The alerts that are about our certificate.
fn refusal(alert: AlertDescription) -> Option<Alert> {
    Some(match alert {
        AlertDescription::UnknownCA => Alert::UnknownCa,
        AlertDescription::BadCertificate => Alert::BadCertificate,
        AlertDescription::CertificateUnknown => Alert::CertificateUnknown,
        AlertDescription::CertificateExpired => Alert::CertificateExpired,
        AlertDescription::UnsupportedCertificate => Alert::UnsupportedCertificate,
        _ => return None,
    })
}
