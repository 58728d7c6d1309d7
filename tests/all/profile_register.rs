//! What to register at the provider: in Visma's words for Visma, in those of RFC 7591 for others.

use crate::profiles::{LEAST, sound};
use dineroscope::core::profile::register::{Registration, registration};

fn registered(text: &str) -> Registration {
    registration(&sound(text))
}

fn value<'a>(registration: &'a Registration, name: &str) -> Option<&'a str> {
    let row = registration.rows.iter().find(|row| row.name == name)?;
    Some(&row.value)
}

#[test]
fn visma_is_told_what_the_profile_relies_on() {
    let text = format!(
        "{}scope_sets.all = [\"openid\", \"dineropublicapi:write\", \"offline_access\"]\n\
         client_secret.command = [\"pass\", \"acme\"]\nauthorize.pkce = \"off\"\n",
        LEAST.replace("a:read", "dineropublicapi:read")
    );
    let it = registered(&text);
    for (name, expected) in [
        ("Portal", "https://oauth.developers.visma.com"),
        ("Application type", "Web"),
        ("Redirect URI", "http://localhost:8765/callback"),
        ("Post-logout redirect URI", "none"),
        ("PKCE", "off"),
        ("Offline Access", "on"),
        ("Integrations", "dineropublicapi:read dineropublicapi:write"),
        ("Client id", "isv_acme"),
    ] {
        assert_eq!(value(&it, name), Some(expected), "{name}");
    }
    let notes = it.notes.join("\n");
    for part in [
        "It is what `pass` has to print",
        "country must be Denmark",
        "plain http on localhost",
        "a minute or two",
    ] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    let least = registered(LEAST);
    assert_eq!(value(&least, "PKCE"), Some("on"));
    assert_eq!(value(&least, "Offline Access"), Some("off"));
    assert_eq!(value(&least, "Refresh tokens"), None);
    assert!(!least.notes.join("\n").contains("Denmark"));
}

#[test]
fn another_provider_is_told_in_the_words_of_client_metadata() {
    let it = registered(include_str!("../../profiles/other-provider.toml"));
    for (name, expected) in [
        ("redirect_uris", "http://localhost:8765/callback"),
        ("grant_types", "authorization_code refresh_token"),
        ("response_types", "code"),
        ("token_endpoint_auth_method", "client_secret_post"),
        ("code_challenge_method", "S256"),
        ("scope", "openid offline_access"),
    ] {
        assert_eq!(value(&it, name), Some(expected), "{name}");
    }
    // A placeholder is nothing to register.
    assert_eq!(value(&it, "Client id"), None);
    assert!(it.notes.iter().any(|note| note.contains("client id")));
    let public = include_str!("../../profiles/other-provider.toml")
        .replace("client_secret = { prompt = true }", "")
        .replace("client_authentication = \"post\"", "")
        .replace(":8765", ":0");
    let it = registered(&public);
    assert_eq!(value(&it, "token_endpoint_auth_method"), Some("none"));
    assert!(it.notes.iter().any(|note| note.contains("Port 0")));
    assert!(!it.notes.iter().any(|note| note.contains("secret")));
}

#[test]
fn a_sandbox_needs_no_registration_and_no_secret_is_told() {
    let it = registered(include_str!("../../profiles/sandbox.toml"));
    assert_eq!(it.rows, []);
    assert!(it.notes[0].contains("nothing to register"));
    let plain = registered(&format!("{LEAST}client_secret = \"hunter2hunter2\"\n"));
    assert!(!format!("{plain:?}").contains("hunter2"));
}
