//! What a provider says of itself (OpenID Connect Discovery 1.0, RFC 8414), read and not believed too far.

use crate::core::profile::{Environment, Provider};
use crate::core::wire::{Cut, Outcome, is_loopback};
use serde_json::{Map, Value};
use url::Url;

/// Largest document that is read, in bytes.
pub const BODY_LIMIT: usize = 512 * 1024;

/// The two places where the document may stand: the one of OpenID Connect behind the issuer's path (Discovery
/// 4), then that of RFC 8414 3.1 before it.
pub fn addresses(issuer: &str) -> [String; 2] {
    let bare = issuer.trim_end_matches('/');
    let first = format!("{bare}/.well-known/openid-configuration");
    let second = match Url::parse(bare) {
        Ok(url) => {
            let path = url.path().trim_end_matches('/').to_owned();
            let origin = url.origin().ascii_serialization();
            format!("{origin}/.well-known/oauth-authorization-server{path}")
        }
        Err(_) => first.clone(),
    };
    [first, second]
}

/// Why a provider cannot be used by its metadata; the raw trouble that findings explain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataTrouble {
    /// No HTTP answer; the record says why.
    NoAnswer,
    /// Another status than 200.
    Status(u16),
    /// No JSON object: `cut off`, `a web page`, …
    NotJson(&'static str),
    /// It names another issuer than the one that was asked (RFC 8414 3.3).
    OtherIssuer {
        /// What it names; empty when nothing.
        named: String,
    },
    /// A member that is needed is absent, or no URL.
    Lacks(&'static str),
    /// An endpoint that is not encrypted, and not on this machine.
    Insecure {
        /// Which.
        member: &'static str,
        /// Its URL.
        url: String,
    },
}

/// What is taken from the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    authorize_url: String,
    token_url: String,
    jwks_url: Option<String>,
    userinfo_url: Option<String>,
    revocation_url: Option<String>,
    introspection_url: Option<String>,
    /// `authorization_response_iss_parameter_supported` (RFC 9207 3).
    names_issuer: bool,
}

impl Metadata {
    /// Fills in what a profile leaves open; a URL that is given wins.
    pub fn fill(self, provider: &mut Provider) {
        let given = |slot: &mut Option<String>, found: Option<String>| {
            if slot.is_none() {
                *slot = found;
            }
        };
        if provider.authorize_url.is_empty() {
            provider.authorize_url = self.authorize_url;
        }
        if provider.token_url.is_empty() {
            provider.token_url = self.token_url;
        }
        let endpoints = &mut provider.endpoints;
        given(&mut endpoints.jwks_url, self.jwks_url);
        given(&mut endpoints.userinfo_url, self.userinfo_url);
        given(&mut endpoints.revocation_url, self.revocation_url);
        given(&mut endpoints.introspection_url, self.introspection_url);
        provider.names_issuer = self.names_issuer;
        let is_here = |url: &str| Url::parse(url).is_ok_and(|url| is_loopback(&url));
        let stays = is_here(&provider.authorize_url) && is_here(&provider.token_url);
        if provider.environment == Environment::Sandbox && !stays {
            // A sandbox answers in the user's place; whatever is elsewhere is none.
            provider.environment = Environment::Other("unknown".to_owned());
        }
    }
}

/// Reads the document. `needs` are the members that the profile does not give itself.
pub fn read(
    outcome: &Outcome,
    issuer: &str,
    needs: &[&'static str],
) -> Result<Metadata, MetadataTrouble> {
    let response = outcome.response().ok_or(MetadataTrouble::NoAnswer)?;
    if response.status != 200 {
        return Err(MetadataTrouble::Status(response.status));
    }
    match response.cut {
        Some(Cut::Limit(_)) => return Err(MetadataTrouble::NotJson("over 512 KiB")),
        Some(Cut::ConnectionEnded | Cut::Stalled | Cut::Cancelled) => {
            return Err(MetadataTrouble::NotJson("cut off"));
        }
        None => {}
    }
    let text = response.body.to_text();
    let text = text.trim_start_matches('\u{feff}').trim();
    let object = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        _ if text.is_empty() => return Err(MetadataTrouble::NotJson("empty")),
        _ if text.starts_with('<') => return Err(MetadataTrouble::NotJson("a web page")),
        _ => return Err(MetadataTrouble::NotJson("no JSON object")),
    };
    let named = object.get("issuer").and_then(Value::as_str);
    if named != Some(issuer) {
        let named = named.unwrap_or_default().to_owned();
        return Err(MetadataTrouble::OtherIssuer { named });
    }
    let url = |member| endpoint(&object, member, needs.contains(&member));
    Ok(Metadata {
        authorize_url: url("authorization_endpoint")?.unwrap_or_default(),
        token_url: url("token_endpoint")?.unwrap_or_default(),
        jwks_url: url("jwks_uri")?,
        userinfo_url: url("userinfo_endpoint")?,
        revocation_url: url("revocation_endpoint")?,
        introspection_url: url("introspection_endpoint")?,
        names_issuer: object
            .get("authorization_response_iss_parameter_supported")
            .and_then(Value::as_bool)
            .unwrap_or(false),
    })
}

/// A member that is a URL: https, or http to this machine.
fn endpoint(
    object: &Map<String, Value>,
    member: &'static str,
    is_needed: bool,
) -> Result<Option<String>, MetadataTrouble> {
    let lacks = MetadataTrouble::Lacks(member);
    let Some(text) = object.get(member).and_then(Value::as_str) else {
        return if is_needed { Err(lacks) } else { Ok(None) };
    };
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        _ if is_needed => return Err(lacks),
        _ => return Ok(None),
    };
    if url.scheme() == "http" && !is_loopback(&url) {
        let url = text.to_owned();
        return Err(MetadataTrouble::Insecure { member, url });
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::wire::{Body, Headers, Response};

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

    const NEEDS: [&str; 2] = ["authorization_endpoint", "token_endpoint"];

    fn trouble(body: &str) -> Option<MetadataTrouble> {
        read(&answered(200, body), "https://op.example", &NEEDS).err()
    }

    #[test]
    fn it_stands_in_one_of_two_places() {
        assert_eq!(
            addresses("https://op.example/tenant/"),
            [
                "https://op.example/tenant/.well-known/openid-configuration",
                "https://op.example/.well-known/oauth-authorization-server/tenant",
            ]
        );
    }

    #[test]
    fn a_document_that_lies_is_not_used() {
        let whole = |issuer: &str, token: &str| {
            format!(
                r#"{{"issuer":"{issuer}","authorization_endpoint":"https://op.example/a","token_endpoint":{token}}}"#
            )
        };
        assert_eq!(
            trouble(&whole("https://op.example", "\"https://op.example/t\"")),
            None
        );
        for (body, expected) in [
            (String::new(), MetadataTrouble::NotJson("empty")),
            ("<html>".to_owned(), MetadataTrouble::NotJson("a web page")),
            ("[]".to_owned(), MetadataTrouble::NotJson("no JSON object")),
            (
                "{}".to_owned(),
                MetadataTrouble::OtherIssuer {
                    named: String::new(),
                },
            ),
            (
                whole("https://op.example/", "\"https://op.example/t\""),
                MetadataTrouble::OtherIssuer {
                    named: "https://op.example/".to_owned(),
                },
            ),
            (
                whole("https://op.example", "7"),
                MetadataTrouble::Lacks("token_endpoint"),
            ),
            (
                whole("https://op.example", "\"ftp://op.example/t\""),
                MetadataTrouble::Lacks("token_endpoint"),
            ),
            (
                whole("https://op.example", "\"http://op.example/t\""),
                MetadataTrouble::Insecure {
                    member: "token_endpoint",
                    url: "http://op.example/t".to_owned(),
                },
            ),
        ] {
            assert_eq!(trouble(&body), Some(expected), "{body}");
        }
        assert_eq!(
            read(&answered(404, ""), "https://op.example", &NEEDS).err(),
            Some(MetadataTrouble::Status(404))
        );
        assert_eq!(
            read(&Outcome::Pending, "https://op.example", &NEEDS).err(),
            Some(MetadataTrouble::NoAnswer)
        );
    }
}
