//! The id_token as it is handed out: its claims and its signature, and what faults make of both.

use super::super::Sandbox;
use super::super::keys::Keys;
use super::claims::OTHER_ISSUER;
use crate::core::fault::Fault;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Seconds of an hour, and of a week.
const HOUR: i64 = 3_600;
const WEEK: i64 = 7 * 24 * HOUR;

/// A hash that belongs to nothing.
const OTHER_HASH: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// The signed token.
pub(super) fn signed(sandbox: &Sandbox, keys: &Keys, mut claims: Value) -> Option<String> {
    spoil(sandbox, &mut claims);
    if sandbox.fails(Fault::IdTokenUnsigned) {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({"alg": "none", "typ": "JWT"});
        return Some(format!("{}.{}.", part(&header), part(&claims)));
    }
    if sandbox.fails(Fault::IdTokenAlgorithm) {
        let header = json!({"alg": "HS256", "typ": "JWT"});
        return keys.sign_with(&header, &claims, false);
    }
    if sandbox.fails(Fault::IdTokenKey) {
        let kid = format!("NEW{}", keys.kid());
        let header = json!({"alg": "RS256", "kid": kid, "typ": "JWT"});
        return keys.sign_with(&header, &claims, true);
    }
    if sandbox.fails(Fault::IdTokenSignature) {
        let header = json!({"alg": "RS256", "kid": keys.kid(), "typ": "JWT"});
        return keys.sign_with(&header, &claims, true);
    }
    keys.sign("JWT", &claims)
}

/// Does to the claims what the faults do.
fn spoil(sandbox: &Sandbox, claims: &mut Value) {
    let now = sandbox.now().as_second();
    let spoils: [(Fault, &[(&str, Value)]); 9] = [
        (Fault::IdTokenIssuer, &[("iss", OTHER_ISSUER.into())]),
        (
            Fault::IdTokenAudience,
            &[("aud", "isv_somebody_else".into())],
        ),
        (Fault::IdTokenParty, &[("azp", "isv_somebody_else".into())]),
        (Fault::IdTokenNonce, &[("nonce", "of-another-run".into())]),
        (
            Fault::IdTokenExpired,
            &[
                ("iat", (now - HOUR - 300).into()),
                ("exp", (now - HOUR).into()),
            ],
        ),
        (Fault::IdTokenIssuedAt, &[("iat", (now - WEEK).into())]),
        (Fault::IdTokenSubject, &[("sub", Value::Null)]),
        (Fault::IdTokenHash, &[("at_hash", OTHER_HASH.into())]),
        (Fault::CodeHash, &[("c_hash", OTHER_HASH.into())]),
    ];
    for (fault, members) in spoils.iter().filter(|(fault, _)| sandbox.fails(*fault)) {
        for (name, value) in *members {
            // A hash is spoilt where there is one.
            if name.ends_with("_hash") && claims.get(name).is_none() {
                continue;
            }
            claims[*name] = value.clone();
        }
        if *fault == Fault::IdTokenSubject
            && let Some(claims) = claims.as_object_mut()
        {
            claims.remove("sub");
        }
    }
}
