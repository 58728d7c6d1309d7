//! A token that the user has already: pasted, or read from standard input.

use crate::core::secret::Secret;
use crate::core::token::{Grant, jwt};
use jiff::Timestamp;
use serde_json::Value;

/// What a pasted text is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// An access token.
    Access,
    /// A refresh token: an access token is got with it first.
    Refresh,
}

impl TokenKind {
    /// The protocol word (RFC 7009 2.1, `token_type_hint`).
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access_token",
            Self::Refresh => "refresh_token",
        }
    }
}

/// What a text most likely is: a JWT is an access token; 64 hexadecimal digits are what Visma Connect's
/// refresh tokens look like. `None` when nothing tells.
pub fn likely(text: &str) -> Option<TokenKind> {
    let text = bare(text);
    if jwt::decode(text).is_ok() {
        return Some(TokenKind::Access);
    }
    let digits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.then_some(TokenKind::Refresh)
}

/// A token without what is copied along with it: space at its ends, the scheme of a header.
fn bare(text: &str) -> &str {
    let text = text.trim();
    match text.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer ") => token.trim_start(),
        None if text.eq_ignore_ascii_case("bearer") => "",
        _ => text,
    }
}

/// Whether a text can be a token at all (RFC 6750 2.1, RFC 6749 A.17); what is wrong otherwise.
pub fn check(text: &str) -> Result<(), &'static str> {
    let text = bare(text);
    if text.is_empty() {
        return Err("it is empty: paste the token alone");
    }
    if text.len() > 64 * 1024 {
        return Err("it is over 64 KiB: paste the token alone");
    }
    if text.starts_with('{') {
        return Err("it is JSON: paste the value of one token alone, without its quotes");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("it holds a space or a line break: paste the token alone, in one piece");
    }
    Ok(())
}

/// The grant that a token of the user's makes. Scope and end are read from a JWT; of an opaque token
/// nothing is known. A refresh token alone makes a grant that is spent from the start.
pub fn grant(kind: TokenKind, token: &Secret, api_origin: &str, now: Timestamp) -> Grant {
    let text = bare(token.expose());
    let blank = Grant {
        access_token: Secret::new(""),
        token_type: "Bearer".to_owned(),
        refresh_token: None,
        id_token: None,
        asked: Vec::new(),
        scopes: Vec::new(),
        scopes_named: false,
        expires_in: None,
        obtained_at: now,
        api_origin: api_origin.to_owned(),
    };
    if kind == TokenKind::Refresh {
        return Grant {
            refresh_token: Some(Secret::new(text)),
            expires_in: Some(0),
            ..blank
        };
    }
    let claims = jwt::decode(text).map(|jwt| jwt.claims).unwrap_or_default();
    let scopes: Vec<String> = match claims.get("scope") {
        Some(Value::String(scopes)) => scopes.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(scopes)) => scopes
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    let left = claims
        .get("exp")
        .and_then(whole_seconds)
        .map(|end| end.saturating_sub(now.as_second()).max(0));
    Grant {
        access_token: Secret::new(text),
        scopes_named: !scopes.is_empty(),
        scopes,
        expires_in: left.and_then(|left| u64::try_from(left).ok()),
        ..blank
    }
}

/// A NumericDate (RFC 7519 2), which may have a fraction.
fn whole_seconds(value: &Value) -> Option<i64> {
    let number = value.as_number()?.to_string();
    number.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn token(claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#), part(claims))
    }

    #[test]
    fn a_jwt_brings_its_scope_and_its_end() {
        let text = token(r#"{"exp":3600,"scope":["a","b"]}"#);
        let pasted = Secret::new(format!(" Bearer {text}\n"));
        assert_eq!(likely(pasted.expose()), Some(TokenKind::Access));
        let grant = grant(TokenKind::Access, &pasted, "o", Timestamp::UNIX_EPOCH);
        assert_eq!(grant.access_token, Secret::new(text));
        assert_eq!(grant.scopes, ["a", "b"]);
        assert_eq!(grant.seconds_left(Timestamp::UNIX_EPOCH), Some(3600));
    }

    #[test]
    fn a_refresh_token_alone_is_spent_from_the_start() {
        let text = "0f".repeat(32);
        assert_eq!(likely(&text), Some(TokenKind::Refresh));
        let grant = grant(
            TokenKind::Refresh,
            &Secret::new(text.clone()),
            "o",
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(grant.refresh_token, Some(Secret::new(text)));
        assert_eq!(grant.seconds_left(Timestamp::UNIX_EPOCH), Some(0));
        assert!(grant.access_token.is_empty());
    }

    #[test]
    fn what_is_no_token_is_said_to_be_none() {
        for right in [" abc\n", "Bearer abc", "bearer  abc"] {
            assert!(check(right).is_ok(), "{right}");
        }
        for wrong in ["", "  ", "Bearer ", "a b", "{\"access_token\":\"x\"}", "æ"] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        assert_eq!(likely("abc"), None);
    }
}
