//! Reads where the client secret is. What stands there may be the secret itself, whatever the key says: no
//! message quotes it.

use crate::core::profile::source::{Source, kind, parse};
use crate::core::profile::{Environment, Preset, Provider, SecretReference, check, is_placeholder};
use crate::core::secret::Secret;

/// Where the secret is.
pub(super) fn client_secret(
    source: &mut Source<'_>,
    provider: Option<&Provider>,
) -> Option<SecretReference> {
    let key = "client_secret";
    let sandbox = provider.is_some_and(|it| it.environment == Environment::Sandbox);
    let embedded = provider.is_some_and(|it| it.preset == Some(Preset::Sandbox));
    let Some(item) = source.item(key) else {
        return Some(SecretReference::None);
    };
    if let Some(text) = item.as_str() {
        return plain_secret(source, text, sandbox);
    }
    let Some(table) = item.as_table_like() else {
        let message = format!("is {}: expected {ALTERNATIVES}", kind(item));
        source.problem(key, message);
        return None;
    };
    if embedded {
        source.problem(
            key,
            "must be text for the sandbox, which registers the secret that stands here",
        );
        return None;
    }
    let names: Vec<&str> = table.iter().map(|(name, _)| name).collect();
    match names.as_slice() {
        ["env"] => source
            .text("client_secret.env", check::variable)
            .map(SecretReference::Environment),
        ["prompt"] => source
            .truth("client_secret.prompt")
            .then_some(SecretReference::Prompt),
        ["keyring"] => source
            .truth("client_secret.keyring")
            .then_some(SecretReference::Keyring),
        ["command"] => command(source).map(SecretReference::Command),
        [_] => None, // refused among the strangers already
        _ => {
            source.problem(
                key,
                format!("names {} places: expected {ALTERNATIVES}", names.len()),
            );
            None
        }
    }
}

/// Where a secret can be kept instead of in the file.
pub(super) const ALTERNATIVES: &str = "one of `{ keyring = true }`, `{ env = \"NAME\" }`, \
    `{ command = [\"pass\", \"acme\"] }` and `{ prompt = true }`";

/// A program and its arguments.
fn command(source: &mut Source<'_>) -> Option<Vec<String>> {
    let key = "client_secret.command";
    let expected = "expected a list such as `[\"pass\", \"acme\"]`, the program first";
    let item = source.item(key)?;
    if !item.is_array() {
        source.problem(key, format!("is {}: {expected}", kind(item)));
        return None;
    }
    let before = source.problems.len();
    let words = source.list(key, check::command_word);
    if source.problems.len() > before {
        return None;
    }
    if words.first().is_none_or(String::is_empty) {
        source.problem(key, format!("names no program: {expected}"));
        return None;
    }
    Some(words)
}

/// Where the client secret is, for a form that shows a file with other problems; `None` when that
/// cannot be read.
pub(in crate::core::profile) fn secret_of(text: &str) -> Option<SecretReference> {
    let document = parse(text).ok()?;
    let mut source = Source::new(text, document.as_table());
    client_secret(&mut source, None)
}

fn plain_secret(source: &mut Source<'_>, text: &str, sandbox: bool) -> Option<SecretReference> {
    let key = "client_secret";
    if is_placeholder(text) {
        let message = format!("is empty or still a placeholder: expected {ALTERNATIVES}");
        source.problem(key, message);
        return None;
    }
    if !sandbox {
        let message = format!(
            "stands in the file as plain text: better {ALTERNATIVES}; one key in the Profiles screen (`P`) \
             moves it into the keyring"
        );
        source.warning(key, message);
    }
    Some(SecretReference::Plain(Secret::new(text)))
}
