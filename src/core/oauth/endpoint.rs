//! The provider's further endpoints, asked about a grant: who signed in (userinfo), what the provider knows
//! of a token (introspection), and that a token be withdrawn (revocation).
//!
//! ```text
//! Inquiry ─► url (or why it is not offered) ─► request ─► Outcome ─► Told, or TokenTrouble
//! ```

mod answer;

pub use answer::{Told, read};

use crate::core::oauth::grant::{self, TokenTrouble};
use crate::core::profile::{Origin, Profile};
use crate::core::secret::Secret;
use crate::core::token::import::TokenKind;
use crate::core::token::{Grant, bearer, origin_of};
use crate::core::wire::{Body, CallId, Headers, Purpose, Request};
use jiff::Timestamp;

/// An endpoint that a sign-in can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// OpenID Connect Core 5.3.
    Userinfo,
    /// RFC 7009.
    Revocation,
    /// RFC 7662.
    Introspection,
}

impl Endpoint {
    /// Its row in [`ENDPOINTS`].
    pub fn facts(self) -> &'static EndpointFacts {
        &ENDPOINTS[self as usize]
    }
}

/// What is said about an endpoint, everywhere.
#[derive(Debug)]
pub struct EndpointFacts {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its name.
    pub name: &'static str,
    /// The key of a profile that holds its address.
    pub key: &'static str,
    /// Why a request to it is made.
    pub purpose: Purpose,
}

/// Every one, in the order of the enum.
pub const ENDPOINTS: [EndpointFacts; 3] = [
    EndpointFacts {
        endpoint: Endpoint::Userinfo,
        name: "userinfo",
        key: "userinfo_url",
        purpose: Purpose::Userinfo,
    },
    EndpointFacts {
        endpoint: Endpoint::Revocation,
        name: "revocation",
        key: "revocation_url",
        purpose: Purpose::Revocation,
    },
    EndpointFacts {
        endpoint: Endpoint::Introspection,
        name: "introspection",
        key: "introspection_url",
        purpose: Purpose::Introspection,
    },
];

/// What is asked of an endpoint, about which token of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Inquiry {
    /// Of which.
    pub endpoint: Endpoint,
    /// About which.
    pub token: TokenKind,
}

impl Inquiry {
    /// Who signed in; the access token is shown for it.
    pub const USERINFO: Self = Self {
        endpoint: Endpoint::Userinfo,
        token: TokenKind::Access,
    };

    /// That a token be withdrawn.
    pub const fn revocation(token: TokenKind) -> Self {
        Self {
            endpoint: Endpoint::Revocation,
            token,
        }
    }

    /// What the provider knows of a token.
    pub const fn introspection(token: TokenKind) -> Self {
        Self {
            endpoint: Endpoint::Introspection,
            token,
        }
    }

    /// The token it is about, where the grant has one.
    pub fn token_of<'a>(&self, grant: &'a Grant) -> Option<&'a Secret> {
        match self.token {
            TokenKind::Access => Some(&grant.access_token).filter(|token| !token.is_empty()),
            TokenKind::Refresh => grant.refresh_token.as_ref(),
        }
    }
}

/// Why an endpoint cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotOffered {
    /// Neither the profile nor the provider's metadata name it.
    NotKnown,
    /// It is at another host than the token endpoint, and the profile that says so was found by itself: a
    /// token or a secret could go to anybody.
    Elsewhere {
        /// Its origin.
        origin: String,
    },
}

/// Where an endpoint is, if tokens and secrets of this profile's client may go there.
pub fn url(profile: &Profile, endpoint: Endpoint) -> Result<&str, NotOffered> {
    let endpoints = &profile.provider.endpoints;
    let url = match endpoint {
        Endpoint::Userinfo => &endpoints.userinfo_url,
        Endpoint::Revocation => &endpoints.revocation_url,
        Endpoint::Introspection => &endpoints.introspection_url,
    };
    let url = url.as_deref().ok_or(NotOffered::NotKnown)?;
    let origin = origin_of(url).ok_or(NotOffered::NotKnown)?;
    let is_trusted = !matches!(profile.origin, Origin::File { trusted: false, .. });
    if is_trusted || origin_of(&profile.provider.token_url).as_ref() == Some(&origin) {
        Ok(url)
    } else {
        Err(NotOffered::Elsewhere { origin })
    }
}

/// The request; `None` where the endpoint cannot be asked or the grant has no such token.
pub fn request(
    inquiry: Inquiry,
    profile: &Profile,
    grant: &Grant,
    client_secret: Option<&Secret>,
) -> Option<Request> {
    let url = url(profile, inquiry.endpoint).ok()?;
    let token = inquiry.token_of(grant)?;
    if inquiry.endpoint == Endpoint::Userinfo {
        let (name, value) = bearer(grant)?;
        let mut headers = Headers::default();
        headers.push(&name, value.expose());
        headers.push("Accept", "application/json");
        return Some(Request {
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers,
            body: Body::default(),
        });
    }
    let fields = [
        ("token", token.expose()),
        ("token_type_hint", inquiry.token.name()),
    ];
    Some(grant::client_request(
        profile,
        url,
        &fields,
        client_secret,
        &[],
    ))
}

/// An inquiry that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquired {
    /// What was asked.
    pub inquiry: Inquiry,
    /// The token it was about: after a refresh it is about the one before.
    pub token: Secret,
    /// When it ended.
    pub at: Timestamp,
    /// Its record.
    pub call: CallId,
    /// What came of it.
    pub told: Result<Told, TokenTrouble>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::profile::Preset;

    #[test]
    fn every_endpoint_has_its_row() {
        for row in &ENDPOINTS {
            assert_eq!(row.endpoint.facts().name, row.name);
        }
    }

    /// A profile of Visma Connect.
    fn profile(origin: Origin) -> Option<Profile> {
        let text = "provider = \"visma-connect\"\nclient_id = \"isv_a\"\nredirect_uri = \
                    \"http://localhost:1/c\"\nscopes = [\"openid\"]\n";
        crate::core::profile::read::read("a", origin, text).profile
    }

    #[test]
    fn a_profile_that_was_found_by_itself_cannot_send_tokens_to_another_host() {
        let found = Origin::File {
            path: "profiles/a.toml".into(),
            trusted: false,
        };
        for (origin, offered) in [(found, false), (Origin::BuiltIn, true)] {
            let Some(mut profile) = profile(origin) else {
                continue;
            };
            assert_eq!(profile.provider.preset, Some(Preset::VismaConnect));
            for endpoint in ENDPOINTS.iter().map(|row| row.endpoint) {
                assert!(url(&profile, endpoint).is_ok(), "the provider's own");
            }
            let evil = Some("https://evil.example/connect".to_owned());
            profile.provider.endpoints.userinfo_url.clone_from(&evil);
            profile.provider.endpoints.revocation_url = evil;
            profile.provider.endpoints.introspection_url = None;
            for endpoint in [Endpoint::Userinfo, Endpoint::Revocation] {
                let url = url(&profile, endpoint);
                assert_eq!(url.is_ok(), offered, "{endpoint:?} {url:?}");
            }
            let unknown = url(&profile, Endpoint::Introspection);
            assert_eq!(unknown, Err(NotOffered::NotKnown));
        }
    }
}
