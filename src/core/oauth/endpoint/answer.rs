//! What further endpoints answer, read tolerantly; what is told is masked once, when it comes.

use super::Endpoint;
use crate::core::oauth::grant::{self, TokenTrouble, incomplete};
use crate::core::secret::Secret;
use crate::core::token::{claims, jwt};
use crate::core::wire::redact::{Mask, is_secret_name};
use crate::core::wire::{Outcome, Response};
use serde_json::{Map, Value};

/// What an endpoint said.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Userinfo: who signed in, as claims.
    Claims(Map<String, Value>),
    /// Introspection: the token would be taken now; what is known of it.
    Active(Map<String, Value>),
    /// Introspection: it would not (RFC 7662 2.2: expired, revoked, never heard of, or of another client).
    Inactive,
    /// Revocation: done, or there was nothing to do (RFC 7009 2.2).
    Revoked,
}

impl Eq for Told {}

impl Told {
    /// The same with these secrets masked, and what stands under a secret name: a provider may send back what
    /// it was sent. Done once, when it comes; what was received stands as it is in the record.
    #[must_use]
    pub fn masked(self, mask: &Mask, known: &[&Secret]) -> Self {
        let of = |members: Map<String, Value>| {
            let masked = members.into_iter().map(|(name, value)| {
                let value = hidden(mask, known, &name, value);
                (name, value)
            });
            masked.collect()
        };
        match self {
            Self::Claims(members) => Self::Claims(of(members)),
            Self::Active(members) => Self::Active(of(members)),
            other => other,
        }
    }
}

/// A value, as it is or as a masked text.
fn hidden(mask: &Mask, known: &[&Secret], name: &str, value: Value) -> Value {
    let text = claims::shown(name, &value);
    if is_secret_name(name) {
        return Value::String(mask.fact(&Secret::new(text)).to_string());
    }
    let shown = mask.text(&text, known);
    if shown == text {
        value
    } else {
        Value::String(shown)
    }
}

impl Told {
    /// A few words for the transcript.
    pub fn note(&self) -> &'static str {
        match self {
            Self::Claims(_) => "who signed in",
            Self::Active(_) => "active",
            Self::Inactive => "not active",
            Self::Revoked => "revoked",
        }
    }
}

/// Reads the answer of an endpoint.
pub fn read(endpoint: Endpoint, outcome: &Outcome) -> Result<Told, TokenTrouble> {
    let response = outcome.response().ok_or(TokenTrouble::NoAnswer)?;
    match (response.status, endpoint) {
        (200, Endpoint::Userinfo) => identity(response),
        (200, Endpoint::Introspection) => introspected(response),
        // The body says nothing; but a web page is somebody else's answer (a proxy, a sign-in page).
        (200 | 204, Endpoint::Revocation) => match grant::object(response) {
            Err(kind @ (grant::NotJson::Html | grant::NotJson::CutOff)) => {
                Err(TokenTrouble::NotJson(kind))
            }
            _ => Ok(Told::Revoked),
        },
        _ => Err(refused(response)),
    }
}

/// Claims of a user, as JSON or in a JWT (OpenID Connect Core 5.3.2); `sub` must be among them.
fn identity(response: &Response) -> Result<Told, TokenTrouble> {
    let claims = if response.headers.media_type() == "application/jwt" {
        let token = jwt::decode(&response.body.to_text());
        token
            .map_err(|_| TokenTrouble::NotJson(grant::NotJson::Other))?
            .claims
    } else {
        grant::object(response).map_err(TokenTrouble::NotJson)?
    };
    if claims.get("sub").is_some_and(Value::is_string) {
        Ok(Told::Claims(claims))
    } else {
        Err(incomplete("sub"))
    }
}

/// What is known of a token; `active` must be among it.
fn introspected(response: &Response) -> Result<Told, TokenTrouble> {
    let members = grant::object(response).map_err(TokenTrouble::NotJson)?;
    match members.get("active").and_then(Value::as_bool) {
        Some(true) => Ok(Told::Active(members)),
        Some(false) => Ok(Told::Inactive),
        None => Err(incomplete("active")),
    }
}

/// A refusal, in the words of its body (RFC 6749 5.2) or else of its challenge (RFC 6750 3).
fn refused(response: &Response) -> TokenTrouble {
    let challenge = || {
        let header = response.headers.get("www-authenticate")?;
        Some(TokenTrouble::Error {
            status: response.status,
            error: parameter(header, "error")?,
            description: parameter(header, "error_description"),
        })
    };
    match grant::unsuccessful(response) {
        TokenTrouble::Status { status } => challenge().unwrap_or(TokenTrouble::Status { status }),
        trouble => trouble,
    }
}

/// A quoted parameter of a challenge: `Bearer error="invalid_token"`.
fn parameter(header: &str, name: &str) -> Option<String> {
    let start = format!("{name}=\"");
    let at = header.match_indices(&start).find(|(at, _)| {
        // Not the end of a longer name.
        let before = header[..*at].chars().next_back();
        before.is_none_or(|letter| letter == ' ' || letter == ',')
    });
    let value = &header[at?.0 + start.len()..];
    value.split_once('"').map(|(value, _)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::oauth::grant::NotJson;
    use crate::core::wire::{Body, Headers};
    use serde_json::json;

    fn answered(status: u16, kind: &str, body: &str) -> Outcome {
        let mut headers = Headers::default();
        headers.push("Content-Type", kind);
        Outcome::Response(Response {
            status,
            reason: String::new(),
            version: "HTTP/1.1".to_owned(),
            headers,
            body: Body::text(body),
            cut: None,
        })
    }

    fn challenged(status: u16, challenge: &str) -> Outcome {
        let Outcome::Response(mut response) = answered(status, "text/plain", "") else {
            return Outcome::Pending;
        };
        response.headers.push("WWW-Authenticate", challenge);
        Outcome::Response(response)
    }

    #[test]
    fn userinfo_is_read_as_json_and_as_a_jwt() {
        let claims = json!({"sub": "1", "name": "Åse"});
        let members = claims.as_object().cloned().unwrap_or_default();
        let of = |kind, body: &str| read(Endpoint::Userinfo, &answered(200, kind, body));
        let told = Ok(Told::Claims(members));
        assert_eq!(of("application/json", &claims.to_string()), told);
        assert_eq!(
            of(
                "application/jwt",
                "e30.eyJzdWIiOiIxIiwibmFtZSI6IsOFc2UifQ.AA"
            ),
            told
        );
        let incomplete = Err(incomplete("sub"));
        assert_eq!(of("application/json", r#"{"name":"Åse"}"#), incomplete);
        assert_eq!(of("application/json", r#"{"sub":7}"#), incomplete);
        let html = Err(TokenTrouble::NotJson(NotJson::Html));
        assert_eq!(of("text/html", "<html>"), html);
    }

    #[test]
    fn what_is_told_back_is_masked_and_the_rest_is_left_as_it_is() {
        let mask = Mask::new([3; 32]);
        let token = Secret::new("an-access-token-of-some-length");
        let told = json!({
            "active": true, "exp": 7, "sub": "1", "refresh_token": "geheim-geheim-geheim",
            "note": "about an-access-token-of-some-length", "deep": {"x": ["an-access-token-of-some-length"]},
        });
        let members = told.as_object().cloned().unwrap_or_default();
        let Told::Active(masked) = Told::Active(members.clone()).masked(&mask, &[&token]) else {
            return;
        };
        let text = Value::Object(masked.clone()).to_string();
        assert!(
            !text.contains("an-access") && !text.contains("geheim"),
            "{text}"
        );
        for name in ["active", "exp", "sub"] {
            assert_eq!(masked[name], members[name], "{name}");
        }
    }

    #[test]
    fn introspection_needs_its_one_member() {
        let of = |body| {
            read(
                Endpoint::Introspection,
                &answered(200, "application/json", body),
            )
        };
        assert_eq!(of(r#"{"active":false}"#), Ok(Told::Inactive));
        assert!(
            matches!(of(r#"{"active":true,"x":1}"#), Ok(Told::Active(members)) if members.len() == 2)
        );
        for body in ["{}", r#"{"active":"true"}"#] {
            let incomplete = incomplete("active");
            assert_eq!(of(body), Err(incomplete), "{body}");
        }
    }

    #[test]
    fn a_revocation_is_judged_by_its_status_and_a_web_page_is_none() {
        let of = |status, body| read(Endpoint::Revocation, &answered(status, "text/plain", body));
        for (status, body) in [(200, ""), (200, "{}"), (204, ""), (200, "OK")] {
            assert_eq!(of(status, body), Ok(Told::Revoked), "{status} {body}");
        }
        let html = TokenTrouble::NotJson(NotJson::Html);
        assert_eq!(of(200, "<!doctype html>"), Err(html));
        assert_eq!(of(405, ""), Err(TokenTrouble::Status { status: 405 }));
        let error = r#"{"error":"invalid_client"}"#;
        assert!(matches!(
            of(400, error),
            Err(TokenTrouble::Error { status: 400, .. })
        ));
        assert!(matches!(
            of(503, ""),
            Err(TokenTrouble::ServerError { status: 503, .. })
        ));
    }

    #[test]
    fn a_refusal_without_a_body_is_read_from_its_challenge() {
        let of = |status, challenge| {
            let read = read(Endpoint::Userinfo, &challenged(status, challenge));
            match read.err() {
                Some(TokenTrouble::Error { error, .. }) => Some(error),
                _ => None,
            }
        };
        let invalid =
            r#"Bearer realm="x", error="invalid_token", error_description="The token is expired""#;
        assert_eq!(of(401, invalid).as_deref(), Some("invalid_token"));
        assert_eq!(
            of(403, r#"Bearer error="insufficient_scope""#).as_deref(),
            Some("insufficient_scope")
        );
        for none in ["Bearer", r#"Bearer myerror="x""#, r#"Bearer error="cut"#] {
            assert_eq!(of(401, none), None, "{none}");
        }
    }
}
