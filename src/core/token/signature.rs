//! Checks the signature of a JWT (RFC 7515 5.2) with the keys of its provider.
//!
//! The algorithm is taken from an allow-list and must fit the key; the header only names it, and is believed
//! in nothing else: `jku`, `x5u` and `jwk` in it are shown, never followed.

use super::jwks::{Key, KeySet, Material};
use super::jwt;
use crate::core::secret::Secret;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// A signature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The algorithm.
    pub algorithm: &'static str,
    /// The key's id, when it has one.
    pub key: Option<String>,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureTrouble {
    /// Not three parts, or parts that are not readable.
    NotAJwt,
    /// `alg` is `none`, or there is no signature.
    None,
    /// `alg` is not one that is taken here; `expected` where the registration names one.
    Unexpected {
        /// What the header names.
        algorithm: String,
        /// What the registration names.
        expected: Option<String>,
    },
    /// No key of the set is the one.
    KeyUnknown {
        /// The `kid` of the header; without one several keys would do.
        id: Option<String>,
        /// How many keys of the set would do for this algorithm.
        candidates: usize,
    },
    /// The keys were not there.
    WithoutKeys,
    /// It was made with another key, or the token was altered.
    Invalid {
        /// The algorithm.
        algorithm: &'static str,
    },
}

/// How a family of algorithms checks.
enum Family {
    Rsa(&'static RsaParameters),
    Curve {
        curve: &'static str,
        check: &'static dyn VerificationAlgorithm,
    },
    Edwards,
    Shared(hmac::Algorithm),
}

/// The allow-list: RFC 7518 3.1 and RFC 8037 3.1.
fn family(algorithm: &str) -> Option<(&'static str, Family)> {
    let curve = |curve, check| Family::Curve { curve, check };
    Some(match algorithm {
        "RS256" => ("RS256", Family::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256)),
        "RS384" => ("RS384", Family::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384)),
        "RS512" => ("RS512", Family::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512)),
        "PS256" => ("PS256", Family::Rsa(&signature::RSA_PSS_2048_8192_SHA256)),
        "PS384" => ("PS384", Family::Rsa(&signature::RSA_PSS_2048_8192_SHA384)),
        "PS512" => ("PS512", Family::Rsa(&signature::RSA_PSS_2048_8192_SHA512)),
        "ES256" => ("ES256", curve("P-256", &signature::ECDSA_P256_SHA256_FIXED)),
        "ES384" => ("ES384", curve("P-384", &signature::ECDSA_P384_SHA384_FIXED)),
        "ES512" => ("ES512", curve("P-521", &signature::ECDSA_P521_SHA512_FIXED)),
        "EdDSA" | "Ed25519" => ("EdDSA", Family::Edwards),
        "HS256" => ("HS256", Family::Shared(hmac::HMAC_SHA256)),
        "HS384" => ("HS384", Family::Shared(hmac::HMAC_SHA384)),
        "HS512" => ("HS512", Family::Shared(hmac::HMAC_SHA512)),
        _ => return None,
    })
}

/// What a signature is checked with.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// The provider's keys; `None` when they could not be had.
    pub set: Option<&'a KeySet>,
    /// The algorithm that the client is registered with; without one any of a public key is taken.
    pub registered: Option<&'a str>,
    /// The client secret, which is the key of `HS256` and its kin (OpenID Connect Core 10.1).
    pub client_secret: Option<&'a Secret>,
}

/// Checks the signature of a token.
pub fn verify(token: &str, keys: &Keys<'_>) -> Result<Signed, SignatureTrouble> {
    let token = token.trim();
    let decoded = jwt::decode(token).map_err(|_| SignatureTrouble::NotAJwt)?;
    let named = decoded.header.get("alg").and_then(Value::as_str);
    let (message, encoded) = token.rsplit_once('.').ok_or(SignatureTrouble::NotAJwt)?;
    let none = named.is_none_or(|name| name.eq_ignore_ascii_case("none"));
    if none || encoded.is_empty() {
        return Err(SignatureTrouble::None);
    }
    let named = named.unwrap_or_default();
    let unexpected = || SignatureTrouble::Unexpected {
        algorithm: named.to_owned(),
        expected: keys.registered.map(str::to_owned),
    };
    if keys
        .registered
        .is_some_and(|registered| registered != named)
    {
        return Err(unexpected());
    }
    let (algorithm, family) = family(named).ok_or_else(unexpected)?;
    let invalid = || SignatureTrouble::Invalid { algorithm };
    let signature = URL_SAFE_NO_PAD
        .decode(encoded.trim_end_matches('='))
        .map_err(|_| invalid())?;
    if let Family::Shared(kind) = family {
        // A public key taken for a shared one lets anybody sign: only where the registration says so.
        let secret = keys.client_secret.filter(|_| keys.registered.is_some());
        let key = hmac::Key::new(kind, secret.ok_or_else(unexpected)?.expose().as_bytes());
        return hmac::verify(&key, message.as_bytes(), &signature)
            .map(|()| Signed {
                algorithm,
                key: None,
            })
            .map_err(|_| invalid());
    }
    let set = keys.set.ok_or(SignatureTrouble::WithoutKeys)?;
    let id = decoded.header.get("kid").and_then(Value::as_str);
    let fitting = candidates(set, algorithm, &family);
    let chosen: Vec<&Key> = match id {
        Some(id) => {
            let named = fitting.iter().filter(|key| key.id.as_deref() == Some(id));
            named.copied().collect()
        }
        None if fitting.len() == 1 => fitting.clone(),
        None => Vec::new(),
    };
    if chosen.is_empty() {
        return Err(SignatureTrouble::KeyUnknown {
            id: id.map(str::to_owned),
            candidates: fitting.len(),
        });
    }
    chosen
        .into_iter()
        .find(|key| holds(&family, key, message.as_bytes(), &signature))
        .map(|key| Signed {
            algorithm,
            key: key.id.clone(),
        })
        .ok_or_else(invalid)
}

/// The keys of a set that could have made a signature of that algorithm.
fn candidates<'a>(set: &'a KeySet, algorithm: &str, family: &Family) -> Vec<&'a Key> {
    let fits = |key: &&Key| {
        let own = key.algorithm.as_deref();
        key.checks_signatures()
            && own.is_none_or(|own| own == algorithm)
            && match (&key.material, family) {
                (Material::Rsa { .. }, Family::Rsa(_)) => true,
                (Material::EllipticCurve { curve, .. }, Family::Curve { curve: wanted, .. }) => {
                    curve == wanted
                }
                (Material::OctetKeyPair { curve, .. }, Family::Edwards) => curve == "Ed25519",
                _ => false,
            }
    };
    set.keys.iter().filter(fits).collect()
}

/// Whether a signature was made with a key.
fn holds(family: &Family, key: &Key, message: &[u8], signature: &[u8]) -> bool {
    match (family, &key.material) {
        (Family::Rsa(parameters), Material::Rsa { modulus, exponent }) => RsaPublicKeyComponents {
            n: modulus,
            e: exponent,
        }
        .verify(parameters, message, signature)
        .is_ok(),
        (Family::Curve { check, .. }, Material::EllipticCurve { point, .. }) => {
            UnparsedPublicKey::new(*check, point)
                .verify(message, signature)
                .is_ok()
        }
        (Family::Edwards, Material::OctetKeyPair { key, .. }) => {
            UnparsedPublicKey::new(&signature::ED25519, key)
                .verify(message, signature)
                .is_ok()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::family;
    use crate::core::profile::SIGNATURE_ALGORITHMS;

    #[test]
    fn what_a_profile_may_name_can_be_checked() {
        for name in SIGNATURE_ALGORITHMS {
            assert_eq!(family(name).map(|(known, _)| known), Some(name));
        }
        for name in ["none", "RS1", "rs256", "HS1", ""] {
            assert!(family(name).is_none(), "{name}");
        }
    }
}
