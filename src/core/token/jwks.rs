//! The signing keys of a provider (RFC 7517), read one by one: a key that is not understood does not spoil
//! the others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Most keys that are read of a set; a provider publishes a handful.
const MOST: usize = 500;

/// A set of keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeySet {
    /// Those that were understood, in order.
    pub keys: Vec<Key>,
    /// How many were not: another kind, or parts that are missing or broken.
    pub not_understood: usize,
}

/// One public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// `kid`.
    pub id: Option<String>,
    /// `use`: `sig`, `enc`, or absent.
    pub usage: Option<String>,
    /// `key_ops`, when it names any.
    pub operations: Option<Vec<String>>,
    /// `alg`: the one algorithm it is for, when it names one.
    pub algorithm: Option<String>,
    /// The key itself.
    pub material: Material,
}

/// What a public key is made of, as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    /// `RSA`: modulus and exponent.
    Rsa {
        /// `n`, big-endian.
        modulus: Vec<u8>,
        /// `e`, big-endian.
        exponent: Vec<u8>,
    },
    /// `EC`: a point on a curve.
    EllipticCurve {
        /// `crv`: `P-256`, `P-384`, `P-521`.
        curve: String,
        /// `0x04`, then both coordinates.
        point: Vec<u8>,
    },
    /// `OKP`: for EdDSA.
    OctetKeyPair {
        /// `crv`: `Ed25519`.
        curve: String,
        /// `x`.
        key: Vec<u8>,
    },
}

impl Key {
    /// Whether it is meant for checking signatures (RFC 7517 4.2, 4.3).
    pub fn checks_signatures(&self) -> bool {
        self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self
                .operations
                .as_ref()
                .is_none_or(|list| list.iter().any(|operation| operation == "verify"))
    }
}

/// Why a text is no set of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAKeySet {
    /// No JSON object.
    NotJson,
    /// Without a list `keys`.
    WithoutKeys,
}

/// Reads a set of keys.
pub fn read(text: &str) -> Result<KeySet, NotAKeySet> {
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(text.trim()) else {
        return Err(NotAKeySet::NotJson);
    };
    let Some(list) = object.get("keys").and_then(Value::as_array) else {
        return Err(NotAKeySet::WithoutKeys);
    };
    let mut set = KeySet::default();
    for entry in list.iter().take(MOST) {
        match entry.as_object().and_then(key) {
            Some(key) => set.keys.push(key),
            None => set.not_understood += 1,
        }
    }
    set.not_understood += list.len().saturating_sub(MOST);
    Ok(set)
}

/// One key; `None` when it is not understood.
fn key(entry: &Map<String, Value>) -> Option<Key> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    let bytes = |name: &str| {
        let encoded = entry.get(name)?.as_str()?;
        let decoded = URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('=')).ok()?;
        (!decoded.is_empty()).then_some(decoded)
    };
    let curve = || text("crv");
    let material = match text("kty")?.as_str() {
        "RSA" => Material::Rsa {
            modulus: bytes("n")?,
            exponent: bytes("e")?,
        },
        "EC" => {
            let mut point = vec![4];
            point.extend(bytes("x")?);
            point.extend(bytes("y")?);
            Material::EllipticCurve {
                curve: curve()?,
                point,
            }
        }
        "OKP" => Material::OctetKeyPair {
            curve: curve()?,
            key: bytes("x")?,
        },
        _ => return None,
    };
    Some(Key {
        id: text("kid"),
        usage: text("use"),
        operations: entry.get("key_ops").and_then(Value::as_array).map(|list| {
            let names = list.iter().filter_map(Value::as_str);
            names.map(str::to_owned).collect()
        }),
        algorithm: text("alg"),
        material,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_not_understood_does_not_spoil_the_others() {
        let text = r#"{"keys":[
            {"kty":"RSA","kid":"a","use":"sig","n":"AQAB","e":"AQAB"},
            {"kty":"unheard-of","kid":"b"}, 7, null, {}, {"kty":"RSA","n":"+","e":"AQAB"},
            {"kty":"EC","crv":"P-256","x":"AQ==","y":"Ag","key_ops":["sign"]},
            {"kty":"OKP","crv":"Ed25519","x":"AQ","use":"enc"}]}"#;
        let set = read(text);
        let set = set.as_ref().ok();
        assert_eq!(set.map(|set| set.not_understood), Some(5));
        let usable: Vec<bool> = set
            .map(|set| set.keys.iter().map(Key::checks_signatures).collect())
            .unwrap_or_default();
        assert_eq!(usable, [true, false, false]);
    }

    #[test]
    fn what_is_no_set_is_named() {
        assert_eq!(read("<html>"), Err(NotAKeySet::NotJson));
        assert_eq!(read("[]"), Err(NotAKeySet::NotJson));
        assert_eq!(read("{}"), Err(NotAKeySet::WithoutKeys));
        assert_eq!(read(r#"{"keys":{}}"#), Err(NotAKeySet::WithoutKeys));
        assert_eq!(read(r#"{"keys":[]}"#), Ok(KeySet::default()));
        let many = format!("{{\"keys\":[{}0]}}", "0,".repeat(9_999));
        assert_eq!(read(&many).map(|set| set.not_understood), Ok(10_000));
    }
}
