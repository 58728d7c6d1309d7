//! Values that must not be seen: they print as dots and open only by [`Secret::expose`].
//!
//! A type of its own, because a secret that is a `String` ends up in a log sooner or later.

pub mod kept;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use kept::{DOTS, KeptMark};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A secret text: client secret, authorization code, token, code verifier. Zeroed when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the text over. What it was copied from stays the caller's concern.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself, for the wire and for a copy the user asked for; for nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Length in characters, which may be shown.
    pub fn characters(&self) -> usize {
        self.expose().chars().count()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// Compares in constant time, so that the comparison tells nothing about the value.
    pub fn matches(&self, other: &str) -> bool {
        verify_slices_are_equal(self.expose().as_bytes(), other.as_bytes()).is_ok()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.expose())
    }
}

impl Eq for Secret {}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("•••")
    }
}

impl Serialize for Secret {
    /// Only what gave way already is ever written ([`KeptMark`]); of anything else, that there is something.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.expose();
        match KeptMark::read(value) {
            Some(mark) => serializer.collect_str(&mark),
            None => serializer.serialize_str(if value.is_empty() { value } else { DOTS }),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    /// What stands in the place of a secret.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// Compares two public but guessable texts (a `state`) in constant time.
pub fn equal_in_constant_time(one: &str, other: &str) -> bool {
    verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

/// Bytes as lower-case hexadecimal digits: names that are made of hashes.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let pair =
        |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)]));
    bytes.iter().flat_map(pair).collect()
}

/// A source of random bytes that is a value: the world hands in the seed, the core draws from it.
///
/// HMAC-SHA-256 over a counter, so a test with a fixed seed sees the same run every time.
#[derive(Clone)]
pub struct Entropy {
    seed: aws_lc_rs::hmac::Key,
    drawn: u64,
}

impl Entropy {
    /// A source from 32 random bytes.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self {
            seed: aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &seed),
            drawn: 0,
        }
    }

    /// The next 32 bytes; never the same twice.
    pub fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let tag = aws_lc_rs::hmac::sign(&self.seed, &self.drawn.to_be_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        bytes
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Entropy(drawn {})", self.drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "•••");
    }

    #[test]
    fn a_secret_is_never_written() {
        let written = |value: &str| serde_json::to_string(&Secret::new(value)).unwrap_or_default();
        assert_eq!(written("hunter2"), "\"••••\"");
        assert_eq!(written("••••hunter2"), "\"••••\"");
        let mark = "••••64~a3f1b2c3d4e5f607";
        assert_eq!(written(mark), format!("\"{mark}\""));
    }

    #[test]
    fn entropy_differs_from_draw_to_draw_and_repeats_from_the_seed() {
        let mut one = Entropy::from_seed([7; 32]);
        let mut two = Entropy::from_seed([7; 32]);
        let first = one.draw();
        assert_ne!(first, one.draw());
        assert_eq!(first, two.draw());
    }
}
