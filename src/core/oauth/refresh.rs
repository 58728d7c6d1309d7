//! Refreshing a grant (RFC 6749 6): the request, what the answer makes of the old grant, and everything
//! that can become of it when processes, disks and networks take part.

use crate::core::oauth::grant::{self, TokenTrouble};
use crate::core::profile::Profile;
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::token::kept::VaultTrouble;
use crate::core::wire::{FailureKind, Outcome, Phase, Request};
use jiff::Timestamp;

/// The token request of a refresh, form-encoded. No `scope`: all that was granted is asked for again.
pub fn request(
    profile: &Profile,
    refresh_token: &Secret,
    client_secret: Option<&Secret>,
) -> Request {
    grant::token_request(
        profile,
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
        ],
        client_secret,
        &[],
    )
}

/// The grant after an answer of the token endpoint to a refresh: what the answer leaves out stays as it
/// was (RFC 6749 6: the refresh token, when no new one comes; the scope, when it is not named).
pub fn renewed(old: &Grant, outcome: &Outcome, now: Timestamp) -> Result<Grant, TokenTrouble> {
    let new = grant::read(outcome, &old.scopes, &old.api_origin, now)?;
    Ok(Grant {
        refresh_token: new.refresh_token.or_else(|| old.refresh_token.clone()),
        id_token: new.id_token.or_else(|| old.id_token.clone()),
        asked: old.asked.clone(),
        scopes_named: new.scopes_named || old.scopes_named,
        ..new
    })
}

/// What is known of a refresh token after a request with it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// The server said no, or was never reached: the token is as it was.
    AsBefore,
    /// It may have been taken and its answer lost.
    Unknown,
}

/// Whether a refresh token may have been spent by a request that brought no grant.
pub fn afterwards(outcome: &Outcome, trouble: &TokenTrouble) -> Afterwards {
    match (trouble, outcome) {
        (TokenTrouble::NoAnswer, Outcome::Failed(failure)) => match failure.kind {
            FailureKind::Dns
            | FailureKind::Refused
            | FailureKind::Unreachable
            | FailureKind::Tls(_)
            | FailureKind::Proxy
            | FailureKind::ProxyAuthentication
            | FailureKind::Invalid
            | FailureKind::Timeout(Phase::Connect) => Afterwards::AsBefore,
            FailureKind::Timeout(Phase::Answer | Phase::Body)
            | FailureKind::Reset
            | FailureKind::Cancelled
            | FailureKind::Other => Afterwards::Unknown,
        },
        (TokenTrouble::Redirected { .. } | TokenTrouble::Error { .. }, _) => Afterwards::AsBefore,
        (TokenTrouble::ServerError { status, .. } | TokenTrouble::Status { status }, _)
            if *status < 500 =>
        {
            Afterwards::AsBefore
        }
        _ => Afterwards::Unknown,
    }
}

/// Everything that can become of a refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// New tokens came, and are kept where the old ones were.
    Renewed(Box<Grant>),
    /// New tokens came and could not be kept: they are held by this program only.
    RenewedNotKept(Box<Grant>, VaultTrouble),
    /// Another process refreshed meanwhile; its grant, nothing was sent.
    ByAnother(Box<Grant>),
    /// The provider said no, or was not reached; the refresh token is as it was, unless the answer says
    /// that it is spent.
    Refused(TokenTrouble),
    /// It was sent and nothing usable came back: the kept refresh token may be spent.
    Unknown(TokenTrouble),
    /// An earlier refresh ended in the dark; nothing was sent.
    Unsettled {
        /// When that one was sent.
        since: Timestamp,
    },
    /// Another process holds the lock for too long; nothing was sent.
    Busy {
        /// Who holds it: `process 4711, since 12:01:20`; from a file, so from outside.
        holder: String,
    },
    /// The vault failed before anything was sent.
    NotSent(VaultTrouble),
    /// It is no longer kept: another process forgot it. Nothing was sent.
    Gone,
}
