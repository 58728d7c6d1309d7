//! Where a secret is, as it is written beside what is kept of a run: never the secret, of a command only its
//! name.

use super::SecretReference;
use crate::core::secret::Secret;
use serde::{Deserialize as _, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(
    reference: &SecretReference,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&match reference {
        SecretReference::None => "none".to_owned(),
        SecretReference::Plain(_) => "plain".to_owned(),
        SecretReference::Prompt => "prompt".to_owned(),
        SecretReference::Keyring => "keyring".to_owned(),
        SecretReference::Environment(name) => format!("env {name}"),
        SecretReference::Command(words) => {
            format!("command {}", words.first().map_or("", String::as_str))
        }
    })
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<SecretReference, D::Error> {
    let text = String::deserialize(deserializer)?;
    let (kind, name) = text.split_once(' ').unwrap_or((text.as_str(), ""));
    Ok(match kind {
        "none" => SecretReference::None,
        "plain" => SecretReference::Plain(Secret::new("")),
        "keyring" => SecretReference::Keyring,
        "env" => SecretReference::Environment(name.to_owned()),
        "command" => SecretReference::Command(vec![name.to_owned()]),
        _ => SecretReference::Prompt,
    })
}
