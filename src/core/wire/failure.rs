//! Why no HTTP answer came, in plain words: the same on the screen, in a comparison and in a report.

use super::{Failure, FailureKind, Phase, TlsFault};

impl Failure {
    /// What happened, with the host where it is about one.
    pub fn words(&self) -> String {
        let host = &self.host;
        match self.kind {
            FailureKind::Dns => format!("the name `{host}` does not resolve"),
            FailureKind::Refused => format!("nobody listens at `{host}:{}`", self.port),
            FailureKind::Unreachable => format!("no way to `{host}`"),
            FailureKind::Tls(fault) => format!("TLS: {}", fault.words()),
            FailureKind::Timeout(Phase::Connect) => "no connection in time".to_owned(),
            FailureKind::Timeout(Phase::Answer) => "no answer in time".to_owned(),
            FailureKind::Timeout(Phase::Body) => "the answer did not end in time".to_owned(),
            FailureKind::Reset => "the connection was closed before an answer".to_owned(),
            FailureKind::Proxy => "the proxy failed".to_owned(),
            FailureKind::ProxyAuthentication => {
                "the proxy wants a user name and password".to_owned()
            }
            FailureKind::Cancelled => "you cancelled it".to_owned(),
            FailureKind::Invalid => "it cannot be sent as it is".to_owned(),
            FailureKind::Other => "no answer came".to_owned(),
        }
    }
}

impl TlsFault {
    /// What was wrong with the other side.
    const fn words(self) -> &'static str {
        match self {
            Self::Expired => "certificate not valid today",
            Self::UnknownIssuer => "certificate of an unknown issuer",
            Self::WrongName => "certificate for another name",
            Self::NotTls => "the other side does not speak it",
            Self::Other => "the handshake broke off",
        }
    }
}
