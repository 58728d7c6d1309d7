//! Keys that sign tokens, of every kind a provider may have.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding,
};
use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// A key, with the id it is published under.
pub(crate) struct Signer {
    id: &'static str,
    pair: Pair,
}

/// The key itself.
enum Pair {
    Rsa(Box<RsaKeyPair>),
    Curve(Box<EcdsaKeyPair>, &'static str),
    Edwards(Box<Ed25519KeyPair>),
}

/// The provider's usual key, and another of the same kind that it does not publish. Making one takes a while.
pub(crate) static RSA: LazyLock<Signer> = LazyLock::new(|| Signer::rsa("rsa"));
pub(crate) static OTHER: LazyLock<Signer> = LazyLock::new(|| Signer::rsa("other"));

impl Signer {
    /// 2048 bits of RSA.
    fn rsa(id: &'static str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self {
            id,
            pair: Pair::Rsa(Box::new(pair)),
        }
    }

    /// A point on a curve.
    pub(crate) fn curve(
        id: &'static str,
        algorithm: &'static EcdsaSigningAlgorithm,
        curve: &'static str,
    ) -> Self {
        let pair = EcdsaKeyPair::generate(algorithm).unwrap();
        Self {
            id,
            pair: Pair::Curve(Box::new(pair), curve),
        }
    }

    /// Ed25519.
    pub(crate) fn edwards(id: &'static str) -> Self {
        Self {
            id,
            pair: Pair::Edwards(Box::new(Ed25519KeyPair::generate().unwrap())),
        }
    }

    /// The public half (RFC 7517).
    pub(crate) fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Rsa(pair) => {
                // RFC 8017 A.1.1: of 2048 bits, the modulus behind nine bytes, the exponent in the last three.
                let der = pair.public_key().as_ref();
                let (modulus, exponent) = (&der[9..265], &der[der.len() - 3..]);
                json!({"kty": "RSA", "kid": self.id, "use": "sig", "n": text(modulus), "e": text(exponent)})
            }
            Pair::Curve(pair, curve) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({"kty": "EC", "kid": self.id, "crv": curve, "x": text(x), "y": text(y)})
            }
            Pair::Edwards(pair) => {
                json!({"kty": "OKP", "kid": self.id, "crv": "Ed25519", "x": text(pair.public_key().as_ref())})
            }
        }
    }

    /// A token of that algorithm, its header with the key's id.
    pub(crate) fn sign(&self, algorithm: &str, claims: &Value) -> String {
        self.sign_with(&json!({"alg": algorithm, "kid": self.id}), claims)
    }

    /// A token with that header.
    pub(crate) fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let text = unsigned(header, claims);
        let random = SystemRandom::new();
        let rsa = |pair: &RsaKeyPair, encoding: &'static dyn RsaEncoding| {
            let mut signed = vec![0; pair.public_modulus_len()];
            pair.sign(encoding, &random, text.as_bytes(), &mut signed)
                .unwrap();
            signed
        };
        let signed = match (&self.pair, header["alg"].as_str().unwrap_or_default()) {
            (Pair::Rsa(pair), "RS384") => rsa(pair, &signature::RSA_PKCS1_SHA384),
            (Pair::Rsa(pair), "RS512") => rsa(pair, &signature::RSA_PKCS1_SHA512),
            (Pair::Rsa(pair), "PS256") => rsa(pair, &signature::RSA_PSS_SHA256),
            (Pair::Rsa(pair), "PS384") => rsa(pair, &signature::RSA_PSS_SHA384),
            (Pair::Rsa(pair), "PS512") => rsa(pair, &signature::RSA_PSS_SHA512),
            (Pair::Rsa(pair), _) => rsa(pair, &signature::RSA_PKCS1_SHA256),
            (Pair::Curve(pair, _), _) => pair
                .sign(&random, text.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec(),
            (Pair::Edwards(pair), _) => pair.sign(text.as_bytes()).as_ref().to_vec(),
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signed))
    }
}

/// Header and claims, without a signature.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// A token signed with a shared secret.
pub(crate) fn with_secret(secret: &str, claims: &Value) -> String {
    let text = unsigned(&json!({"alg": "HS256"}), claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signed = hmac::sign(&key, text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signed))
}

/// `at_hash` and `c_hash` of a value, for algorithms with SHA-256.
pub(crate) fn half_hash(value: &str) -> String {
    let hashed = digest::digest(&digest::SHA256, value.as_bytes());
    URL_SAFE_NO_PAD.encode(&hashed.as_ref()[..16])
}
