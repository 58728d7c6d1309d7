//! What the token endpoint gave, and the one place that decides where it may go.

pub mod claims;
pub mod id_token;
pub mod import;
pub mod jwks;
pub mod jwt;
pub mod kept;
pub mod signature;

use crate::core::secret::Secret;
use jiff::Timestamp;
use url::Url;

/// The tokens of one successful exchange (RFC 6749 5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The access token, as it came; empty when only a refresh token was imported.
    pub access_token: Secret,
    /// `token_type` as it came.
    pub token_type: String,
    /// The refresh token, when one came.
    pub refresh_token: Option<Secret>,
    /// The id_token, when one came; nothing about it is checked yet.
    pub id_token: Option<Secret>,
    /// What was asked for; empty when that is not known (an imported token).
    pub asked: Vec<String>,
    /// The granted scopes: what the answer says, else what was asked (RFC 6749 5.1).
    pub scopes: Vec<String>,
    /// Whether the answer named them itself.
    pub scopes_named: bool,
    /// Lifetime in seconds, when the answer says.
    pub expires_in: Option<u64>,
    /// When the answer came.
    pub obtained_at: Timestamp,
    /// The only origin this token is sent to: scheme, host and port of the API.
    pub api_origin: String,
}

impl Grant {
    /// When it ends, when the answer said.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let seconds = i64::try_from(self.expires_in?).ok()?;
        Timestamp::from_second(self.obtained_at.as_second().checked_add(seconds)?).ok()
    }

    /// Seconds left; negative when it ended; `None` when the answer did not say. Never more than its whole
    /// lifetime, whatever became of the clock meanwhile.
    pub fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        let whole = i64::try_from(self.expires_in?).ok()?;
        self.expires_at()
            .map(|end| (end.as_second() - now.as_second()).min(whole))
    }

    /// Whether it has ended, or never was: an API would refuse it.
    pub fn is_spent(&self, now: Timestamp) -> bool {
        self.access_token.is_empty() || self.seconds_left(now).is_some_and(|left| left <= 0)
    }

    /// Who signed in, as far as the tokens say: `sub` of the id_token, else of the access token. Decoded
    /// only, so nothing is proven by it.
    pub fn subject(&self) -> Option<String> {
        self.claim("sub")
    }

    /// The name under which a person knows who signed in: `name`, else `email`, of the id_token.
    pub fn user(&self) -> Option<String> {
        self.claim("name").or_else(|| self.claim("email"))
    }

    /// A claim of the id_token, else of the access token.
    fn claim(&self, name: &str) -> Option<String> {
        let of = |token: &Secret| {
            let claims = jwt::decode(token.expose()).ok()?.claims;
            claims.get(name)?.as_str().map(str::to_owned)
        };
        self.id_token
            .as_ref()
            .and_then(of)
            .or_else(|| of(&self.access_token))
    }
}

/// The origin of a URL: scheme, host and port. `None` when it is no absolute http(s) URL.
pub fn origin_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// Whether the token of a grant may go to `url`: only when its origin is the one the grant was made for and
/// the URL carries no user name of its own.
pub fn may_go(grant: &Grant, url: &str) -> bool {
    let names_a_user = |url: &Url| !url.username().is_empty() || url.password().is_some();
    Url::parse(url).is_ok_and(|url| !names_a_user(&url))
        && origin_of(url).is_some_and(|origin| origin == grant.api_origin)
}

/// The Authorization header for a request to `url`, where the token [may go](may_go). The one function that
/// adds it.
pub fn authorization(grant: &Grant, url: &str) -> Option<(String, Secret)> {
    bearer(grant).filter(|_| may_go(grant, url))
}

/// The same header for the userinfo endpoint of the provider that gave the token (OpenID Connect Core 5.3.1):
/// the one place beside the API that a token is meant for. Whether an address is the provider's own is judged
/// by [`endpoint::url`](crate::core::oauth::endpoint::url).
pub fn bearer(grant: &Grant) -> Option<(String, Secret)> {
    if grant.access_token.is_empty() {
        return None;
    }
    let value = Secret::new(format!("Bearer {}", grant.access_token.expose()));
    Some(("Authorization".to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> Grant {
        Grant {
            access_token: Secret::new("secret-token"),
            token_type: "Bearer".to_owned(),
            refresh_token: None,
            id_token: None,
            asked: Vec::new(),
            scopes: Vec::new(),
            scopes_named: false,
            expires_in: Some(3600),
            obtained_at: Timestamp::UNIX_EPOCH,
            api_origin: "https://api.dinero.dk".to_owned(),
        }
    }

    #[test]
    fn the_token_goes_to_its_own_origin_only() {
        let grant = grant();
        assert!(authorization(&grant, "https://api.dinero.dk/v1/organizations").is_some());
        assert!(authorization(&grant, "https://API.dinero.dk:443/v1/x").is_some());
        for elsewhere in [
            "http://api.dinero.dk/v1/organizations",
            "https://api.dinero.dk:8443/v1/organizations",
            "https://api.dinero.dk.evil.example/",
            "https://evil.example/https://api.dinero.dk/",
            "https://user@api.dinero.dk/v1/organizations",
            "https://user:password@api.dinero.dk/",
            "//api.dinero.dk/",
            "not a url",
        ] {
            assert!(authorization(&grant, elsewhere).is_none(), "{elsewhere}");
        }
    }
}
