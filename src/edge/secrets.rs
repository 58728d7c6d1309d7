//! Reads a client secret from where a profile says it is: environment, keyring, or a program's output.

use crate::core::profile::SecretReference;
use crate::core::secret::Secret;
use crate::core::token::kept::Client;
use crate::edge::vault::Vault;

/// The secret, or what happened and what to do, without a secret in it.
pub async fn read(
    _vault: &Vault,
    _client: &Client,
    reference: &SecretReference,
) -> Result<Secret, String> {
    match reference {
        SecretReference::Environment(name) => environment(name),
        _ => Err("is not read yet".to_owned()),
    }
}

/// The secret in an environment variable.
fn environment(name: &str) -> Result<Secret, String> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(Secret::new(value)),
        _ => Err(format!(
            "the environment variable `{name}` is not set: set it and start again, or type the secret"
        )),
    }
}
