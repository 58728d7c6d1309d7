//! The trust rule (design.md section 4): a profile in a folder that was found by itself may not use a
//! secret before the user said so, once for each file, secret and token endpoint.

use crate::core::profile::{Origin, Profile, SecretReference};
use crate::core::secret::hexadecimal;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;
use std::path::PathBuf;

/// What the user is asked: may this file have that secret sent to this endpoint?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustQuestion {
    /// The profile file.
    pub path: PathBuf,
    /// The secret it names; never a plain one.
    pub reference: SecretReference,
    /// Where the secret would be sent.
    pub token_url: String,
}

impl TrustQuestion {
    /// The question that a profile raises: only one in a folder found by itself, and only when it names a
    /// secret that is not its own.
    pub fn of(profile: &Profile) -> Option<Self> {
        let Origin::File {
            path,
            trusted: false,
        } = &profile.origin
        else {
            return None;
        };
        let names_a_secret = matches!(
            profile.client_secret,
            SecretReference::Environment(_)
                | SecretReference::Keyring
                | SecretReference::Command(_)
        );
        names_a_secret.then(|| Self {
            path: path.clone(),
            reference: profile.client_secret.clone(),
            token_url: profile.provider.token_url.clone(),
        })
    }

    /// What an answer is remembered under: 64 hexadecimal digits of SHA-256 over path, reference and
    /// endpoint. `path` must be absolute by then, so that two folders are two.
    pub fn key(&self) -> String {
        let reference = match &self.reference {
            SecretReference::Environment(name) => json!({ "env": name }),
            SecretReference::Keyring => json!({ "keyring": true }),
            SecretReference::Command(words) => json!({ "command": words }),
            SecretReference::None | SecretReference::Plain(_) | SecretReference::Prompt => {
                json!(null)
            }
        };
        let path = self.path.to_string_lossy();
        let whole = json!([path, reference, self.token_url]).to_string();
        hexadecimal(digest(&SHA256, whole.as_bytes()).as_ref())
    }
}
