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
}
