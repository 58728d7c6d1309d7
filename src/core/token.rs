//! What the token endpoint gave, and the one place that decides where it may go.

pub mod jwt;

use crate::core::secret::Secret;
use jiff::Timestamp;
use url::Url;

/// The tokens of one successful exchange (RFC 6749 5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The access token, as it came.
    pub access_token: Secret,
    /// `token_type` as it came.
    pub token_type: String,
    /// The refresh token, when one came.
    pub refresh_token: Option<Secret>,
    /// The id_token, when one came; nothing about it is checked yet.
    pub id_token: Option<Secret>,
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

    /// Seconds left; negative when it ended; `None` when the answer did not say.
    pub fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        self.expires_at()
            .map(|end| end.as_second() - now.as_second())
    }
}

/// The origin of a URL: scheme, host and port. `None` when it is no absolute http(s) URL.
pub fn origin_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// The Authorization header for a request to `url`: only when its origin is the one the grant was made
/// for and the URL carries no user name of its own. The one function that adds it.
pub fn authorization(grant: &Grant, url: &str) -> Option<(String, Secret)> {
    let parsed = Url::parse(url).ok()?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return None;
    }
    if origin_of(url)? != grant.api_origin {
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
