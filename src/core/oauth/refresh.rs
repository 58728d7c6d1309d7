//! Refreshing a grant (RFC 6749 6): the request, what the answer makes of the old grant, and everything
//! that can become of it when processes, disks and networks take part.

use crate::core::oauth::grant::{self, TokenTrouble};
use crate::core::profile::Profile;
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::token::kept::VaultTrouble;
use crate::core::wire::{FailureKind, Outcome, Record, Request};
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
/// was (RFC 6749 6: the refresh token, when no new one comes; the scope, when it is not named). Even the token
/// type may be missing: a new refresh token beside it must not be thrown away.
pub fn renewed(old: &Grant, outcome: &Outcome, now: Timestamp) -> Result<Grant, TokenTrouble> {
    let known = Some(old.token_type.as_str());
    let new = grant::read_assuming(known, outcome, &old.scopes, &old.api_origin, now)?;
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

/// Whether a refresh token may have been spent by a request that brought no grant. Where no answer came,
/// it is judged by whether there ever was a connection, not by the kind of failure: the same errors come
/// from a connection that breaks before the request and after it.
pub fn afterwards(record: &Record, trouble: &TokenTrouble) -> Afterwards {
    let is_as_before = match (trouble, &record.outcome) {
        (TokenTrouble::NoAnswer, Outcome::Failed(failure)) => match failure.kind {
            // A proxy that answers for itself has passed nothing on.
            FailureKind::ProxyAuthentication | FailureKind::Invalid => true,
            // Given up on our side, which knows nothing of the other.
            FailureKind::Cancelled => false,
            _ => record.timing.connect.is_none(),
        },
        (TokenTrouble::Redirected { .. } | TokenTrouble::Error { .. }, _) => true,
        (TokenTrouble::ServerError { status, .. } | TokenTrouble::Status { status }, _) => {
            (400..500).contains(status)
        }
        (
            TokenTrouble::NoAnswer | TokenTrouble::NotJson(_) | TokenTrouble::Incomplete { .. },
            _,
        ) => false,
    };
    if is_as_before {
        Afterwards::AsBefore
    } else {
        Afterwards::Unknown
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use crate::core::wire::{
        Body, CallId, Cut, Direction, Failure, Headers, Phase, Purpose, Response, Timing, TlsFault,
    };
    use jiff::SignedDuration;

    fn old() -> Grant {
        Grant {
            access_token: Secret::new("old access"),
            token_type: "Bearer".to_owned(),
            refresh_token: Some(Secret::new("old refresh")),
            id_token: Some(Secret::new("old id")),
            asked: vec!["a".to_owned(), "b".to_owned()],
            scopes: vec!["a".to_owned()],
            scopes_named: true,
            expires_in: Some(3600),
            obtained_at: Timestamp::UNIX_EPOCH,
            api_origin: "https://api.dinero.dk".to_owned(),
        }
    }

    fn record(outcome: Outcome, connected: bool) -> Record {
        Record {
            call: CallId(1),
            purpose: Purpose::Refresh,
            direction: Direction::Outgoing,
            at: Timestamp::UNIX_EPOCH,
            request: Request {
                method: "POST".to_owned(),
                url: "https://connect.visma.com/connect/token".to_owned(),
                headers: Headers::default(),
                body: Body::default(),
            },
            outcome,
            timing: Timing {
                connect: connected.then_some(SignedDuration::ZERO),
                ..Timing::default()
            },
            peer: None,
            connection: crate::core::wire::Connection::default(),
            note: String::new(),
        }
    }

    fn answered(status: u16, body: &str) -> Outcome {
        Outcome::Response(Response {
            status,
            reason: String::new(),
            version: "HTTP/1.1".to_owned(),
            headers: Headers::default(),
            body: Body::text(body),
            cut: None,
        })
    }

    /// What is known after this outcome of a request on a connection, as the flow reads it.
    fn after(outcome: Outcome, connected: bool) -> Afterwards {
        let record = record(outcome, connected);
        let trouble = renewed(&old(), &record.outcome, Timestamp::UNIX_EPOCH).unwrap_err();
        afterwards(&record, &trouble)
    }

    #[test]
    fn without_a_connection_nothing_was_sent_and_with_one_nobody_knows() {
        let failed = |kind| {
            Outcome::Failed(Failure {
                kind,
                host: String::new(),
                port: 443,
                detail: String::new(),
            })
        };
        for kind in [
            FailureKind::Dns,
            FailureKind::Refused,
            FailureKind::Unreachable,
            FailureKind::Tls(TlsFault::Other),
            FailureKind::Timeout(Phase::Connect),
            FailureKind::Reset,
            FailureKind::Proxy,
            FailureKind::Other,
        ] {
            assert_eq!(after(failed(kind), false), Afterwards::AsBefore, "{kind:?}");
            assert_eq!(after(failed(kind), true), Afterwards::Unknown, "{kind:?}");
        }
        for phase in [Phase::Answer, Phase::Body] {
            let kind = FailureKind::Timeout(phase);
            assert_eq!(after(failed(kind), true), Afterwards::Unknown);
        }
        for connected in [false, true] {
            let cancelled = failed(FailureKind::Cancelled);
            assert_eq!(after(cancelled, connected), Afterwards::Unknown);
            let by_a_proxy = failed(FailureKind::ProxyAuthentication);
            assert_eq!(after(by_a_proxy, connected), Afterwards::AsBefore);
        }
    }

    #[test]
    fn an_answer_says_no_or_leaves_it_open() {
        for (status, body) in [
            (301, ""),
            (400, r#"{"error":"invalid_grant"}"#),
            (401, r#"{"error":"invalid_client"}"#),
            (403, "<html>a firewall</html>"),
            (404, ""),
            (429, ""),
        ] {
            let after = after(answered(status, body), true);
            assert_eq!(after, Afterwards::AsBefore, "{status} {body}");
        }
        for (status, body) in [
            (200, ""),
            (200, "<html>a proxy</html>"),
            (200, r#"{"access_token":"a"#),
            (200, r#"{"refresh_token":"next"}"#),
            (201, r#"{"access_token":"a","token_type":"Bearer"}"#),
            (204, ""),
            (500, r#"{"error":"server_error"}"#),
            (502, "<html>"),
            (503, ""),
            (504, ""),
        ] {
            let after = after(answered(status, body), true);
            assert_eq!(after, Afterwards::Unknown, "{status} {body}");
        }
        let mut half = answered(200, r#"{"access_token":"a","token_type":"Bearer"}"#);
        if let Outcome::Response(response) = &mut half {
            response.cut = Some(Cut::ConnectionEnded);
        }
        assert_eq!(after(half, true), Afterwards::Unknown);
    }

    #[test]
    fn what_an_answer_leaves_out_stays() {
        let bare = answered(200, r#"{"access_token":"new"}"#);
        let now = Timestamp::from_second(60).unwrap();
        let grant = renewed(&old(), &bare, now).unwrap();
        let expected = Grant {
            access_token: Secret::new("new"),
            expires_in: None,
            obtained_at: now,
            ..old()
        };
        assert_eq!(grant, expected);
        let whole = answered(
            200,
            r#"{"access_token":"new","token_type":"Bearer","refresh_token":"next","scope":"a b"}"#,
        );
        let grant = renewed(&old(), &whole, now).unwrap();
        assert_eq!(grant.refresh_token, Some(Secret::new("next")));
        assert_eq!(grant.scopes, ["a", "b"]);
    }
}
