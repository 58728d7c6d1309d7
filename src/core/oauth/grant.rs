//! The token request (RFC 6749 4.1.3) and the tolerant reading of its answer (5.1, 5.2).

use crate::core::profile::{ClientAuthentication, Profile};
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::wire::{Body, Cut, Headers, Outcome, Request, Response};
use base64::Engine as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What was wrong with the token endpoint's answer; the raw trouble that findings explain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenTrouble {
    /// No HTTP answer; the record's outcome says why.
    NoAnswer,
    /// 3xx: redirects are shown, not followed.
    Redirected {
        /// Where to.
        location: String,
    },
    /// 429 or 5xx.
    ServerError {
        /// The status.
        status: u16,
        /// Retry-After, as it stood.
        retry_after: Option<String>,
    },
    /// An OAuth error (RFC 6749 5.2).
    Error {
        /// The status.
        status: u16,
        /// The error code.
        error: String,
        /// The server's own words, mostly absent.
        description: Option<String>,
    },
    /// 200, but no JSON object.
    NotJson(NotJson),
    /// 200, but a required member is absent.
    Incomplete {
        /// Which.
        member: String,
    },
    /// Any other status without a readable error.
    Status {
        /// The status.
        status: u16,
    },
}

impl TokenTrouble {
    /// A few words for the transcript; the error code as it came.
    pub fn note(&self) -> String {
        match self {
            Self::NoAnswer => "no answer".to_owned(),
            Self::Redirected { .. } => "sent elsewhere".to_owned(),
            Self::ServerError { .. } | Self::Status { .. } => "no tokens".to_owned(),
            Self::Error { error, .. } => error.chars().take(40).collect(),
            Self::NotJson(_) => "not JSON".to_owned(),
            Self::Incomplete { member } => format!("no {member}"),
        }
    }
}

/// An answer without a required member.
pub(super) fn incomplete(member: &str) -> TokenTrouble {
    TokenTrouble::Incomplete {
        member: member.to_owned(),
    }
}

/// In what way a body was no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotJson {
    /// Nothing at all.
    Empty,
    /// A web page: a proxy, a login page.
    Html,
    /// JSON that ends early.
    CutOff,
    /// Over 1 MiB.
    TooLarge,
    /// Something else.
    Other,
}

/// What the token request is made of.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// The profile in use.
    pub profile: &'a Profile,
    /// The code to exchange.
    pub code: &'a Secret,
    /// The redirect URI as the link named it, character for character.
    pub redirect_uri: &'a str,
    /// The client secret, when there is one.
    pub client_secret: Option<&'a Secret>,
    /// The code verifier, when a challenge was sent.
    pub verifier: Option<&'a Secret>,
}

/// The token request (RFC 6749 4.1.3), form-encoded. No `scope`: strict servers refuse it here.
pub fn request(parts: &Parts<'_>) -> Request {
    let verifier = parts
        .verifier
        .map(|verifier| ("code_verifier", verifier.expose()));
    token_request(
        parts.profile,
        &[
            ("grant_type", "authorization_code"),
            ("code", parts.code.expose()),
            ("redirect_uri", parts.redirect_uri),
        ],
        parts.client_secret,
        verifier.as_slice(),
    )
}

/// A request to the token endpoint: the fields of its grant, the client in the way of the profile, then
/// what belongs behind it and the profile's own fields.
pub(super) fn token_request(
    profile: &Profile,
    fields: &[(&str, &str)],
    client_secret: Option<&Secret>,
    behind: &[(&str, &str)],
) -> Request {
    let extra = profile.exchange.extra.iter();
    let extra = extra.map(|(name, value)| (name.as_str(), value.as_str()));
    let behind: Vec<(&str, &str)> = behind.iter().copied().chain(extra).collect();
    let url = &profile.provider.token_url;
    client_request(profile, url, fields, client_secret, &behind)
}

/// A form to an endpoint of the provider: its fields, the client in the way of the profile, then what belongs
/// behind it.
pub(super) fn client_request(
    profile: &Profile,
    url: &str,
    fields: &[(&str, &str)],
    client_secret: Option<&Secret>,
    behind: &[(&str, &str)],
) -> Request {
    let mut headers = Headers::default();
    headers.push("Content-Type", "application/x-www-form-urlencoded");
    headers.push("Accept", "application/json");
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    match (profile.exchange.client_authentication, client_secret) {
        (ClientAuthentication::Basic, Some(secret)) => {
            headers.push("Authorization", basic(&profile.client_id, secret));
        }
        (ClientAuthentication::Post, Some(secret)) => {
            form.append_pair("client_id", &profile.client_id);
            form.append_pair("client_secret", secret.expose());
        }
        (ClientAuthentication::None, _) | (_, None) => {
            form.append_pair("client_id", &profile.client_id);
        }
    }
    form.extend_pairs(behind);
    Request {
        method: "POST".to_owned(),
        url: url.to_owned(),
        headers,
        body: Body::text(&form.finish()),
    }
}

/// The Basic scheme; id and secret are form-encoded first (RFC 6749 2.3.1).
pub(super) fn basic(client_id: &str, secret: &Secret) -> String {
    let encode =
        |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = format!("{}:{}", encode(client_id), encode(secret.expose()));
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    )
}

/// Reads the answer of the token endpoint.
pub fn read(
    outcome: &Outcome,
    asked: &[String],
    api_origin: &str,
    now: Timestamp,
) -> Result<Grant, TokenTrouble> {
    read_assuming(None, outcome, asked, api_origin, now)
}

/// The same, where a token type that the answer leaves out is known from an earlier one.
pub(super) fn read_assuming(
    token_type: Option<&str>,
    outcome: &Outcome,
    asked: &[String],
    api_origin: &str,
    now: Timestamp,
) -> Result<Grant, TokenTrouble> {
    let Some(response) = outcome.response() else {
        return Err(TokenTrouble::NoAnswer);
    };
    match response.status {
        200 => grant(
            &object(response).map_err(TokenTrouble::NotJson)?,
            token_type,
            asked,
            api_origin,
            now,
        ),
        _ => Err(unsuccessful(response)),
    }
}

/// What an answer says that is no success.
pub(super) fn unsuccessful(response: &Response) -> TokenTrouble {
    let status = response.status;
    let header = |name| response.headers.get(name).map(str::to_owned);
    match status {
        300..=399 => TokenTrouble::Redirected {
            location: header("location").unwrap_or_default(),
        },
        429 | 500.. => TokenTrouble::ServerError {
            status,
            retry_after: header("retry-after"),
        },
        _ => refusal(response),
    }
}

/// An error answer (RFC 6749 5.2), or just its status.
fn refusal(response: &Response) -> TokenTrouble {
    let status = response.status;
    let text = |object: &Map<String, Value>, name: &str| {
        object.get(name).and_then(Value::as_str).map(str::to_owned)
    };
    match object(response) {
        Ok(object) => match text(&object, "error") {
            Some(error) => TokenTrouble::Error {
                status,
                error,
                description: text(&object, "error_description"),
            },
            None => TokenTrouble::Status { status },
        },
        Err(_) => TokenTrouble::Status { status },
    }
}

/// The JSON object of a body, or in what way it is none.
pub(super) fn object(response: &Response) -> Result<Map<String, Value>, NotJson> {
    match response.cut {
        Some(Cut::Limit(_)) => return Err(NotJson::TooLarge),
        Some(Cut::ConnectionEnded | Cut::Stalled | Cut::Cancelled) => {
            return Err(NotJson::CutOff);
        }
        None => {}
    }
    let text = response.body.to_text();
    let text = text.trim_start_matches('\u{feff}').trim();
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => Ok(object),
        Err(_) if text.is_empty() => Err(NotJson::Empty),
        Err(_) if text.starts_with('<') => Err(NotJson::Html),
        Err(error) if error.is_eof() => Err(NotJson::CutOff),
        Ok(_) | Err(_) => Err(NotJson::Other),
    }
}

/// The grant of a successful answer (RFC 6749 5.1); lifetime and scope are read as leniently as they
/// are written in the wild.
fn grant(
    object: &Map<String, Value>,
    token_type: Option<&str>,
    asked: &[String],
    api_origin: &str,
    now: Timestamp,
) -> Result<Grant, TokenTrouble> {
    let text = |name: &str| {
        object
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let required = |member: &'static str| text(member).ok_or_else(|| incomplete(member));
    let scopes = match object.get("scope") {
        Some(Value::String(scope)) => Some(scope.split_whitespace().map(str::to_owned).collect()),
        Some(Value::Array(list)) => Some(
            list.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    };
    Ok(Grant {
        access_token: Secret::new(required("access_token")?),
        token_type: match (text("token_type"), token_type) {
            (Some(named), _) => named,
            (None, Some(known)) => known.to_owned(),
            (None, None) => required("token_type")?,
        },
        refresh_token: text("refresh_token").map(Secret::new),
        id_token: text("id_token").map(Secret::new),
        asked: asked.to_vec(),
        scopes_named: scopes.is_some(),
        scopes: scopes.unwrap_or_else(|| asked.to_vec()),
        expires_in: object.get("expires_in").and_then(|value| match value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }),
        obtained_at: now,
        api_origin: api_origin.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str, cut: Option<Cut>) -> Outcome {
        Outcome::Response(Response {
            status,
            reason: String::new(),
            version: "HTTP/1.1".to_owned(),
            headers: Headers::default(),
            body: Body::text(body),
            cut,
        })
    }

    fn trouble(status: u16, body: &str, cut: Option<Cut>) -> Option<TokenTrouble> {
        read(&answered(status, body, cut), &[], "", Timestamp::UNIX_EPOCH).err()
    }

    #[test]
    fn odd_answers_are_told_apart() {
        let not_json = |kind| Some(TokenTrouble::NotJson(kind));
        assert_eq!(trouble(200, "", None), not_json(NotJson::Empty));
        assert_eq!(trouble(200, "<html>", None), not_json(NotJson::Html));
        assert_eq!(
            trouble(200, "{\"access_token\":\"a", None),
            not_json(NotJson::CutOff)
        );
        assert_eq!(
            trouble(200, "{\"acc", Some(Cut::ConnectionEnded)),
            not_json(NotJson::CutOff)
        );
        assert_eq!(
            trouble(200, "{}", Some(Cut::Limit(1))),
            not_json(NotJson::TooLarge)
        );
        assert_eq!(trouble(200, "[1]", None), not_json(NotJson::Other));
        assert_eq!(
            trouble(200, "{}", None),
            Some(TokenTrouble::Incomplete {
                member: "access_token".to_owned()
            })
        );
        assert_eq!(
            trouble(404, "<html>", None),
            Some(TokenTrouble::Status { status: 404 })
        );
        assert_eq!(
            trouble(400, "{\"error\":\"invalid_grant\"}", None),
            Some(TokenTrouble::Error {
                status: 400,
                error: "invalid_grant".to_owned(),
                description: None
            })
        );
    }

    #[test]
    fn scope_and_lifetime_are_read_in_every_form() {
        let body =
            r#"{"access_token":"a","token_type":"bearer","expires_in":"3600","scope":["b","c"]}"#;
        let grant = read(&answered(200, body, None), &[], "", Timestamp::UNIX_EPOCH);
        let grant = grant.ok();
        assert_eq!(
            grant.as_ref().map(|grant| grant.scopes.clone()),
            Some(vec!["b".into(), "c".into()])
        );
        assert_eq!(grant.and_then(|grant| grant.expires_in), Some(3600));
        let body = r#"{"access_token":"a","token_type":"Bearer"}"#;
        let grant = read(
            &answered(200, body, None),
            &["x".into()],
            "",
            Timestamp::UNIX_EPOCH,
        )
        .ok();
        assert_eq!(
            grant.map(|grant| (grant.scopes, grant.scopes_named)),
            Some((vec!["x".into()], false))
        );
    }

    #[test]
    fn basic_form_encodes_before_base64() {
        assert_eq!(
            basic("a:b", &Secret::new("c d+/=")),
            "Basic YSUzQWI6YytkJTJCJTJGJTNE"
        );
    }
}
