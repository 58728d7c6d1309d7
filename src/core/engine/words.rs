//! The small words of the vocabulary: what a command or an event is about.

use crate::core::oauth::callback::Alert;

/// How the provider is to ask who signs in (OpenID Connect Core 3.1.2.1, `prompt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// `select_account`: choose among the accounts it knows.
    SelectAccount,
    /// `login`: sign in anew.
    Login,
}

impl Prompt {
    /// The protocol word.
    pub fn name(self) -> &'static str {
        match self {
            Self::SelectAccount => "select_account",
            Self::Login => "login",
        }
    }
}

/// What the user decides on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Accept.
    Accept,
    /// Cancel.
    Deny,
}

/// Why the listener did not take a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitRejection {
    /// Its body is over 64 KiB.
    BodyTooLarge,
    /// Its head is over 16 KiB, or not HTTP.
    BadHead,
    /// It was not finished within 10 s.
    Unfinished,
    /// It began with a TLS handshake, which is not spoken here.
    TlsToPlain,
    /// It came in plain HTTP, where TLS is spoken.
    PlainToTls,
    /// The browser did not take our certificate.
    CertificateRefused(Alert),
}
