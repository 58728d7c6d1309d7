//! The key that signs tokens: an RSA pair in memory, made when it is first needed.
//!
//! A key that shipped with the program would be a secret that everybody has.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The signing key and its names.
#[derive(Debug)]
pub(super) struct Keys {
    pair: KeyPair,
    kid: String,
    x5t: String,
}

impl Keys {
    /// A new RSA pair of 2048 bits; takes a moment. `None` when the system gives no randomness.
    pub(super) fn generate() -> Option<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
        let public = pair.public_key().as_ref();
        // There is no certificate here, so the thumbprint is the public key's.
        let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, public);
        let identifier = digest(&SHA256, public);
        let kid = identifier
            .as_ref()
            .iter()
            .take(20)
            .map(|byte| format!("{byte:02X}"));
        Some(Self {
            kid: kid.chain(["RS256".to_owned()]).collect(),
            x5t: URL_SAFE_NO_PAD.encode(thumbprint),
            pair,
        })
    }

    /// A signed JWT (RFC 7515 3.1, RS256) of that type with those claims.
    pub(super) fn sign(&self, kind: &str, claims: &Value) -> Option<String> {
        let header = json!({"alg": "RS256", "kid": self.kid, "x5t": self.x5t, "typ": kind});
        self.sign_with(&header, claims, false)
    }

    /// The signature of a text (RS256).
    fn signature(&self, text: &str) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .ok()?;
        Some(signature)
    }

    /// The same with a header of one's own, and with whatever a fault makes of the signature.
    pub(super) fn sign_with(&self, header: &Value, claims: &Value, spoilt: bool) -> Option<String> {
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        let text = format!("{header}.{claims}");
        let mut signature = self.signature(&text)?;
        if let Some(last) = signature.last_mut().filter(|_| spoilt) {
            *last ^= 1;
        }
        Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The name of the key.
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// The claims of a token that this key signed; `None` for any other text.
    pub(super) fn verify(&self, token: &str) -> Option<Value> {
        let (text, signature) = token.rsplit_once('.')?;
        let (_, claims) = text.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key())
            .verify(text.as_bytes(), &signature)
            .ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    /// The public half as a JWK set (RFC 7517 5).
    pub(super) fn jwks(&self) -> Option<Value> {
        let (modulus, exponent) = numbers(self.pair.public_key().as_ref())?;
        Some(json!({"keys": [{
            "kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.x5t, "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(exponent),
            "n": URL_SAFE_NO_PAD.encode(modulus),
        }]}))
    }
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017 A.1.1), without leading zeros.
fn numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = element(der, 0x30)?;
    let (modulus, rest) = element(sequence, 0x02)?;
    let (exponent, _) = element(rest, 0x02)?;
    let bare = |number: &'_ [u8]| number.iter().take_while(|byte| **byte == 0).count();
    Some((
        modulus.get(bare(modulus)..)?,
        exponent.get(bare(exponent)..)?,
    ))
}

/// The content of a DER element of that tag, and what follows it (X.690 8.1).
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, &length) = (der.first()?, der.get(1)?);
    if first != tag {
        return None;
    }
    let octets = if length < 0x80 {
        0
    } else {
        usize::from(length & 0x7f)
    };
    let mut size = if octets == 0 { usize::from(length) } else { 0 };
    for octet in der.get(2..2 + octets)? {
        size = size.checked_mul(256)? + usize::from(*octet);
    }
    let start = 2 + octets;
    Some((der.get(start..start + size)?, der.get(start + size..)?))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use aws_lc_rs::signature::RsaPublicKeyComponents;

    #[test]
    fn what_the_key_set_says_verifies_what_the_key_signed() {
        let keys = Keys::generate().unwrap();
        let token = keys.sign("at+JWT", &json!({"name": "Åse"})).unwrap();
        assert_eq!(keys.verify(&token).unwrap()["name"], "Åse");
        let set = keys.jwks().unwrap();
        let number = |name: &str| {
            URL_SAFE_NO_PAD
                .decode(set["keys"][0][name].as_str().unwrap())
                .unwrap()
        };
        let (text, signature) = token.rsplit_once('.').unwrap();
        let public = RsaPublicKeyComponents {
            n: number("n"),
            e: number("e"),
        };
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(
            public
                .verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &signature)
                .is_ok()
        );
    }

    #[test]
    fn an_altered_token_is_not_taken() {
        let keys = Keys::generate().unwrap();
        let token = keys.sign("at+JWT", &json!({"sub": "one"})).unwrap();
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"two"}"#);
        let mut parts: Vec<&str> = token.split('.').collect();
        parts[1] = &claims;
        assert_eq!(keys.verify(&parts.join(".")), None);
        assert_eq!(keys.verify("no token"), None);
    }
}
