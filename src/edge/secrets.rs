//! Reads a client secret from where a profile says it is: environment, keyring, or a program's output.

mod command;

use crate::core::profile::SecretReference;
use crate::core::secret::Secret;
use crate::core::token::kept::Client;
use crate::edge::vault::Vault;
use std::env::VarError;
use std::time::Duration;

/// How long a program may take to print the secret; long enough for a passphrase to be typed elsewhere.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);

/// The secret, or what happened and what to do, without a secret in it.
pub async fn read(
    vault: &Vault,
    client: &Client,
    reference: &SecretReference,
) -> Result<Secret, String> {
    read_within(vault, client, reference, COMMAND_LIMIT).await
}

/// As [`read`], with another limit for a program.
pub async fn read_within(
    vault: &Vault,
    client: &Client,
    reference: &SecretReference,
    limit: Duration,
) -> Result<Secret, String> {
    match reference {
        SecretReference::Environment(name) => environment(name),
        SecretReference::Keyring => keyring(vault, client).await,
        SecretReference::Command(words) => command::secret(words, limit).await,
        SecretReference::Plain(secret) => Ok(secret.clone()),
        SecretReference::None | SecretReference::Prompt => {
            Err("the profile names no place that holds the client secret: type it".to_owned())
        }
    }
}

/// The secret in an environment variable.
fn environment(name: &str) -> Result<Secret, String> {
    let trouble = match std::env::var(name) {
        Ok(value) if !value.is_empty() => return Ok(Secret::new(value)),
        Ok(_) => "is empty",
        Err(VarError::NotPresent) => "is not set",
        Err(VarError::NotUnicode(_)) => "is not UTF-8",
    };
    Err(format!(
        "the environment variable `{name}` {trouble}: set it and start again, or type the secret"
    ))
}

/// The secret in the system's keyring.
async fn keyring(vault: &Vault, client: &Client) -> Result<Secret, String> {
    let (vault, owner) = (vault.clone(), client.clone());
    let read = tokio::task::spawn_blocking(move || vault.secret(&owner)).await;
    match read {
        Ok(Ok(Some(secret))) => Ok(secret),
        Ok(Ok(None)) => Err(format!(
            "the keyring holds no secret of the client `{}` at `{}`: put it there on the Profiles screen \
             (`P`), or type it",
            client.client_id, client.token_url
        )),
        Ok(Err(trouble)) => Err(trouble.message),
        Err(_) => Err("reading the keyring broke off: try again, or type the secret".to_owned()),
    }
}
