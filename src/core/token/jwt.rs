//! Decodes a JWT to be looked at (RFC 7519). Nothing is verified here, and nothing claims to be.
//!
//! By hand, because a broken token must be named for what is broken in it; a verifying library answers
//! with one error for everything.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

/// A decoded token: header and claims in the order they stood; the signature is left where it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Jwt {
    /// The JOSE header.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
}

/// Why a text is not a JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAJwt {
    /// Without dots: an opaque token, nothing wrong with it.
    Opaque,
    /// Not exactly three parts.
    Parts(usize),
    /// A part that is not base64url (RFC 4648 5).
    Encoding,
    /// A part that is not a JSON object.
    Json,
}

/// base64url as JWTs write it (RFC 7515 2); padding and stray last bits are tolerated, for the token is
/// only looked at.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes header and claims. Of a claim that stands twice, the last counts, as RFC 7519 4 allows.
pub fn decode(token: &str) -> Result<Jwt, NotAJwt> {
    let parts: Vec<&str> = token.trim().split('.').collect();
    match parts.as_slice() {
        [_] => Err(NotAJwt::Opaque),
        [header, claims, _signature] => Ok(Jwt {
            header: object(header)?,
            claims: object(claims)?,
        }),
        _ => Err(NotAJwt::Parts(parts.len())),
    }
}

/// One part: base64url over a JSON object.
fn object(part: &str) -> Result<Map<String, Value>, NotAJwt> {
    let bytes = BASE64URL.decode(part).map_err(|_| NotAJwt::Encoding)?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(NotAJwt::Json),
    }
}

/// What a claim means, in a few words; `None` for a claim that neither the registry nor Visma explains.
pub fn claim_meaning(name: &str) -> Option<&'static str> {
    CLAIMS
        .iter()
        .find(|(claim, _)| *claim == name)
        .map(|(_, meaning)| *meaning)
}

/// Claims and header fields with their meaning: RFC 7519 4.1, RFC 7515 4.1, RFC 9068 2.2, OpenID
/// Connect Core 2 and 5.1, and what Visma Connect adds.
pub const CLAIMS: &[(&str, &str)] = &[
    ("iss", "who issued it"),
    ("sub", "the user, stable"),
    ("aud", "the API it is for"),
    ("exp", "it ends"),
    ("nbf", "not valid before"),
    ("iat", "issued"),
    ("jti", "the token's own id"),
    ("alg", "how it is signed"),
    ("typ", "kind of token"),
    ("kid", "which key signed it"),
    ("x5t", "certificate thumbprint"),
    ("cty", "kind of content"),
    ("scope", "what it allows"),
    ("client_id", "your registration"),
    ("azp", "the client it is for"),
    ("sid", "the sign-in session"),
    ("idp", "where the user signed in"),
    ("auth_time", "when the user signed in"),
    ("amr", "how the user signed in"),
    ("acr", "strength of the sign-in"),
    ("llt", "last sign-in"),
    ("created_at", "user created"),
    ("updated_at", "user last changed"),
    ("tenant_id", "the tenant"),
    ("nonce", "ties it to this run"),
    ("at_hash", "ties it to access_token"),
    ("c_hash", "ties it to the code"),
    ("s_hash", "ties it to the state"),
    ("email", "may change hands"),
    ("email_verified", "address checked or not"),
    ("name", "the user's name"),
    ("given_name", "first name"),
    ("family_name", "last name"),
    ("locale", "the user's language"),
    ("picture", "address of a picture"),
    (
        "sub_external_id",
        "the user's id at the other identity provider",
    ),
    ("roles", "roles of the user"),
    ("groups", "groups of the user"),
];

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};

    fn token(header: &str, claims: &str) -> String {
        let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", part(header), part(claims))
    }

    #[test]
    fn claims_are_read_in_order_with_their_letters() {
        let jwt = decode(&token(
            r#"{"alg":"RS256","typ":"at+JWT"}"#,
            r#"{"sub":"1","name":"Søren Ærø~Å ??>","scope":["b","a"],"exp":1700000000}"#,
        ))
        .unwrap();
        let names: Vec<&str> = jwt.claims.keys().map(String::as_str).collect();
        assert_eq!(names, ["sub", "name", "scope", "exp"]);
        assert_eq!(jwt.claims["name"], "Søren Ærø~Å ??>");
        assert_eq!(jwt.header["typ"], "at+JWT");
    }

    #[test]
    fn padding_is_tolerated() {
        let part = BASE64_URL_SAFE.encode(r#"{"a":1}"#);
        assert!(part.ends_with('='));
        assert!(decode(&format!("{part}.{part}.")).is_ok());
    }

    #[test]
    fn a_claim_twice_is_read_once() {
        let jwt = decode(&token("{}", r#"{"a":1,"a":2}"#)).unwrap();
        assert_eq!(jwt.claims["a"], 2);
    }

    #[test]
    fn what_is_broken_is_named() {
        let not_utf8 = BASE64_URL_SAFE_NO_PAD.encode([0xff, 0xfe]);
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        for (text, expected) in [
            ("", NotAJwt::Opaque),
            ("0123456789abcdef", NotAJwt::Opaque),
            ("a.b", NotAJwt::Parts(2)),
            ("a.b.c.d.e", NotAJwt::Parts(5)),
            ("a+b/.e30.", NotAJwt::Encoding),
            ("e30.e30 .", NotAJwt::Encoding),
            ("e30.W10.", NotAJwt::Json),
            ("..", NotAJwt::Json),
            (&format!("e30.{not_utf8}."), NotAJwt::Json),
            (&token("{}", &deep), NotAJwt::Json),
        ] {
            assert_eq!(
                decode(text),
                Err(expected),
                "{}",
                &text[..text.len().min(40)]
            );
        }
    }

    #[test]
    fn a_large_token_is_read() {
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 20));
        assert_eq!(decode(&token("{}", &large)).unwrap().claims.len(), 1);
    }

    #[test]
    fn every_claim_of_a_dinero_token_has_a_meaning() {
        for claim in [
            "iss",
            "aud",
            "scope",
            "client_id",
            "sub",
            "sid",
            "idp",
            "auth_time",
            "nbf",
            "iat",
            "exp",
            "amr",
            "acr",
            "llt",
            "created_at",
            "jti",
            "tenant_id",
        ] {
            assert!(claim_meaning(claim).is_some(), "{claim}");
        }
        assert_eq!(claim_meaning("urn:unheard-of"), None);
    }
}
